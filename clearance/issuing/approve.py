"""Approving a case: the first of the two signatures."""

from clearance.domain import decision
from clearance.domain.application import Act, Application
from clearance.domain.audit import AuditAct, AuditEntry
from clearance.domain.decision import Refused
from clearance.domain.staff import Officer
from clearance.issuing.cases import read_officer, read_seen_case
from clearance.issuing.service import Service


def approve(service: Service, reference: str, *, officer: Officer, version: int) -> Application | Refused:
    """The approved case, or why not. `version` is that of the case the officer looked at.

    Raises Conflict where somebody else moved it meanwhile, NotOnRecord where there is no such case.
    """
    act = Act(officer_no=officer.number, at=service.now())
    with service.database.write() as work:
        case = read_seen_case(work, reference, version=version)
        approver = read_officer(work, officer.number)
        outcome = decision.approve(case, officer=approver, act=act, on=service.today())
        if isinstance(outcome, Application):
            work.applications.save(outcome)
            work.audit.append(
                AuditEntry(
                    at=act.at,
                    officer_no=officer.number,
                    act=AuditAct.APPLICATION_APPROVED,
                    subject=reference,
                    facts={"permit": outcome.draft.permit_no, "version": outcome.version},
                )
            )
            work.commit()
        return outcome
