"""What the office does with workers' requests: look at them, answer them, open a case that corrects the card.

Headquarters sees all, a district office its own. Settling is for those who handle cases, and it goes on record.
"""

from dataclasses import dataclass

from clearance.domain.application import Application
from clearance.domain.audit import AuditAct, AuditEntry, Facts
from clearance.domain.correction import (
    CorrectionRequest,
    RequestState,
    about_answer,
    may_read,
    may_settle,
    reads_requests,
)
from clearance.domain.decision import Refused
from clearance.domain.person import Passport
from clearance.domain.staff import Officer
from clearance.domain.text import BilingualText
from clearance.issuing.cases import read_officer
from clearance.issuing.correct import renew_passport
from clearance.issuing.paging import Page, page_of
from clearance.issuing.ports import Conflict, NotOnRecord, UnitOfWork
from clearance.issuing.service import Service

PER_PAGE = 50


@dataclass(frozen=True, kw_only=True)
class RequestView:
    """A request with its person's newest case, the case that corrects it, and who settled it."""

    request: CorrectionRequest
    application: Application | None
    clearance_no: str | None
    """The card of that case."""
    correction: Application | None
    settled_by: BilingualText | None


def requests_of(
    service: Service, state: RequestState, *, officer: Officer, page: int, per_page: int = PER_PAGE
) -> Page[CorrectionRequest]:
    """Requests in one state, oldest first, of the offices that this officer may see. Raises NotOnRecord for an officer
    who may see none."""
    if not reads_requests(officer):
        raise NotOnRecord("requests")
    office = officer.scope.office_code
    with service.database.read() as work:
        return page_of(
            lambda limit, offset: work.correction_requests.find(
                states={state}, office_code=office, limit=limit, offset=offset
            ),
            total=work.correction_requests.count(states={state}, office_code=office),
            page=page,
            per_page=per_page,
        )


def request_view(service: Service, reference: str, *, officer: Officer) -> RequestView:
    """One request. Raises NotOnRecord, also for one that this officer may not see."""
    with service.database.read() as work:
        request = work.correction_requests.get(reference)
        if request is None or not may_read(request, officer=officer):
            raise NotOnRecord(reference)
        card = work.clearances.for_application(request.application_reference) if request.application_reference else None
        settler = work.staff.get(request.settled_by) if request.settled_by else None
        return RequestView(
            request=request,
            application=_case(work, request.application_reference),
            clearance_no=card.clearance_no if card else None,
            correction=_case(work, request.correction),
            settled_by=settler.name if settler else None,
        )


def answer(
    service: Service, reference: str, *, officer: Officer, seen: RequestState, text: str
) -> CorrectionRequest | Refused:
    """The request answered in words that the worker reads, or why not.

    Raises Conflict where somebody else settled it meanwhile, NotOnRecord.
    """
    words = text.strip()
    with service.database.write() as work:
        request = _seen(work, reference, seen)
        current = read_officer(work, officer.number)
        against = (*may_settle(request, officer=current), *about_answer(words))
        if against:
            return Refused(objections=against)
        settled = request.answered(officer_no=officer.number, at=service.now(), answer=words)
        _settle(work, settled, seen=seen, act=AuditAct.REQUEST_ANSWERED, facts={})
        return settled


def link_passport(
    service: Service, reference: str, passport: Passport, *, officer: Officer, device: str
) -> CorrectionRequest | Refused:
    """Open the case that links a new passport to the card of a request's person, and note it on the request.

    Raises Conflict, MalformedClaims; NotOnRecord also where there is no card to renew.
    """
    view = request_view(service, reference, officer=officer)
    if view.request.state is not RequestState.OPEN:
        raise Conflict(f"{reference} was settled by somebody else")
    if view.clearance_no is None:
        raise NotOnRecord(f"card of {reference}")
    case = renew_passport(service, view.clearance_no, passport, officer=officer, device=device)
    if isinstance(case, Refused):
        return case
    return take_up(service, reference, officer=officer, correction=case.reference)


def take_up(service: Service, reference: str, *, officer: Officer, correction: str) -> CorrectionRequest | Refused:
    """Note on an open request which case was opened to correct the card. Raises Conflict, NotOnRecord."""
    with service.database.write() as work:
        request = _seen(work, reference, RequestState.OPEN)
        if work.applications.get(correction) is None:
            raise NotOnRecord(correction)
        against = tuple(may_settle(request, officer=read_officer(work, officer.number)))
        if against:
            return Refused(objections=against)
        settled = request.taken_up(officer_no=officer.number, at=service.now(), correction=correction)
        _settle(work, settled, seen=RequestState.OPEN, act=AuditAct.REQUEST_TAKEN_UP, facts={"correction": correction})
        return settled


def _seen(work: UnitOfWork, reference: str, state: RequestState) -> CorrectionRequest:
    request = work.correction_requests.get(reference)
    if request is None:
        raise NotOnRecord(reference)
    if request.state is not state or state is RequestState.ANSWERED:
        raise Conflict(f"{reference} was settled by somebody else")
    return request


def _settle(work: UnitOfWork, settled: CorrectionRequest, *, seen: RequestState, act: AuditAct, facts: Facts) -> None:
    assert settled.settled_by is not None
    assert settled.settled_at is not None
    work.correction_requests.save(settled, seen=seen)
    work.audit.append(
        AuditEntry(
            at=settled.settled_at, officer_no=settled.settled_by, act=act, subject=settled.reference, facts=facts
        )
    )
    work.commit()


def _case(work: UnitOfWork, reference: str | None) -> Application | None:
    return work.applications.get(reference) if reference else None
