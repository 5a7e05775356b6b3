"""What is slow to make and used by several files."""

from pathlib import Path

import pytest

from tests.e2e.programs import prepare_demo
from tests.integration.backups import Lost, lost_office


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo as its first start makes it, once a worker of the test run."""
    home = tmp_path_factory.mktemp("visitor") / "demo"
    prepare_demo(home)
    return home


@pytest.fixture(scope="session")
def lost(tmp_path_factory: pytest.TempPathFactory) -> Lost:
    """An office whose machine is gone, with what others still hold of it. Nobody changes it."""
    return lost_office(tmp_path_factory.mktemp("lost"))
