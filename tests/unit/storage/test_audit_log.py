"""An insider with every right on the database touches the record: it shows, and it shows where."""

import sqlite3
from collections.abc import Iterator

import pytest

from clearance.domain.audit import AuditHead, AuditLink
from clearance.storage.database import SqlDatabase
from tests.fakes.values import entry

LENGTH = 8


@pytest.fixture
def head(database: SqlDatabase) -> AuditHead:
    """The head of a record of eight entries, noted on paper."""
    with database.write() as work:
        for number in range(1, LENGTH + 1):
            work.audit.append(entry(number))
        work.commit()
    with database.read() as work:
        return work.audit.head()


@pytest.fixture
def owner(insider: sqlite3.Connection, head: AuditHead) -> Iterator[sqlite3.Connection]:
    """An insider who dropped the triggers first and puts them back afterwards."""
    triggers = insider.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        insider.execute(f"DROP TRIGGER {name}")
    yield insider
    for _, statement in triggers:
        insider.execute(statement)


def faults(database: SqlDatabase, *noted: AuditHead) -> list[tuple[str, int, int]]:
    with database.read() as work:
        report = work.audit.verify(noted=noted)
    return [(fault.kind.value, fault.first, fault.last) for fault in report.faults]


def test_an_untouched_record_is_whole(database: SqlDatabase, head: AuditHead) -> None:
    assert head.number == LENGTH
    assert faults(database, head) == []


@pytest.mark.parametrize(
    "change",
    [
        "officer_no = 'A-2'",
        "act = 'application.rejected'",
        "subject = 'APP-OTHER000'",
        "at = '2026-11-22T18:00:00.000000+00:00'",
        "facts = '{}'",
        "facts = 'not json'",
        "at = 'yesterday'",
    ],
)
def test_an_edited_entry_shows(database: SqlDatabase, owner: sqlite3.Connection, change: str) -> None:
    owner.execute(f"UPDATE audit_log SET {change} WHERE number = 4")
    assert faults(database) == [("changed", 4, 4)]


@pytest.mark.parametrize(
    ("which", "found"),
    [
        ("number = 1", [("missing", 1, 1)]),
        ("number = 4", [("missing", 4, 4)]),
        ("number BETWEEN 3 AND 6", [("missing", 3, 6)]),
        ("number = 8", [("missing", 8, 8)]),
        ("number > 5", [("missing", 6, 8)]),
        ("number > 0", [("missing", 1, 8)]),
    ],
)
def test_removed_entries_show(
    database: SqlDatabase, owner: sqlite3.Connection, which: str, found: list[tuple[str, int, int]]
) -> None:
    owner.execute(f"DELETE FROM audit_log WHERE {which}")
    assert faults(database) == found


def test_swapped_entries_show(database: SqlDatabase, owner: sqlite3.Connection) -> None:
    owner.execute("UPDATE audit_log SET number = 99 WHERE number = 3")
    owner.execute("UPDATE audit_log SET number = 3 WHERE number = 5")
    owner.execute("UPDATE audit_log SET number = 5 WHERE number = 99")
    assert [fault for fault in faults(database) if fault[0] == "changed"] == [("changed", 3, 3), ("changed", 5, 5)]


def test_an_inserted_entry_shows(database: SqlDatabase, owner: sqlite3.Connection, head: AuditHead) -> None:
    link = AuditLink.after(head, entry(99))
    owner.execute(
        "INSERT INTO audit_log (number, at, officer_no, act, subject, facts, previous, digest) "
        "VALUES (:number, :at, :officer_no, :act, :subject, :facts, :previous, :digest)",
        vars(link),
    )
    assert faults(database) == [("unlinked", LENGTH + 1, LENGTH + 1)]


def test_an_insertion_in_the_middle_shows(database: SqlDatabase, owner: sqlite3.Connection) -> None:
    for number in range(LENGTH, 3, -1):
        owner.execute("UPDATE audit_log SET number = ? WHERE number = ?", (number + 1, number))
    columns = "at, officer_no, act, subject, facts, previous, digest"
    owner.execute(f"INSERT INTO audit_log SELECT 4, {columns} FROM audit_log WHERE number = 3")
    assert faults(database)[0] == ("changed", 4, 4)


def test_a_rewritten_record_shows_against_the_head_noted_on_paper(
    database: SqlDatabase, owner: sqlite3.Connection, head: AuditHead
) -> None:
    rows = owner.execute("SELECT number, at, officer_no, act, subject, facts, previous, digest FROM audit_log")
    links = [AuditLink(**dict(zip(AuditLink.__dataclass_fields__, row, strict=True))) for row in rows]
    owner.execute("DELETE FROM audit_log")
    last = AuditHead(number=0, digest="0" * 64)
    for link in links[:-1]:  # the last act is left out, and everything is chained anew with its own head
        forged = AuditLink.after(last, link.entry)
        owner.execute("INSERT INTO audit_log VALUES (?, ?, ?, ?, ?, ?, ?, ?)", tuple(vars(forged).values()))
        last = forged.head
    owner.execute("UPDATE audit_head SET number = ?, digest = ?", (last.number, last.digest))
    assert faults(database) == []
    assert faults(database, head) == [("missing", LENGTH, LENGTH)]


def test_a_lost_head_shows(database: SqlDatabase, owner: sqlite3.Connection) -> None:
    owner.execute("DELETE FROM audit_head")
    assert faults(database) == [("unlinked", 1, LENGTH)]
