"""The routes of the worker's pages and what they bear. They change nothing, and need neither session nor cookie."""

import hmac
from datetime import UTC, datetime

from flask import Blueprint, Response, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter, RateLimitExceeded
from werkzeug.exceptions import HTTPException

from clearance.issuing.lookup import NotFound, SecondFactor
from clearance.issuing.service import Service
from clearance.web.options import WebOptions
from clearance.web.public import stylesheet
from clearance.web.public.pages import Pages
from clearance.web.public.ticket import Tickets

MISSES_PER_PASSPORT = "5 per day"
TRIES_PER_ADDRESS = "60 per hour"
DOWNLOADS_PER_ADDRESS = "300 per hour"
"""Thirty people may sit in one cafe, and thousands of phones may share one address of their network."""


def blueprint(service: Service, options: WebOptions, limiter: Limiter) -> Blueprint:
    """Form, answer and download over an open service."""
    routes = Blueprint("public", __name__)
    tickets = Tickets.of(options.secret_key, now=service.now)
    pages = Pages(service=service, second_factor=options.second_factor, tickets=tickets)
    stylesheet.install(routes)
    # A forged request could change nothing, and its sender cannot read the answer. A CSRF token would need a cookie,
    # which cheap phones and cafe browsers often do not keep (docs/adr/0051).
    routes.record_once(lambda state: state.app.extensions["csrf"].exempt(routes))

    def passport_key() -> str:
        """Tells tries for one passport number from others without keeping the number."""
        try:
            asked = pages.asked().passport_no.encode(errors="replace")
        except HTTPException:  # a body too large to read: the route will say so (see limits.typed)
            asked = b""
        return hmac.digest(options.secret_key, b"tries:" + asked, "sha256").hex()

    def missed(_response: Response) -> bool:
        return isinstance(g.get("answer"), NotFound)

    def guessed(response: Response) -> bool:
        """Where the passport number alone opens the page, a hit is a guess too."""
        return missed(response) or (options.second_factor is SecondFactor.NONE and "answer" in g)

    @routes.get("/")
    def form() -> str:
        return pages.form()

    @routes.get("/card")
    @routes.get("/card/download")
    def start_again() -> ResponseReturnValue:
        """Reached by going back or by a saved address: those carry no question."""
        return redirect(url_for("public.form"))

    @routes.post("/card")
    @limiter.limit(TRIES_PER_ADDRESS, deduct_when=guessed)
    @limiter.limit(MISSES_PER_PASSPORT, key_func=passport_key, deduct_when=missed)
    def card() -> ResponseReturnValue:
        return pages.card()

    @routes.post("/card/download")
    @limiter.limit(DOWNLOADS_PER_ADDRESS)
    def download() -> ResponseReturnValue:
        return pages.download()

    @routes.errorhandler(RateLimitExceeded)
    def too_many(_error: RateLimitExceeded) -> ResponseReturnValue:
        limit = limiter.current_limit
        until = datetime.fromtimestamp(limit.reset_at, UTC) if limit else None
        return render_template("public/too_many.html", until=until), 429

    return routes
