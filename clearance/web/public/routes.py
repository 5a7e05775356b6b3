"""The routes of the worker's pages and what they bear. They need neither session nor cookie."""

from datetime import UTC, datetime

from flask import Blueprint, Response, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter, RateLimitExceeded

from clearance.issuing.service import Service
from clearance.web.card_file import form_named
from clearance.web.options import WebOptions
from clearance.web.public import agencies, help_routes, leaving, requests, robots, stylesheet
from clearance.web.public.gatekeeper import Gatekeeper
from clearance.web.public.later import Allowance
from clearance.web.public.pages import Pages
from clearance.web.public.ticket import Tickets
from clearance.web.tally import Tally

DOWNLOADS_AN_HOUR = 300
"""Of one network. Thirty people may sit in one cafe, and thousands of phones may share one address of their network."""


def blueprint(service: Service, options: WebOptions, limiter: Limiter, tally: Tally) -> Blueprint:
    """Form, answer and download over an open service; requests, help pages and the search for agencies."""
    routes = Blueprint("public", __name__)
    tickets = Tickets.of(options.secret_key, now=service.now)
    pages = Pages(service=service, second_factor=options.second_factor, tickets=tickets)
    stylesheet.install(routes)
    leaving.install(routes)
    help_pages = help_routes.install(routes, options)
    robots.install(routes, options, help_pages)
    agencies.install(routes, service, limiter)
    requests.install(routes, pages, options, limiter)
    # A forged look-up could change nothing, a forged request of a worker says what anybody may say, and the sender
    # cannot read the answer. A CSRF token would need a cookie, which cheap phones and cafe browsers often do not keep
    # (docs/adr/0051).
    routes.record_once(lambda state: state.app.extensions["csrf"].exempt(routes))

    gate = Gatekeeper.of(service, options, tally)
    downloads = Allowance(
        name="downloads", an_hour=DOWNLOADS_AN_HOUR, tally=tally, secret=options.secret_key, now=service.now
    )

    @routes.get("/")
    def form() -> Response:
        """The empty form."""
        return pages.first()

    @routes.post("/")
    def form_again() -> str:
        """Asked for by the button of the other language, which carries what was typed."""
        return pages.form()

    @routes.get("/card")
    @routes.get("/card/download")
    def start_again() -> ResponseReturnValue:
        """Reached by going back or by a saved address: those carry no question."""
        return redirect(url_for("public.form"))

    @routes.post("/card")
    @gate.before(pages.asked, tickets)
    def card() -> ResponseReturnValue:
        return pages.card()

    @routes.post("/card/download")
    @downloads.within
    @gate.in_turn
    def download() -> ResponseReturnValue:
        return pages.download()

    @routes.get("/card/file/<form>/<ticket>")
    @downloads.within
    @gate.in_turn
    def file(form: str, ticket: str) -> ResponseReturnValue:
        known = form_named(form)
        return pages.file(known, ticket) if known else abort(404)

    @routes.errorhandler(RateLimitExceeded)
    def too_many(_error: RateLimitExceeded) -> ResponseReturnValue:
        limit = limiter.current_limit
        until = datetime.fromtimestamp(limit.reset_at, UTC) if limit else None
        return render_template("public/too_many.html", until=until), 429

    return routes
