"""A disk that is really full: no verdict that could not be written down, and work goes on once there is room."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.desk.counter import HOST, OWN, Counter, counter_with
from tests.unit.desk.bureau import NOW, Bureau
from verifier.journal import verify_chain


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    can = shutil.which("mount") and subprocess.run(mount, capture_output=True, check=False).returncode == 0
    if not can:
        pytest.skip("only root can mount a small disk")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def posted(counter: Counter, card: str) -> tuple[int, str]:
    response = counter.client.post("/scan", json={"candidates": [card], "source": "keyboard"}, headers=OWN, **HOST)
    return response.status_code, response.json.get("code") or response.json["reason"]


def test_on_a_full_disk_there_is_no_verdict_and_the_journal_stays_whole(small_disk: Path, tmp_path: Path) -> None:
    bureau = Bureau(tmp_path / "keys")
    bureau.publish({}, at=NOW - 30)
    counter = counter_with(bureau.public, small_disk / "desk")
    answers = [posted(counter, bureau.card(clearance_no="BMET-26-1"))]
    ballast = small_disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 4096):
                pass
        except OSError:
            pass
    number = 2
    while answers[-1][0] == 200 and number < 400:
        answers.append(posted(counter, bureau.card(clearance_no=f"BMET-26-{number}")))
        number += 1
    assert answers[-1] == (503, "not_recorded")
    assert len(counter.rows()) == sum(status == 200 for status, _ in answers), "what was shown was written"
    ballast.unlink()
    assert posted(counter, bureau.card(clearance_no="BMET-26-AGAIN")) == (200, "valid")
    counter.desk.journal.close()
    assert verify_chain(counter.desk.config.journal) is None
