"""Officers, their roles and their offices: who may do what."""

from dataclasses import dataclass
from enum import StrEnum

from clearance.domain.text import BilingualText

HEADQUARTERS = "BMET"
"""Code of the one office that may decide every case; all others are district offices (DEMO)."""


class Role(StrEnum):
    """What an officer may do. One officer may hold several roles; one case never sees the same officer twice."""

    AGENCY_CLERK = "agency_clerk"
    """Enters and submits the applications of one recruiting agency."""
    DEMO_OFFICER = "demo_officer"
    """Enters and submits applications at an office's counter."""
    CHECKER = "checker"
    """Compares what was submitted with the papers."""
    APPROVER = "approver"
    """Decides: approves or rejects."""
    ISSUER = "issuer"
    """Issues what another officer approved, and takes cards back."""
    ADMINISTRATOR = "administrator"
    """Looks after keys and desks."""
    AUDITOR = "auditor"
    """Looks at what others do, and does nothing."""


ENTERING = frozenset({Role.AGENCY_CLERK, Role.DEMO_OFFICER})
"""Who may enter and submit cases."""
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
    """One member of staff, or one clerk of a recruiting agency, whose `licence_no` then is the agency's.

    `number` is what cards and records show; `username` is what is typed at sign-in.
    """

    number: str
    username: str
    name: BilingualText
    roles: frozenset[Role]
    office_code: str
    password_hash: str
    active: bool
    licence_no: str | None = None

    @property
    def headquarters(self) -> bool:
        """Whether this officer decides for headquarters; an agency's clerk decides for nobody."""
        return self.office_code == HEADQUARTERS and self.licence_no is None

    @property
    def scope(self) -> "Scope":
        """Which cases this officer may see and move."""
        if self.licence_no is not None:
            return Scope(licence_no=self.licence_no)
        return Scope() if self.headquarters else Scope(office_code=self.office_code)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """A bound on cases: those of one agency, those of one office, or, with neither, all."""

    office_code: str | None = None
    licence_no: str | None = None

    def covers(self, *, office_code: str, licence_no: str | None) -> bool:
        """Whether a case of this office and agency lies within."""
        return self.office_code in (None, office_code) and self.licence_no in (None, licence_no)
