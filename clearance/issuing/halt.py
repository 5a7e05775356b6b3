"""The stop switch: nobody may have a card signed until somebody lifts the stop. Cards can still be taken back."""

from dataclasses import dataclass

from clearance.domain.audit import AuditAct, AuditEntry
from clearance.domain.decision import Refused
from clearance.domain.eligibility import Ground, Objection
from clearance.domain.signing import SigningStop, against_signing, against_stopping
from clearance.domain.staff import Officer
from clearance.issuing.cases import read_officer
from clearance.issuing.ports import UnitOfWork
from clearance.issuing.service import Service

SUBJECT = "signing"
"""What the entries in the record are about: no case, but every one."""


@dataclass(frozen=True, kw_only=True)
class StandingStop:
    """The stop that holds now, and who ordered it."""

    stop: SigningStop
    by: Officer


def against_any_signature(work: UnitOfWork) -> tuple[Objection, ...]:
    """What stands against every card now, whosever it is: a return from a backup that is not reconciled, or a stop."""
    if work.restorations.standing() is not None:
        return (Objection(ground=Ground.NOT_RECONCILED),)
    return against_signing(work.signing.standing_stop())


def standing_stop(service: Service) -> StandingStop | None:
    """The stop that holds now."""
    with service.database.read() as work:
        stop = work.signing.standing_stop()
        return None if stop is None else StandingStop(stop=stop, by=read_officer(work, stop.officer_no))


def stop_signing(service: Service, *, officer_no: str, reason: str) -> SigningStop | Refused:
    """The stop that holds from the very next signature on; the earlier one, where there is one. Raises NotOnRecord."""
    order = SigningStop(officer_no=officer_no, at=service.now(), reason=reason.strip())
    with service.database.write() as work:
        against = against_stopping(read_officer(work, officer_no), reason=order.reason)
        if against:
            return Refused(objections=against)
        earlier = work.signing.standing_stop()
        if earlier is not None:
            return earlier
        work.signing.stop(order)
        facts = {"reason": order.reason}
        work.audit.append(
            AuditEntry(at=order.at, officer_no=officer_no, act=AuditAct.SIGNING_STOPPED, subject=SUBJECT, facts=facts)
        )
        work.commit()
    return order


def resume_signing(service: Service, *, officer_no: str, reason: str) -> SigningStop | Refused | None:
    """The stop that was lifted; None where there was none. Raises NotOnRecord."""
    at = service.now()
    with service.database.write() as work:
        against = against_stopping(read_officer(work, officer_no), reason=reason)
        if against:
            return Refused(objections=against)
        stop = work.signing.standing_stop()
        if stop is None:
            return None
        if work.restorations.standing() is not None:
            return Refused(objections=(Objection(ground=Ground.NOT_RECONCILED),))
        work.signing.resume(officer_no=officer_no, at=at)
        facts = {"reason": reason.strip()}
        work.audit.append(
            AuditEntry(at=at, officer_no=officer_no, act=AuditAct.SIGNING_RESUMED, subject=SUBJECT, facts=facts)
        )
        work.commit()
    return stop
