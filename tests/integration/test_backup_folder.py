"""What lies in a target: sealed files that tell nothing, proved whole without a key, kept and let go by number."""

import fcntl
import json
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from clearance.domain.clearance import Clearance
from clearance.storage import backup_sealing
from clearance.storage.backup_documents import SealedDocuments
from clearance.storage.backup_folder import BackupBusy, alone_in, finished, interrupted, open_backup, prune
from clearance.storage.backup_sealing import identities_in, open_into
from clearance.storage.database import SqlDatabase
from tests.fakes.installation import Installation, installation
from tests.fakes.office import ISSUER
from tests.fakes.outside import FakePrinter
from tests.fakes.records_keys import KEY, KEYS
from tests.integration.backups import done, issue

MAIL_PASSWORD = "hunter2-mail-password"


@dataclass(frozen=True, kw_only=True)
class Place:
    """An office at work, where it backs up to, and the key for that."""

    office: Installation
    target: Path
    identity: Path
    public: str

    def backup(self, *options: str, status: int = 0) -> str:
        result = done(
            "backup", self.target, "--home", self.office.home, "--recipient", self.public, *options, status=status
        )
        return result.output


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    home = tmp_path / "home"
    home.mkdir()
    (home / "clearance.toml").write_text(f'[messages.smtp]\npassword = "{MAIL_PASSWORD}"\n')
    (home / "factors.key").write_bytes(b"FACTORS-KEY-IN-CLEAR-0123456789a")
    (home / "session.secret").write_bytes(b"SESSION-SECRET-IN-CLEAR")
    public = done("backup", "key", "--out", tmp_path / "key.txt").stdout.strip()
    with installation(home, printer=FakePrinter()) as office:
        monkeypatch.setattr("clearance.bootstrap.now", office.clock.now)
        issue(office, 1)
        yield Place(office=office, target=tmp_path / "target", identity=tmp_path / "key.txt", public=public)


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_nothing_in_a_target_is_a_secret_or_names_a_person(place: Place) -> None:
    private = place.office.home / "keys" / "private"
    place.backup()
    clear = [KEY, b"FACTORS-KEY", b"SESSION-SECRET", MAIL_PASSWORD.encode(), b"PRIVATE KEY", b"A00000001", b"RAHIM"]
    clear += [path.read_bytes()[30:90] for path in private.glob("*.pem")]
    clear += [b"%PDF", b"\xff\xd8\xff\xe0", b"SQLite format", b"AGE-SECRET-KEY"]
    for name, written in content(place.target).items():
        assert not [secret for secret in clear if secret in written], name


def test_private_keys_and_passwords_are_not_even_under_the_seal(place: Place) -> None:
    place.backup()
    opened = opened_home(place)
    assert b"PRIVATE KEY" not in opened
    assert MAIL_PASSWORD.encode() not in opened
    assert b"FACTORS-KEY-IN-CLEAR" in opened
    assert b"references.json" in opened


def opened_home(place: Place) -> bytes:
    path = place.identity.with_name("home.tar")
    with path.open("wb") as file:
        sealed = open_backup(place.target).folder / "home.age"
        open_into(sealed, file, identities_in(place.identity.read_text().splitlines()))
    return path.read_bytes()


def test_keys_in_clear_are_never_taken_along(place: Place) -> None:
    said = place.backup("--with-encrypted-keys", status=65)
    assert "is not encrypted" in said
    assert not finished(place.target)
    for path in (place.office.home / "keys" / "private").glob("*.pem"):
        path.write_text("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n")
    place.backup("--with-encrypted-keys")
    assert b"BEGIN ENCRYPTED PRIVATE KEY" in opened_home(place)


def test_without_a_key_to_seal_for_there_is_no_backup(place: Place) -> None:
    refused = done("backup", place.target, "--home", place.office.home, status=64)
    assert "clearance backup key" in refused.output
    for wrong in (place.identity.read_text().splitlines()[-1], "age1nonsense"):
        said = done("backup", place.target, "--home", place.office.home, "--recipient", wrong, status=64)
        assert wrong not in said.output  # it may be the private key
    assert not finished(place.target)


def test_another_key_opens_nothing(place: Place, tmp_path: Path) -> None:
    place.backup()
    other = tmp_path / "other.txt"
    done("backup", "key", "--out", other)
    said = done("backup", "verify", place.target, "--identity", other, status=65)
    assert "does not open the backup" in said.output
    arguments = ("restore", place.target, "--home", tmp_path / "new", "--officer", ISSUER.number)
    assert "does not open the backup" in done(*arguments, "--identity", other, status=65).output
    assert "--identity" in done(*arguments, status=64).output
    assert not (tmp_path / "new").exists()


def test_a_second_backup_writes_only_new_documents_and_both_stay_whole(place: Place) -> None:
    place.backup()
    first = content(place.target / "documents")
    issue(place.office, 2)
    place.office.clock.advance(hours=1)
    place.backup("--quick")
    second = content(place.target / "documents")
    assert first.items() <= second.items()
    assert len(second) == len(first) + 1
    for backup in finished(place.target):
        assert not list(backup.faults())
    assert done("backup", "verify", place.target, "--identity", place.identity).exit_code == 0
    assert place.office.home.name not in done("backup", "list", place.target).output
    assert "2026" in done("backup", "list", place.target).output


def test_a_file_that_was_changed_or_lost_is_named_without_a_key(place: Place) -> None:
    place.backup()
    backup = open_backup(place.target)
    files = [backup.folder / "database.age", backup.folder / "home.age", *backup.documents._root.glob("*/*.age")]
    for path in files:
        good = path.read_bytes()
        for bad in (good[:-1], bytes([good[0] ^ 1]) + good[1:], b""):
            path.write_bytes(bad)
            assert done("backup", "verify", place.target, status=1).output.count("changed or cut off") == 1
        path.unlink()
        assert "not there" in done("backup", "verify", place.target, status=1).output
        path.write_bytes(good)
    assert done("backup", "verify", place.target).exit_code == 0


def test_a_damaged_document_of_the_target_is_sealed_again_by_the_next_backup(place: Place) -> None:
    place.backup()
    for path in (place.target / "documents").glob("*/*.age"):
        path.write_bytes(path.read_bytes()[:-1])
    place.office.clock.advance(hours=1)
    place.backup()
    assert done("backup", "verify", place.target, "--identity", place.identity).exit_code == 0


def test_an_interrupted_backup_counts_for_nothing_and_the_next_one_goes_on_with_its_documents(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as cut:
        cut.setattr("clearance.storage.backup.write_manifest", stopped)
        place.backup(status=1)
    assert not finished(place.target)
    assert interrupted(place.target)
    assert "Not finished" in done("backup", "list", place.target).output
    there = content(place.target / "documents")
    assert there
    (place.target / "documents" / "ab").mkdir(exist_ok=True)
    (place.target / "documents" / "ab" / ".new-half").write_bytes(b"half")
    place.backup()
    assert content(place.target / "documents") == there
    assert not interrupted(place.target)
    assert not list(place.office.home.glob(".backup-*"))


def stopped(*_: object) -> None:
    raise KeyboardInterrupt


def test_only_so_many_are_kept_and_no_document_of_those_is_let_go(place: Place) -> None:
    for index in range(2, 5):
        place.office.clock.advance(hours=1)
        place.backup("--quick")
        issue(place.office, index)
    (place.target / "documents" / "00").mkdir(exist_ok=True)
    place.office.clock.advance(hours=1)
    stray = SealedDocuments(place.target / "documents")
    stray.add("00" + "f" * 62, b"nobody's", backup_sealing.recipients_in([place.public]))
    place.backup("--keep", "2")
    kept = finished(place.target)
    assert len(kept) == 2
    assert not list((place.target / "documents").glob(f"00/{'f' * 62}-*"))
    for backup in kept:
        assert not list(backup.faults())


def test_a_clock_that_went_back_neither_hides_the_newest_backup_nor_lets_it_go(place: Place) -> None:
    place.office.clock.advance(days=400)  # for a night it was wrong
    place.backup()
    place.office.clock.advance(days=-400)
    issue(place.office, 2)
    place.backup("--quick")
    newest = open_backup(place.target)
    assert newest.manifest.rows["clearances"] == 2
    assert newest.manifest.made_at == place.office.clock.now()
    place.backup("--quick", "--keep", "1")
    (kept,) = finished(place.target)
    assert kept.manifest.rows["clearances"] == 2
    assert kept.manifest.name > newest.manifest.name


def test_while_one_backup_is_made_no_other_is_begun_and_none_is_let_go(place: Place) -> None:
    place.backup()
    before = content(place.target)
    with alone_in(place.target):
        assert "under way" in place.backup("--keep", "1", status=75)
    assert content(place.target) == before


def test_old_backups_are_let_go_while_the_target_is_still_ours(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another run counts on, and no backup names yet, would go with them."""
    place.backup()
    place.office.clock.advance(hours=1)

    def watched(target: Path, *, keep: int) -> list[str]:
        with pytest.raises(BackupBusy), alone_in(target):
            pass
        return list(prune(target, keep=keep))

    monkeypatch.setattr("clearance.storage.backup_folder.prune", watched)
    assert "Let go" in place.backup("--keep", "1")


def test_a_full_disk_leaves_earlier_backups_whole_and_gives_its_room_back(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.backup()
    issue(place.office, 2)
    place.office.clock.advance(hours=1)
    with monkeypatch.context() as full:
        full.setattr("clearance.storage.backup.SealedDocuments.add", no_room)
        assert "No space left" in place.backup("--keep", "1", status=74)
    assert not interrupted(place.target)
    assert len(finished(place.target)) == 1
    assert done("backup", "verify", place.target).exit_code == 0
    with monkeypatch.context() as full:
        full.setattr("clearance.storage.backup_database.sqlite3.connect", no_room_for_sqlite)
        assert "needs room" in place.backup(status=65)
    assert not list(place.office.home.glob(".backup-*"))


def no_room(*_: object) -> int:
    raise OSError(28, "No space left on device", "/mnt/backup")


def no_room_for_sqlite(*_: object) -> None:
    raise sqlite3.OperationalError("database or disk is full")


def test_a_killed_backup_leaves_no_copy_in_clear_for_longer_than_to_the_next(place: Place) -> None:
    left, at_work = place.office.home / ".backup-killed", place.office.home / ".backup-at-work"
    for folder in (left, at_work):
        folder.mkdir()
        (folder / "database").write_bytes(b"SQLite format 3")
    with place_at_work(at_work):
        place.backup()
        assert not left.exists()
        assert (at_work / "database").exists()


@contextmanager
def place_at_work(folder: Path) -> Iterator[None]:
    """As a run that is copying."""
    descriptor = os.open(folder, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    yield
    os.close(descriptor)


def test_what_others_keep_in_the_target_is_left_there(place: Place, tmp_path: Path) -> None:
    place.target.mkdir()
    theirs, elsewhere = place.target / "photos.partial", tmp_path / "elsewhere"
    for folder in (theirs, elsewhere):
        folder.mkdir()
        (folder / "one.jpg").write_bytes(b"jpeg")
    (place.target / "20260101T000000Z-abcd.partial").symlink_to(elsewhere)
    place.backup("--keep", "1")
    assert (theirs / "one.jpg").exists()
    assert (elsewhere / "one.jpg").exists()


def test_a_document_that_only_a_link_leads_to_is_not_there(place: Place, tmp_path: Path) -> None:
    place.backup()
    (path, *_) = (place.target / "documents").glob("*/*.age")
    path.rename(tmp_path / path.name)
    path.symlink_to(tmp_path / path.name)
    assert "not there" in done("backup", "verify", place.target, status=1).output
    place.office.clock.advance(hours=1)
    place.backup("--quick")
    assert done("backup", "verify", place.target, "--identity", place.identity).exit_code == 0
    assert (tmp_path / path.name).exists()


def test_a_document_that_the_store_lost_is_counted_and_does_not_stop_the_backup(place: Place) -> None:
    for path in (place.office.home / "documents").glob("*/*"):
        path.unlink()
    said = place.backup(status=1)
    assert "lost: 2" in said
    assert open_backup(place.target).manifest.missing == 2


def test_a_backup_is_small_print_that_a_program_can_read(place: Place) -> None:
    place.backup()
    manifest = json.loads((open_backup(place.target).folder / "manifest.json").read_bytes())
    assert manifest["rows"]["clearances"] == 1
    assert manifest["kind"] == "sqlite"
    with place.office.service.database.read() as work:
        assert manifest["head"]["digest"] == work.audit.head().digest
    assert manifest["recipients"] == [place.public]
    assert len(manifest["published"]["lists"]) == 1


def test_ten_backups_while_cards_are_issued_all_along_are_all_whole(place: Place, tmp_path: Path) -> None:
    """Each holds a record that is whole, and of every card that it knows the document."""
    end = threading.Event()
    issued: list[Clearance] = []

    def work() -> None:
        while not end.is_set() and len(issued) < 20:
            issued.append(issue(place.office, 100 + len(issued)))

    writer = threading.Thread(target=work)
    writer.start()
    try:
        for number in range(10):
            place.office.clock.advance(seconds=5)
            place.backup("--quick")
            opened = tmp_path / f"{number}.db"
            with opened.open("wb") as file:
                sealed = open_backup(place.target).folder / "database.age"
                open_into(sealed, file, identities_in(place.identity.read_text().splitlines()))
    finally:
        end.set()
        writer.join()
    assert issued
    heads = set()
    for number, backup in enumerate(finished(place.target)):
        assert backup.manifest.missing == 0
        assert not list(backup.faults())
        database = SqlDatabase(f"sqlite:///{tmp_path / f'{number}.db'}", keys=KEYS)
        with database.read() as reading:
            report = reading.audit.verify(noted=[backup.manifest.head])
            assert not report.faults
            assert report.head == backup.manifest.head
        with database.records() as records:
            assert set(records.documents()) == set(backup.document_names())
        database.close()
        heads.add(backup.manifest.head.number)
    assert len(heads) > 1  # somebody did write in between
