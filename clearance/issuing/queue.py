"""The officers' work queue, and one case with everything an officer looks at before deciding."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from clearance.domain.application import Application
from clearance.domain.audit import AuditEntry
from clearance.domain.clearance import Clearance
from clearance.domain.decision import conditions
from clearance.domain.eligibility import Case, Objection
from clearance.domain.lifecycle import ApplicationState
from clearance.domain.staff import Officer
from clearance.domain.text import BilingualText, searchable
from clearance.issuing.cases import case_of, seen_by, signers
from clearance.issuing.paging import Page, page_of
from clearance.issuing.ports import NotOnRecord, Sought, UnitOfWork
from clearance.issuing.service import Service


@dataclass(frozen=True, kw_only=True)
class CaseView:
    """One case as officers see it, with what it leans on.

    `clearance` is the one issued from this case.
    `objections` are those of today, none for a case that cannot come to a card any more. `officers` names everybody in
    the history by number.
    """

    case: Case
    state: ApplicationState
    clearance: Clearance | None
    objections: tuple[Objection, ...]
    history: Sequence[AuditEntry]
    officers: Mapping[str, BilingualText]

    @property
    def application(self) -> Application:
        """The case itself."""
        return self.case.application


def waiting(
    service: Service,
    *,
    officer: Officer,
    states: Iterable[ApplicationState],
    text: str,
    page: int,
    per_page: int = 50,
    pool: bool = False,
) -> Page[Application]:
    """Cases in these states that an officer may see, oldest first.

    `text` is part of a passport or registration number, name or reference. `pool` leaves out what a district office
    signs by itself; it says nothing to an officer of such an office.
    """
    with service.database.read() as work:
        sought = Sought(
            states=frozenset(states),
            on=service.today(),
            text=searchable(text),
            scope=officer.scope,
            pool=signers(work) if pool and officer.headquarters else None,
        )
        return page_of(
            lambda limit, offset: work.applications.find(sought, limit=limit, offset=offset),
            total=work.applications.count(sought),
            page=page,
            per_page=per_page,
        )


def case(service: Service, reference: str, *, officer: Officer) -> CaseView | None:
    """One case, or None where this officer sees none of this reference."""
    with service.database.read() as work:
        try:
            application = seen_by(work, reference, officer=officer)
        except NotOnRecord:
            return None
        found = case_of(work, application)
        history = work.audit.entries(subject=reference)
        return CaseView(
            case=found,
            state=application.state_on(service.today()),
            clearance=work.clearances.for_application(reference),
            objections=conditions(found, officer, on=service.today()) if application.under_way else (),
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
