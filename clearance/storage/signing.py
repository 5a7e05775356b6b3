"""Signatures counted and stops kept, as rows of which none is ever deleted."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select, update

from clearance.domain.signing import DAY, HOUR, SignedLately, SigningStop
from clearance.issuing.ports import SigningIntent
from clearance.storage.tables import signatures, signing_stops

_COUNT = signatures.insert()
_SINCE = select(func.count()).select_from(signatures).where(signatures.c.at > bindparam("moment"))
_STOP = signing_stops.insert()
_RESUME = update(signing_stops).where(signing_stops.c.resumed_at.is_(None))
_STANDING = (
    select(signing_stops).where(signing_stops.c.resumed_at.is_(None)).order_by(signing_stops.c.number.desc()).limit(1)
)


class SqlSigningControls:
    """Implements `clearance.issuing.ports.SigningControls`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def count(self, intent: SigningIntent) -> None:
        self._connection.execute(
            _COUNT,
            {
                "at": intent.planned_at,
                "clearance_no": intent.clearance_no,
                "payload_sha256": intent.payload_sha256,
            },
        )

    def lately(self, now: datetime) -> SignedLately:
        return SignedLately(in_an_hour=self._since(now - HOUR), in_a_day=self._since(now - DAY))

    def standing_stop(self) -> SigningStop | None:
        row = self._connection.execute(_STANDING).first()
        return None if row is None else _stop(row)

    def stop(self, order: SigningStop) -> None:
        values = {"stopped_by": order.officer_no, "stopped_at": order.at, "reason": order.reason}
        self._connection.execute(_STOP, values)

    def resume(self, *, officer_no: str, at: datetime) -> None:
        self._connection.execute(_RESUME, {"resumed_by": officer_no, "resumed_at": at})

    def _since(self, moment: datetime) -> int:
        return int(self._connection.execute(_SINCE, {"moment": moment}).scalar_one())


def _stop(row: Row[Any]) -> SigningStop:
    return SigningStop(officer_no=row.stopped_by, at=row.stopped_at, reason=row.reason)
