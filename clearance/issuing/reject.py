"""Rejecting a case, for good and with a reason."""

from clearance.domain import decision
from clearance.domain.application import Act, Application
from clearance.domain.audit import AuditAct, AuditEntry
from clearance.domain.decision import Refused
from clearance.domain.staff import Officer
from clearance.issuing.cases import read_officer, read_seen_case
from clearance.issuing.service import Service


def reject(service: Service, reference: str, *, officer: Officer, version: int, reason: str) -> Application | Refused:
    """The rejected case, or why this officer cannot reject it. `version` is that of the case the officer looked at.

    Raises Conflict where somebody else moved it meanwhile, NotOnRecord where there is no such case.
    """
    act = Act(officer_no=officer.number, at=service.now(), reason=reason.strip())
    with service.database.write() as work:
        case = read_seen_case(work, reference, version=version)
        outcome = decision.reject(case.application, officer=read_officer(work, officer.number), act=act)
        if isinstance(outcome, Application):
            work.applications.save(outcome)
            work.audit.append(
                AuditEntry(
                    at=act.at,
                    officer_no=officer.number,
                    act=AuditAct.APPLICATION_REJECTED,
                    subject=reference,
                    facts={"permit": outcome.draft.permit_no, "version": outcome.version},
                )
            )
            work.commit()
        return outcome
