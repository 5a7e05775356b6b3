"""The work queue: one tab for each state, oldest case first, with the four checks that officers scan for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clearance.domain.application import MOVES, Application, ApplicationState
from clearance.domain.eligibility import Case, Ground, objections
from clearance.domain.staff import HEADQUARTERS, OVERSIGHT, Office, Role
from clearance.domain.text import BilingualText
from clearance.issuing.paging import Page
from clearance.issuing.queue import waiting
from clearance.issuing.service import Service
from clearance.web.staff.access import officer

MAX_SOUGHT = 100
"""Characters of a search text; no name or number that we store needs more."""
PER_PAGE = 50


class Check(StrEnum):
    """What an officer wants to see at a glance, in the order of the worker's way through the offices."""

    FINGERPRINT = "fingerprint"
    ORIENTATION = "orientation"
    VISA = "visa"
    FEES = "fees"


GROUNDS: Mapping[Check, frozenset[Ground]] = {
    Check.FINGERPRINT: frozenset({Ground.FINGERPRINT_MISSING}),
    Check.ORIENTATION: frozenset({Ground.ORIENTATION_INCOMPLETE}),
    Check.VISA: frozenset({Ground.VISA_EXPIRED, Ground.VISA_UNCHECKED}),
    Check.FEES: frozenset({Ground.FEES_UNPAID}),
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the queue: the case, since how many seconds it waits, and each check with whether it is met."""

    application: Application
    waiting_s: int
    checks: Mapping[Check, bool]

    @property
    def lacking(self) -> bool:
        """Whether a case that can still move fails one of the four."""
        return bool(MOVES[self.application.state]) and not all(self.checks.values())


@dataclass(frozen=True, kw_only=True)
class Tab:
    """One state with how many cases there match what is sought."""

    state: ApplicationState
    count: int


def install(routes: Blueprint, service: Service) -> None:
    """Add the queue's routes."""

    @routes.get("/")
    def first_page() -> ResponseReturnValue:
        if officer().roles <= OVERSIGHT:
            return redirect(url_for("staff.keys"))
        own_work = ApplicationState.SUBMITTED
        if officer().roles & {Role.APPROVER, Role.ISSUER} == {Role.ISSUER}:
            own_work = ApplicationState.APPROVED
        return redirect(url_for("staff.queue", state=own_work.value))

    @routes.get("/queue")
    def queue() -> str:
        state = _state(request.args.get("state"))
        sought = sought_text()
        page = waiting(service, states={state}, text=sought, page=page_number(), per_page=PER_PAGE)
        return render_template(
            "staff/queue.html",
            state=state,
            sought=sought,
            tabs=_tabs(service, sought, state, page),
            page=page,
            rows=[_row(application, service) for application in page.items],
        )


def checks_of(application: Application, *, on: date) -> Mapping[Check, bool]:
    """Which of the four checks are met on a day, by the rules that decide the case."""
    # The four look at the draft alone; what else a case leans on is left out here and judged on its own page.
    office = Office(code=HEADQUARTERS, name=BilingualText(en=HEADQUARTERS))
    case = Case(application=application, office=office, permit=None, agency=None, standing=None)
    against = {objection.ground for objection in objections(case, on=on)}
    return {check: not grounds & against for check, grounds in GROUNDS.items()}


def page_number() -> int:
    """The page asked for; 1 where that is no number."""
    return request.args.get("page", default=1, type=int)


def sought_text() -> str:
    """What is searched for."""
    return request.args.get("text", "").strip()[:MAX_SOUGHT]


def _state(text: str | None) -> ApplicationState:
    return next((state for state in ApplicationState if state.value == text), ApplicationState.SUBMITTED)


def _tabs(service: Service, sought: str, open_state: ApplicationState, page: Page[Application]) -> list[Tab]:
    return [
        Tab(state=state, count=page.total if state is open_state else _count(service, sought, state))
        for state in ApplicationState
    ]


def _count(service: Service, sought: str, state: ApplicationState) -> int:
    return waiting(service, states={state}, text=sought, page=1, per_page=1).total


def _row(application: Application, service: Service) -> Row:
    waited = service.now() - application.entered.at
    checks = checks_of(application, on=service.today())
    return Row(application=application, waiting_s=max(0, int(waited.total_seconds())), checks=checks)
