"""A million people with a card, in minutes: one real, issued case written over and over with other numbers.

The rows go in below everything that judges rows (constraints, triggers and indexes are taken away and put back): the
one case was judged. Every fifth person had a passport before. Dates are moved so that cards stay in force.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg

from clearance.storage.database import SqlDatabase
from clearance.storage.documents import DocumentDirectory
from tests.fakes.office import draft, open_office
from tests.fakes.records_keys import KEYS, SEAL, lay_keys

PDF_BYTES = 100_000
BORN = {"day": "14", "month": "3", "year": "1995"}
COPIED = ("applications", "acts", "clearances")
HAD_ANOTHER = 5
BLOCK = 1_000
_FAR_OFF = "2099-12-31"


def passport(number: int) -> str:
    """The passport of the case of that number; 0 is the case that all others are copies of."""
    return f"A{number:08d}"


def earlier_passport(number: int) -> str:
    """The passport before it, of every fifth."""
    return f"B{number:08d}"


def first(url: str, home: Path) -> None:
    """Tables, staff and one issued card with its file; keys of the records at `home`."""
    lay_keys(home)
    database = SqlDatabase(url, keys=KEYS)
    database.migrate()
    database.register_keys()
    try:
        open_office(database).issue(draft(0))
    finally:
        database.close()


def document(home: Path) -> str:
    """A sealed card's worth of bytes; its name."""
    return DocumentDirectory(home / "documents", SEAL).put(b"%PDF-" + b"0" * (PDF_BYTES - 5))


def _changed(reference: str, clearance_no: str, index: int) -> dict[str, str]:
    """What differs from person to person, and what it becomes."""
    return {
        reference: "APP-{0:08d}",
        clearance_no: "BMET-2026-{0:011d}",
        passport(0): "A{0:08d}",
        "BIDN20260000000": "BIDN2026{0:07d}",
        "6000000000": "60{0:08d}",
        "CH-26-000000": "CH-26-{0:08d}",
        f"\t{index}\t": "\t{0}\t",
    }


# ---- PostgreSQL


def fill_postgresql(conninfo: str, home: Path, clearances: int) -> None:
    """Write `clearances` cases in place of the first one. The database holds nothing else."""
    with psycopg.connect(conninfo) as connection:
        sha256 = document(home)
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "UPDATE clearances SET pdf_sha256 = %s, pdf_size = %s, valid_until = %s", (sha256, PDF_BYTES, _FAR_OFF)
        )
        connection.execute("UPDATE applications SET valid_until = %s", (_FAR_OFF,))
        patterns = {table: _pattern(connection, table) for table in COPIED}
        away, back = _around(connection)
        for statement in away:
            connection.execute(statement)  # type: ignore[arg-type]  # made by the database itself
        connection.execute(f"TRUNCATE {', '.join(COPIED)}, earlier_passports")  # in this transaction: no log of it
        for table, pattern in patterns.items():
            _copy(connection, table, _blocks(pattern, clearances))
        earlier = f"APP-{{0:08d}}\t0\t{earlier_passport(0)[0]}{{0:08d}}\n"
        _copy(connection, "earlier_passports", _blocks(earlier, clearances, step=HAD_ANOTHER))
        connection.execute("SET maintenance_work_mem = '512MB'")
        for statement in back:
            connection.execute(statement)  # type: ignore[arg-type]
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


def _pattern(connection: psycopg.Connection, table: str) -> str:
    with connection.cursor().copy(f"COPY {table} TO STDOUT") as out:  # type: ignore[arg-type]
        pattern = b"".join(bytes(row) for row in out).decode()
    found = connection.execute("SELECT application_reference, clearance_no, status_idx FROM clearances").fetchone()
    assert found
    for old, new in _changed(*found).items():
        pattern = pattern.replace(old, new)
    return pattern


def _around(connection: psycopg.Connection) -> tuple[list[str], list[str]]:
    """What takes constraints and indexes of the tables away, and what brings them back."""
    ours = [f"'{table}'::regclass" for table in (*COPIED, "earlier_passports")]
    constraints = connection.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), contype FROM pg_constraint"  # type: ignore[arg-type]
        f" WHERE contype IN ('p', 'u', 'f') AND (conrelid IN ({', '.join(ours)}) OR confrelid IN ({', '.join(ours)}))"
        " ORDER BY contype = 'f', contype = 'u'"
    ).fetchall()
    names = {name for _, name, _, _ in constraints}
    indexes = connection.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s)", ([*COPIED, "earlier_passports"],)
    ).fetchall()
    free = [(name, definition) for name, definition in indexes if name not in names]
    away = [f"ALTER TABLE {table} DROP CONSTRAINT {name}" for table, name, _, _ in reversed(constraints)]
    away += [f"DROP INDEX {name}" for name, _ in free]
    back = [
        f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}{' NOT VALID' if kind in ('f', b'f') else ''}"
        for table, name, definition, kind in constraints
    ]
    return away, [*back, *(definition for _, definition in free)]


def _blocks(pattern: str, count: int, *, step: int = 1) -> Iterator[str]:
    for begin in range(0, count, BLOCK * step):
        yield "".join(map(pattern.format, range(begin, min(begin + BLOCK * step, count), step)))


def _copy(connection: psycopg.Connection, table: str, blocks: Iterator[str]) -> None:
    with connection.cursor().copy(f"COPY {table} FROM STDIN") as into:  # type: ignore[arg-type]
        for block in blocks:
            into.write(block)


# ---- SQLite


def fill_sqlite(path: Path, home: Path, clearances: int) -> None:
    """The same in a file."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -500000", "foreign_keys = OFF"):
        connection.execute(f"PRAGMA {pragma}")
    made = connection.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE type IN ('trigger', 'index') AND sql IS NOT NULL"
    ).fetchall()
    for kind, name, _ in made:
        connection.execute(f"DROP {kind} {name}")
    values = (document(home), PDF_BYTES, _FAR_OFF)
    connection.execute("UPDATE clearances SET pdf_sha256 = ?, pdf_size = ?, valid_until = ?", values)
    connection.execute("UPDATE applications SET valid_until = ?", (_FAR_OFF,))
    ids = connection.execute("SELECT application_reference, clearance_no, status_idx FROM clearances").fetchone()
    for table in COPIED:
        rows = connection.execute(f"SELECT * FROM {table}").fetchall()
        names = [column[1] for column in connection.execute(f"PRAGMA table_info({table})")]
        connection.execute(f"DELETE FROM {table}")
        _insert(connection, table, [_varying(row, names, ids) for row in rows], clearances)
    rows = ((f"APP-{n:08d}", 0, earlier_passport(n)) for n in range(0, clearances, HAD_ANOTHER))
    connection.executemany("INSERT INTO earlier_passports (reference, position, passport_no) VALUES (?, ?, ?)", rows)
    for _, _, statement in made:
        connection.execute(statement)
    connection.execute("ANALYZE")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()


def _varying(row: Sequence[Any], names: Sequence[str], ids: tuple[str, str, int]) -> list[tuple[bool, Any]]:
    """Each value with whether it is a pattern of the number."""
    changed = _changed(*ids)
    made: list[tuple[bool, Any]] = []
    for name, value in zip(names, row, strict=True):
        if name == "status_idx":
            made.append((True, "{0}"))
            continue
        text = value
        if isinstance(value, str):
            for old, new in changed.items():
                text = text.replace(old, new)
        made.append((text != value, text))
    return made


def _insert(
    connection: sqlite3.Connection, table: str, rows: Sequence[Sequence[tuple[bool, Any]]], clearances: int
) -> None:
    marks = ", ".join("?" * len(rows[0]))

    def all_rows() -> Iterator[tuple[Any, ...]]:
        for number in range(clearances):
            for row in rows:
                yield tuple(value.format(number) if varies else value for varies, value in row)

    made = all_rows()
    while block := list(islice(made, 50_000)):
        connection.execute("BEGIN")
        connection.executemany(f"INSERT INTO {table} VALUES ({marks})", block)
        connection.execute("COMMIT")
