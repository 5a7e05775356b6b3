"""Journals of desks in memory."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from clearance.domain.desk_journal import Departure, JournalPlace, KeptRow, RowKind
from clearance.issuing.ports import Conflict, DeskDay


@dataclass
class FakeDeskJournals:
    """Implements `DeskJournals` over three dictionaries of the fake database."""

    held: dict[tuple[str, str], JournalPlace]
    kept: dict[str, KeptRow]
    left: dict[int, Departure]

    def place(self, desk_id: str, journal: str) -> JournalPlace:
        return self.held.get((desk_id, journal), JournalPlace(desk_id=desk_id, journal=journal))

    def places(self) -> Sequence[JournalPlace]:
        return sorted(self.held.values(), key=lambda place: place.desk_id)

    def known(self, nonces: Iterable[str]) -> frozenset[str]:
        return frozenset(nonces) & self.kept.keys()

    def keep(self, place: JournalPlace, rows: Sequence[KeptRow]) -> None:
        nonces = [kept.row.nonce for kept in rows]
        if len(set(nonces)) != len(nonces) or self.known(nonces):
            raise Conflict("a nonce is held already")
        self.kept |= {kept.row.nonce: kept for kept in rows}
        self.held[place.desk_id, place.journal] = place

    def add_departures(self, departures: Sequence[Departure]) -> None:
        for each in departures:
            number = len(self.left) + 1
            self.left[number] = replace(each, number=number)

    def departures(self, *, after: int, limit: int) -> Sequence[Departure]:
        return [each for number, each in self.left.items() if number > after][:limit]

    def departures_of(self, clearance_no: str) -> Sequence[Departure]:
        found = [each for each in self.left.values() if each.clearance_no == clearance_no]
        return sorted(found, key=lambda each: (each.at, each.number))

    def used_twice(self, *, limit: int) -> Sequence[str]:
        times = Counter(each.clearance_no for each in self.left.values())
        newest_first = dict.fromkeys(each.clearance_no for each in reversed(self.left.values()))
        return [number for number in newest_first if times[number] > 1][:limit]

    def days(self, *, since: datetime) -> Mapping[str, DeskDay]:
        days: dict[str, DeskDay] = {}
        for desk in sorted({kept.desk_id for kept in self.kept.values() if kept.row.at >= since}):
            rows = [kept.row for kept in self.kept.values() if kept.desk_id == desk and kept.row.at >= since]
            days[desk] = DeskDay(
                scans=dict(Counter(row.text("reason") or "" for row in rows if row.kind is RowKind.SCAN)),
                referrals=dict(Counter(ground for row in rows if (ground := row.text("ground")))),
                departures=sum(row.text("act") == "let_pass" for row in rows),
            )
        return days

    def evidence(self, *, limit: int) -> Sequence[KeptRow]:
        found = [kept for kept in self.kept.values() if kept.row.text("text") is not None]
        return found[::-1][:limit]
