"""What is slow to make and used by several files."""

from pathlib import Path

import pytest

from tests.e2e.programs import prepare_demo


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo as its first start makes it, once a worker of the test run."""
    home = tmp_path_factory.mktemp("visitor") / "demo"
    prepare_demo(home)
    return home
