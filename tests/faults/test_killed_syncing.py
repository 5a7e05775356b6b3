"""kill -9 of the worker, of a desk and of the web, again and again, while batches are worked off and desks send.

In `make test` 25 kills; FAULT_POINTS says how many in a long run, FAULT_SEED which ones.
"""

from pathlib import Path

from tests.faults.conftest import points_of, seed
from tests.faults.killing import kill_at_random
from tests.faults.office import Laid

KILLS = 25


def test_whatever_is_killed_each_row_becomes_one_card_and_each_scan_arrives_once(office: Laid, tmp_path: Path) -> None:
    killed = kill_at_random(
        office,
        points=points_of(KILLS),
        seed=seed(2),
        logs=tmp_path,
        victims=("worker", "desk", "desk", "web", "signer"),
    )
    print(killed)
    assert killed.batches
    assert killed.told.scans
