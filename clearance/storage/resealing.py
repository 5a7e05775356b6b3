"""Everything sealed anew under the newest key: rows by primary key, a bounded number in a transaction, then documents.

It may be stopped at any moment and begun again: what is sealed under the newest key is passed over. Acts cannot be
changed, not even so; their guard sleeps for the length of a transaction, which takes the owner of the tables.
"""

from collections.abc import Iterator, Mapping
from contextlib import nullcontext, suppress
from typing import Any, Protocol

from sqlalchemy import Connection, Table, bindparam, select, tuple_, type_coerce

from clearance.storage.database import SqlDatabase
from clearance.storage.exchange import TABLES, plain_type
from clearance.storage.export_folder import Progress
from clearance.storage.record_keys import forget_keys
from clearance.storage.sealed import Sealed
from clearance.storage.sealing import RecordKeys
from clearance.storage.tables_cases import acts
from clearance.storage.triggers import triggers_asleep

AT_ONCE = 500
"""Rows in one transaction: others wait for it no longer than for a moment."""
TOLD_EVERY = 1_000
SEALED: Mapping[str, tuple[str, ...]] = {
    name: columns
    for name, table in TABLES.items()
    if (columns := tuple(column.name for column in table.columns if isinstance(column.type, Sealed)))
}
"""The sealed columns of every table that has some."""


class Resealable(Protocol):
    """A store of documents that can seal one anew."""

    def reseal(self, sha256: str) -> bool:
        """Whether it had to be written. Raises KeyError where it is not there."""
        ...


def reseal(database: SqlDatabase, keys: RecordKeys, documents: Resealable, tell: Progress) -> None:
    """Seal everything under the newest key; `tell` hears of each table, and of documents now and then.

    Afterwards the database knows of no older key. Raises Unreadable, Unavailable.
    """
    for name in SEALED:
        tell(name, sum(_resealed(database, TABLES[name], keys)))
    _reseal_documents(database, documents, tell)
    with database.rows() as connection:
        forget_keys(connection, besides=keys.ids[0])


def _reseal_documents(database: SqlDatabase, documents: Resealable, tell: Progress) -> None:
    written = 0
    with database.records() as records:
        for number, sha256 in enumerate(records.documents(), start=1):
            with suppress(KeyError):  # a row names it and the store lost it: `export` and `doctor` say so
                written += documents.reseal(sha256)
            if number % TOLD_EVERY == 0:
                tell("documents", written)
    tell("documents", written)


def _resealed(database: SqlDatabase, table: Table, keys: RecordKeys) -> Iterator[int]:
    after = None
    while True:
        with database.rows() as connection:
            rows = _next_rows(connection, table, after)
            old = [row for row in rows if not all(value is None or keys.is_newest(value) for value in _raw(table, row))]
            _rewrite(connection, table, old)
        yield len(old)
        if len(rows) < AT_ONCE:
            return
        after = tuple(rows[-1][: len(table.primary_key)])


def _next_rows(connection: Connection, table: Table, after: tuple[Any, ...] | None) -> list[Any]:
    """Primary key, the sealed columns as they lie there, and the same opened."""
    key = list(table.primary_key)
    sealed = [table.c[name] for name in SEALED[table.name]]
    raw = [type_coerce(column, plain_type(column)).label(f"raw_{column.name}") for column in sealed]
    statement = select(*key, *raw, *sealed).order_by(*key).limit(AT_ONCE).with_for_update()
    if after is not None:
        statement = statement.where(tuple_(*key) > tuple_(*after))
    return list(connection.execute(statement))


def _raw(table: Table, row: Any) -> Any:
    start = len(table.primary_key)
    return row[start : start + len(SEALED[table.name])]


def _rewrite(connection: Connection, table: Table, rows: list[Any]) -> None:
    if not rows:
        return
    key = [column.name for column in table.primary_key]
    update = table.update().where(*(table.c[name] == bindparam(f"key_{name}") for name in key))
    values = [
        {f"key_{name}": row[place] for place, name in enumerate(key)}
        | dict(zip(SEALED[table.name], row[-len(SEALED[table.name]) :], strict=True))
        for row in rows
    ]
    with triggers_asleep(connection, [acts.name]) if table is acts else nullcontext():
        connection.execute(update, values)
