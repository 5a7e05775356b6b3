"""The officers' work queue, and one case with everything an officer looks at before deciding."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from clearance.domain.application import MOVES, Application, ApplicationState
from clearance.domain.audit import AuditEntry
from clearance.domain.clearance import Clearance
from clearance.domain.eligibility import Objection, objections
from clearance.domain.permit import Agency, Permit
from clearance.domain.staff import Office
from clearance.domain.text import BilingualText, searchable
from clearance.issuing.cases import case_of
from clearance.issuing.paging import Page, page_of
from clearance.issuing.ports import NotOnRecord, UnitOfWork
from clearance.issuing.service import Service


@dataclass(frozen=True, kw_only=True)
class CaseView:
    """One case as officers see it.

    `standing` is the passport's clearance that was neither taken back nor replaced, `clearance` the one issued from
    this case. `objections` are those of today, none for a case that cannot move any more. `officers` names everybody in
    `history` by number.
    """

    application: Application
    office: Office
    permit: Permit | None
    agency: Agency | None
    standing: Clearance | None
    clearance: Clearance | None
    objections: tuple[Objection, ...]
    history: Sequence[AuditEntry]
    officers: Mapping[str, BilingualText]


def waiting(
    service: Service, *, states: Iterable[ApplicationState], text: str, page: int, per_page: int = 50
) -> Page[Application]:
    """Cases in these states, oldest first. `text` is part of a passport or registration number, name or reference."""
    wanted, sought = frozenset(states), searchable(text)
    with service.database.read() as work:
        return page_of(
            lambda limit, offset: work.applications.find(states=wanted, text=sought, limit=limit, offset=offset),
            total=work.applications.count(states=wanted, text=sought),
            page=page,
            per_page=per_page,
        )


def case(service: Service, reference: str) -> CaseView | None:
    """One case, or None where there is none of this reference."""
    with service.database.read() as work:
        application = work.applications.get(reference)
        if application is None:
            return None
        case = case_of(work, application)
        history = work.audit.entries(subject=reference)
        return CaseView(
            application=application,
            office=case.office,
            permit=case.permit,
            agency=case.agency,
            standing=case.standing,
            clearance=work.clearances.for_application(reference),
            objections=objections(case, on=service.today()) if MOVES[application.state] else (),
            history=history,
            officers=_names(work, {entry.officer_no for entry in history}),
        )


def photo(service: Service, reference: str) -> bytes:
    """The portrait of a case, JPEG. Raises NotOnRecord."""
    with service.database.read() as work:
        application = work.applications.get(reference)
    if application is None:
        raise NotOnRecord(reference)
    try:
        return service.documents.get(application.draft.worker.photo_sha256)
    except KeyError:
        raise NotOnRecord(f"photo of {reference}") from None


def _names(work: UnitOfWork, numbers: Iterable[str]) -> Mapping[str, BilingualText]:
    found = ((number, work.staff.get(number)) for number in numbers)
    return {number: officer.name for number, officer in found if officer is not None}
