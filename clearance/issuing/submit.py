"""Submitting a case that was kept as a draft, or one that was sent back and put right."""

from clearance.domain import decision
from clearance.domain.application import Application
from clearance.domain.audit import AuditAct
from clearance.domain.decision import Refused
from clearance.domain.lifecycle import Move
from clearance.domain.staff import Officer
from clearance.issuing.entry import entry_facts
from clearance.issuing.moving import move
from clearance.issuing.service import Service


def submit(service: Service, reference: str, *, officer: Officer, device: str, version: int) -> Application | Refused:
    """The submitted case, or why this officer cannot submit it.

    Raises Conflict where somebody else moved it meanwhile, NotOnRecord where this officer sees no such case.
    """
    return move(
        service,
        reference,
        officer=officer,
        device=device,
        version=version,
        reason=None,
        judge=lambda case, by: decision.make(case.application, Move.SUBMIT, by, on=service.today()),
        put_down_as=AuditAct.APPLICATION_SUBMITTED,
        facts=entry_facts,
    )
