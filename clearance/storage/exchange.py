"""Everything of record as JSON lines, and back: row by row, below the use cases (docs/adr/0116).

It decides how a value of each column is written, in which order tables and rows go, and what a record that was brought
in must pass before it counts: its rows entered while the triggers slept, so the chain of the audit log and the counters
of permits are checked again. Constraints and references hold throughout. Files are `export_folder`'s.
"""

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from heapq import merge
from itertools import groupby, islice
from typing import Any, TypeVar

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Date,
    Integer,
    LargeBinary,
    String,
    Table,
    exists,
    func,
    select,
    union,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

from clearance.domain.audit import AuditHead
from clearance.issuing.ports import Conflict
from clearance.storage import (
    tables_access,
    tables_batches,
    tables_cases,
    tables_desks,
    tables_interface,
    tables_oversight,
    tables_personal,
    tables_requests,
    tables_restoring,
    tables_rules,
)
from clearance.storage.audit import SqlAuditLog
from clearance.storage.books import SqlBooks
from clearance.storage.sealed import Sealed
from clearance.storage.tables import UtcDateTime, applications, audit_head, clearances, metadata, record_keys
from clearance.storage.tables_batches import batch_photos, batch_rows, chores, entry_forms
from clearance.storage.tables_rules import rules
from clearance.storage.triggers import triggers_asleep

_AT_ONCE = 1_000
_FROM_THE_FIRST_DAY = frozenset({rules, audit_head, chores})
"""Tables that a new installation has rows in before anybody has done anything."""
_DOCUMENT = re.compile(r"[0-9a-f]{64}", re.ASCII)
_TABLE_MODULES = (
    tables_access,
    tables_batches,
    tables_cases,
    tables_desks,
    tables_interface,
    tables_oversight,
    tables_personal,
    tables_requests,
    tables_restoring,
    tables_rules,
)
"""They add their tables to `metadata` when they are loaded: named here, so that none can be missing below."""
TABLES: Mapping[str, Table] = {table.name: table for table in metadata.sorted_tables if table is not record_keys}
"""Every table of record, what is referred to before what refers to it. Which keys seal its rows is said of one
installation, and is no record."""

Value = TypeVar("Value")


class RecordsRefused(Exception):
    """The rows cannot be brought in, and nothing was changed; the message says why."""


class InstallationInUse(RecordsRefused):
    """Somebody works here already."""


class RecordsOut:
    """What one transaction sees of the record."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def connection(self) -> Connection:
        """For a backup, which takes the whole database as this transaction sees it."""
        return self._connection

    @property
    def head(self) -> AuditHead:
        """Where the record of acts stands."""
        return SqlAuditLog(self._connection).head()

    def lines(self, name: str) -> Iterator[bytes]:
        """The rows of a table by primary key, each a JSON object in a line: dates as ISO 8601, bytes as Base64."""
        table = TABLES[name]
        for row in self._stream(select(table).order_by(*map(self._bytewise, table.primary_key))):
            values = {
                column.name: _written(value) if not isinstance(plain_type(column), JSON) else value
                for column, value in zip(table.columns, row, strict=True)
            }
            yield json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

    def documents(self) -> Iterator[str]:
        """The SHA-256 of every document that a row names, each once."""
        names = (
            applications.c.photo_sha256,
            clearances.c.pdf_sha256,
            batch_rows.c.photo_sha256,
            batch_photos.c.sha256,
            entry_forms.c.photo_sha256,
            applications.c.visa_check_evidence,  # a note in words, or a document's name
        )
        found = union(*(select(name.label("sha256")).where(func.length(name) == 64) for name in names))
        each = found.subquery().c.sha256
        of_record = (row[0] for row in self._stream(select(each).order_by(self._bytewise(each))))
        for sha256, _ in groupby(merge(of_record, sorted(self._in_open_forms()))):
            if _DOCUMENT.fullmatch(sha256):
                yield sha256

    def _in_open_forms(self) -> set[str]:
        """The same of what is being typed, which is sealed: few at a time."""
        texts = self._connection.execute(select(entry_forms.c.texts)).scalars()
        return {typed.get("visa_check_evidence", "") for typed in texts}

    def _stream(self, statement: Any) -> Iterator[Any]:
        return iter(self._connection.execute(statement, execution_options={"yield_per": _AT_ONCE}))

    def _bytewise(self, column: ColumnElement[Any]) -> Any:
        """For ORDER BY: PostgreSQL would sort texts by the language of the server."""
        sorts_by_language = self._connection.dialect.name == "postgresql" and isinstance(column.type, String)
        return column.collate("C") if sorts_by_language else column


class RecordsIn:
    """Fills an empty installation, in one transaction that its owner commits."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def require_empty(self) -> None:
        """Raises InstallationInUse where anything of record is here."""
        begun = SqlAuditLog(self._connection).head().number > 0
        for table in TABLES.values():
            if table not in _FROM_THE_FIRST_DAY and self._connection.scalar(select(exists().select_from(table))):
                begun = True
        if begun:
            raise InstallationInUse("this installation is in use")

    def load(self, lines_of: Callable[[str], Iterable[bytes]], *, head: AuditHead) -> None:
        """Bring in the rows of every table; `lines_of` gives those of one. Raises RecordsRefused.

        What comes out must be a whole record of acts that ends at `head`, and permits that count their cards.
        """
        self.require_empty()
        try:
            with triggers_asleep(self._connection, TABLES):
                for table in _FROM_THE_FIRST_DAY:  # none refers to another
                    self._connection.execute(table.delete())
                for table in TABLES.values():
                    self._fill(table, lines_of(table.name))
        except Conflict as error:
            raise RecordsRefused("the rows do not go together; the database refused them") from error
        except DBAPIError as error:
            raise RecordsRefused(f"the database refused ({type(error.orig).__name__})") from error
        self._require_whole(head)

    def _fill(self, table: Table, lines: Iterable[bytes]) -> None:
        rows = _parents_first(table, _rows(table, lines))
        while chunk := list(islice(rows, _AT_ONCE)):
            self._connection.execute(table.insert(), chunk)
        counted = table.autoincrement_column
        if self._connection.dialect.name == "postgresql" and counted is not None:
            highest = select(func.coalesce(func.max(counted), 0) + 1).scalar_subquery()
            sequence = func.pg_get_serial_sequence(table.name, counted.name)
            self._connection.execute(select(func.setval(sequence, highest, False)))

    def _require_whole(self, head: AuditHead) -> None:
        report = SqlAuditLog(self._connection).verify()
        if report.faults or report.head != head:
            raise RecordsRefused("the record of acts is not whole, or ends elsewhere than the export says")
        for permit in SqlBooks(self._connection).permits():
            if permit.used != permit.cards:
                raise RecordsRefused(f"permit {permit.number} does not count its cards")


def _parents_first(table: Table, rows: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Rows that refer to others of their own table after those. Raises RecordsRefused where one is not there."""
    reference = next((key for key in table.foreign_keys if key.column.table is table), None)
    if reference is None:
        yield from rows
        return
    waiting, known = list(rows), {None}  # rules: a few hundred
    while waiting:
        ready = [row for row in waiting if row[reference.parent.name] in known]
        if not ready:
            raise RecordsRefused(f"{table.name}: a row refers to one that is not there")
        yield from ready
        known.update(row[reference.column.name] for row in ready)
        waiting = [row for row in waiting if row[reference.column.name] not in known]


def _rows(table: Table, lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    columns = {column.name: column for column in table.columns}
    for number, line in enumerate(lines, start=1):
        try:
            values = json.loads(line)
            if values.keys() != columns.keys():
                raise ValueError("other columns")
            yield {name: _read(columns[name], value) for name, value in values.items()}
        except (ValueError, TypeError, AttributeError) as error:
            raise RecordsRefused(f"records/{table.name}.jsonl, line {number}: not a row of this table") from error


def _written(value: Any) -> Any:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case bytes():
            return b64encode(value).decode("ascii")
    return value


def plain_type(column: Column[Any]) -> TypeEngine[Any]:
    """What is sealed leaves plain, and is sealed again where it comes in."""
    return column.type.plain if isinstance(column.type, Sealed) else column.type


def _read(column: Column[Any], value: Any) -> Any:
    """The value for a column. SQLite would take any; raises TypeError and ValueError."""
    plain = plain_type(column)
    if value is None or isinstance(plain, JSON):
        return value
    match plain:
        case UtcDateTime():
            return _moment(_a(str, value))
        case Date():
            return date.fromisoformat(_a(str, value))
        case LargeBinary():
            return b64decode(_a(str, value), validate=True)
        case Boolean():
            return _a(bool, value)
        case Integer():
            return _a(int, value)
        case String():
            return _a(str, value)
    raise TypeError(f"no column of record is of type {column.type}")


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return moment


def _a(kind: type[Value], value: Any) -> Value:
    if type(value) is not kind:  # True is an int, too
        raise TypeError(kind.__name__)
    return value
