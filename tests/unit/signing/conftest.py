"""Real key directories, one for each algorithm, made once; tests that write get a copy."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clearance.credential.cose import Algorithm
from clearance.signing import keystore
from clearance.signing.authority import DEMO, Role, Window
from clearance.signing.keystore import KeyStore
from tests.unit.signing.cards import AT
from tests.unit.signing.ceremonies import Ceremony


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


@pytest.fixture(scope="session")
def window() -> Window:
    """Two years of validity."""
    start = datetime.fromtimestamp(AT, UTC)
    return Window(not_before=start, not_after=start + timedelta(days=730))


@pytest.fixture(scope="session")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root and a first signer of each purpose, published."""
    home = tmp_path_factory.mktemp("ready")
    ceremony = Ceremony(home=home)
    ceremony.create_root()
    for role in Role:
        ceremony.add(role)
    ceremony.publish()
    return home


@pytest.fixture
def ceremony(ready: Path, tmp_path: Path) -> Ceremony:
    """The same in a directory of one's own, a minute later."""
    shutil.copytree(ready, tmp_path, dirs_exist_ok=True)
    return Ceremony(home=tmp_path).later(minutes=1)


@pytest.fixture
def rooted(tmp_path: Path) -> Ceremony:
    """A root, and nothing else."""
    ceremony = Ceremony(home=tmp_path)
    ceremony.create_root()
    return ceremony
