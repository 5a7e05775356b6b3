"""Recording that a worker departed: a desk let the holder of a card pass."""

from datetime import datetime

from clearance.domain import decision
from clearance.domain.application import Application
from clearance.domain.audit import AuditAct, AuditEntry, Facts
from clearance.domain.decision import Refused
from clearance.issuing.cases import read_case
from clearance.issuing.moving import write
from clearance.issuing.ports import NotOnRecord, UnitOfWork
from clearance.issuing.service import Service, dhaka_day


def record_departure(service: Service, clearance_no: str, *, desk_id: str, at: datetime) -> Application | Refused:
    """The case as departed at the moment a desk reported; or why it cannot be, as after an earlier departure.

    Raises NotOnRecord for a card or desk that there is not.
    """
    with service.database.write() as work:
        outcome = depart(work, clearance_no, desk_id=desk_id, at=at, now=service.now())
        work.commit()
    return outcome


def depart(work: UnitOfWork, clearance_no: str, *, desk_id: str, at: datetime, now: datetime) -> Application | Refused:
    """The same inside a transaction of the caller's, who commits it."""
    clearance = work.clearances.get(clearance_no)
    if clearance is None or work.desks.get(desk_id) is None:
        raise NotOnRecord(clearance_no)
    application = read_case(work, clearance.application_reference).application
    outcome = decision.departed(application, desk=desk_id, at=at, on=dhaka_day(at))
    if isinstance(outcome, Application):
        write(work, outcome)
        facts: Facts = {"clearance": clearance_no, "at": at.isoformat(timespec="seconds"), "version": outcome.version}
        work.audit.append(
            AuditEntry(at=now, officer_no=desk_id, act=AuditAct.WORKER_DEPARTED, subject=outcome.reference, facts=facts)
        )
    return outcome
