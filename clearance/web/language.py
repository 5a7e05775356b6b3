"""The language of one request: what the address asks for, else what the visitor chose before, else Bengali."""

from flask import Flask, Response, g, request

from clearance_templates import i18n
from clearance_templates.i18n import LANGUAGES, Language, Translator, translator

COOKIE = "__Host-lang"
ONE_YEAR_S = 365 * 86_400


def install(app: Flask) -> None:
    """Translate every template of the application, and keep a choice made with `?lang=`."""
    i18n.install(app.jinja_env, current)
    app.context_processor(lambda: {"language": language(), "other_language": _other(language())})
    app.after_request(_remember)


def current() -> Translator:
    """The translator of this request."""
    return translator(language())


def language() -> Language:
    """The language of this request."""
    chosen: Language | None = g.get("language")  # asked for with every word of a page
    if chosen is None:
        asked = request.args.get("lang"), request.cookies.get(COOKIE)
        chosen = g.language = next((known for known in asked if known in LANGUAGES), LANGUAGES[0])
    return chosen


def _other(spoken: Language) -> Language:
    return "en" if spoken == "bn" else "bn"


def _remember(response: Response) -> Response:
    if request.args.get("lang") in LANGUAGES:
        response.set_cookie(COOKIE, language(), max_age=ONE_YEAR_S, secure=True, httponly=True, samesite="Lax")
    return response
