"""Every SQLite file by which somebody is told that something is done: it is on the disk before they are told.

Office, journal, and the small files of desk and relay, which all are `Memory`. The queue gives no such word: it wakes.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from clearance.bootstrap import open_database, read_settings
from clearance.storage.database import SqlUnitOfWork
from tests.faults.office import Laid
from verifier.journal import ScanJournal
from verifier.memory import Memory

ASKED = ("journal_mode", "synchronous")
CERTAIN = ["wal", 2]
"""SQLite's FULL is 2: the log is synced at each commit."""


def test_the_office_s_database_syncs_its_log_at_each_commit(office: Laid) -> None:
    with open_database(read_settings(office.home)) as database, database.write() as work:
        assert isinstance(work, SqlUnitOfWork)
        ask = work.connection.exec_driver_sql
        assert [ask(f"PRAGMA {name}").scalar_one() for name in ASKED] == CERTAIN


def test_a_desk_s_journal_syncs_its_log_at_each_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connect, opened = sqlite3.connect, list[sqlite3.Connection]()

    def noted(*arguments: object, **named: object) -> sqlite3.Connection:
        opened.append(connect(*arguments, **named))  # type: ignore[call-overload]
        return opened[-1]

    monkeypatch.setattr(sqlite3, "connect", noted)
    with closing(ScanJournal(tmp_path / "journal.db", desk="DAC-1", version="1")):
        [db] = opened
        assert [db.execute(f"PRAGMA {name}").fetchone()[0] for name in ASKED] == CERTAIN


def test_what_desk_and_relay_remember_beside_it_syncs_its_log_at_each_commit(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "marks.db", "CREATE TABLE IF NOT EXISTS mark (number INTEGER) STRICT;")
    with memory.turn() as db:
        assert [db.execute(f"PRAGMA {name}").fetchone()[0] for name in ASKED] == CERTAIN
    memory.close()
