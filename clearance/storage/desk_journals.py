"""What desks sent of their journals, as rows."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, select

from clearance.domain.desk_journal import LET_PASS, Departure, JournalPlace, JournalRow, KeptRow, RowKind
from clearance.issuing.ports import DeskDay
from clearance.storage.tables_desks import departures, desk_journals, desk_rows

_J, _R, _D = desk_journals.c, desk_rows.c, departures.c
_THE_JOURNAL = (_J.desk_id == bindparam("wanted_desk"), _J.journal == bindparam("wanted_journal"))
_PLACE = select(desk_journals).where(*_THE_JOURNAL)
_PLACES = select(desk_journals).order_by(_J.desk_id, _J.number)
_ADD_PLACE = desk_journals.insert()
_MOVE = desk_journals.update().where(*_THE_JOURNAL)
_KNOWN = select(_R.nonce).where(_R.nonce.in_(bindparam("nonces", expanding=True)))
_ADD_ROWS = desk_rows.insert()
_EVIDENCE = select(desk_rows).where(_R.is_evidence).order_by(_R.number.desc()).limit(bindparam("limit"))
_ADD_DEPARTURES = departures.insert()
_DEPARTURES = select(departures).where(_D.number > bindparam("after")).order_by(_D.number).limit(bindparam("limit"))
_DEPARTURES_OF = select(departures).where(_D.clearance_no == bindparam("wanted")).order_by(_D.at, _D.number)
_USED_TWICE = (
    select(_D.clearance_no)
    .group_by(_D.clearance_no)
    .having(func.count() > 1)
    .order_by(func.max(_D.number).desc())
    .limit(bindparam("limit"))
)
_SINCE = _R.at >= bindparam("since")
_SCANS = select(_R.desk_id, _R.reason, func.count()).where(_SINCE, _R.kind == RowKind.SCAN.value)
_REFERRALS = select(_R.desk_id, _R.ground, func.count()).where(_SINCE, _R.ground.is_not(None))
_PASSED = select(_R.desk_id, func.count()).where(_SINCE, _R.act == LET_PASS).group_by(_R.desk_id)


class SqlDeskJournals:
    """Implements `clearance.issuing.ports.DeskJournals`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def place(self, desk_id: str, journal: str) -> JournalPlace:
        found = self._connection.execute(_PLACE, {"wanted_desk": desk_id, "wanted_journal": journal}).first()
        return _place(found) if found else JournalPlace(desk_id=desk_id, journal=journal)

    def places(self) -> Sequence[JournalPlace]:
        return [_place(row) for row in self._connection.execute(_PLACES)]

    def known(self, nonces: Iterable[str]) -> frozenset[str]:
        return frozenset(self._connection.execute(_KNOWN, {"nonces": list(nonces)}).scalars())

    def keep(self, place: JournalPlace, rows: Sequence[KeptRow]) -> None:
        if rows:
            self._connection.execute(_ADD_ROWS, [_columns(kept) for kept in rows])
        wanted = {"wanted_desk": place.desk_id, "wanted_journal": place.journal}
        if self._connection.execute(_MOVE, vars(place) | wanted).rowcount == 0:
            self._connection.execute(_ADD_PLACE, vars(place))

    def add_departures(self, departures: Sequence[Departure]) -> None:
        rows = [{name: value for name, value in vars(each).items() if name != "number"} for each in departures]
        if rows:
            self._connection.execute(_ADD_DEPARTURES, rows)

    def departures(self, *, after: int, limit: int) -> Sequence[Departure]:
        return [_departure(row) for row in self._connection.execute(_DEPARTURES, {"after": after, "limit": limit})]

    def departures_of(self, clearance_no: str) -> Sequence[Departure]:
        return [_departure(row) for row in self._connection.execute(_DEPARTURES_OF, {"wanted": clearance_no})]

    def used_twice(self, *, limit: int) -> Sequence[str]:
        return self._connection.execute(_USED_TWICE, {"limit": limit}).scalars().all()

    def days(self, *, since: datetime) -> Mapping[str, DeskDay]:
        scans = self._counted(_SCANS, _R.reason, since)
        referrals = self._counted(_REFERRALS, _R.ground, since)
        passed: dict[str, int] = {row.desk_id: row[1] for row in self._connection.execute(_PASSED, {"since": since})}
        return {
            desk: DeskDay(scans=scans[desk], referrals=referrals[desk], departures=passed.get(desk, 0))
            for desk in sorted({*scans, *referrals, *passed})
        }

    def evidence(self, *, limit: int) -> Sequence[KeptRow]:
        return [_kept(row) for row in self._connection.execute(_EVIDENCE, {"limit": limit})]

    def _counted(self, counted: Select[Any], by: Any, since: datetime) -> defaultdict[str, dict[str, int]]:
        found: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for desk, name, count in self._connection.execute(counted.group_by(_R.desk_id, by), {"since": since}):
            found[desk][name] = count
        return found


def _columns(kept: KeptRow) -> dict[str, Any]:
    row = kept.row
    return {
        "nonce": row.nonce,
        "desk_id": kept.desk_id,
        "journal": kept.journal,
        "seq": row.seq,
        "kind": row.kind.value,
        "at": row.at,
        "received_at": kept.received_at,
        "sound": kept.sound,
        "reason": row.text("reason"),
        "act": row.text("act"),
        "ground": row.text("ground"),
        "clearance_no": row.text("clearance_no"),
        "is_evidence": row.text("text") is not None,
        "columns": json.dumps(dict(row.columns), ensure_ascii=True),
    }


def _kept(row: Row[Any]) -> KeptRow:
    return KeptRow(
        desk_id=row.desk_id,
        journal=row.journal,
        row=JournalRow(kind=RowKind(row.kind), columns=json.loads(row.columns)),
        sound=row.sound,
        received_at=row.received_at,
    )


def _place(row: Row[Any]) -> JournalPlace:
    return JournalPlace(
        desk_id=row.desk_id, journal=row.journal, taken=row.taken, head=row.head, broken_at=row.broken_at
    )


def _departure(row: Row[Any]) -> Departure:
    return Departure(**row._mapping)
