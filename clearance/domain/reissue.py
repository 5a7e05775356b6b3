"""Cards that must be issued anew because the key that signed them is trusted no more."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self


@dataclass(frozen=True, kw_only=True)
class Reissue:
    """One card on the list, by its number. Settled by the card that took its place, or by the first ground (a value of
    `Ground`) that stands against one."""

    clearance_no: str
    kid: bytes
    queued_at: datetime
    settled_at: datetime | None = None
    done_clearance_no: str | None = None
    ground: str | None = None

    def done(self, clearance_no: str, *, at: datetime) -> Self:
        """The same entry after its new card was recorded."""
        return replace(self, settled_at=at, done_clearance_no=clearance_no, ground=None)

    def refused(self, ground: str, *, at: datetime) -> Self:
        """The same entry where the case may not be issued any more."""
        return replace(self, settled_at=at, ground=ground)


@dataclass(frozen=True, kw_only=True)
class ReissueTally:
    """How far the cards of one key have come."""

    kid: bytes
    waiting: int
    done: int
    refused: int

    @property
    def total(self) -> int:
        return self.waiting + self.done + self.refused
