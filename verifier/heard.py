"""What this desk has heard from those it talks to: who left elsewhere, and how much of the journal they hold.

All of it can be asked for again, so that a lost file costs time and nothing else; the journal itself is elsewhere.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from verifier.acts import Departure
from verifier.desk import Journal, ScanRecord
from verifier.memory import Memory

log = logging.getLogger(__name__)

_TABLES = """
CREATE TABLE IF NOT EXISTS listener (
    name TEXT PRIMARY KEY, journal TEXT, taken INTEGER NOT NULL, cursor INTEGER NOT NULL, heard_at INTEGER
) STRICT;
CREATE TABLE IF NOT EXISTS departure (
    clearance_no TEXT NOT NULL, desk TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (clearance_no, at, desk)
) STRICT, WITHOUT ROWID;
"""
_KEEP = """
INSERT INTO listener VALUES (:name, :journal, :taken, :cursor, :heard_at) ON CONFLICT (name) DO UPDATE
SET journal = excluded.journal, taken = excluded.taken, cursor = excluded.cursor, heard_at = excluded.heard_at
"""


@dataclass(frozen=True, kw_only=True)
class Talk:
    """Where the talk with one listener stands: rows of which journal it has taken, and what was heard from it.

    `cursor` is where its list of departures was read to, `heard_at` (UTC seconds) when it last answered with them.
    """

    journal: str | None = None
    taken: int = 0
    cursor: int = 0
    heard_at: int | None = None


@dataclass(frozen=True, kw_only=True)
class Mark:
    """Somebody was let pass on a clearance."""

    clearance_no: str
    departure: Departure


@dataclass(frozen=True, kw_only=True)
class SharedJournal:
    """This desk's journal, and what other desks did beside it: what the check asks about an earlier departure."""

    own: Journal
    heard: "Heard"

    def append(self, record: ScanRecord) -> int:
        return self.own.append(record)

    def departure_of(self, clearance_no: str) -> Departure | None:
        """The latest known departure, here or elsewhere; of this desk alone where the memory cannot be read."""
        known = [self.own.departure_of(clearance_no)]
        try:
            known.append(self.heard.departure_of(clearance_no))
        except OSError as error:
            log.warning("what other desks did is not known: %s", error)
        return max((each for each in known if each), key=lambda departure: departure.at, default=None)


class Heard:
    """The memory of one desk, in one file. May be shared by threads. Every method may raise OSError."""

    def __init__(self, path: Path) -> None:
        self._memory = Memory(path, _TABLES)

    def talk(self, listener: str) -> Talk:
        """Where the talk with a listener stands; a new one where there was none."""
        with self._memory.turn() as memory:
            row = memory.execute(
                "SELECT journal, taken, cursor, heard_at FROM listener WHERE name = ?", (listener,)
            ).fetchone()
        return Talk(journal=row[0], taken=row[1], cursor=row[2], heard_at=row[3]) if row else Talk()

    def keep(self, listener: str, talk: Talk, marks: Sequence[Mark] = ()) -> None:
        """Keep the marks and where the talk then stands, both or neither."""
        rows = [(mark.clearance_no, mark.departure.desk, mark.departure.at) for mark in marks]
        with self._memory.turn() as memory:
            memory.executemany("INSERT OR IGNORE INTO departure VALUES (?, ?, ?)", rows)
            memory.execute(_KEEP, {"name": listener, **vars(talk)})

    def departure_of(self, clearance_no: str) -> Departure | None:
        """The latest departure on a clearance that was heard of."""
        with self._memory.turn() as memory:
            row = memory.execute(
                "SELECT desk, at FROM departure WHERE clearance_no = ? ORDER BY at DESC LIMIT 1", (clearance_no,)
            ).fetchone()
        return Departure(desk=row[0], at=row[1]) if row else None

    def close(self) -> None:
        """Let go of the file."""
        self._memory.close()
