"""Enrolled desks as rows."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from clearance.domain.desk import Airport, Desk, Holding
from clearance.issuing.ports import NotOnRecord
from clearance.storage.tables import desks

_C = desks.c
_ADD = desks.insert()
_GET = select(desks).where(_C.id == bindparam("wanted"))
_OPEN = select(desks).where(_C.withdrawn_at.is_(None)).order_by(_C.name)
_SAVE = update(desks).where(_C.id == bindparam("wanted"))


class SqlDesks:
    """Implements `clearance.issuing.ports.Desks`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, desk: Desk) -> None:
        self._connection.execute(_ADD, _row(desk))

    def get(self, desk_id: str) -> Desk | None:
        row = self._connection.execute(_GET, {"wanted": desk_id}).first()
        return None if row is None else _desk(row)

    def open(self) -> Sequence[Desk]:
        return [_desk(row) for row in self._connection.execute(_OPEN)]

    def save(self, desk: Desk) -> None:
        if self._connection.execute(_SAVE, _row(desk) | {"wanted": desk.id}).rowcount != 1:
            raise NotOnRecord(desk.id)


def _row(desk: Desk) -> dict[str, Any]:
    holding = desk.holding
    return {
        "id": desk.id,
        "name": desk.name,
        "airport": desk.airport.value,
        "counter": desk.counter,
        "token_sha256": desk.token_sha256,
        "enrolled_by": desk.enrolled_by,
        "enrolled_at": desk.enrolled_at,
        "last_seen": desk.last_seen,
        "trust_sequence": holding.trust_sequence if holding else None,
        "lists": dict(holding.lists) if holding else {},
        "software": holding.software if holding else None,
        "journal_rows": holding.rows if holding else 0,
        "withdrawn_at": desk.withdrawn_at,
    }


def _desk(row: Row[Any]) -> Desk:
    holding = None
    if row.software is not None:
        holding = Holding(
            trust_sequence=row.trust_sequence, lists=row.lists, software=row.software, rows=row.journal_rows
        )
    return Desk(
        id=row.id,
        name=row.name,
        airport=Airport(row.airport),
        counter=row.counter,
        token_sha256=row.token_sha256,
        enrolled_by=row.enrolled_by,
        enrolled_at=row.enrolled_at,
        last_seen=row.last_seen,
        holding=holding,
        withdrawn_at=row.withdrawn_at,
    )
