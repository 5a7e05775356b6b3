"""Five thousand rows in one file, from upload to cards, the worker killed three times in each of the five steps."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes.installation import installation
from tests.fakes.office import PERMIT
from tests.fakes.outside import FakePrinter
from tests.integration import test_batch_killed
from tests.integration.test_batch_killed import run_killed

ROWS = 5_000

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3_600)]


def test_five_thousand_rows_survive_fifteen_kills(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_batch_killed, "PATIENCE_S", 3_600.0)
    # Kills fall all over a step, not only in its first rows.
    monkeypatch.setattr(test_batch_killed, "LONGEST_LIFE_S", 20.0)
    with installation(tmp_path, printer=FakePrinter(), permits=(replace(PERMIT, places=ROWS),)):
        pass
    run_killed(tmp_path, rows=ROWS, kills=3, seed=2)
