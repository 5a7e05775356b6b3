"""Checking a case against the papers: the first pair of eyes after entry."""

from clearance.domain import decision
from clearance.domain.application import Application
from clearance.domain.audit import AuditAct
from clearance.domain.decision import Refused
from clearance.domain.staff import Officer
from clearance.issuing.moving import move
from clearance.issuing.service import Service


def check(service: Service, reference: str, *, officer: Officer, device: str, version: int) -> Application | Refused:
    """The checked case, or why not.

    Raises Conflict where somebody else moved it meanwhile, NotOnRecord where this officer sees no such case.
    """
    return move(
        service,
        reference,
        officer=officer,
        device=device,
        version=version,
        reason=None,
        judge=lambda case, by: decision.check(case, by, on=service.today()),
        put_down_as=AuditAct.APPLICATION_CHECKED,
    )
