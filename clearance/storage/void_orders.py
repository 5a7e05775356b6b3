"""Orders to void what an account did, and the cases they reach, as rows."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from clearance.domain.lifecycle import Move
from clearance.domain.void_order import VoidItem, VoidOrder
from clearance.issuing.ports import Conflict, NotOnRecord
from clearance.storage.tables_cases import acts
from clearance.storage.tables_oversight import void_items, void_orders

ANSWERING = (Move.CHECK, Move.APPROVE, Move.ISSUE, Move.TAKE_UP_AGAIN)
"""The moves by which an officer answers for a case to come to a card."""

_O, _I = void_orders.c, void_items.c
_GET = select(void_orders).where(_O.number == bindparam("wanted"))
_ALL = select(void_orders).order_by(_O.ordered_at.desc(), _O.number)
_OPEN = select(_O.number).where(_O.target_no == bindparam("target"), _O.done_at.is_(None), _O.withdrawn_at.is_(None))
_SAVE = update(void_orders).where(_O.number == bindparam("wanted"))
_REACHED = (
    select(acts.c.reference)
    .distinct()
    .where(acts.c.officer_no == bindparam("officer"), acts.c.at >= bindparam("since"))
    .where(acts.c.move.in_([move.value for move in ANSWERING]))
    .order_by(acts.c.reference)
)
_WAITING = (
    select(_I.reference)
    .where(_I.order_no == bindparam("wanted"), _I.done_at.is_(None))
    .order_by(_I.reference)
    .limit(bindparam("limit"))
)
_SETTLE = update(void_items).where(
    _I.order_no == bindparam("of_order"), _I.reference == bindparam("of_case"), _I.done_at.is_(None)
)
_OUTCOMES = (
    select(_I.outcome, func.count().label("cases")).where(_I.order_no == bindparam("wanted")).group_by(_I.outcome)
)


class SqlVoidOrders:
    """Implements `clearance.issuing.ports.VoidOrders`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, order: VoidOrder) -> None:
        if self._connection.execute(_OPEN, {"target": order.target_no}).first() is not None:
            raise Conflict(f"an order about {order.target_no} is open")
        self._connection.execute(void_orders.insert(), _row(order))

    def get(self, number: str) -> VoidOrder | None:
        row = self._connection.execute(_GET, {"wanted": number}).mappings().first()
        return None if row is None else VoidOrder(**row)

    def all(self) -> Sequence[VoidOrder]:
        return [VoidOrder(**row) for row in self._connection.execute(_ALL).mappings()]

    def save(self, order: VoidOrder) -> None:
        if self._connection.execute(_SAVE, _row(order) | {"wanted": order.number}).rowcount != 1:
            raise NotOnRecord(order.number)

    def reached(self, officer_no: str, *, since: datetime) -> Sequence[str]:
        return list(self._connection.execute(_REACHED, {"officer": officer_no, "since": since}).scalars())

    def put_items(self, order_no: str, references: Iterable[str]) -> None:
        rows = [{"order_no": order_no, "reference": reference} for reference in references]
        if rows:
            self._connection.execute(void_items.insert(), rows)

    def waiting(self, order_no: str, *, limit: int) -> Sequence[str]:
        return list(self._connection.execute(_WAITING, {"wanted": order_no, "limit": limit}).scalars())

    def settle(self, item: VoidItem) -> None:
        values = {"outcome": item.outcome.value, "done_at": item.done_at}
        key = {"of_order": item.order_no, "of_case": item.reference}
        if self._connection.execute(_SETTLE, values | key).rowcount != 1:
            raise NotOnRecord(f"{item.order_no} {item.reference}")

    def outcomes(self, order_no: str) -> Mapping[str, int]:
        return {row.outcome or "": row.cases for row in self._connection.execute(_OUTCOMES, {"wanted": order_no})}


def _row(order: VoidOrder) -> dict[str, Any]:
    return dict(vars(order))
