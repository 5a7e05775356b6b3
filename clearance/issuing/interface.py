"""What programs of agencies and ministries may ask and do; the rules are those of their account, the answers the same.

A client sees the cases of its account's scope and no other (docs/adr/0072), and submits like that person at a form.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from clearance.domain.application import Application, ApplicationDraft
from clearance.domain.clearance import Clearance
from clearance.domain.decision import Refused
from clearance.domain.eligibility import Objection, objections
from clearance.domain.lifecycle import AWAITED, ApplicationState, Step
from clearance.domain.permit import Agency, Permit
from clearance.issuing import entry
from clearance.issuing.cases import case_of, seen_by
from clearance.issuing.clients import Caller
from clearance.issuing.keyed_requests import Reserved
from clearance.issuing.ports import NotOnRecord, Sought, StoredAnswer, UnitOfWork
from clearance.issuing.service import Service


class NextActor(StrEnum):
    """Who must act for a case to go on."""

    SUBMITTER = "submitter"
    """Whoever entered it: to be submitted, or put right and submitted again."""
    CHECKER = "checker"
    APPROVER = "approver"
    ISSUER = "issuer"
    OFFICE = "office"
    """It is on hold until the office releases it."""
    NOBODY = "nobody"


@dataclass(frozen=True, kw_only=True)
class CaseStanding:
    """Where a case stands: its state of today, what stands against a clearance today, who must act."""

    application: Application
    state: ApplicationState
    clearance: Clearance | None
    missing: tuple[Objection, ...]
    next_actor: NextActor


def submit(
    service: Service,
    caller: Caller,
    draft: ApplicationDraft,
    *,
    reserved: Reserved,
    answer: Callable[[Application], StoredAnswer],
) -> Application | Refused:
    """The case as submitted, its answer kept in the same transaction; or why not.

    Raises MalformedClaims for a draft that no card could carry, Conflict.
    """
    return entry.enter(
        service,
        draft,
        officer=caller.officer,
        device=caller.client.device,
        then=lambda work, application: work.keyed_requests.answer(reserved.request, answer(application)),
    )


def standing(service: Service, caller: Caller, reference: str) -> CaseStanding:
    """Raises NotOnRecord for a case that is not there or not the caller's to see."""
    with service.database.read() as work:
        application = seen_by(work, reference, officer=caller.officer)
        missing = objections(case_of(work, application), on=service.today()) if application.under_way else ()
        return _standing(service, work, application, missing)


def cases(
    service: Service, caller: Caller, *, states: frozenset[ApplicationState], after: str, limit: int
) -> Sequence[CaseStanding]:
    """The caller's cases, oldest first, those entered after a case only; "" for all. Raises NotOnRecord for `after`."""
    with service.database.read() as work:
        last = seen_by(work, after, officer=caller.officer) if after else None
        sought = Sought(
            states=states or frozenset(ApplicationState),
            on=service.today(),
            scope=caller.officer.scope,
            after=None if last is None else (last.entered.at, last.reference),
        )
        found = work.applications.find(sought, limit=limit, offset=0)
        return [_standing(service, work, application, ()) for application in found]


def permits(service: Service, caller: Caller, *, number: str) -> Sequence[Permit]:
    """The permits of the caller's agency, or all for an office; one of them where a number is given."""
    licence_no = caller.officer.licence_no
    with service.database.read() as work:
        found = work.permits.all()
    return [each for each in found if licence_no in (None, each.licence_no) and number in ("", each.number)]


def licence(service: Service, caller: Caller, licence_no: str) -> Agency:
    """An agency: its own for an agency's client, any for an office. Raises NotOnRecord."""
    own = caller.officer.licence_no
    with service.database.read() as work:
        agency = work.permits.agency(licence_no) if own in (None, licence_no) else None
    if agency is None:
        raise NotOnRecord(licence_no)
    return agency


def _standing(
    service: Service, work: UnitOfWork, application: Application, missing: tuple[Objection, ...]
) -> CaseStanding:
    state = application.state_on(service.today())
    return CaseStanding(
        application=application,
        state=state,
        clearance=work.clearances.for_application(application.reference) if application.issued else None,
        missing=missing,
        next_actor=_next_actor(state),
    )


def _next_actor(state: ApplicationState) -> NextActor:
    if state is ApplicationState.HELD:
        return NextActor.OFFICE
    match AWAITED.get(state):
        case Step.ENTRY:
            return NextActor.SUBMITTER
        case Step.CHECKING:
            return NextActor.CHECKER
        case Step.APPROVAL:
            return NextActor.APPROVER
        case Step.ISSUE:
            return NextActor.ISSUER
        case _:
            return NextActor.NOBODY
