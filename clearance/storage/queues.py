"""How much waits for the worker, counted by the database."""

from datetime import datetime

from sqlalchemy import Connection, Executable, bindparam, func, or_, select

from clearance.domain.delivery import DeliveryState
from clearance.issuing.ports import Waiting
from clearance.storage.tables import UtcDateTime
from clearance.storage.tables_batches import batch_chunks, batch_runs
from clearance.storage.tables_interface import deliveries

_AT = bindparam("at", type_=UtcDateTime)
_DELIVERIES = select(func.count(), func.min(deliveries.c.next_at, type_=UtcDateTime)).where(
    deliveries.c.state == DeliveryState.WAITING.value, deliveries.c.next_at <= _AT
)
_CHUNKS = (
    select(func.count(), func.min(batch_runs.c.ordered_at, type_=UtcDateTime))
    .select_from(batch_chunks.join(batch_runs))
    .where(
        batch_chunks.c.done.is_(False),
        batch_runs.c.paused_by.is_(None),
        or_(batch_chunks.c.held_until.is_(None), batch_chunks.c.held_until <= _AT),
        or_(batch_chunks.c.not_before.is_(None), batch_chunks.c.not_before <= _AT),
    )
)


class SqlQueues:
    """Implements `clearance.issuing.ports.Queues`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def deliveries(self, at: datetime) -> Waiting:
        return self._waiting(_DELIVERIES, at)

    def chunks(self, at: datetime) -> Waiting:
        return self._waiting(_CHUNKS, at)

    def _waiting(self, counted: Executable, at: datetime) -> Waiting:
        row = self._connection.execute(counted, {"at": at}).one()
        return Waiting(count=row[0], since=row[1])
