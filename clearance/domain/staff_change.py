"""Changes to accounts that one administrator alone must not make: one proposes, another one agrees.

It decides who may propose and agree. What a change does to the account is done in `clearance.issuing.people`.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from clearance.domain.staff import Officer, Role


class ChangeKind(StrEnum):
    """What is to happen to an account. Each of them could make a person of straw who decides cases."""

    OPEN = "open"
    """A new account, or a blocked one again: with an invitation for whoever it is."""
    ROLES = "roles"
    FACTORS = "factors"
    """Throw away the second factor that was lost, with an invitation to set up another."""


class Outcome(StrEnum):
    """How a proposal ended."""

    AGREED = "agreed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class StaffChange:
    """A proposal. `roles` are those that the account is to have, with ROLES only."""

    number: int
    kind: ChangeKind
    officer_no: str
    roles: frozenset[Role] | None
    proposed_by: str
    proposed_at: datetime
    outcome: Outcome | None = None
    settled_by: str | None = None
    settled_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """A code on paper with which an officer sets a password; `digest` is all that is kept of it."""

    officer_no: str
    digest: str
    made_by: str
    made_at: datetime
    until: datetime


class ChangeGround(StrEnum):
    """What stands against a step. The words are in `clearance.web.wording_access`."""

    NOT_ADMINISTRATOR = "not_administrator"
    OWN_ACCOUNT = "own_account"
    """Nobody changes the own account, nor agrees to a change of it."""
    OWN_PROPOSAL = "own_proposal"
    ALREADY_PROPOSED = "already_proposed"
    ALREADY_SETTLED = "already_settled"
    NOTHING_TO_CHANGE = "nothing_to_change"
    NO_ROLE = "no_role"


def may_propose(administrator: Officer, officer_no: str) -> ChangeGround | None:
    """What keeps somebody from changing an account; None where nothing does."""
    if Role.ADMINISTRATOR not in administrator.roles or not administrator.active:
        return ChangeGround.NOT_ADMINISTRATOR
    return ChangeGround.OWN_ACCOUNT if administrator.number == officer_no else None


def may_agree(administrator: Officer, change: StaffChange) -> ChangeGround | None:
    """What keeps somebody from being the second to agree; None where nothing does."""
    if (ground := may_propose(administrator, change.officer_no)) is not None:
        return ground
    if change.outcome is not None:
        return ChangeGround.ALREADY_SETTLED
    return ChangeGround.OWN_PROPOSAL if administrator.number == change.proposed_by else None
