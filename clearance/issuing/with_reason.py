"""The moves for which an officer gives a reason: back to who entered it, no, on hold, off it, and up again after a no.

They differ in where they lead and in what the record calls them. Who may make which is decided in
`clearance.domain.decision`.
"""

from collections.abc import Mapping

from clearance.domain import decision
from clearance.domain.application import Application
from clearance.domain.audit import AuditAct
from clearance.domain.decision import Refused
from clearance.domain.lifecycle import Move
from clearance.domain.staff import Officer
from clearance.issuing import moving
from clearance.issuing.service import Service

PUT_DOWN_AS: Mapping[Move, AuditAct] = {
    Move.SEND_BACK: AuditAct.APPLICATION_RETURNED,
    Move.REJECT: AuditAct.APPLICATION_REJECTED,
    Move.TAKE_UP_AGAIN: AuditAct.APPLICATION_TAKEN_UP_AGAIN,  # two other officers then decide on it (docs/adr/0070)
    Move.HOLD: AuditAct.APPLICATION_HELD,
    Move.RELEASE: AuditAct.APPLICATION_RELEASED,
}
"""These moves, and each as it stands on record."""


def move_with_reason(
    service: Service, reference: str, move: Move, *, officer: Officer, device: str, version: int, reason: str
) -> Application | Refused:
    """The moved case; or why this officer cannot make this move, which is one of PUT_DOWN_AS.

    The card of an issued case is suspended by a hold, and in force again after the release; desks are told at once.
    Raises Conflict where somebody else moved it meanwhile, NotOnRecord where this officer sees no such case;
    NotYetPublished after the move itself succeeded.
    """
    outcome = moving.move(
        service,
        reference,
        officer=officer,
        device=device,
        version=version,
        reason=reason,
        judge=lambda case, by: decision.make(case.application, move, by, on=service.today()),
        put_down_as=PUT_DOWN_AS[move],
    )
    if isinstance(outcome, Application) and outcome.issued:
        moving.tell_desks(service, outcome)
    return outcome
