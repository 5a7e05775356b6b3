"""Programs of agencies and ministries that may use the interface, and the tokens they show.

A client never acts in its own name: it is bound to one account, sees what that account sees and submits as that person
submits. Deciding is not among the scopes, so that the eyes which follow are always those of people.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from clearance.domain.tokens import new_id

CLIENT_KIND = "CLT"
MAX_TERM = timedelta(days=366)
"""The longest that a token may hold: a forgotten one ends by itself."""


class ClientScope(StrEnum):
    """What a client may do."""

    SUBMIT = "submit"
    """Submit applications."""
    STATUS = "status"
    """Read where its cases stand."""
    PERMITS = "permits"
    """Read permit balances and the state of the agency's licence."""
    WEBHOOKS = "webhooks"
    """Have changes of its cases sent to an address of its own."""
    STATISTICS = "statistics"
    """Read numbers about the office, no case among them."""


@dataclass(frozen=True, kw_only=True)
class ApiClient:
    """One registered program. `id` is never used again; `name` serves one open client at a time."""

    id: str
    name: str
    officer_no: str
    scopes: frozenset[ClientScope]
    created_at: datetime
    revoked_at: datetime | None = None

    @property
    def device(self) -> str:
        """What its acts name as the device they came from."""
        return f"client:{self.id}"

    def revoked(self, at: datetime) -> Self:
        """The same client, whose tokens open nothing any more."""
        return replace(self, revoked_at=at)


@dataclass(frozen=True, kw_only=True)
class ClientToken:
    """A token as it is stored. It opens from `issued_at` until before `expires_at`."""

    sha256: str
    client_id: str
    issued_at: datetime
    expires_at: datetime

    def opens(self, now: datetime) -> bool:
        """Whether it counts at a moment."""
        return self.issued_at <= now < self.expires_at


def new_client_id() -> str:
    """`CLT-` and eight random characters."""
    return new_id(CLIENT_KIND)
