"""Sending a case back to whoever entered it, with the reason: something is to be corrected."""

from clearance.domain import decision
from clearance.domain.application import Application
from clearance.domain.audit import AuditAct
from clearance.domain.decision import Refused
from clearance.domain.lifecycle import Move
from clearance.domain.staff import Officer
from clearance.issuing.moving import move
from clearance.issuing.service import Service


def send_back(
    service: Service, reference: str, *, officer: Officer, device: str, version: int, reason: str
) -> Application | Refused:
    """The returned case, or why this officer cannot send it back.

    Raises Conflict where somebody else moved it meanwhile, NotOnRecord where this officer sees no such case.
    """
    return move(
        service,
        reference,
        officer=officer,
        device=device,
        version=version,
        reason=reason,
        judge=lambda case, by: decision.make(case.application, Move.SEND_BACK, by, on=service.today()),
        put_down_as=AuditAct.APPLICATION_RETURNED,
    )
