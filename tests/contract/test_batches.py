"""What every store of chores and batches must do."""

from dataclasses import replace
from datetime import UTC, datetime

from clearance.issuing.ports import ChoreRecord, Database

AT = datetime(2026, 11, 22, 6, 0, 0, 250_000, tzinfo=UTC)


def test_a_chores_record_is_kept_and_replaced(database: Database) -> None:
    first = ChoreRecord(name="nightly", due_at=AT)
    held = replace(first, holder="one", held_until=AT, failures=2, done_at=AT)
    for record in (first, held, first):
        with database.write() as work:
            work.chores.save(record)
            work.commit()
        with database.read() as work:
            assert work.chores.get("nightly") == record
            assert work.chores.get("weekly") is None
