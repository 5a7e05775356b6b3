"""The journal keeps what it was given, whatever happens to the process, and shows when somebody touched it."""

import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from threading import Thread

import pytest

from clearance.credential.gate import Verdict
from clearance.credential.reasons import Outcome, Reason
from tests.unit.desk.bureau import CLAIMS, NOW
from verifier.acts import Act, ActRecord, Departure, Ground, KeptScan
from verifier.desk import NotRecorded, ScanRecord, Source
from verifier.journal import ScanJournal, verify_chain
from verifier.passport import PassportInHand, ReadBy

PASSED = ScanRecord(
    at=NOW,
    source=Source.CAMERA,
    text="NCF-a-card",
    passport=PassportInHand(number="A01234567", read_by=ReadBy.MRZ),
    trust_sequence=4,
    verdict=Verdict(reason=Reason.VALID, claims=CLAIMS, kid=b"12345678", status_age_s=720),
)


def refused(reason: Reason, text: str = "NCF-another") -> ScanRecord:
    return replace(PASSED, text=text, verdict=Verdict(reason=reason))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def journal(path: Path) -> ScanJournal:
    return ScanJournal(path, desk="DAC-2", version="1.2.3")


def rows(path: Path) -> list[sqlite3.Row]:
    with closing(sqlite3.connect(path)) as db:
        db.row_factory = sqlite3.Row
        return db.execute("SELECT * FROM scan ORDER BY seq").fetchall()


def meddle(path: Path, *statements: str) -> None:
    """What somebody with the file and a database program can do."""
    with closing(sqlite3.connect(path)) as db:
        for statement in statements:
            db.execute(statement)
        db.commit()


WITHOUT_GUARDS = [
    f"DROP TRIGGER {name}" for name in ("scan_is_not_changed", "scan_is_not_deleted", "scan_follows_the_last")
]

OTHER_COLUMNS = (
    "hex(randomblob(16)), at, desk, source, clearance_no, passport_no, passport_by, passport_matches, outcome, reason, "
    "status_age_s, trust_sequence, version, text_sha256, text, previous, hash"
)


def test_a_row_says_who_what_when_and_by_which_lists(journal: ScanJournal, path: Path) -> None:
    journal.append(PASSED)
    (row,) = rows(path)
    assert {name: row[name] for name in row.keys() if name not in ("hash", "previous", "nonce")} == {  # noqa: SIM118 - a Row
        "seq": 1,
        "at": NOW,
        "desk": "DAC-2",
        "source": "camera",
        "clearance_no": "BMET-26-4821-7703",
        "passport_no": "A01234567",
        "passport_by": "mrz",
        "passport_matches": 1,
        "outcome": Outcome.PASS,
        "reason": Reason.VALID,
        "status_age_s": 720,
        "trust_sequence": 4,
        "version": "1.2.3",
        "text_sha256": sha256(b"NCF-a-card").hexdigest(),
        "text": None,
    }


def test_only_the_text_of_a_forgery_is_kept_and_nobody_s_name(journal: ScanJournal, path: Path) -> None:
    for reason in Reason:
        journal.append(refused(reason, text=f"text of {reason}"))
    journal.append(PASSED)
    kept = {Reason(row["reason"]) for row in rows(path) if row["text"] is not None}
    assert kept == {
        Reason.NOT_OUR_CARD,
        Reason.WEB_LINK,
        Reason.UNKNOWN_SIGNER,
        Reason.UNTRUSTED_SIGNER,
        Reason.BAD_SIGNATURE,
        Reason.MALFORMED,
    }
    assert all(CLAIMS.full_name not in str(tuple(row)) for row in rows(path))


@pytest.mark.parametrize("text", ["\ud800", "\0", "বাংলা", "x" * 5_000], ids=["surrogate", "nul", "bengali", "long"])
def test_any_text_can_be_written_down(journal: ScanJournal, path: Path, text: str) -> None:
    journal.append(refused(Reason.WEB_LINK, text=text))
    assert len(rows(path)) == 1
    assert verify_chain(path) is None


def test_rows_are_counted_by_reason_from_a_moment_on(journal: ScanJournal) -> None:
    journal.append(replace(PASSED, at=NOW - 1))
    for record in (PASSED, PASSED, refused(Reason.EXPIRED)):
        journal.append(record)
    tally = journal.tally(since=NOW, latest=2)
    assert tally.by_reason == {Reason.VALID: 2, Reason.EXPIRED: 1}
    assert tally.latest == (Reason.EXPIRED, Reason.VALID)
    assert tally.kept == 4


def test_a_reopened_journal_goes_on_where_it_was(journal: ScanJournal, path: Path) -> None:
    journal.append(PASSED)
    journal.close()
    ScanJournal(path, desk="DAC-2", version="1.2.4").append(PASSED)
    assert [row["seq"] for row in rows(path)] == [1, 2]
    assert verify_chain(path) is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE scan SET outcome = 'pass' WHERE seq = 2",
        "DELETE FROM scan WHERE seq = 3",
        f"INSERT OR REPLACE INTO scan SELECT 2, {OTHER_COLUMNS} FROM scan WHERE seq = 1",
        f"INSERT INTO scan SELECT 9, {OTHER_COLUMNS} FROM scan WHERE seq = 1",
    ],
    ids=["update", "delete", "replace", "gap"],
)
def test_the_file_itself_refuses_changes(journal: ScanJournal, path: Path, statement: str) -> None:
    for _ in range(3):
        journal.append(refused(Reason.REVOKED))
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        meddle(path, statement)


@pytest.mark.parametrize(
    ("meddling", "first_wrong"),
    [
        (["UPDATE scan SET outcome = 'pass', reason = 'valid' WHERE seq = 2"], 2),
        (["UPDATE scan SET at = at + 1 WHERE seq = 1"], 1),
        (["DELETE FROM scan WHERE seq = 2"], 2),
        (["DELETE FROM scan WHERE seq = 2", "UPDATE scan SET seq = 2 WHERE seq = 3"], 2),
        (["UPDATE scan SET hash = (SELECT hash FROM scan WHERE seq = 1) WHERE seq = 3"], 3),
        (["UPDATE scan SET seq = seq + 1000", "UPDATE scan SET seq = 1004 - seq"], 1),
    ],
    ids=["verdict changed", "time changed", "row gone", "row gone and renumbered", "hash changed", "order turned"],
)
def test_whoever_removes_the_guards_and_changes_a_row_is_found_out(
    journal: ScanJournal, path: Path, meddling: list[str], first_wrong: int
) -> None:
    for _ in range(3):
        journal.append(refused(Reason.REVOKED))
    assert verify_chain(path) is None
    meddle(path, *WITHOUT_GUARDS, *meddling)
    assert verify_chain(path) == first_wrong


LET_PASS = ActRecord(at=NOW + 9, scan=1, act=Act.LET_PASS)


def test_an_act_stands_in_the_same_chain_as_its_scan(journal: ScanJournal, path: Path) -> None:
    assert [journal.append(PASSED), journal.act(LET_PASS), journal.append(refused(Reason.REVOKED))] == [1, 2, 3]
    assert journal.act(ActRecord(at=NOW, scan=3, act=Act.REFER, ground=Ground.NOT_IN_FORCE)) == 4
    assert verify_chain(path) is None
    with closing(sqlite3.connect(path)) as db:
        acts = db.execute("SELECT seq, at, desk, scan, act, ground, clearance_no FROM act ORDER BY seq").fetchall()
    assert acts == [
        (2, NOW + 9, "DAC-2", 1, "let_pass", None, "BMET-26-4821-7703"),
        (4, NOW, "DAC-2", 3, "refer", "not_in_force", None),
    ]


def test_a_scan_is_found_with_what_was_done_on_it(journal: ScanJournal) -> None:
    journal.append(PASSED)
    kept = KeptScan(
        number=1, at=NOW, reason=Reason.VALID, clearance_no="BMET-26-4821-7703", passport_matches=True, done=None
    )
    assert journal.scan(1) == kept
    journal.act(LET_PASS)
    assert journal.scan(1) == replace(kept, done=Act.LET_PASS)
    assert journal.scan(2) is None


def test_the_latest_departure_on_a_clearance_is_known_and_a_referral_is_none(journal: ScanJournal, path: Path) -> None:
    for _ in range(3):
        journal.append(PASSED)
    journal.act(ActRecord(at=NOW, scan=1, act=Act.REFER, ground=Ground.OTHER))
    assert journal.departure_of("BMET-26-4821-7703") is None
    journal.act(replace(LET_PASS, scan=2))
    other = ScanJournal(path, desk="DAC-3", version="1")
    other.act(replace(LET_PASS, at=NOW + 60, scan=3))
    assert journal.departure_of("BMET-26-4821-7703") == Departure(desk="DAC-3", at=NOW + 60)
    assert journal.departure_of("BMET-26-0000-0000") is None


@pytest.mark.parametrize("wrong", [LET_PASS, replace(LET_PASS, scan=9)], ids=["a second act", "no such scan"])
def test_the_file_itself_refuses_an_act_that_cannot_be(journal: ScanJournal, path: Path, wrong: ActRecord) -> None:
    journal.append(PASSED)
    journal.act(LET_PASS)
    with pytest.raises(NotRecorded):
        journal.act(wrong)
    assert verify_chain(path) is None


@pytest.mark.parametrize("statement", ["UPDATE act SET act = 'refer'", "DELETE FROM act", "UPDATE act SET scan = 2"])
def test_acts_cannot_be_changed_and_whoever_does_is_found_out(journal: ScanJournal, path: Path, statement: str) -> None:
    journal.append(PASSED)
    journal.append(PASSED)
    journal.act(LET_PASS)
    journal.append(PASSED)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        meddle(path, statement)
    meddle(path, "DROP TRIGGER act_is_not_changed", "DROP TRIGGER act_is_not_deleted", statement)
    assert verify_chain(path) == 3


def test_the_journal_of_an_older_program_is_not_written_into(path: Path) -> None:
    meddle(path, "CREATE TABLE scan (seq INTEGER PRIMARY KEY, at INTEGER, reason TEXT)")
    with pytest.raises(NotRecorded):
        ScanJournal(path, desk="DAC-2", version="1")


def until_refused(journal: ScanJournal) -> int:
    """How many more rows go in."""
    for written in range(1000):
        try:
            journal.append(PASSED)
        except NotRecorded:
            return written
    raise AssertionError("the disk was never full")


def test_a_full_disk_leaves_no_half_row_and_says_so(journal: ScanJournal, path: Path) -> None:
    journal.append(PASSED)
    journal._db.execute("PRAGMA max_page_count = 1")
    written = 1 + until_refused(journal)
    assert len(rows(path)) == written
    journal._db.execute("PRAGMA max_page_count = 100000")
    journal.append(PASSED)
    assert verify_chain(path) is None


def test_a_file_that_is_no_journal_cannot_be_opened_as_one(path: Path) -> None:
    path.write_bytes(b"this is a letter" * 100)
    with pytest.raises(NotRecorded):
        ScanJournal(path, desk="DAC-2", version="1")


def test_a_folder_may_have_any_name(tmp_path: Path) -> None:
    path = tmp_path / "ডেস্ক 50% #2?" / "journal.db"
    path.parent.mkdir()
    ScanJournal(path, desk="DAC-2", version="1").append(PASSED)
    assert verify_chain(path) is None


def test_a_folder_that_is_not_there_cannot_hold_one(path: Path) -> None:
    with pytest.raises(NotRecorded):
        ScanJournal(path / "nowhere" / "journal.db", desk="DAC-2", version="1")


def test_many_threads_and_two_desks_on_one_file_make_one_chain(journal: ScanJournal, path: Path) -> None:
    second = ScanJournal(path, desk="DAC-3", version="1")

    def write_ten(to: ScanJournal) -> None:
        for _ in range(10):
            to.append(PASSED)

    writers = [Thread(target=write_ten, args=(each,)) for each in (journal, second) * 3]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(rows(path)) == 60
    assert verify_chain(path) is None


WRITE_FOR_EVER = """
import sys
from pathlib import Path
from clearance.credential.gate import Verdict
from clearance.credential.reasons import Reason
from verifier.desk import ScanRecord, Source
from verifier.journal import ScanJournal
journal = ScanJournal(Path(sys.argv[1]), desk="DAC-2", version="1")
verdict = Verdict(reason=Reason.BAD_SIGNATURE)
record = ScanRecord(
    at=0, source=Source.KEYBOARD, text="NCF" * 170, passport=None, trust_sequence=1, verdict=verdict
)
while True:
    journal.append(record)
    print("written", flush=True)
"""


def test_killed_at_any_moment_the_journal_is_whole_and_has_all_that_was_shown(path: Path, root: Path) -> None:
    shown = 0
    for kill in range(6):
        with subprocess.Popen(
            [sys.executable, "-c", WRITE_FOR_EVER, str(path)], stdout=subprocess.PIPE, cwd=root
        ) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(0.03 + 0.017 * kill)
            writer.send_signal(signal.SIGKILL)
            shown += 1 + len(writer.stdout.readlines())
        assert verify_chain(path) is None
    kept = len(rows(path))
    # A row can be on disk although the kill came before it was shown; never the other way round.
    assert shown <= kept <= shown + 6
