"""Every contract runs twice: on the fake that the unit tests use and on the real thing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from clearance.issuing.ports import Database
from tests.fakes.database import FakeDatabase
from tests.fakes.office import furnish
from tests.fakes.sqlite import sqlite_database


@pytest.fixture(params=["fake", "sqlite"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A furnished office's database: offices, staff, an agency and a permit."""
    if request.param == "fake":
        fake = FakeDatabase()
        furnish(fake)
        yield fake
        return
    with sqlite_database(tmp_path) as real:
        furnish(real)
        yield real
