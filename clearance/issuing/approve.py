"""Approving a case: the first of the two signatures."""

from clearance.domain import decision
from clearance.domain.application import Act, Application
from clearance.domain.audit import AuditAct, AuditEntry, Facts
from clearance.domain.decision import Refused
from clearance.domain.staff import Officer
from clearance.issuing.cases import read_officer, read_seen_case
from clearance.issuing.service import Service


def approve(
    service: Service, reference: str, *, officer: Officer, version: int, photo_accepted: bool = False
) -> Application | Refused:
    """The approved case, or why not. `version` is that of the case the officer looked at.

    `photo_accepted` says that the officer looked at a photo that was remarked on, and takes it for the worker's.
    Raises Conflict where somebody else moved it meanwhile, NotOnRecord where there is no such case.
    """
    act = Act(officer_no=officer.number, at=service.now())
    with service.database.write() as work:
        case = read_seen_case(work, reference, version=version)
        approver = read_officer(work, officer.number)
        outcome = decision.approve(case, officer=approver, act=act, on=service.today(), photo_accepted=photo_accepted)
        if isinstance(outcome, Application):
            work.applications.save(outcome)
            work.audit.append(
                AuditEntry(
                    at=act.at,
                    officer_no=officer.number,
                    act=AuditAct.APPLICATION_APPROVED,
                    subject=reference,
                    facts=_facts(outcome),
                )
            )
            work.commit()
        return outcome


def _facts(approved: Application) -> Facts:
    facts: Facts = {"permit": approved.draft.permit_no, "version": approved.version}
    remark = approved.draft.worker.photo_remark
    return {**facts, "photo_accepted_despite": remark.value} if remark else facts
