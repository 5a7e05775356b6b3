"""A worker tells the office that something is wrong, and follows what becomes of it.

Whoever asks may be a stranger: the answer is the same whether the person is on record or not, and nothing of the record
is told. A request about somebody who is not on record goes to headquarters: a forged card has no case.
"""

from dataclasses import dataclass, replace
from datetime import date

from clearance.domain.application import Application
from clearance.domain.audit import AuditAct, AuditEntry
from clearance.domain.correction import About, CorrectionRequest, RequestState, new_request_reference
from clearance.domain.lifecycle import ApplicationState
from clearance.domain.staff import HEADQUARTERS
from clearance.issuing.ports import Conflict, UnitOfWork
from clearance.issuing.service import Service

THE_WORKER = "worker"
"""Who acts in the record where no officer does."""
_ATTEMPTS = 5


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a worker typed; `form_id` is the form's own, 64 characters at most."""

    form_id: str
    passport_no: str
    birth_date: date | None
    about: About
    text: str
    phone: str
    slip_code: str | None


@dataclass(frozen=True, kw_only=True)
class Followed:
    """A request as its worker sees it; `new_card` says that the case opened for it has its card."""

    request: CorrectionRequest
    new_card: bool


def open_request(service: Service, told: Told) -> CorrectionRequest:
    """The request as stored: the same one however often the same form arrives. Raises Conflict, Unavailable."""
    for _ in range(_ATTEMPTS):
        with service.database.write() as work:
            earlier = work.correction_requests.of_form(told.form_id)
            if earlier is not None:
                return earlier
            request = _request(service, work, told)
            if work.correction_requests.get(request.reference) is not None:
                continue  # two of a million million references met
            work.correction_requests.add(request)
            work.audit.append(
                AuditEntry(
                    at=request.opened_at,
                    officer_no=THE_WORKER,
                    act=AuditAct.REQUEST_OPENED,
                    subject=request.reference,
                    facts={"about": request.about.value, "office": request.office_code},
                )
            )
            work.commit()
            return request
    raise Conflict("no free reference")


def sent_before(service: Service, form_id: str) -> CorrectionRequest | None:
    """The request that came from a form, for whoever still has the form: its name is a secret of that browser."""
    with service.database.read() as work:
        return work.correction_requests.of_form(form_id)


def follow(service: Service, reference: str, *, birth_date: date | None) -> Followed | None:
    """What became of a request; None where reference and birth date do not belong together."""
    with service.database.read() as work:
        request = work.correction_requests.get(reference)
        if request is None or request.birth_date != birth_date:
            return None
        case = work.applications.get(request.correction) if request.correction else None
    return Followed(request=request, new_card=case is not None and case.state is ApplicationState.ISSUED)


def _request(service: Service, work: UnitOfWork, told: Told) -> CorrectionRequest:
    case = _newest_case(work, told)
    request = CorrectionRequest(
        reference=new_request_reference(),
        form_id=told.form_id,
        passport_no=told.passport_no,
        birth_date=told.birth_date,
        application_reference=None,
        office_code=HEADQUARTERS,
        about=told.about,
        text=told.text,
        phone=told.phone,
        slip_code=told.slip_code,
        opened_at=service.now(),
        state=RequestState.OPEN,
    )
    if case is None:
        return request
    return replace(request, application_reference=case.reference, office_code=case.draft.office_code)


def _newest_case(work: UnitOfWork, told: Told) -> Application | None:
    return next(iter(work.applications.of_person(told.passport_no, birth_date=told.birth_date)), None)
