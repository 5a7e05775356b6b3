"""Taking a card back, for good."""

from clearance.domain import decision
from clearance.domain.audit import AuditAct
from clearance.domain.clearance import Clearance, Revocation, RevocationReason
from clearance.domain.decision import Attempt, Refused, may_revoke
from clearance.domain.lifecycle import Move
from clearance.domain.staff import Officer
from clearance.issuing.cases import card_seen_by, read_officer
from clearance.issuing.moving import put_on_record, tell_desks, write
from clearance.issuing.service import Service


def revoke(
    service: Service, clearance_no: str, *, officer: Officer, device: str, reason: RevocationReason, remark: str
) -> Clearance | Refused:
    """The revoked clearance, published; or why this officer cannot revoke it.

    Raises NotOnRecord where this officer sees no such card; Conflict where it is revoked or replaced already;
    NotYetPublished after the revocation itself succeeded.
    """
    with service.database.write() as work:
        by = Attempt(
            officer=read_officer(work, officer.number),
            at=service.now(),
            device=device,
            reason=remark.strip() or None,
        )
        clearance, application = card_seen_by(work, clearance_no, officer=by.officer)
        against = may_revoke(application, clearance, by, on=service.today())
        if against:
            return Refused(objections=against)
        revoked = clearance.revoked(Revocation(officer_no=officer.number, at=by.at, reason=reason, remark=by.reason))
        work.clearances.set_status(revoked)
        moved = write(work, decision.moved(application, Move.REVOKE, by, on=service.today()))
        facts = {"clearance": clearance_no, "reason": reason.value, "status_idx": clearance.status_ref.idx}
        put_on_record(work, moved, AuditAct.CARD_REVOKED, facts)
        work.commit()
    tell_desks(service, revoked)
    return revoked
