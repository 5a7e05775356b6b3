"""Asking the signing component for the card of a case: all that web and command line can do about a signature."""

from clearance.domain.clearance import Clearance
from clearance.domain.decision import Refused
from clearance.domain.staff import Officer
from clearance.issuing.ports import NotOnRecord, NotSigned, Trouble
from clearance.issuing.service import Service


def request_card(service: Service, reference: str, *, officer: Officer, device: str) -> Clearance | Refused:
    """The clearance as recorded, its card ready for download; or why there is none.

    Asking again is safe: an officer who issued the case is given the same clearance. Raises NotOnRecord, Conflict,
    NotSigned.
    """
    try:
        outcome = service.signing.issue(reference, officer_no=officer.number, device=device)
    except NotSigned as failed:
        issued = _issued(service, reference, officer) if failed.trouble is Trouble.CUT_OFF else None
        if issued is None:
            raise
        return issued
    if isinstance(outcome, Refused):
        return outcome
    with service.database.read() as work:
        clearance = work.clearances.get(outcome)
    if clearance is None:
        raise NotOnRecord(outcome)
    return clearance


def _issued(service: Service, reference: str, officer: Officer) -> Clearance | None:
    """What the record says where the answer was lost on its way."""
    with service.database.read() as work:
        clearance = work.clearances.for_application(reference)
    return clearance if clearance is not None and clearance.issued_by == officer.number else None
