"""Real key directories, one for each algorithm, made once; tests that write get a copy."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clearance.credential.claims import ClearanceClaims, Gender, StatusRef
from clearance.credential.cose import Algorithm
from clearance.signing import keystore
from clearance.signing.authority import DEMO, Window
from clearance.signing.keystore import KeyStore

AT = 1_795_327_200  # 2026-11-22T06:00:00Z
DAY = 86_400


@pytest.fixture(scope="session", params=[Algorithm.ES256, Algorithm.EDDSA], ids=lambda algorithm: algorithm.name)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key directory of each algorithm that nobody may change."""
    directory = tmp_path_factory.mktemp("made") / "keys"
    keystore.init(directory, algorithm=request.param, subject=DEMO, at=AT)
    return directory


@pytest.fixture
def keys_directory(made: Path, tmp_path: Path) -> Path:
    """A key directory of one's own."""
    return Path(shutil.copytree(made, tmp_path / "keys"))


@pytest.fixture
def keys(keys_directory: Path) -> KeyStore:
    return keystore.load(keys_directory)


@dataclass(frozen=True, kw_only=True)
class Card:
    """What a test says about a card; the rest is of no matter."""

    issued_at: int = AT
    days: int = 365
    idx: int = 4711

    def claims(self, keys: KeyStore) -> ClearanceClaims:
        return ClearanceClaims(
            issuer=keys.issuer,
            issued_at=self.issued_at,
            expires_at=self.issued_at + self.days * DAY,
            status=StatusRef(uri=keys.status_uri, idx=self.idx),
            full_name="RAHIMA KHATUN",
            birth_date="19940502",
            gender=Gender.FEMALE,
            passport_no="A01234567",
            clearance_no="BMET-2026-0000000001",
            destination="SAU",
        )


@pytest.fixture(scope="session")
def window() -> Window:
    """Two years of validity."""
    start = datetime.fromtimestamp(AT, UTC)
    return Window(not_before=start, not_after=start + timedelta(days=730))
