"""Holding a case: before its card is issued nobody may go on, after that desks refer the worker."""

from clearance.domain import decision
from clearance.domain.application import Application
from clearance.domain.audit import AuditAct
from clearance.domain.decision import Refused
from clearance.domain.lifecycle import Move
from clearance.domain.staff import Officer
from clearance.issuing.moving import move, tell_desks
from clearance.issuing.service import Service


def hold(
    service: Service, reference: str, *, officer: Officer, device: str, version: int, reason: str
) -> Application | Refused:
    """The held case, its card suspended at every desk; or why this officer cannot hold it.

    Raises Conflict, NotOnRecord; NotYetPublished after the move itself succeeded.
    """
    outcome = move(
        service,
        reference,
        officer=officer,
        device=device,
        version=version,
        reason=reason,
        judge=lambda case, by: decision.make(case.application, Move.HOLD, by, on=service.today()),
        put_down_as=AuditAct.APPLICATION_HELD,
    )
    if isinstance(outcome, Application) and outcome.issued:
        tell_desks(service, outcome)
    return outcome
