"""Rejecting a case, with a reason."""

from clearance.domain import decision
from clearance.domain.application import Application
from clearance.domain.audit import AuditAct
from clearance.domain.decision import Refused
from clearance.domain.lifecycle import Move
from clearance.domain.staff import Officer
from clearance.issuing.moving import move
from clearance.issuing.service import Service


def reject(
    service: Service, reference: str, *, officer: Officer, device: str, version: int, reason: str
) -> Application | Refused:
    """The rejected case, or why this officer cannot reject it.

    Raises Conflict where somebody else moved it meanwhile, NotOnRecord where this officer sees no such case.
    """
    return move(
        service,
        reference,
        officer=officer,
        device=device,
        version=version,
        reason=reason,
        judge=lambda case, by: decision.make(case.application, Move.REJECT, by, on=service.today()),
        put_down_as=AuditAct.APPLICATION_REJECTED,
    )
