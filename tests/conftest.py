"""What every test may rely on: which outside programs there are, and that a missing one is said aloud."""

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = {
    "browser": ("chromium", "apt-get install chromium fonts-noto-core"),
    "node": ("node", "apt-get install nodejs npm, then `npm ci` in tests/interop"),
}
"""Marker -> the program it needs and how to get it."""

missing: dict[str, int] = {}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what cannot run here and count it; on a build server that is a failure."""
    if "bench" not in config.getoption("markexpr"):
        items[:] = [item for item in items if not item.get_closest_marker("bench")]
    for marker, (program, cure) in PROGRAMS.items():
        if shutil.which(program):
            continue
        concerned = [item for item in items if item.get_closest_marker(marker)]
        if concerned and os.environ.get("CI") == "true":
            pytest.exit(f"{len(concerned)} tests need {program}, which is not here: {cure}", returncode=1)
        for item in concerned:
            item.add_marker(pytest.mark.skip(reason=f"{program} is not installed ({cure})"))
        missing[program] = len(concerned)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for program, count in missing.items():
        if count:
            terminalreporter.write_line(f"{count} tests were skipped because {program} is not installed.")


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own CLEARANCE_ and VERIFIER_ variables must not change what is tested."""
    for name in [name for name in os.environ if name.startswith(("CLEARANCE_", "VERIFIER_"))]:
        monkeypatch.delenv(name)
