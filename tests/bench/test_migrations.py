"""A million clearances of an older version, brought to today's tables while others look up and write.

Printed is how long any statement of theirs took: before, while the steps run, and while an index is made in both ways.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from psycopg import sql
from sqlalchemy import create_engine

from clearance.storage.database import SqlDatabase
from clearance.storage.migrations import gently
from clearance.storage.schema import MIGRATIONS
from tests.bench import population
from tests.stack.postgresql import Cluster, cluster

CLEARANCES = int(os.environ.get("MIGRATED_CLEARANCES", "1000000"))
FROM = os.environ.get("MIGRATED_FROM", "0012")
A_SECOND = 20
BEFORE_S = 10
SETTLES_S = 1.0
"""Whoever waited to the last moment is counted, too."""

LOOK_UP = (
    "SELECT a.state, c.* FROM applications a LEFT JOIN clearances c ON c.application_reference = a.reference"
    " WHERE a.passport_no = %s"
)
"""In tables of any version."""
WRITE = (
    "SELECT number FROM audit_head FOR UPDATE",
    "UPDATE clearances SET grade = 'B' WHERE clearance_no = %s",
    "UPDATE applications SET forwarded = NOT forwarded WHERE reference = %s",
)


@dataclass(kw_only=True)
class Traffic:
    """Half look-ups, half writes, each on a line of its own; `waits` are milliseconds of single statements."""

    conninfo: str
    waits: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @contextmanager
    def going_on(self) -> Iterator[None]:
        ended = threading.Event()
        threads = [threading.Thread(target=self._run, args=(each, ended)) for each in (self._look_up, self._write)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            ended.set()
            for thread in threads:
                thread.join()

    def told(self, title: str) -> None:
        time.sleep(SETTLES_S)
        waits, self.waits = sorted(self.waits), []
        half, most = waits[len(waits) // 2], waits[int(len(waits) * 0.99)]
        print(f"{title:<34}{len(waits):>7} statements, ms: p50 {half:.1f}, p99 {most:.1f}, longest {waits[-1]:.0f}")

    def _run(self, act: Callable[[psycopg.Connection, int], None], ended: threading.Event) -> None:
        with psycopg.connect(self.conninfo) as connection:
            connection.execute("SET session_replication_role = replica")  # the locks are the same without the triggers
            connection.commit()
            number, due = 1, time.monotonic()
            while not ended.is_set():
                try:
                    act(connection, number)
                except psycopg.Error as error:
                    self.failures.append(str(error))
                    connection.rollback()
                number, due = number + 997, due + 2 / A_SECOND
                time.sleep(max(0.0, due - time.monotonic()))

    def _look_up(self, connection: psycopg.Connection, number: int) -> None:
        self._timed(connection, LOOK_UP, population.passport(number % CLEARANCES))
        connection.commit()

    def _write(self, connection: psycopg.Connection, number: int) -> None:
        self._timed(connection, WRITE[0])
        self._timed(connection, WRITE[1], f"BMET-2026-{number % CLEARANCES:011d}")
        self._timed(connection, WRITE[2], f"APP-{number % CLEARANCES:08d}")
        connection.commit()

    def _timed(self, connection: psycopg.Connection, statement: str, *values: str) -> None:
        began = time.monotonic()
        connection.execute(statement.encode(), values)
        self.waits.append((time.monotonic() - began) * 1_000)


@pytest.mark.bench
@pytest.mark.timeout(3600)
def test_a_million_clearances_are_brought_to_todays_tables_while_others_work(tmp_path: Path) -> None:
    with cluster(settings=["max_wal_size=4GB", "shared_buffers=512MB"]) as server:
        began = time.monotonic()
        _fill(server, tmp_path)
        print(f"\n{CLEARANCES:,} clearances at {FROM} in {time.monotonic() - began:.0f} s")
        traffic = Traffic(conninfo=server.conninfo)
        with traffic.going_on():
            time.sleep(BEFORE_S)
            traffic.told("before")
            began = time.monotonic()
            with closing(SqlDatabase(server.url)) as database:
                database.migrate()
            took = time.monotonic() - began
            traffic.told(f"steps from {FROM}, {took:.2f} s")
            for title, make in (("index, gently", gently.create_index), ("index, at once", None)):
                took = _index(server, make)
                traffic.told(f"{title}, {took:.2f} s")
        assert traffic.failures == []


def _index(server: Cluster, make: Callable[..., None] | None) -> float:
    engine = create_engine(server.url)
    began = time.monotonic()
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"transaction_per_migration": True})
        with Operations.context(context) as op, context.begin_transaction(_per_migration=True):
            (make or op.create_index)(f"ix_try_{make is None}", "clearances", ["kid", "valid_until"])
    engine.dispose()
    return time.monotonic() - began


def _fill(server: Cluster, home: Path) -> None:
    """One case issued with today's tables in a database beside, its rows written often into those of before."""
    with psycopg.connect(server.conninfo, autocommit=True) as connection:
        connection.execute("CREATE DATABASE today")
    population.first(server.url.replace("@/postgres", "@/today"), home)
    _upgrade(server.url, FROM)
    with (
        psycopg.connect(server.conninfo.replace("dbname=postgres", "dbname=today")) as today,
        psycopg.connect(server.conninfo) as old,
    ):
        old.execute("SET session_replication_role = replica")
        for table, columns in _columns(old).items():
            rows = _rows(today, table, columns)
            if rows is not None:
                _write(old, table, columns, _many(today, rows) if table in population.COPIED else [rows])
        old.commit()
        old.autocommit = True
        old.execute("VACUUM ANALYZE")


def _upgrade(url: str, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = create_engine(url)
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


def _columns(connection: psycopg.Connection) -> dict[str, list[str]]:
    found = connection.execute(
        "SELECT table_name, array_agg(column_name::text) FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name <> 'alembic_version' GROUP BY table_name"
    )
    return dict(found.fetchall())


def _rows(connection: psycopg.Connection, table: str, columns: list[str]) -> bytes | None:
    wanted = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT").format(_names(columns), sql.Identifier(table))
    gone = suppress(psycopg.errors.UndefinedColumn)
    with gone, connection.transaction(), connection.cursor().copy(wanted) as out:
        return b"".join(bytes(row) for row in out)
    return None


def _write(
    connection: psycopg.Connection, table: str, columns: list[str], blocks: Iterator[bytes] | list[bytes]
) -> None:
    connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), _names(columns))
    with connection.cursor().copy(into) as copy:
        for block in blocks:
            copy.write(block)


def _many(today: psycopg.Connection, rows: bytes) -> Iterator[bytes]:
    card = today.execute("SELECT application_reference, clearance_no, status_idx FROM clearances").fetchone()
    assert card
    pattern = rows.decode().replace("{", "{{").replace("}", "}}")
    for old, new in population._changed(*card).items():
        pattern = pattern.replace(old, new)
    for first in range(0, CLEARANCES, population.BLOCK):
        numbers = range(first, min(first + population.BLOCK, CLEARANCES))
        yield "".join(pattern.format(number) for number in numbers).encode()


def _names(columns: list[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))
