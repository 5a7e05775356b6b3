"""Cards to be issued anew, as rows."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, case, func, insert, literal, select, update

from clearance.credential.status import Status
from clearance.domain.reissue import Reissue, ReissueTally
from clearance.issuing.ports import NotOnRecord
from clearance.storage.tables import UtcDateTime, clearances, reissue_queue

_Q, _C = reissue_queue.c, clearances.c
_STANDING = (_C.status.in_((int(Status.VALID), int(Status.SUSPENDED))), _C.valid_until >= bindparam("on"))
_QUEUE = (
    insert(reissue_queue)
    .from_select(
        ["clearance_no", "kid", "queued_at"],
        select(_C.clearance_no, _C.kid, bindparam("at", type_=UtcDateTime)).where(
            _C.kid == bindparam("wanted"), *_STANDING, ~_C.clearance_no.in_(select(_Q.clearance_no))
        ),
    )
    .execution_options(preserve_rowcount=True)
)
_GET = select(reissue_queue).where(_Q.clearance_no == bindparam("wanted"))
_UNSETTLED = (
    select(reissue_queue)
    .where(_Q.settled_at.is_(None), _Q.clearance_no > bindparam("after"))
    .order_by(_Q.clearance_no)
    .limit(bindparam("limit"))
)
_REFUSED = select(reissue_queue).where(_Q.ground.is_not(None)).order_by(_Q.clearance_no).limit(bindparam("limit"))
_SETTLE = update(reissue_queue).where(_Q.clearance_no == bindparam("wanted"))
_REOPEN = update(reissue_queue).where(_Q.ground.is_not(None)).values(settled_at=None, ground=None)


def _number_of(condition: Any) -> Any:
    return func.coalesce(func.sum(case((condition, literal(1)), else_=literal(0))), 0)


_TALLIES = (
    select(
        _Q.kid,
        _number_of(_Q.settled_at.is_(None)).label("waiting"),
        _number_of(_Q.done_clearance_no.is_not(None)).label("done"),
        _number_of(_Q.ground.is_not(None)).label("refused"),
    )
    .group_by(_Q.kid)
    .order_by(func.min(_Q.queued_at), _Q.kid)
)


class SqlReissues:
    """Implements `clearance.issuing.ports.Reissues`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def queue(self, kid: bytes, *, on: date, at: datetime) -> int:
        return int(self._connection.execute(_QUEUE, {"wanted": kid, "on": on, "at": at}).rowcount)

    def get(self, clearance_no: str) -> Reissue | None:
        row = self._connection.execute(_GET, {"wanted": clearance_no}).first()
        return None if row is None else _reissue(row)

    def waiting(self, *, after: str, limit: int) -> Sequence[Reissue]:
        return [_reissue(row) for row in self._connection.execute(_UNSETTLED, {"after": after, "limit": limit})]

    def refused(self, *, limit: int) -> Sequence[Reissue]:
        return [_reissue(row) for row in self._connection.execute(_REFUSED, {"limit": limit})]

    def settle(self, reissue: Reissue) -> None:
        values = {
            "wanted": reissue.clearance_no,
            "settled_at": reissue.settled_at,
            "done_clearance_no": reissue.done_clearance_no,
            "ground": reissue.ground,
        }
        if self._connection.execute(_SETTLE, values).rowcount != 1:
            raise NotOnRecord(reissue.clearance_no)

    def reopen_refused(self) -> int:
        return int(self._connection.execute(_REOPEN).rowcount)

    def tallies(self) -> Sequence[ReissueTally]:
        rows = self._connection.execute(_TALLIES)
        return [ReissueTally(kid=r.kid, waiting=int(r.waiting), done=int(r.done), refused=int(r.refused)) for r in rows]


def _reissue(row: Row[Any]) -> Reissue:
    return Reissue(
        clearance_no=row.clearance_no,
        kid=row.kid,
        queued_at=row.queued_at,
        settled_at=row.settled_at,
        done_clearance_no=row.done_clearance_no,
        ground=row.ground,
    )
