"""The work queue: one tab for each state, oldest case first, with the four checks that officers scan for."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clearance.domain.application import Application
from clearance.domain.decision import ROLES
from clearance.domain.eligibility import Ground
from clearance.domain.lifecycle import AWAITED, ApplicationState, Step
from clearance.domain.staff import OVERSIGHT, Officer
from clearance.issuing.queue import Waiting, Wanted, tally, waiting
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
    Check.VISA: frozenset({Ground.VISA_EXPIRED, Ground.VISA_UNCHECKED, Ground.VISA_UNATTESTED}),
    Check.FEES: frozenset({Ground.FEES_UNPAID, Ground.FEES_TOO_LOW}),
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the queue: the case, since how many seconds it waits, and each check with whether it is met."""

    application: Application
    waiting_s: int
    checks: Mapping[Check, bool]

    @property
    def lacking(self) -> bool:
        """Whether a case that may still come to a card fails one of the four."""
        return self.application.under_way and not all(self.checks.values())


@dataclass(frozen=True, kw_only=True)
class Tab:
    """One state with how many cases there match what is sought."""

    state: ApplicationState
    count: int


TABS = (
    ApplicationState.DRAFT,
    ApplicationState.RETURNED,
    ApplicationState.SUBMITTED,
    ApplicationState.CHECKED,
    ApplicationState.APPROVED,
    ApplicationState.ISSUED,
    ApplicationState.HELD,
    ApplicationState.DEPARTED,
    ApplicationState.REJECTED,
    ApplicationState.SUPERSEDED,
    ApplicationState.REVOKED,
    ApplicationState.EXPIRED,
)
"""Every state, in the order of a case's life; after the card, what asks for care comes first."""


def install(routes: Blueprint, service: Service) -> None:
    """Add the queue's routes."""

    @routes.get("/")
    def first_page() -> ResponseReturnValue:
        if officer().roles <= OVERSIGHT:
            return redirect(url_for("staff.keys"))
        return redirect(url_for("staff.queue", state=_own_work(officer()).value))

    @routes.get("/queue")
    def queue() -> str:
        state = _state(request.args.get("state"))
        wanted = _wanted()
        page = waiting(service, wanted, state=state, page=page_number(), per_page=PER_PAGE)
        return render_template(
            "staff/queue.html",
            state=state,
            sought=wanted.text,
            everywhere=not wanted.pool,
            offices="all" if request.args.get("offices") == "all" else None,
            may_widen=_signs_for_headquarters(officer()),
            tabs=_tabs(tally(service, wanted)),
            page=page,
            rows=[_row(each, service) for each in page.items],
        )


def checks_of(lacking: frozenset[Ground]) -> Mapping[Check, bool]:
    """Which of the four checks are met, by what is lacking."""
    return {check: not grounds & lacking for check, grounds in GROUNDS.items()}


def _own_work(viewer: Officer) -> ApplicationState:
    """The state that waits for this officer first."""
    waits = (ApplicationState.SUBMITTED, ApplicationState.CHECKED, ApplicationState.APPROVED, ApplicationState.RETURNED)
    own = (state for state in waits if viewer.roles & ROLES[AWAITED[state]])
    return next(own, ApplicationState.SUBMITTED)


def _signs_for_headquarters(viewer: Officer) -> bool:
    signing = ROLES[Step.CHECKING] | ROLES[Step.APPROVAL] | ROLES[Step.ISSUE]
    return viewer.headquarters and bool(viewer.roles & signing)


def _wanted() -> Wanted:
    """Who signs for headquarters is shown its own work first; a search goes through everything."""
    sought = sought_text()
    everywhere = bool(sought) or request.args.get("offices") == "all"
    return Wanted(officer=officer(), text=sought, pool=_signs_for_headquarters(officer()) and not everywhere)


def page_number() -> int:
    """The page asked for; 1 where that is no number."""
    return request.args.get("page", default=1, type=int)


def sought_text() -> str:
    """What is searched for."""
    return request.args.get("text", "").strip()[:MAX_SOUGHT]


def _state(text: str | None) -> ApplicationState:
    return next((state for state in ApplicationState if state.value == text), ApplicationState.SUBMITTED)


def _tabs(counts: Mapping[ApplicationState, int]) -> list[Tab]:
    return [Tab(state=state, count=counts.get(state, 0)) for state in TABS]


def _row(waits: Waiting, service: Service) -> Row:
    waited = service.now() - waits.application.entered.at
    return Row(
        application=waits.application,
        waiting_s=max(0, int(waited.total_seconds())),
        checks=checks_of(waits.lacking),
    )
