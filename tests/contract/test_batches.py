"""What every store of chores and batches must do."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from clearance.domain.batch import Batch, BatchRun, BatchStep, RowStanding
from clearance.domain.decision import Attempt, begun
from clearance.domain.eligibility import Ground, Objection
from clearance.domain.lifecycle import ApplicationState, Move
from clearance.domain.person import PhotoRemark
from clearance.domain.staff import Scope
from clearance.issuing.fields import Fault, FaultKind
from clearance.issuing.ports import (
    FARTHEST_AHEAD,
    BatchRow,
    ChoreRecord,
    Chunk,
    Conflict,
    Database,
    EntryForm,
    Keys,
    RowNote,
    RowResult,
    RowTrouble,
    RunTally,
)
from tests.fakes.office import AGENCY_CLERK, CLERK, DEVICE, draft

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


BATCH = Batch(
    number="BAT-00000001",
    file_name="sheet.csv",
    file_sha256="a" * 64,
    licence_no=None,
    office_code="BMET",
    uploaded_by="E-1",
    uploaded_at=AT,
    rows=3,
)
NOTES = (
    Fault(field="sex", kind=FaultKind.NOT_A_CHOICE, details={"text": "?", "choices": "male, female"}),
    Objection(ground=Ground.VISA_EXPIRED, details={"date": date(2026, 11, 1)}),
    RowNote(trouble=RowTrouble.SAME_AS_ROW, details={"row": 2, "field": "visa_no"}),
)
ROWS = [BatchRow(batch_no=BATCH.number, number=number, texts={"name_bn": "মোঃ"}) for number in (2, 3, 4)]


def run(number: str, step: BatchStep = BatchStep.CHECK, *, at: datetime = AT) -> BatchRun:
    return BatchRun(
        number=number,
        batch_no=BATCH.number,
        step=step,
        officer_no="C-1",
        device="here",
        ordered_at=at,
        rows=3,
        accepted=frozenset({3}),
    )


def chunk(run_no: str, number: int = 1, **parts: Any) -> Chunk:
    return Chunk(run_no=run_no, number=number, rows=(2, 3, 4), versions=(1, 1, 2), **parts)


@pytest.fixture
def stored(database: Database) -> Database:
    """A database with the batch."""
    with database.write() as work:
        work.batches.add(BATCH, ROWS)
        work.commit()
    return database


def test_a_batch_is_found_by_its_number_and_by_its_file(stored: Database) -> None:
    with stored.read() as work:
        assert work.batches.get(BATCH.number) == BATCH
        assert work.batches.by_file("a" * 64, office_code="BMET", licence_no=None) == BATCH
        assert work.batches.by_file("a" * 64, office_code="BMET", licence_no="RL-1") is None
        assert work.batches.get("BAT-9") is None


def test_the_same_file_of_one_office_cannot_be_two_batches(stored: Database) -> None:
    with stored.write() as work, pytest.raises(Conflict):
        work.batches.add(replace(BATCH, number="BAT-00000002"), [])
    with stored.write() as work:
        others = replace(BATCH, number="BAT-00000003", licence_no="RL-1234", uploaded_at=AT + timedelta(hours=1))
        work.batches.add(others, [replace(ROWS[0], batch_no="BAT-00000003")])
        work.commit()
    with stored.read() as work:
        assert work.batches.find(Scope(), limit=9, offset=0) == [others, BATCH]
        assert work.batches.find(Scope(licence_no="RL-1234"), limit=9, offset=0) == [others]
        assert work.batches.count(Scope(office_code="DEMO-RNG")) == 0


def test_rows_keep_what_was_said_of_them(stored: Database) -> None:
    read = replace(
        ROWS[1],
        standing=RowStanding.TO_FIX,
        notes=NOTES,
        keys=Keys(passport_no="A00000001", visa_no="1", receipt_no="2", permit_no="3"),
        photo_sha256="b" * 64,
        photo_remark=PhotoRemark.NO_FACE,
        corrected=True,
        too_wide=True,
    )
    with stored.write() as work:
        work.batches.save_row(read)
        work.commit()
    with stored.read() as work:
        assert work.batches.row(BATCH.number, 3) == read
        assert work.batches.row(BATCH.number, 9) is None
        assert list(work.batches.rows(BATCH.number, limit=9)) == [ROWS[0], read, ROWS[2]]
        assert list(work.batches.rows(BATCH.number, standings=(RowStanding.TO_FIX,), limit=9)) == [read]
        assert list(work.batches.rows(BATCH.number, limit=1, offset=2)) == [ROWS[2]]
        assert work.batches.standings(BATCH.number) == {RowStanding.UNREAD: 2, RowStanding.TO_FIX: 1}


def test_cases_of_rows_are_counted_by_state_and_those_that_want_eyes_come_first(stored: Database) -> None:
    by = Attempt(officer=CLERK, at=AT, device=DEVICE)
    cases = [begun(f"APP-0000000{index}", draft(index, photo_sha256="a" * 64), Move.SUBMIT, by) for index in (1, 2)]
    with stored.write() as work:
        for case in cases:
            work.applications.add(case)
        for row, case in zip(ROWS, cases, strict=False):
            standing = RowStanding.SUBMITTED
            mended = row.number == 3
            work.batches.save_row(replace(row, standing=standing, reference=case.reference, corrected=mended))
        work.commit()
    with stored.read() as work:
        assert work.batches.states(BATCH.number) == {ApplicationState.SUBMITTED: 2}
        at_work = work.batches.at_work(BATCH.number, ApplicationState.SUBMITTED, limit=9, offset=0)
        assert [row.number for row in at_work] == [3, 2]
        assert work.batches.versions(BATCH.number, ApplicationState.SUBMITTED, calm=False) == {2: 1, 3: 1}
        assert work.batches.versions(BATCH.number, ApplicationState.SUBMITTED, calm=True) == {2: 1}
        assert work.batches.versions(BATCH.number, ApplicationState.CHECKED, calm=False) == {}
    with stored.write() as work, pytest.raises(Conflict):
        work.batches.save_row(replace(ROWS[2], standing=RowStanding.SUBMITTED, reference=cases[0].reference))


def test_archives_of_photos_are_kept_in_order_and_once(stored: Database) -> None:
    with stored.write() as work:
        for sha256 in ("b" * 64, "a" * 64, "b" * 64):
            work.batches.add_photos(BATCH.number, sha256)
        work.commit()
    with stored.read() as work:
        assert list(work.batches.photos(BATCH.number)) == ["b" * 64, "a" * 64]


def test_runs_are_tallied_the_latest_first(stored: Database) -> None:
    first, second = run("RUN-1"), run("RUN-2", at=AT + timedelta(seconds=1))
    paused = replace(second, paused_by="A-1", finished_at=AT)
    with stored.write() as work:
        work.batches.add_run(first, [chunk("RUN-1")])
        work.batches.add_run(second, [chunk("RUN-2")])
        work.batches.save_run(paused)
        work.batches.add_result(RowResult(run_no="RUN-1", row=2))
        work.batches.add_result(RowResult(run_no="RUN-1", row=4, notes=NOTES))
        work.commit()
    with stored.read() as work:
        assert list(work.batches.tallies(BATCH.number)) == [
            RunTally(run=paused, done=0, refused=0),
            RunTally(run=first, done=1, refused=1),
        ]
        assert work.batches.run("RUN-2") == paused
        assert list(work.batches.refused("RUN-1", limit=9)) == [RowResult(run_no="RUN-1", row=4, notes=NOTES)]
        assert work.batches.results("RUN-1", (2, 3)) == {2}
    with stored.write() as work, pytest.raises(Conflict):
        work.batches.add_result(RowResult(run_no="RUN-1", row=2))


def test_a_chunk_that_a_wrong_clock_held_or_put_off_is_free_when_the_clock_is_right(stored: Database) -> None:
    just, beyond = AT + FARTHEST_AHEAD, AT + FARTHEST_AHEAD + timedelta(seconds=1)
    with stored.write() as work:
        work.batches.add_run(run("RUN-1"), [chunk("RUN-1", 1)])
        for bound in ("held_until", "not_before"):
            holder = "one" if bound == "held_until" else None
            work.batches.save_chunk(chunk("RUN-1", 1, holder=holder, **{bound: just}))
            assert work.batches.next_chunk(AT) is None
            free = chunk("RUN-1", 1, holder=holder, **{bound: beyond})
            work.batches.save_chunk(free)
            assert work.batches.next_chunk(AT) == free


def test_chunks_are_taken_up_in_turns_unless_held_paused_put_off_or_done(stored: Database) -> None:
    with stored.write() as work:
        for name in ("RUN-1", "RUN-2"):
            work.batches.add_run(run(name), [chunk(name, 1), chunk(name, 2)])
        work.commit()
    held = chunk("RUN-1", 1, holder="one", held_until=AT + timedelta(seconds=9), tries=2)
    put_off = chunk("RUN-2", 1, not_before=AT + timedelta(seconds=5), waits_for=NOTES)
    with stored.write() as work:
        first = work.batches.next_chunk(AT)
        assert first == chunk("RUN-1", 1)
        work.batches.save_chunk(held)
        assert work.batches.next_chunk(AT) == chunk("RUN-2", 1)
        work.batches.save_chunk(put_off)
        assert work.batches.next_chunk(AT) == chunk("RUN-1", 2)
        work.batches.save_run(replace(run("RUN-1"), paused_by="A-1"))
        assert work.batches.next_chunk(AT) == chunk("RUN-2", 2)
        work.batches.save_chunk(chunk("RUN-2", 2, done=True))
        assert work.batches.next_chunk(AT) is None
        assert work.batches.next_chunk(AT + timedelta(seconds=5)) == put_off
        assert work.batches.waits_for("RUN-2", at=AT) == NOTES
        assert work.batches.waits_for("RUN-2", at=AT + timedelta(seconds=5)) == ()
        work.batches.save_run(run("RUN-1"))
        work.batches.hold_on("one", until=AT + timedelta(seconds=20))
        assert work.batches.chunk("RUN-1", 1) == replace(held, held_until=AT + timedelta(seconds=20))
        assert work.batches.chunks_left("RUN-2") == 1
        assert work.batches.under_way(BATCH.number, BatchStep.CHECK) == {2, 3, 4}
        assert work.batches.under_way(BATCH.number, BatchStep.ISSUE) == frozenset()


def test_a_clerk_of_an_agency_stays_one(database: Database) -> None:
    """Without the licence an agency's clerk would be an officer of headquarters, and see every batch and case."""
    with database.read() as work:
        stored = work.staff.get(AGENCY_CLERK.number)
    assert stored == AGENCY_CLERK
    assert stored.scope == Scope(licence_no="RL-1234")


def test_entry_forms_are_kept_as_they_are_and_listed_for_their_officer(database: Database) -> None:
    first = EntryForm(number="ENT-00000001", officer_no="E-1", saved_at=AT, texts={"name_bn": "মোঃ"})
    later = replace(first, number="ENT-00000002", saved_at=AT + timedelta(hours=1), photo_remark=PhotoRemark.NO_FACE)
    others = replace(first, number="ENT-00000003", officer_no="C-1")
    by = Attempt(officer=CLERK, at=AT, device=DEVICE)
    case = begun("APP-00000001", draft(1, photo_sha256="a" * 64), Move.SUBMIT, by)
    with database.write() as work:
        for form in (first, later, others):
            work.forms.save(form)
        work.applications.add(case)
        work.commit()
    with database.read() as work:
        assert list(work.forms.open_of("E-1", limit=9)) == [later, first]
        assert work.forms.get("ENT-00000003") == others
        assert work.forms.get("ENT-9") is None
    closed = replace(later, texts={}, reference=case.reference)
    with database.write() as work:
        work.forms.save(closed)
        work.commit()
    with database.read() as work:
        assert list(work.forms.open_of("E-1", limit=9)) == [first]
        assert work.forms.get(later.number) == closed
