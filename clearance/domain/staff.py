"""Officers, their roles and their offices: who may do what."""

from dataclasses import dataclass
from enum import StrEnum

from clearance.domain.text import BilingualText

HEADQUARTERS = "BMET"
"""Code of the one office that may decide every case; all others are district offices (DEMO)."""


class Role(StrEnum):
    """What an officer may do. One officer may hold several roles; one case never sees the same officer twice."""

    ENTRY = "entry"
    """Enters applications (agency desk, DEMO counter)."""
    APPROVER = "approver"
    """Decides: approves or rejects."""
    ISSUER = "issuer"
    """Issues what another officer approved, and takes cards back."""
    ADMINISTRATOR = "administrator"
    """Looks after keys and desks."""
    AUDITOR = "auditor"
    """Looks at what others do, and does nothing."""


OVERSIGHT = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})
"""Who may look at keys and desks."""


@dataclass(frozen=True, kw_only=True)
class Office:
    """An office of BMET. `code` is at most 12 characters, as the card's office claim carries it."""

    code: str
    name: BilingualText

    @property
    def headquarters(self) -> bool:
        """Whether this is headquarters."""
        return self.code == HEADQUARTERS


@dataclass(frozen=True, kw_only=True)
class Officer:
    """One member of staff. `number` is what cards and records show; `username` is what is typed at sign-in.

    `session_epoch` goes up when every session of this officer must end (password change, block).
    """

    number: str
    username: str
    name: BilingualText
    roles: frozenset[Role]
    office_code: str
    password_hash: str
    active: bool
    session_epoch: int
