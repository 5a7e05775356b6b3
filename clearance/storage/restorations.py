"""Returns from a backup as rows."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from clearance.credential.claims import StatusRef
from clearance.credential.status import Status
from clearance.domain.audit import AuditHead
from clearance.domain.restoration import Restoration
from clearance.storage.tables import clearances
from clearance.storage.tables_restoring import published_marks, restorations

_R, _M = restorations.c, published_marks.c
_LAST = select(restorations).order_by(_R.number.desc()).limit(1)
_FINISH = restorations.update().where(_R.epoch == bindparam("wanted"))
_MARKS = select(_M.status_idx, _M.status).where(_M.status_uri == bindparam("uri"))
_FORGET = published_marks.delete().where(_M.status_uri == bindparam("uri"), _M.status_idx == bindparam("idx"))
_CARD_AT = select(clearances.c.clearance_no).where(
    clearances.c.status_uri == bindparam("uri"), clearances.c.status_idx == bindparam("idx")
)


class SqlRestorations:
    """Implements `clearance.issuing.ports.Restorations`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def begin(self, restoration: Restoration) -> None:
        self._connection.execute(restorations.insert(), _columns(restoration))

    def finish(self, restoration: Restoration) -> None:
        self._connection.execute(_FINISH, _columns(restoration) | {"wanted": restoration.epoch})

    def standing(self) -> Restoration | None:
        row = self._connection.execute(_LAST).first()
        return None if row is None or row.finished_at is not None else _restoration(row)

    def epoch(self) -> str:
        row = self._connection.execute(_LAST).first()
        return "" if row is None else str(row.epoch)

    def card_at(self, ref: StatusRef) -> str | None:
        number: str | None = self._connection.execute(_CARD_AT, {"uri": ref.uri, "idx": ref.idx}).scalar_one_or_none()
        return number

    def keep_marks(self, uri: str, marks: Mapping[int, Status]) -> None:
        if not marks:
            return
        self._connection.execute(_FORGET, [{"uri": uri, "idx": idx} for idx in marks])
        rows = [{"status_uri": uri, "status_idx": idx, "status": int(status)} for idx, status in marks.items()]
        self._connection.execute(published_marks.insert(), rows)

    def marks(self, uri: str) -> Mapping[int, Status]:
        return {row.status_idx: Status(row.status) for row in self._connection.execute(_MARKS, {"uri": uri})}


def _columns(restoration: Restoration) -> dict[str, Any]:
    columns = {name: value for name, value in vars(restoration).items() if name != "head"}
    return columns | {"head_number": restoration.head.number, "head_digest": restoration.head.digest}


def _restoration(row: Row[Any]) -> Restoration:
    return Restoration(
        epoch=row.epoch,
        backup=row.backup,
        made_at=row.made_at,
        head=AuditHead(number=row.head_number, digest=row.head_digest),
        begun_by=row.begun_by,
        begun_at=row.begun_at,
        finished_by=row.finished_by,
        finished_at=row.finished_at,
        despite=row.despite,
    )
