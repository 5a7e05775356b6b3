"""The real database, empty or furnished, and a second way into it that goes around our code."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from clearance.storage.database import SqlDatabase
from tests.fakes.office import furnish
from tests.fakes.sqlite import sqlite_database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqlDatabase]:
    with sqlite_database(tmp_path) as real:
        furnish(real)
        yield real


@pytest.fixture
def insider(database: SqlDatabase, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Somebody with the file in hands and a SQL prompt."""
    connection = sqlite3.connect(tmp_path / "clearance.db", isolation_level=None)
    yield connection
    connection.close()
