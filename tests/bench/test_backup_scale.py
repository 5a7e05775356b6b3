"""A million cards: how long a backup and its return take, beside copying the same bytes; and a hundred backups of an
office at work.

CLEARANCE_BENCH_CARDS and CLEARANCE_BENCH_BACKUPS make it smaller.
"""

import hashlib
import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from clearance.domain.clearance import Clearance
from clearance.storage.backup_folder import Backup, finished
from clearance.storage.backup_sealing import identities_in, open_into
from clearance.storage.database import SqlDatabase
from clearance.storage.documents import DocumentDirectory
from tests.bench import population
from tests.fakes.installation import installation, made_keys
from tests.fakes.office import ISSUER, PERMIT
from tests.fakes.outside import FakePrinter
from tests.fakes.records_keys import KEYS, SEAL
from tests.integration.backups import done, issue, run

CARDS = int(os.environ.get("CLEARANCE_BENCH_CARDS", "1000000"))
BACKUPS = int(os.environ.get("CLEARANCE_BENCH_BACKUPS", "100"))
DOCUMENTS = 2_000
DOCUMENT_BYTES = 100_000
MINUTES = 15

pytestmark = [pytest.mark.bench, pytest.mark.timeout(7_200)]


@contextmanager
def timed(what: str) -> Iterator[list[float]]:
    took: list[float] = []
    began = time.monotonic()
    yield took
    took.append(time.monotonic() - began)
    print(f"{what}: {took[0]:.1f} s")


def lay_documents(home: Path) -> None:
    """Every so many cards a document of its own; the rest share one, so that the disk holds the bench."""
    documents = DocumentDirectory(home / "documents", SEAL)
    with closing(sqlite3.connect(home / "clearance.db")) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f'DROP TRIGGER "{name}"')
        for number, (row,) in enumerate(
            connection.execute("SELECT rowid FROM clearances LIMIT ?", (DOCUMENTS,)).fetchall()
        ):
            content = b"%PDF-" + hashlib.sha256(str(number).encode()).digest() * (DOCUMENT_BYTES // 32)
            connection.execute("UPDATE clearances SET pdf_sha256 = ? WHERE rowid = ?", (documents.put(content), row))
        for _, statement in triggers:
            connection.execute(statement)
        connection.commit()


def test_a_million_cards_come_back_within_a_quarter_of_an_hour(tmp_path: Path) -> None:
    home, identity = tmp_path / "home", tmp_path / "key.txt"
    home.mkdir()
    shutil.copytree(made_keys(), home / "keys")
    with timed(f"{CARDS:,} cards laid down"):
        population.first(f"sqlite:///{home / 'clearance.db'}", home)
        population.fill_sqlite(home / "clearance.db", home, CARDS)
        lay_documents(home)
    public = done("backup", "key", "--out", identity).stdout.strip()
    size = (home / "clearance.db").stat().st_size
    with timed(f"floor: {size >> 20} MiB copied"):
        shutil.copyfile(home / "clearance.db", tmp_path / "copy")
    (tmp_path / "copy").unlink()  # a disk holds three databases of this size, and not six
    with timed("first backup"):
        backup = ("backup", tmp_path / "target", "--home", home, "--recipient", public)
        done(*backup, status=1)  # the one photo that all share was never stored
    shutil.rmtree(finished(tmp_path / "target")[0].folder)
    with timed("second backup, documents known"):
        done(*backup, "--quick", status=1)
    with timed("verified without a key"):
        done("backup", "verify", tmp_path / "target")
    shutil.rmtree(home)
    with timed("restored") as took:
        back = run(
            *("restore", tmp_path / "target", "--home", tmp_path / "new"),
            *("--identity", identity, "--officer", ISSUER.number),
        )
    assert back.exit_code == 1, back.output  # copies of one card: their credentials name another
    assert "rows, and there were" not in back.output
    assert "record of acts" not in back.output
    with closing(sqlite3.connect(tmp_path / "new" / "clearance.db")) as connection:
        assert connection.execute("SELECT count(*) FROM clearances").fetchone() == (CARDS,)
    assert took[0] <= 60 * MINUTES


def test_every_backup_of_an_office_at_work_is_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, identity = tmp_path / "home", tmp_path / "key.txt"
    home.mkdir()
    public = done("backup", "key", "--out", identity).stdout.strip()
    end = threading.Event()
    issued: list[Clearance] = []
    with installation(home, printer=FakePrinter(), permits=(replace(PERMIT, places=100 * BACKUPS),)) as office:
        monkeypatch.setattr("clearance.bootstrap.now", office.clock.now)

        def work() -> None:
            while not end.is_set():
                issued.append(issue(office, len(issued)))

        writer = threading.Thread(target=work)
        writer.start()
        try:
            for _ in range(BACKUPS):
                office.clock.advance(seconds=1)
                done("backup", tmp_path / "target", "--home", home, "--recipient", public, "--quick")
        finally:
            end.set()
            writer.join()
    backups = finished(tmp_path / "target")
    assert len(backups) == BACKUPS
    heads = {good(each, identity, tmp_path / "opened.db") for each in backups}
    print(f"{BACKUPS} backups, {len(issued)} cards issued meanwhile, {len(heads)} different moments")
    assert len(heads) > BACKUPS * 0.9  # somebody wrote at nearly all times


def good(backup: Backup, identity: Path, opened: Path) -> int:
    """Whether it is whole, holds a whole record and every document that it names; where its record ends."""
    assert not list(backup.faults())
    with opened.open("wb") as file:
        open_into(backup.folder / "database.age", file, identities_in(identity.read_text().splitlines()))
    database = SqlDatabase(f"sqlite:///{opened}", keys=KEYS)
    with database.read() as work:
        assert not work.audit.verify(noted=[backup.manifest.head]).faults
    with database.records() as records:
        assert set(records.documents()) == set(backup.document_names())
    database.close()
    return backup.manifest.head.number
