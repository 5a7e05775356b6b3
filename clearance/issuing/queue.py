"""The officers' work queue, and one case with everything an officer looks at before deciding."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from clearance.domain.application import Application
from clearance.domain.audit import AuditEntry
from clearance.domain.clearance import Clearance
from clearance.domain.decision import conditions
from clearance.domain.eligibility import Case, Ground, Objection, objections
from clearance.domain.lifecycle import ApplicationState
from clearance.domain.staff import HEADQUARTERS, Office, Officer
from clearance.domain.text import BilingualText, searchable
from clearance.issuing.cases import case_of, seen_by, signers
from clearance.issuing.paging import Page, page_of
from clearance.issuing.ports import NotOnRecord, Sought, UnitOfWork
from clearance.issuing.service import Service


@dataclass(frozen=True, kw_only=True)
class CaseView:
    """One case as officers see it, with what it leans on.

    `clearance` is the one issued from this case. `objections` are those of today, none for a case that cannot come to a
    card any more; `lacking` are their grounds even then. `officers` names everybody in the history by number.
    """

    case: Case
    state: ApplicationState
    clearance: Clearance | None
    objections: tuple[Objection, ...]
    lacking: frozenset[Ground]
    history: Sequence[AuditEntry]
    officers: Mapping[str, BilingualText]

    @property
    def application(self) -> Application:
        """The case itself."""
        return self.case.application


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A case in the queue. `lacking` is what stands against what was entered, by the rules of today; permit, agency and
    other cards are judged on the case's own page."""

    application: Application
    lacking: frozenset[Ground]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What an officer wants to see of the queue.

    `text` is part of a passport or registration number, name or reference. `pool` leaves out what a district office
    signs by itself; it says nothing to an officer of such an office.
    """

    officer: Officer
    text: str = ""
    pool: bool = False


def waiting(
    service: Service, wanted: Wanted, *, state: ApplicationState, page: int, per_page: int = 50
) -> Page[Waiting]:
    """Cases in a state that an officer may see, oldest first."""
    with service.database.read() as work:
        sought = _sought(service, work, wanted, {state})
        cases = page_of(
            lambda limit, offset: work.applications.find(sought, limit=limit, offset=offset),
            total=work.applications.count(sought),
            page=page,
            per_page=per_page,
        )
        items = _judged(work, cases.items, on=service.today())
        return Page(items=items, total=cases.total, page=cases.page, pages=cases.pages)


def tally(service: Service, wanted: Wanted) -> Mapping[ApplicationState, int]:
    """How many cases that an officer may see stand in each state."""
    with service.database.read() as work:
        return work.applications.tally(_sought(service, work, wanted, ApplicationState))


def _sought(service: Service, work: UnitOfWork, wanted: Wanted, states: Iterable[ApplicationState]) -> Sought:
    return Sought(
        states=frozenset(states),
        on=service.today(),
        text=searchable(wanted.text),
        scope=wanted.officer.scope,
        pool=signers(work) if wanted.pool and wanted.officer.headquarters else None,
    )


def _judged(work: UnitOfWork, applications: Sequence[Application], *, on: date) -> Sequence[Waiting]:
    destinations = {application.draft.destination for application in applications}
    books = {destination: work.rules.book(destination=destination) for destination in destinations}
    office = Office(code=HEADQUARTERS, name=BilingualText(en=HEADQUARTERS))
    return [
        Waiting(
            application=application,
            lacking=frozenset(
                objection.ground
                for objection in objections(
                    Case(
                        application=application,
                        office=office,
                        permit=None,
                        agency=None,
                        standing=None,
                        rules=books[application.draft.destination],
                    ),
                    on=on,
                )
            ),
        )
        for application in applications
    ]


def case(service: Service, reference: str, *, officer: Officer) -> CaseView | None:
    """One case, or None where this officer sees none of this reference."""
    with service.database.read() as work:
        try:
            application = seen_by(work, reference, officer=officer)
        except NotOnRecord:
            return None
        found = case_of(work, application)
        history = work.audit.entries(subject=reference)
        against = conditions(found, officer, on=service.today())
        return CaseView(
            case=found,
            state=application.state_on(service.today()),
            clearance=work.clearances.for_application(reference),
            objections=against if application.under_way else (),
            lacking=frozenset(objection.ground for objection in against),
            history=history,
            officers=_names(work, {act.officer_no for act in application.acts} | {each.officer_no for each in history}),
        )


def photo(service: Service, reference: str, *, officer: Officer) -> bytes:
    """The portrait of a case, JPEG. Raises NotOnRecord."""
    with service.database.read() as work:
        application = seen_by(work, reference, officer=officer)
    try:
        return service.documents.get(application.draft.worker.photo_sha256)
    except KeyError:
        raise NotOnRecord(f"photo of {reference}") from None


def _names(work: UnitOfWork, numbers: Iterable[str]) -> Mapping[str, BilingualText]:
    found = ((number, work.staff.get(number)) for number in numbers)
    return {number: officer.name for number, officer in found if officer is not None}
