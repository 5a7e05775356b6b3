"""What desks sent of their journals, as stored."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from clearance.domain.desk_journal import Departure, JournalPlace, KeptRow


@dataclass(frozen=True, kw_only=True)
class DeskDay:
    """What one desk did since a moment: scans by the verdict's reason, referrals by their ground, departures."""

    scans: Mapping[str, int]
    referrals: Mapping[str, int]
    departures: int


class DeskJournals(Protocol):
    """Journals of desks, row by row, and the departures among them."""

    def place(self, desk_id: str, journal: str) -> JournalPlace:
        """How far a journal is held; its beginning, where nothing is."""
        ...

    def places(self) -> Sequence[JournalPlace]:
        """Every journal that was ever heard of, those of one desk in the order of their first rows' arrival."""
        ...

    def known(self, nonces: Iterable[str]) -> frozenset[str]:
        """Those of the nonces that are held already."""
        ...

    def keep(self, place: JournalPlace, rows: Sequence[KeptRow]) -> None:
        """Write rows and the place behind them. Raises Conflict for a nonce that is held already."""
        ...

    def add_departures(self, departures: Sequence[Departure]) -> None:
        """Number them in the order given, after all others."""
        ...

    def departures(self, *, after: int, limit: int) -> Sequence[Departure]:
        """In the order of their numbers."""
        ...

    def departures_of(self, clearance_no: str) -> Sequence[Departure]:
        """By the desks' clocks, the earliest first."""
        ...

    def used_twice(self, *, limit: int) -> Sequence[str]:
        """Clearances with more than one departure, the one heard of last first."""
        ...

    def days(self, *, since: datetime) -> Mapping[str, DeskDay]:
        """What each desk did since a moment of its clock, by its id; desks that did nothing are left out."""
        ...

    def evidence(self, *, limit: int) -> Sequence[KeptRow]:
        """Scans whose text was kept because no key of ours proved it, the one received last first."""
        ...
