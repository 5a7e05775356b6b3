"""Officers' sessions as rows."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select, true, update

from clearance.domain.factors import FactorKind
from clearance.domain.session import Place, Session, SessionEnd
from clearance.issuing.ports import NotOnRecord
from clearance.storage.tables_access import officer_sessions as table

_ADD = table.insert()
_GET = select(table).where(table.c.key == bindparam("wanted"))
_REPLACE = update(table).where(table.c.key == bindparam("wanted"))
_OF_OFFICER = (
    select(table)
    .where(table.c.officer_no == bindparam("wanted"), table.c.began_at >= bindparam("since"))
    .order_by(table.c.began_at.desc(), table.c.key)
)
_NEWEST = (
    select(table)
    .where(table.c.complete == true(), table.c.began_at >= bindparam("since"))
    .order_by(table.c.officer_no, table.c.began_at.desc(), table.c.key)
)
_END_ALL = update(table).where(
    table.c.officer_no == bindparam("wanted"),
    table.c.ended_because.is_(None),
    table.c.key != bindparam("besides"),
)
_WAS_HERE = (
    select(table.c.key)
    .where(
        table.c.officer_no == bindparam("wanted"),
        table.c.device == bindparam("wanted_device"),
        table.c.complete == true(),
    )
    .limit(1)
)
_FORGET = delete(table).where(table.c.seen_at < bindparam("before"))


class SqlSessions:
    """Implements `clearance.issuing.ports.Sessions`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, session: Session) -> None:
        self._connection.execute(_ADD, _row(session))

    def get(self, key: str) -> Session | None:
        row = self._connection.execute(_GET, {"wanted": key}).first()
        return None if row is None else _session(row)

    def replace(self, key: str, session: Session) -> None:
        if self._connection.execute(_REPLACE, _row(session) | {"wanted": key}).rowcount != 1:
            raise NotOnRecord(key)

    def of_officer(self, officer_no: str, *, since: datetime) -> Sequence[Session]:
        rows = self._connection.execute(_OF_OFFICER, {"wanted": officer_no, "since": since})
        return [_session(row) for row in rows]

    def newest(self, *, since: datetime) -> Mapping[str, Sequence[Session]]:
        sessions = [_session(row) for row in self._connection.execute(_NEWEST, {"since": since})]
        return {number: list(theirs) for number, theirs in groupby(sessions, key=lambda each: each.officer_no)}

    def end_all(self, officer_no: str, *, end: SessionEnd, at: datetime, besides: str = "") -> int:
        values = {"wanted": officer_no, "besides": besides, "ended_because": end.value, "ended_at": at}
        return self._connection.execute(_END_ALL, values).rowcount

    def was_here(self, officer_no: str, device: str) -> bool:
        values = {"wanted": officer_no, "wanted_device": device}
        return self._connection.execute(_WAS_HERE, values).first() is not None

    def forget(self, *, before: datetime) -> int:
        return self._connection.execute(_FORGET, {"before": before}).rowcount


def _row(session: Session) -> dict[str, Any]:
    return {
        "key": session.key,
        "officer_no": session.officer_no,
        "device": session.place.device,
        "agent": session.place.agent,
        "network": session.place.network,
        "began_at": session.began_at,
        "seen_at": session.seen_at,
        "shown_at": session.shown_at,
        "factor": session.factor.value if session.factor else None,
        "complete": session.complete,
        "overlapped": session.overlapped,
        "challenge": session.challenge,
        "ended_at": session.ended_at,
        "ended_because": session.end.value if session.end else None,
    }


def _session(row: Row[Any]) -> Session:
    return Session(
        key=row.key,
        officer_no=row.officer_no,
        place=Place(device=row.device, agent=row.agent, network=row.network),
        began_at=row.began_at,
        seen_at=row.seen_at,
        shown_at=row.shown_at,
        factor=FactorKind(row.factor) if row.factor else None,
        complete=row.complete,
        overlapped=row.overlapped,
        challenge=row.challenge,
        ended_at=row.ended_at,
        end=SessionEnd(row.ended_because) if row.ended_because else None,
    )
