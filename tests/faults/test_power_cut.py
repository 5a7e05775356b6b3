"""Whatever moment the power fails at: what was acknowledged is there, the chain is whole, the files are sound.

A real program works and acknowledges; its system calls are recorded, and every disk that they may have left is opened
by the real code. The same with a setting that is too weak shows that this finds what is lost.
"""

import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from clearance.bootstrap import read_settings
from clearance.credential.status import Status
from clearance.domain.lifecycle import Move
from clearance.signer import load_keys
from clearance.signing import publication
from tests.faults.conftest import points_of, seed
from tests.faults.disk import Acknowledged, Recording, Synced, record
from tests.faults.invariants import Told, lost
from tests.faults.office import Laid
from verifier.journal import ScanJournal, verify_chain

pytestmark = pytest.mark.strace

CASES, SCANS, EDITIONS = 4, 25, 4
STATES, OF_CONTROL = 135, 40


def recorded(*arguments: object, base: Path, log: Path) -> Recording:
    made = record([sys.executable, "-m", "tests.faults.at_work", *map(str, arguments)], base=base, log=log)
    assert any(isinstance(event, Acknowledged) for event in made.events)
    return made


def told_of(acknowledged: list[str]) -> Told:
    """What the lines of `at_work` say."""
    told = Told()
    for line in acknowledged:
        match line.split(" "):
            case ["move", reference, move]:
                told.moves.add((reference, Move(move)))
            case ["card", reference, number]:
                told.cards.add((reference, number))
            case ["revoked", number]:
                told.revoked.add(number)
            case ["scan", text]:
                told.scans.add(text)
    return told


def office_lost(home: Path, acknowledged: list[str]) -> list[str]:
    return lost(home, told_of(acknowledged))


def journal_lost(home: Path, acknowledged: list[str]) -> list[str]:
    """What a desk that starts again lacks of what it answered."""
    path = home / "journal.db"
    with closing(ScanJournal(path, desk="DAC-1", version="1")) as journal:
        rows = [dict(row) for row in journal.rows(after=0, limit=10_000)]
    with closing(sqlite3.connect(path)) as db:
        [sound] = db.execute("PRAGMA integrity_check").fetchone()
    found = [] if sound == "ok" else [f"the journal is damaged: {sound}"]
    found += [] if verify_chain(path) is None else ["the chain of the journal is broken"]
    scans = [row["text_sha256"] for row in rows if row["kind"] == "scan"]
    acts = {str(row["scan"]) for row in rows if row["kind"] == "act"}
    for line in acknowledged:
        kind, _, about = line.partition(" ")
        if kind == "scan" and scans.count(sha256(about.encode()).hexdigest()) != 1:
            found.append(f"a scan that was answered is not there: {about}")
        if kind == "act" and about not in acts:
            found.append(f"an act that was answered is not there: {about}")
    return found


def faulty(
    recording: Recording, found_in: Callable[[Path, list[str]], list[str]], folder: Path, *, states: int
) -> tuple[int, list[list[str]]]:
    """How many different disks were opened, and what was wrong with those that were not as they must be."""
    opened, wrong = 0, []
    for state in recording.states(wanted=states, seed=seed(1)):
        opened += 1
        if found := found_in(state.lay(folder), list(state.acknowledged)):
            wrong.append(found)
    return opened, wrong


@pytest.fixture(scope="module")
def of_office(laid_once: Laid, tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """An office at work."""
    folder = tmp_path_factory.mktemp("recorded")
    home = Path(shutil.copytree(laid_once.home, folder / "home"))
    return recorded("office", home, CASES, base=home, log=folder / "log")


def test_an_office_has_every_case_card_and_revocation_that_it_told_of(of_office: Recording, tmp_path: Path) -> None:
    opened, wrong = faulty(of_office, office_lost, tmp_path / "after", states=points_of(STATES))
    assert not wrong, wrong[0]
    assert opened >= points_of(STATES)


def test_a_desk_has_every_scan_and_act_that_it_answered(tmp_path: Path) -> None:
    desk = tmp_path / "desk"
    desk.mkdir()
    recording = recorded("desk", desk, SCANS, base=desk, log=tmp_path / "log")
    opened, wrong = faulty(recording, journal_lost, tmp_path / "after", states=points_of(STATES))
    assert not wrong, wrong[0]
    assert opened >= points_of(STATES)


def published_lost(home: Path, acknowledged: list[str]) -> list[str]:
    """What a desk that fetches now does not hear of what was published."""
    keys = load_keys(read_settings(home))
    held = publication.published(keys.public, root=keys.root_certificate)
    if held.bundle is None or held.faults:
        return [f"no desk can use what is published: {held.faults}"]
    editions = sum(line.startswith("edition ") for line in acknowledged)
    found = (
        [] if held.bundle.sequence > editions else [f"{editions} editions, and the newest is {held.bundle.sequence}"]
    )
    newest = held.lists[keys.status_uri].newest
    revoked = [int(line.split(" ")[1]) for line in acknowledged if line.startswith("revocation ")]
    return found + [f"{each} was published as revoked" for each in revoked if newest.value(each) != Status.INVALID]


def test_what_was_published_is_what_desks_fetch(home: Path, tmp_path: Path) -> None:
    recording = recorded("trust", home, EDITIONS, base=home, log=tmp_path / "log")
    opened, wrong = faulty(recording, published_lost, tmp_path / "after", states=points_of(STATES))
    assert not wrong, wrong[0]
    assert opened > EDITIONS * 5, "fewer disks than a recording of atomic writes can leave"


def test_a_weaker_setting_of_sqlite_loses_what_was_acknowledged_and_is_found_out(home: Path, tmp_path: Path) -> None:
    recording = recorded("office", home, CASES, "NORMAL", base=home, log=tmp_path / "log")
    _, wrong = faulty(recording, office_lost, tmp_path / "after", states=OF_CONTROL)
    assert len(wrong) > OF_CONTROL // 10, "acknowledged before it was certain, and nobody noticed"


def test_every_acknowledgement_of_the_office_follows_a_sync(of_office: Recording) -> None:
    """Before each line that says something was done, something was synced since the line before."""
    since, unsynced = 0, []
    for event in of_office.events:
        since += isinstance(event, Synced)
        if isinstance(event, Acknowledged) and not event.line.startswith("card "):
            unsynced += [] if since else [event.line]
            since = 0
    assert unsynced == []
