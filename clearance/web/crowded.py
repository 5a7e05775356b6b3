"""What is said to somebody for whom not even a thread is free: one answer, ready as bytes, in both languages.

It is the last word on a day beyond anything planned. Before it comes to that, the gate gives places in the day
(`web.public.admission`), and a proxy in front holds back who asks too often.
"""

from clearance_templates.i18n import LANGUAGES, N_, translator

AGAIN_S = 30
TITLE = N_("Very many people are here now")
ADVICE = N_("Wait half a minute, then load this page again. Nothing is lost, and your card stays here day and night.")


def turned_away() -> bytes:
    """A whole answer of HTTP/1.1, after which the connection is closed."""
    said = "".join(
        f'<section lang="{tongue}"><h1>{words.gettext(TITLE)}</h1><p>{words.gettext(ADVICE)}</p></section>'
        for tongue, words in ((tongue, translator(tongue)) for tongue in LANGUAGES)
    )
    page = (
        f'<!doctype html><html lang="{LANGUAGES[0]}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{translator(LANGUAGES[0]).gettext(TITLE)}</title><main>{said}</main></html>"
    ).encode()
    head = (
        "HTTP/1.1 503 Service Unavailable",
        "Connection: close",
        f"Retry-After: {AGAIN_S}",
        "Cache-Control: no-store",
        "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        "X-Content-Type-Options: nosniff",
        "Content-Type: text/html; charset=utf-8",
        f"Content-Length: {len(page)}",
    )
    return "\r\n".join(head).encode() + b"\r\n\r\n" + page
