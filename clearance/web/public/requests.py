"""“Something is wrong”: a worker tells the office, gets a reference, and sees what became of it.

The answer never says whether the person is on record: who asks may be a stranger, or the victim of a forged card.
"""

import json
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Response, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter

from clearance.credential.identifiers import normalise_passport_no
from clearance.domain.correction import MAX_TEXT, About
from clearance.issuing.lookup import SecondFactor
from clearance.issuing.requests import follow, open_request, sent_before
from clearance.web.language import current
from clearance.web.limits import typed
from clearance.web.options import WebOptions
from clearance.web.public.counting import counted_as
from clearance.web.public.pages import UNPROCESSABLE, Pages, closing
from clearance.web.public.question import Misread, Problem, Question, read
from clearance.web.public.request_form import (
    ABOUT_WORDS,
    Unclear,
    form_id_of,
    normalise_slip_code,
    read_told,
)
from clearance.web.public.ticket import Envelope

REQUESTS_PER_PASSPORT = "5 per day"
REQUESTS_PER_ADDRESS = "30 per hour"
MISSES_PER_REFERENCE = "5 per day"
MISSES_PER_ADDRESS = "60 per hour"
ANYBODY = "A00000000"
"""A passport number in good form for reading a birth date alone: the form reader knows one kind of question."""


@dataclass(frozen=True, kw_only=True)
class RequestPages:
    """The pages over an open service. `pages` knows how a person is asked for."""

    pages: Pages
    envelope: Envelope

    def form(self, problems: tuple[Problem, ...] = ()) -> str:
        """The form with whatever was typed; about the person of a ticket, where one came along."""
        ticket = request.form.get("ticket", "")
        question = self.pages.tickets.open(ticket)
        return render_template(
            "public/request.html",
            problems={problem.field: problem.said(current()) for problem in problems},
            ticket=self.pages.tickets.seal(question) if question else "",
            form_id=form_id_of(request.form),
            choices=ABOUT_WORDS,
            chosen=request.form.get("about") or (About.STOPPED_AT_DESK.value if request.args.get("slip") else ""),
            max_text=MAX_TEXT,
        )

    def told(self) -> ResponseReturnValue:
        """The reference of the request, or the form with what is wrong in it."""
        question = self.pages.asked()
        person = question if isinstance(question, Question) else Question(passport_no="", birth_date=None)
        told = read_told(request.form, person)
        problems = (
            *(question.problems if isinstance(question, Misread) else ()),
            *(told.problems if isinstance(told, Unclear) else ()),
        )
        if problems or isinstance(told, Unclear):
            return self.form(problems), UNPROCESSABLE
        opened = open_request(self.pages.service, told)
        g.opened = True
        return render_template("public/request_done.html", opened=opened)

    def follow_form(self, problems: tuple[Problem, ...] = (), *, missed: bool = False) -> str:
        return render_template(
            "public/follow.html",
            problems={problem.field: problem.said(current()) for problem in problems},
            missed=missed,
        )

    def followed(self) -> ResponseReturnValue:
        """What became of a request, or the form."""
        sealed = self.envelope.open(request.form.get("ticket", ""))
        if sealed is not None:
            reference, born = json.loads(sealed)
            return self._shown(reference, date.fromisoformat(born) if born else None)
        birth_date = self._birth_date()
        if isinstance(birth_date, tuple):
            return self.follow_form(birth_date), UNPROCESSABLE
        return self._shown(normalise_slip_code(request.form.get("reference", "")), birth_date)

    def _shown(self, reference: str, birth_date: date | None) -> ResponseReturnValue:
        found = follow(self.pages.service, reference, birth_date=birth_date)
        if found is None:
            g.missed = True
            return self.follow_form(missed=True)
        born = birth_date.isoformat() if birth_date else None
        return closing(
            "public/followed.html",
            found=found,
            request_=found.request,
            about=ABOUT_WORDS[found.request.about],
            ticket=self.envelope.seal(json.dumps([reference, born]).encode()),
        )

    def _birth_date(self) -> date | tuple[Problem, ...] | None:
        if self.pages.second_factor is SecondFactor.NONE:
            return None
        parts = {part: request.form.get(part, "") for part in ("day", "month", "year")}
        asked = read(
            {**parts, "passport_no": ANYBODY}, second_factor=SecondFactor.BIRTH_DATE, today=self.pages.service.today()
        )
        return asked.problems if isinstance(asked, Misread) else asked.birth_date


def install(routes: Blueprint, pages: Pages, options: WebOptions, limiter: Limiter) -> None:
    """Add the routes."""
    envelope = Envelope.of(options.secret_key, purpose=b"clearance request followed", now=pages.service.now)
    shown = RequestPages(pages=pages, envelope=envelope)

    def opened(_response: Response) -> bool:
        return bool(g.get("opened"))

    def missed(_response: Response) -> bool:
        return bool(g.get("missed"))

    def person_key() -> str:
        asked = pages.tickets.open(typed("ticket"))
        number = asked.passport_no if asked else normalise_passport_no(typed("passport_no"))
        return counted_as(options.secret_key, number)

    def reference_key() -> str:
        return counted_as(options.secret_key, normalise_slip_code(typed("reference")))

    @routes.get("/request")
    def request_form() -> str:
        return shown.form()

    @routes.post("/request/form")
    def request_form_again() -> str:
        """From the page of a card, or in the other language: with what was typed."""
        return shown.form()

    @routes.post("/request")
    @limiter.limit(REQUESTS_PER_ADDRESS, deduct_when=opened)
    @limiter.limit(REQUESTS_PER_PASSPORT, key_func=person_key, deduct_when=opened)
    def tell() -> ResponseReturnValue:
        return shown.told()

    @routes.post("/request/sent")
    def told_before() -> ResponseReturnValue:
        """The reference once more, in the other language."""
        opened = sent_before(pages.service, form_id_of(request.form))
        return render_template("public/request_done.html", opened=opened) if opened else shown.form()

    @routes.get("/request/follow")
    def follow_form() -> str:
        return shown.follow_form()

    @routes.post("/request/follow")
    @limiter.limit(MISSES_PER_ADDRESS, deduct_when=missed)
    @limiter.limit(MISSES_PER_REFERENCE, key_func=reference_key, deduct_when=missed)
    def followed() -> ResponseReturnValue:
        return shown.followed()
