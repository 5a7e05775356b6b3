"""Who may talk to the desk: its own page on this computer, and nobody else. Also what the browser may do with the page.

A web page anywhere can make a browser send requests to 127.0.0.1. Three things stop it: the host must be named as this
computer (a foreign name that resolves here is refused), a request that acts must come from the page's own origin, and
it must carry a header that no foreign page can set without asking first.
"""

from collections.abc import Mapping

from flask import Flask, Response, abort, current_app, request

OWN_NAMES = ["127.0.0.1", "localhost", "[::1]"]
OWN_HEADER = "X-Desk"  # its value is the page's own number
MAX_BODY_BYTES = {
    "scan": 64 << 10,
    "frame": 4_000_000,
    "file": 10_100_000,
    **dict.fromkeys(("passport", "find", "act", "hear", "port", "sync"), 1 << 10),
}

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), usb=(), serial=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def install(app: Flask, *, max_body_bytes: Mapping[str, int] = MAX_BODY_BYTES) -> None:
    """Set the guard before every request and the headers after it; caps by endpoint, 0 for any other."""
    app.config["CAPS"] = max_body_bytes
    app.config["TRUSTED_HOSTS"] = OWN_NAMES
    app.before_request(only_our_own_page)
    app.after_request(with_headers)


def only_our_own_page() -> None:
    """Refuse what did not come from the desk's page; cap what did."""
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return
    origin = request.headers.get("Origin")
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        abort(403)
    if origin is not None and origin != request.host_url.rstrip("/"):
        abort(403)
    if not request.headers.get(OWN_HEADER):
        abort(403)
    request.max_content_length = current_app.config["CAPS"].get(request.endpoint or "", 0)
    if (request.content_length or 0) > request.max_content_length:
        abort(413)


def with_headers(response: Response) -> Response:
    """The page holds personal data: it is not kept, not framed, and runs its own scripts only."""
    response.headers.extend(HEADERS)
    response.headers.setdefault("Cache-Control", "no-store")  # files that never change say so themselves
    return response
