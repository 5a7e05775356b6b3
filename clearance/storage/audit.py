"""The audit log as rows: appended in the transaction of the act itself, chained by `clearance.domain.audit`."""

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import ColumnElement, Connection, bindparam, select, update

from clearance.domain.audit import EMPTY, AuditEntry, AuditHead, AuditLink, AuditReport, check, written
from clearance.issuing.ports import AuditSought
from clearance.storage.tables import audit_head, audit_log

_HEAD = select(audit_head.c.number, audit_head.c.digest)
_HEAD_FOR_WRITING = _HEAD.with_for_update()
_MOVE_HEAD = update(audit_head)
_APPEND = audit_log.insert()
_ALL = select(audit_log).order_by(audit_log.c.number)
_BEHIND = _ALL.where(audit_log.c.number > bindparam("number"))
_AT_ONCE = 1_000
"""Rows fetched at a time: a record of years is checked in the memory of a moment."""
_OF_SUBJECT = _ALL.where(audit_log.c.subject == bindparam("wanted"))


class SqlAuditLog:
    """Implements `clearance.issuing.ports.AuditLog`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def wait_for_turn(self) -> None:
        """Lock the head, so that writers queue where the database itself would let several write at once."""
        self._connection.execute(_HEAD_FOR_WRITING)

    def append(self, entry: AuditEntry) -> None:
        link = AuditLink.after(self.head(), entry)
        self._connection.execute(_APPEND, vars(link))
        self._connection.execute(_MOVE_HEAD, {"number": link.number, "digest": link.digest})

    def entries(self, *, subject: str) -> Sequence[AuditEntry]:
        rows = self._connection.execute(_OF_SUBJECT, {"wanted": subject}).mappings()
        return [AuditLink(**row).entry for row in rows]

    def find(self, sought: AuditSought, *, before: int | None, limit: int) -> Sequence[AuditLink]:
        wanted = select(audit_log).where(*_conditions(sought, before)).order_by(audit_log.c.number.desc()).limit(limit)
        return [AuditLink(**row) for row in self._connection.execute(wanted).mappings()]

    def head(self) -> AuditHead:
        row = self._connection.execute(_HEAD).first()
        return EMPTY if row is None else AuditHead(number=row.number, digest=row.digest)

    def links(self, *, after: int = 0) -> Iterator[AuditLink]:
        streamed = {"yield_per": _AT_ONCE}
        rows = self._connection.execute(_BEHIND, {"number": after}, execution_options=streamed).mappings()
        return (AuditLink(**row) for row in rows)

    def verify(self, *, noted: Iterable[AuditHead] = ()) -> AuditReport:
        return check(self.links(), head=self.head(), noted=noted)


def _conditions(sought: AuditSought, before: int | None) -> Iterator[ColumnElement[bool]]:
    c = audit_log.c
    for column, wanted in ((c.officer_no, sought.officer_no), (c.act, sought.act), (c.subject, sought.subject)):
        if wanted:
            yield column == wanted
    if sought.since is not None:
        yield c.at >= written(sought.since)
    if sought.until is not None:
        yield c.at < written(sought.until)
    if before is not None:
        yield c.number < before
