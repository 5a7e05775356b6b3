"""Approving a case: the office's decision."""

from clearance.domain import decision
from clearance.domain.application import Application
from clearance.domain.audit import AuditAct, Facts
from clearance.domain.decision import Attempt, Refused
from clearance.domain.eligibility import Case
from clearance.domain.staff import Officer
from clearance.issuing.moving import move
from clearance.issuing.service import Service


def approve(
    service: Service, reference: str, *, officer: Officer, device: str, version: int, photo_accepted: bool = False
) -> Application | Refused:
    """The approved case, or why not. `version` is that of the case the officer looked at.

    `photo_accepted` says that the officer looked at a photo that was remarked on, and takes it for the worker's.
    Raises Conflict where somebody else moved it meanwhile, NotOnRecord where this officer sees no such case.
    """

    def judge(case: Case, by: Attempt) -> Application | Refused:
        return decision.approve(case, by, on=service.today(), photo_accepted=photo_accepted)

    return move(
        service,
        reference,
        officer=officer,
        device=device,
        version=version,
        reason=None,
        judge=judge,
        put_down_as=AuditAct.APPLICATION_APPROVED,
        facts=_facts,
    )


def _facts(approved: Application) -> Facts:
    remark = approved.draft.worker.photo_remark
    return {"photo_accepted_despite": remark.value} if remark else {}
