"""What a worker does to a batch: take up a chunk, go through its rows one by one, write down what each came to.

Idempotent at every point: a row with a result is not touched again, a row whose case has moved already is seen to have,
and of two workers at one chunk only the one that holds it can write. A row that nobody survives is given up after a few
tries, so that it never keeps the others waiting.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from clearance.domain.batch import Batch, BatchRun, BatchStep, RowStanding
from clearance.domain.staff import Officer
from clearance.issuing.batches_photos import Album, Albums
from clearance.issuing.batches_reading import settle
from clearance.issuing.batches_steps import Halted, take_step
from clearance.issuing.ports import (
    BatchRow,
    Chunk,
    Conflict,
    Note,
    RowNote,
    RowResult,
    RowTrouble,
    Unavailable,
    UnitOfWork,
)
from clearance.issuing.service import Service

HELD_FOR = timedelta(seconds=10)
"""A worker that is alive says so several times within this (`hold_on`); another takes up what a dead one held."""
AGAIN_AFTER = timedelta(seconds=5)
"""When something keeps everybody from going on, such as a stopped signing service."""
MAX_TRIES = 5
"""Workers that may die of one row, or lose their line over it."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """A chunk that was taken up, and everything that its rows have in common."""

    chunk: Chunk
    run: BatchRun
    batch: Batch
    officer: Officer
    album: Album


def take_up(service: Service, holder: str, albums: Albums) -> Job | None:
    """A chunk that is now held, or None where there is nothing to do.

    `holder` names this one taking up: who was overtaken must not think what another took up later its own.
    """
    at = service.now()
    with service.database.write() as work:
        chunk = work.batches.next_chunk(at)
        if chunk is None:
            return None
        run = work.batches.run(chunk.run_no)
        assert run is not None
        chunk = replace(chunk, holder=holder, held_until=at + HELD_FOR, not_before=None, waits_for=())
        chunk = _given_up(work, run, chunk) if chunk.tries >= MAX_TRIES else replace(chunk, tries=chunk.tries + 1)
        work.batches.save_chunk(chunk)
        batch = work.batches.get(run.batch_no)
        officer = work.staff.get(run.officer_no)
        archives = tuple(work.batches.photos(run.batch_no)) if run.step is BatchStep.READ else ()
        work.commit()
    assert batch is not None
    assert officer is not None
    return Job(chunk=chunk, run=run, batch=batch, officer=officer, album=albums.of(archives))


def work_on(service: Service, job: Job, *, stopping: Callable[[], bool], report: Callable[[Exception], None]) -> None:
    """Go through a chunk, or as far as it goes now. `report` is told of errors that nobody foresaw."""
    with service.database.read() as work:
        known = work.batches.results(job.run.number, job.chunk.rows)
    for row_no in job.chunk.rows:
        if row_no in known:
            continue
        if stopping() or _paused(service, job):
            return _put_back(service, job)
        try:
            row, notes = _try(service, job, row_no, report)
        except Halted as halted:
            return _put_back(service, job, halted=halted)
        if not _write_down(service, job, row, notes):
            return None
    return _finish(service, job)


def hold_on(service: Service, holders: Iterable[str]) -> None:
    """Say that these are alive, so that nobody takes up what they hold."""
    with service.database.write() as work:
        for holder in holders:
            work.batches.hold_on(holder, until=service.now() + HELD_FOR)
        work.commit()


def anything_to_do(service: Service) -> bool:
    """Whether there is a chunk that nobody is at."""
    with service.database.read() as work:
        return work.batches.next_chunk(service.now()) is not None


def _given_up(work: UnitOfWork, run: BatchRun, chunk: Chunk) -> Chunk:
    """The chunk after its first row without a result was given up: workers died of it, one after the other.

    Its case may have moved before they died. Whoever orders the step again gets it for those that did not.
    """
    known = work.batches.results(chunk.run_no, chunk.rows)
    stuck = next((row for row in chunk.rows if row not in known), None)
    if stuck is not None:
        work.batches.add_result(RowResult(run_no=chunk.run_no, row=stuck, notes=(_stuck(),)))
        row = work.batches.row(run.batch_no, stuck)
        if row is not None and run.step is BatchStep.READ:
            work.batches.save_row(_unreadable(row))
    return replace(chunk, tries=1)


def _unreadable(row: BatchRow) -> BatchRow:
    """The row as one that needs work: left unread, nobody could ever have it read again."""
    return replace(row, standing=RowStanding.TO_FIX, notes=(_stuck(),))


def _try(
    service: Service, job: Job, row_no: int, report: Callable[[Exception], None]
) -> tuple[BatchRow, tuple[Note, ...]]:
    """The row after the step, and what stood against it. Raises Halted."""
    with service.database.read() as work:
        row = work.batches.row(job.batch.number, row_no)
    assert row is not None
    version = dict(zip(job.chunk.rows, job.chunk.versions, strict=False)).get(row_no, 0)
    try:
        return take_step(service, job.run, job.batch, row, officer=job.officer, album=job.album, version=version)
    except Unavailable as error:
        raise Halted from error
    except Halted:
        raise
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one row, the others are not to wait for it
        report(error)
        after = _unreadable(row) if job.run.step is BatchStep.READ else replace(row, notes=(_stuck(),))
        return after, after.notes


def _write_down(service: Service, job: Job, row: BatchRow, notes: tuple[Note, ...]) -> bool:
    """The row and its result in one transaction, if the chunk is still ours."""
    try:
        return _written_down(service, job, row, notes)
    except Conflict:  # another row is the case that this one came to
        note = RowNote(trouble=RowTrouble.OVERTAKEN)
        aside = replace(row, standing=RowStanding.TO_FIX, reference=None, notes=(note,))
        return _written_down(service, job, aside, (note,))


def _written_down(service: Service, job: Job, row: BatchRow, notes: tuple[Note, ...]) -> bool:
    with service.database.write() as work:
        chunk = work.batches.chunk(job.chunk.run_no, job.chunk.number)
        if chunk is None or chunk.holder != job.chunk.holder:
            return False
        # A run that reads finds nothing wrong with having found something wrong.
        against = () if job.run.step is BatchStep.READ and not _is_stuck(notes) else notes
        work.batches.add_result(RowResult(run_no=job.run.number, row=row.number, notes=against))
        work.batches.save_row(row)
        if chunk.tries:
            work.batches.save_chunk(replace(chunk, tries=0, held_until=service.now() + HELD_FOR))
        work.commit()
    return True


def _paused(service: Service, job: Job) -> bool:
    with service.database.read() as work:
        run = work.batches.run(job.run.number)
    return run is None or run.paused_by is not None


def _put_back(service: Service, job: Job, *, halted: Halted | None = None) -> None:
    """Lay the chunk down for whoever comes next; after a halt not before some seconds have passed."""
    with service.database.write() as work:
        chunk = work.batches.chunk(job.chunk.run_no, job.chunk.number)
        if chunk is None or chunk.holder != job.chunk.holder:
            return
        laid_down = replace(chunk, holder=None, held_until=None, tries=chunk.tries if halted and halted.counts else 0)
        if halted:
            laid_down = replace(laid_down, not_before=service.now() + AGAIN_AFTER, waits_for=halted.notes)
        work.batches.save_chunk(laid_down)
        work.commit()


def _finish(service: Service, job: Job) -> None:
    with service.database.write() as work:
        chunk = work.batches.chunk(job.chunk.run_no, job.chunk.number)
        if chunk is None or chunk.holder != job.chunk.holder:
            return
        work.batches.save_chunk(replace(chunk, holder=None, held_until=None, done=True))
        if work.batches.chunks_left(job.run.number) == 0:
            if job.run.step is BatchStep.READ:
                settle(work, job.batch)
            run = work.batches.run(job.run.number)
            assert run is not None
            work.batches.save_run(replace(run, finished_at=service.now()))
        work.commit()


def _stuck() -> RowNote:
    return RowNote(trouble=RowTrouble.STUCK)


def _is_stuck(notes: tuple[Note, ...]) -> bool:
    return _stuck() in notes
