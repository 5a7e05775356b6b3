"""Changing the tables of a PostgreSQL while others use them."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, create_engine

from clearance.storage import turns
from clearance.storage.database import SqlDatabase
from clearance.storage.migrations import gently
from clearance.storage.schema import MIGRATIONS, newest, version
from clearance.storage.turns import SchemaBusy
from tests.stack import postgresql
from tests.stack.postgresql import Cluster

OLD = "0012"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    postgresql.require()
    with postgresql.cluster(durable=False) as started:
        yield started


@pytest.fixture
def url(cluster: Cluster) -> str:
    """An empty database."""
    with psycopg.connect(cluster.conninfo, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return cluster.url


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    engine = create_engine(url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def upgrade(url: str, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with connected(url) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def version_of(url: str) -> str | None:
    with connected(url) as connection:
        return version(connection)


def test_programs_that_start_at_once_make_the_tables_once(url: str) -> None:
    def start(_number: int) -> None:
        with closing(SqlDatabase(url)) as database:
            database.migrate()

    with ThreadPoolExecutor(4) as programs:
        list(programs.map(start, range(4)))
    assert version_of(url) == newest()


@pytest.fixture
def in_use(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[psycopg.Connection]:
    """A database of an older version, and somebody who has been reading in it for long."""
    monkeypatch.setattr(turns, "LOCK_WITHIN_MS", 200)
    upgrade(url, OLD)
    with psycopg.connect(url.replace("+psycopg", "")) as reader:
        reader.execute("SELECT count(*) FROM applications")
        yield reader


def test_a_step_gives_way_to_whoever_reads_and_is_done_when_they_have_left(
    in_use: psycopg.Connection, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gave_way = threading.Event()

    def leave(_seconds: float) -> None:
        gave_way.set()
        with psycopg.connect(url.replace("+psycopg", "")) as another:
            another.execute("SET lock_timeout = 100")
            another.execute("SELECT count(*) FROM applications")  # nobody is kept waiting between two tries
        in_use.rollback()

    monkeypatch.setattr(turns.time, "sleep", leave)
    with closing(SqlDatabase(url)) as database:
        database.migrate()
    assert gave_way.is_set()
    assert version_of(url) == newest()


def test_tables_that_stay_in_use_are_left_as_they_are_and_it_is_said_what_to_do(
    in_use: psycopg.Connection, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "PAUSES_S", (0, 0))
    with closing(SqlDatabase(url)) as database, pytest.raises(SchemaBusy, match="pg_stat_activity"):
        database.migrate()
    assert version_of(url) == OLD
    in_use.rollback()
    with closing(SqlDatabase(url)) as database:
        database.migrate()
    assert version_of(url) == newest()


def test_a_step_that_would_keep_everybody_out_for_long_is_taken_back(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    upgrade(url, OLD)
    monkeypatch.setattr(turns, "STATEMENT_WITHIN_MS", 1)
    with closing(SqlDatabase(url)) as database, pytest.raises(SchemaBusy, match="taken back"):
        database.migrate()
    assert version_of(url) == OLD


def in_a_step(url: str, work: Callable[[], None]) -> None:
    with connected(url) as connection:
        context = MigrationContext.configure(connection, opts={"transaction_per_migration": True})
        with Operations.context(context), context.begin_transaction(_per_migration=True):
            work()


def make_index() -> None:
    gently.create_index("ix_desks_airport", "desks", ["airport"])


def indexes(url: str) -> list[tuple[str, bool]]:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        return connection.execute(
            "SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
            " WHERE c.relname = 'ix_desks_airport'"
        ).fetchall()


def test_an_index_is_made_while_others_write(url: str) -> None:
    upgrade(url, "head")
    with psycopg.connect(url.replace("+psycopg", "")) as early, ThreadPoolExecutor(1) as program:
        early.execute("LOCK TABLE desks IN ROW EXCLUSIVE MODE")  # as whoever writes there
        made = program.submit(in_a_step, url, make_index)
        while not indexes(url):
            assert not made.done()
        with psycopg.connect(url.replace("+psycopg", "")) as late:
            late.execute("SET lock_timeout = 100")
            late.execute("LOCK TABLE desks IN ROW EXCLUSIVE MODE")
        assert not made.done()
        early.rollback()
        made.result()
    assert indexes(url) == [("ix_desks_airport", True)]


def test_an_index_that_was_left_half_made_is_made_anew(url: str) -> None:
    upgrade(url, "head")
    in_a_step(url, make_index)
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_desks_airport'::regclass")
    assert indexes(url) == [("ix_desks_airport", False)]
    in_a_step(url, make_index)
    assert indexes(url) == [("ix_desks_airport", True)]
