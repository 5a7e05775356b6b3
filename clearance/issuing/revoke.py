"""Taking a card back, for good."""

from clearance.domain.audit import AuditAct, AuditEntry
from clearance.domain.clearance import Clearance, Revocation, RevocationReason
from clearance.domain.decision import Refused, may_revoke
from clearance.domain.staff import Officer
from clearance.issuing.cases import read_officer
from clearance.issuing.ports import NotOnRecord, NotSigned
from clearance.issuing.service import Service


class NotYetPublished(Exception):
    """The card is revoked and stays so, but desks cannot learn of it yet. The next round tries to publish again."""

    def __init__(self, clearance: Clearance) -> None:
        super().__init__(f"{clearance.clearance_no} is revoked; the status list could not be published")
        self.clearance = clearance


def revoke(
    service: Service, clearance_no: str, *, officer: Officer, reason: RevocationReason, remark: str
) -> Clearance | Refused:
    """The revoked clearance, published; or why this officer cannot revoke it.

    Raises NotOnRecord; Conflict where it is revoked already; NotYetPublished after the revocation itself succeeded.
    """
    revocation = Revocation(officer_no=officer.number, at=service.now(), reason=reason, remark=remark.strip() or None)
    with service.database.write() as work:
        clearance = work.clearances.get(clearance_no)
        if clearance is None:
            raise NotOnRecord(clearance_no)
        against = may_revoke(read_officer(work, officer.number), remark=revocation.remark)
        if against:
            return Refused(objections=against)
        revoked = clearance.revoked(revocation)
        work.clearances.set_status(revoked)
        work.audit.append(
            AuditEntry(
                at=revocation.at,
                officer_no=officer.number,
                act=AuditAct.CARD_REVOKED,
                subject=clearance.application_reference,
                facts={"clearance": clearance_no, "reason": reason.value, "status_idx": clearance.status_ref.idx},
            )
        )
        work.commit()
    try:
        service.signing.publish_status()
    except NotSigned as error:
        raise NotYetPublished(revoked) from error
    return revoked
