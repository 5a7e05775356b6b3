"""Taking up a rejected case again: two other officers must then decide on it (docs/adr/0070)."""

from clearance.domain import decision
from clearance.domain.application import Application
from clearance.domain.audit import AuditAct
from clearance.domain.decision import Refused
from clearance.domain.lifecycle import Move
from clearance.domain.staff import Officer
from clearance.issuing.moving import move
from clearance.issuing.service import Service


def take_up_again(
    service: Service, reference: str, *, officer: Officer, device: str, version: int, reason: str
) -> Application | Refused:
    """The case as newly submitted, or why this officer cannot take it up.

    Raises Conflict where somebody else moved it meanwhile, NotOnRecord where this officer sees no such case.
    """
    return move(
        service,
        reference,
        officer=officer,
        device=device,
        version=version,
        reason=reason,
        judge=lambda case, by: decision.make(case.application, Move.TAKE_UP_AGAIN, by, on=service.today()),
        put_down_as=AuditAct.APPLICATION_TAKEN_UP_AGAIN,
    )
