"""Every contract runs on the fake that the unit tests use and on the real things."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from clearance.issuing.ports import Database
from tests.fakes import postgres
from tests.fakes.database import FakeDatabase
from tests.fakes.office import furnish
from tests.fakes.sqlite import sqlite_database
from tests.stack import postgresql


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    postgresql.require()
    with postgres.running() as server:
        yield server


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A furnished office's database: offices, staff, an agency and a permit."""
    match request.param:
        case "fake":
            fake = FakeDatabase()
            furnish(fake)
            yield fake
        case "sqlite":
            with sqlite_database(tmp_path) as real:
                furnish(real)
                yield real
        case _:
            server: postgres.Server = request.getfixturevalue("postgres_server")
            with server.database() as real:
                furnish(real)
                yield real
