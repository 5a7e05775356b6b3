"""One small BMET for all tests of the desk; making its keys takes longer than most tests."""

import pytest

from clearance.credential.held import HeldTrust
from clearance.credential.status import Status
from tests.unit.desk.bureau import NOW, Bureau
from verifier.truststore import TrustStore

REVOKED_IDX = 7


@pytest.fixture(scope="session")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Bureau:
    bureau = Bureau(tmp_path_factory.mktemp("bureau") / "keys")
    bureau.publish({REVOKED_IDX: Status.INVALID}, at=NOW - 30)
    return bureau


@pytest.fixture(scope="session")
def held(bureau: Bureau) -> HeldTrust:
    return TrustStore(bureau.public).load()
