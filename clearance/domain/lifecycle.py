"""The life of a case: its states, the moves between them, and the step that each move belongs to.

`MOVES` is the only table of allowed moves. Who may make a move is decided in `clearance.domain.decision`, what must be
true of the case in `clearance.domain.eligibility`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from clearance.credential.status import Status


class ApplicationState(StrEnum):
    """Where a case stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CHECKED = "checked"
    APPROVED = "approved"
    ISSUED = "issued"
    HELD = "held"
    RETURNED = "returned"
    """Sent back for correction to whoever entered it."""
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"
    DEPARTED = "departed"
    EXPIRED = "expired"
    """Issued, and past its last day. Told by the date and never stored (docs/adr/0071)."""


class Move(StrEnum):
    """What moves a case."""

    DRAFT = "draft"
    AMEND = "amend"
    SUBMIT = "submit"
    CHECK = "check"
    APPROVE = "approve"
    ISSUE = "issue"
    SEND_BACK = "send_back"
    REJECT = "reject"
    TAKE_UP_AGAIN = "take_up_again"
    HOLD = "hold"
    RELEASE = "release"
    SUPERSEDE = "supersede"
    REVOKE = "revoke"
    DEPART = "depart"


class Step(StrEnum):
    """Which pair of eyes a move belongs to. Nobody acts in two steps of one case; CARE binds nobody."""

    ENTRY = "entry"
    CHECKING = "checking"
    APPROVAL = "approval"
    ISSUE = "issue"
    TAKING_UP = "taking_up"
    CARE = "care"
    """Holds, releases and what happens to an issued card."""


_S, _M = ApplicationState, Move

FIRST: Mapping[Move, ApplicationState] = {_M.DRAFT: _S.DRAFT, _M.SUBMIT: _S.SUBMITTED}
"""How a case comes into being."""

MOVES: Mapping[ApplicationState, Mapping[Move, ApplicationState | None]] = {
    _S.DRAFT: {_M.AMEND: _S.DRAFT, _M.SUBMIT: _S.SUBMITTED},
    _S.SUBMITTED: {
        _M.CHECK: _S.CHECKED,
        _M.SEND_BACK: _S.RETURNED,
        _M.REJECT: _S.REJECTED,
        _M.HOLD: _S.HELD,
    },
    _S.CHECKED: {
        _M.APPROVE: _S.APPROVED,
        _M.SEND_BACK: _S.RETURNED,
        _M.REJECT: _S.REJECTED,
        _M.HOLD: _S.HELD,
    },
    _S.APPROVED: {
        _M.ISSUE: _S.ISSUED,
        _M.SEND_BACK: _S.RETURNED,
        _M.REJECT: _S.REJECTED,
        _M.HOLD: _S.HELD,
    },
    _S.RETURNED: {_M.AMEND: _S.RETURNED, _M.SUBMIT: _S.SUBMITTED, _M.REJECT: _S.REJECTED},
    _S.HELD: {_M.RELEASE: None, _M.REJECT: _S.REJECTED, _M.REVOKE: _S.REVOKED},
    _S.REJECTED: {_M.TAKE_UP_AGAIN: _S.SUBMITTED},
    _S.ISSUED: {
        _M.HOLD: _S.HELD,
        _M.SUPERSEDE: _S.SUPERSEDED,
        _M.REVOKE: _S.REVOKED,
        _M.DEPART: _S.DEPARTED,
    },
    _S.DEPARTED: {_M.HOLD: _S.HELD, _M.SUPERSEDE: _S.SUPERSEDED, _M.REVOKE: _S.REVOKED},
    _S.EXPIRED: {_M.SUPERSEDE: _S.SUPERSEDED, _M.REVOKE: _S.REVOKED},
    _S.SUPERSEDED: {},
    _S.REVOKED: {},
}
"""From each state, the moves there are and where each leads; None leads back to where the case was held."""

BEFORE_THE_CARD = frozenset({_M.REJECT, _M.SEND_BACK})
AFTER_THE_CARD = frozenset({_M.REVOKE, _M.SUPERSEDE, _M.DEPART})
"""A held case takes those of its side only."""

STEPS: Mapping[Move, Step] = {
    _M.DRAFT: Step.ENTRY,
    _M.AMEND: Step.ENTRY,
    _M.SUBMIT: Step.ENTRY,
    _M.CHECK: Step.CHECKING,
    _M.APPROVE: Step.APPROVAL,
    _M.REJECT: Step.APPROVAL,
    _M.ISSUE: Step.ISSUE,
    _M.TAKE_UP_AGAIN: Step.TAKING_UP,
    _M.HOLD: Step.CARE,
    _M.RELEASE: Step.CARE,
    _M.SUPERSEDE: Step.CARE,
    _M.REVOKE: Step.CARE,
    _M.DEPART: Step.CARE,
}
"""The step of each move but SEND_BACK, which belongs to the step that the case waits for."""

AWAITED: Mapping[ApplicationState, Step] = {
    _S.DRAFT: Step.ENTRY,
    _S.RETURNED: Step.ENTRY,
    _S.SUBMITTED: Step.CHECKING,
    _S.CHECKED: Step.APPROVAL,
    _S.APPROVED: Step.ISSUE,
}
"""The step that a case on its way waits for."""

STARTS_ANEW = frozenset({_M.SEND_BACK, _M.REJECT, _M.TAKE_UP_AGAIN})
"""After these, earlier signatures do not count any more."""

STATUS_OF: Mapping[ApplicationState, Status] = {
    _S.ISSUED: Status.VALID,
    _S.DEPARTED: Status.VALID,  # the card stays genuine; that it was used is the desk's to say
    _S.EXPIRED: Status.VALID,  # its own date ends it
    _S.HELD: Status.SUSPENDED,
    _S.SUPERSEDED: Status.SUPERSEDED,
    _S.REVOKED: Status.INVALID,
}
"""What desks are told of the card of a case in each state that has one: the one owner of this mapping."""

MAX_DEVICE = 64


@dataclass(frozen=True, kw_only=True)
class Act:
    """One move as it was made: who, when (UTC), from which device, why, and the state it led to.

    `officer_no` names an officer, or the desk that reported a departure. `device` is at most MAX_DEVICE ASCII
    characters: a browser's own name, `cli:<host>` or `client:<id>`.
    """

    move: Move
    step: Step
    state: ApplicationState
    officer_no: str
    at: datetime
    device: str
    reason: str | None = None


def step_of(move: Move, state: ApplicationState) -> Step:
    """The pair of eyes that a move from `state` belongs to. Raises KeyError for a sending back from nowhere."""
    return AWAITED[state] if move is Move.SEND_BACK else STEPS[move]
