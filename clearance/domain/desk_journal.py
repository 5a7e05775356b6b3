"""What desks scanned and whom they let pass, as the office hears it: rows of their journals, in their own order.

It decides which row follows which, and what it means that one does not. Nothing that a desk sends is thrown away: a row
that does not fit is kept and marked, because it is evidence either way (docs/adr/0110).
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Self

from clearance.credential.journal import FIRST, Row, row_hash

LET_PASS = "let_pass"  # noqa: S105 - an act, no password


class RowKind(StrEnum):
    """A scan, or what the officer then did."""

    SCAN = "scan"
    ACT = "act"


@dataclass(frozen=True, kw_only=True)
class JournalRow:
    """One row of a desk's journal. `columns` are all of it but the kind, as the desk wrote them."""

    kind: RowKind
    columns: Row

    @property
    def seq(self) -> int:
        """Its number in the journal, from 1."""
        return int(self.columns["seq"] or 0)

    @property
    def nonce(self) -> str:
        """What names it for ever, however often it is sent."""
        return str(self.columns["nonce"])

    @property
    def hash(self) -> str:
        """The hash that the next row names."""
        return str(self.columns["hash"])

    @property
    def at(self) -> datetime:
        """The desk's clock."""
        return datetime.fromtimestamp(int(self.columns["at"] or 0), UTC)

    @property
    def departed_on(self) -> str | None:
        """The clearance whose holder was let pass; None for every other row."""
        clearance_no = self.columns.get("clearance_no")
        passed = self.kind is RowKind.ACT and self.columns.get("act") == LET_PASS
        return str(clearance_no) if passed and clearance_no else None

    def text(self, name: str) -> str | None:
        """A column as text; None where the row has none."""
        value = self.columns.get(name)
        return None if value is None else str(value)

    def whole(self) -> bool:
        """Whether the hash is that of the columns."""
        return self.hash == row_hash(self.columns)


@dataclass(frozen=True, kw_only=True)
class JournalPlace:
    """How far the office holds one journal of a desk: `taken` rows, the last of which has the hash `head`.

    `journal` is the hash of its first row, as the desk says it. `broken_at` is the first row that did not follow.
    """

    desk_id: str
    journal: str
    taken: int = 0
    head: str = FIRST
    broken_at: int | None = None

    def after(self, row: JournalRow) -> Self:
        """The place behind a row that was kept."""
        return replace(self, taken=row.seq, head=row.hash)

    def broken(self, row: JournalRow) -> Self:
        """The same place, with the break on record; the first row of all counts."""
        return replace(self, broken_at=row.seq if self.broken_at is None else min(self.broken_at, row.seq))

    def is_followed_by(self, row: JournalRow) -> bool:
        """Whether this row is the next one, as its desk wrote it."""
        return row.seq == self.taken + 1 and row.columns.get("previous") == self.head and row.whole()


@dataclass(frozen=True, kw_only=True)
class KeptRow:
    """A row as the office keeps it; `sound` says whether it followed the one before."""

    desk_id: str
    journal: str
    row: JournalRow
    sound: bool
    received_at: datetime


@dataclass(frozen=True, kw_only=True)
class Departure:
    """A holder of a clearance was let pass at a desk. `nonce` is that of the journal's row, `at` the desk's clock.

    `number` is its place in the list that desks read; 0 until it stands there.
    """

    nonce: str
    clearance_no: str
    desk_id: str
    desk_name: str
    at: datetime
    received_at: datetime
    number: int = 0


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What became of a message: the place behind it, and the rows to keep."""

    place: JournalPlace
    rows: tuple[KeptRow, ...]


@dataclass(frozen=True, kw_only=True)
class OutOfStep:
    """The message does not begin where the office's copy ends. `place` is what to keep, `taken` where to begin."""

    place: JournalPlace
    taken: int


def take(
    place: JournalPlace, rows: tuple[JournalRow, ...], *, known: frozenset[str], at: datetime
) -> Taken | OutOfStep:
    """Join rows to a journal. `known` holds the nonces that the office has already.

    The first row that does not follow is not taken at once: the desk is asked for everything from the beginning,
    because rows may have been put in before it. When it comes again it is kept as it is.
    """
    begun, kept = place, list[KeptRow]()
    for row in rows:
        if row.nonce in known:
            continue
        if row.seq > place.taken + 1:
            return OutOfStep(place=begun, taken=begun.taken)
        sound = place.is_followed_by(row)
        if not sound and place.broken_at is None:
            return OutOfStep(place=begun.broken(row), taken=0)
        kept.append(KeptRow(desk_id=place.desk_id, journal=place.journal, row=row, sound=sound, received_at=at))
        place = (place if sound else place.broken(row)).after(row)
    return Taken(place=place, rows=tuple(kept))
