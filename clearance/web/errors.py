"""The one table from what went wrong to what the visitor is told. No page shows a stack trace or repeats input."""

from dataclasses import dataclass

import structlog
from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from clearance.issuing.ports import NotOnRecord, Unavailable
from clearance.web.api import problems
from clearance_templates.i18n import N_

API = "/api/v1/"
"""Where programs ask, who get problems and no pages."""

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """An HTTP status with its two sentences: what happened, what to do."""

    status: int
    happened: str
    do: str


BY_STATUS = {
    explanation.status: explanation
    for explanation in (
        Explanation(
            status=400,
            happened=N_("The page could not read what was sent."),
            do=N_("Go back, reload the page and try again."),
        ),
        Explanation(
            status=403,
            happened=N_("This page is not open to you."),
            do=N_("Sign in with an account that may do this."),
        ),
        Explanation(
            status=404,
            happened=N_("There is no such page."),
            do=N_("Check the address, or start from the first page."),
        ),
        Explanation(
            status=405,
            happened=N_("This page cannot be opened that way."),
            do=N_("Start from the first page."),
        ),
        Explanation(
            status=413,
            happened=N_("What was sent is too large."),
            do=N_("Send less, or a smaller file."),
        ),
        Explanation(
            status=429,
            happened=N_("Too many tries from here."),
            do=N_("Wait a few minutes and try again, or call the helpline."),
        ),
        Explanation(
            status=500,
            happened=N_("Something went wrong on our side."),
            do=N_("Nothing was lost. Try again in a few minutes, or call the helpline."),
        ),
        Explanation(
            status=503,
            happened=N_("The service is busy."),
            do=N_("Nothing was lost. Try again in a few minutes."),
        ),
    )
}
FORM_TOO_OLD = Explanation(
    status=400,
    happened=N_("This form was open for too long."),
    do=N_("Go back, reload the page and send it again."),
)


def install(app: Flask) -> None:
    """Answer every error with a page in the visitor's language."""
    app.register_error_handler(CSRFError, lambda _error: _page(FORM_TOO_OLD))
    app.register_error_handler(NotOnRecord, lambda _error: _page(BY_STATUS[404]))
    app.register_error_handler(Unavailable, _unavailable)
    app.register_error_handler(OSError, _out_of_order)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unforeseen)


def _http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    if request.path.startswith(API):
        return problems.of_http(error)
    body, _ = _page(BY_STATUS.get(status, BY_STATUS[400 if status < 500 else 500]))
    headers = [item for item in error.get_headers() if item[0] in {"Allow", "Content-Range", "Retry-After"}]
    return body, status, headers


def _unavailable(error: Unavailable) -> ResponseReturnValue:
    log.error("database unavailable", error=str(error))
    body, status = _page(BY_STATUS[503])
    return body, status, [("Retry-After", "30")]


def _out_of_order(error: OSError) -> ResponseReturnValue:
    """A disk that is full or broken: nothing was acknowledged, and the next try may find room."""
    log.exception("disk or network out of order", kind=type(error).__name__)
    body, status = _page(BY_STATUS[503])
    return body, status, [("Retry-After", "30")]


def _unforeseen(error: Exception) -> ResponseReturnValue:
    log.exception("unforeseen error", kind=type(error).__name__)
    return _page(BY_STATUS[500])


def _page(explanation: Explanation) -> tuple[str, int]:
    return render_template("error.html", explanation=explanation), explanation.status
