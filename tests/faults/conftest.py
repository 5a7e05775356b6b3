"""One office, laid once and copied, and how long the runs are."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.office import Laid, lay_office
from tests.stack import postgresql


def points_of(short: int) -> int:
    """How many kills, states or calls: those of `make test`, or FAULT_POINTS in a long run."""
    return int(os.environ.get("FAULT_POINTS", short))


def seed(short: int) -> int:
    """Which ones: the same in every `make test`, others with FAULT_SEED."""
    return int(os.environ.get("FAULT_SEED", short))


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "strace: needs strace")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without strace, what needs it cannot run; on a build server that is a failure. Long runs take their time."""
    if "FAULT_POINTS" in os.environ:
        for item in items:
            item.add_marker(pytest.mark.timeout(0))
    if shutil.which("strace"):
        return
    concerned = [item for item in items if item.get_closest_marker("strace")]
    if concerned and os.environ.get("CI") == "true":
        pytest.exit("strace is not here: apt-get install strace", returncode=1)
    for item in concerned:
        item.add_marker(pytest.mark.skip(reason="strace is not installed (apt-get install strace)"))


@pytest.fixture(scope="session")
def laid_once(tmp_path_factory: pytest.TempPathFactory) -> Laid:
    """An office in which nothing has happened yet; to be copied."""
    return lay_office(tmp_path_factory.mktemp("office") / "home")


@pytest.fixture
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Laid]:
    """An office to run programs on: a copy of that one; with FAULT_DATABASE=postgresql one on a server of its own."""
    if os.environ.get("FAULT_DATABASE") == "postgresql":
        with postgresql.cluster() as server:
            yield lay_office(tmp_path / "home", database_url=server.url)
    else:
        laid: Laid = request.getfixturevalue("laid_once")
        yield replace(laid, home=request.getfixturevalue("home"))


@pytest.fixture
def home(laid_once: Laid, tmp_path: Path) -> Path:
    """A copy of the office, for one test."""
    return Path(shutil.copytree(laid_once.home, tmp_path / "home"))
