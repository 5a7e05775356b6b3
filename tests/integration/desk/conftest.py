"""One bureau for the tests of a file, and a fresh desk for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from clearance.credential.status import Status
from tests.integration.desk.counter import REVOKED_IDX, Counter, counter_with
from tests.unit.desk.bureau import NOW, Bureau


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Bureau:
    bureau = Bureau(tmp_path_factory.mktemp("bureau") / "keys")
    bureau.publish({REVOKED_IDX: Status.INVALID, 8: Status.SUSPENDED, 9: Status.SUPERSEDED}, at=NOW - 30)
    return bureau


@pytest.fixture
def counter(bureau: Bureau, tmp_path: Path) -> Iterator[Counter]:
    counter = counter_with(bureau.public, tmp_path / "desk")
    yield counter
    counter.desk.journal.close()
