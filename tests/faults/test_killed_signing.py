"""kill -9 of the signing service and of the web, again and again, while cards are issued and taken back.

In `make test` 25 kills; FAULT_POINTS says how many in a long run, FAULT_SEED which ones.
"""

from pathlib import Path

from tests.faults.conftest import points_of, seed
from tests.faults.killing import kill_at_random
from tests.faults.office import Laid

KILLS = 25


def test_whatever_is_killed_each_card_is_issued_once_and_stays_revoked(office: Laid, tmp_path: Path) -> None:
    victims = ("signer", "signer", "web", "desk")
    killed = kill_at_random(office, points=points_of(KILLS), seed=seed(1), logs=tmp_path, victims=victims)
    print(killed)
    assert killed.told.cards
    assert killed.told.revoked
