"""One desk for the tests of a file; its issuing service is gone for good."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from clearance.credential.status import Status
from tests.e2e.desk.counter import REVOKED_IDX, Counter, counter_at, serving
from tests.unit.desk.bureau import NOW, Bureau
from verifier.bootstrap import OpenDesk


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Bureau:
    bureau = Bureau(tmp_path_factory.mktemp("bureau") / "keys")
    bureau.publish({REVOKED_IDX: Status.INVALID}, at=NOW - 30)
    return bureau


@pytest.fixture(scope="module")
def desk(bureau: Bureau, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenDesk]:
    with serving(bureau, tmp_path_factory.mktemp("desk") / "home") as running:
        yield running


@pytest.fixture
def counter(browser: Browser, desk: OpenDesk) -> Iterator[Counter]:
    with counter_at(browser, desk) as counter:
        yield counter
        assert counter.complaints == []
