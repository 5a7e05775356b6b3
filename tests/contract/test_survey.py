"""A read for sums and reports: what is on record, and nothing to commit."""

import pytest

from clearance.issuing.ports import Database
from tests.fakes.values import application


def test_it_sees_what_was_written(database: Database) -> None:
    with database.write() as work:
        work.applications.add(application(1))
        work.commit()
    with database.survey() as work:
        assert work.applications.get(application(1).reference) == application(1)


def test_it_writes_nothing(database: Database) -> None:
    with database.survey() as work, pytest.raises(RuntimeError):
        work.commit()
