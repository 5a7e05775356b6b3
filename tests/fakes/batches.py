"""Batches, runs and chores in memory."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from clearance.domain.application import Application
from clearance.domain.batch import Batch, BatchRun, BatchStep, RowStanding
from clearance.domain.lifecycle import ApplicationState
from clearance.domain.staff import Scope
from clearance.issuing.ports import (
    FARTHEST_AHEAD,
    BatchRow,
    ChoreRecord,
    Chunk,
    Conflict,
    EntryForm,
    Note,
    RowResult,
    RunTally,
)


@dataclass
class BatchRows:
    """The part of the stored state that belongs to batches and the worker."""

    applications: dict[str, Application] = field(default_factory=dict)
    chores: dict[str, ChoreRecord] = field(default_factory=dict)
    batches: dict[str, Batch] = field(default_factory=dict)
    batch_rows: dict[tuple[str, int], BatchRow] = field(default_factory=dict)
    batch_photos: dict[tuple[str, str], None] = field(default_factory=dict)
    batch_runs: dict[str, BatchRun] = field(default_factory=dict)
    batch_chunks: dict[tuple[str, int], Chunk] = field(default_factory=dict)
    batch_results: dict[tuple[str, int], RowResult] = field(default_factory=dict)
    entry_forms: dict[str, EntryForm] = field(default_factory=dict)


@dataclass
class FakeChores:
    rows: BatchRows

    def get(self, name: str) -> ChoreRecord | None:
        return self.rows.chores.get(name)

    def save(self, record: ChoreRecord) -> None:
        self.rows.chores[record.name] = record


@dataclass
class FakeBatches:
    stored: BatchRows

    def add(self, batch: Batch, rows: Iterable[BatchRow]) -> None:
        if self.by_file(batch.file_sha256, office_code=batch.office_code, licence_no=batch.licence_no):
            raise Conflict(batch.number)
        self.stored.batches[batch.number] = batch
        for row in rows:
            self.save_row(row)

    def get(self, number: str) -> Batch | None:
        return self.stored.batches.get(number)

    def by_file(self, sha256: str, *, office_code: str, licence_no: str | None) -> Batch | None:
        wanted = (sha256, office_code, licence_no)
        found = (b for b in self.stored.batches.values() if (b.file_sha256, b.office_code, b.licence_no) == wanted)
        return next(found, None)

    def find(self, scope: Scope, *, limit: int, offset: int) -> Sequence[Batch]:
        found = sorted(self._within(scope), key=lambda batch: batch.number)
        found.sort(key=lambda batch: batch.uploaded_at, reverse=True)
        return found[offset : offset + limit]

    def count(self, scope: Scope) -> int:
        return len(self._within(scope))

    def row(self, batch_no: str, number: int) -> BatchRow | None:
        return self.stored.batch_rows.get((batch_no, number))

    def save_row(self, row: BatchRow) -> None:
        others = (other for key, other in self.stored.batch_rows.items() if key != (row.batch_no, row.number))
        if row.reference is not None and any(other.reference == row.reference for other in others):
            raise Conflict(row.reference)
        self.stored.batch_rows[row.batch_no, row.number] = row

    def rows(
        self, batch_no: str, *, standings: Iterable[RowStanding] = tuple(RowStanding), limit: int, offset: int = 0
    ) -> Sequence[BatchRow]:
        wanted = set(standings)
        return [row for row in self._of(batch_no) if row.standing in wanted][offset : offset + limit]

    def standings(self, batch_no: str) -> Mapping[RowStanding, int]:
        return Counter(row.standing for row in self._of(batch_no))

    def states(self, batch_no: str) -> Mapping[ApplicationState, int]:
        return Counter(self.stored.applications[row.reference].state for row in self._of(batch_no) if row.reference)

    def at_work(self, batch_no: str, state: ApplicationState, *, limit: int, offset: int) -> Sequence[BatchRow]:
        rows = [r for r in self._of(batch_no) if r.reference and self.stored.applications[r.reference].state is state]
        return sorted(rows, key=lambda row: (not row.wants_eyes, row.number))[offset : offset + limit]

    def versions(self, batch_no: str, state: ApplicationState, *, calm: bool) -> Mapping[int, int]:
        rows = [row for row in self._of(batch_no) if row.reference and not (calm and row.wants_eyes)]
        cases = {row.number: self.stored.applications[row.reference or ""] for row in rows}
        return {number: case.version for number, case in cases.items() if case.state is state}

    def add_photos(self, batch_no: str, sha256: str) -> None:
        self.stored.batch_photos.setdefault((batch_no, sha256))

    def photos(self, batch_no: str) -> Sequence[str]:
        return [sha256 for batch, sha256 in self.stored.batch_photos if batch == batch_no]

    def add_run(self, run: BatchRun, chunks: Iterable[Chunk]) -> None:
        self.stored.batch_runs[run.number] = run
        for chunk in chunks:
            self.save_chunk(chunk)

    def run(self, number: str) -> BatchRun | None:
        return self.stored.batch_runs.get(number)

    def save_run(self, run: BatchRun) -> None:
        self.stored.batch_runs[run.number] = run

    def tallies(self, batch_no: str) -> Sequence[RunTally]:
        runs = [run for run in self.stored.batch_runs.values() if run.batch_no == batch_no]
        runs.sort(key=lambda run: run.number)
        runs.sort(key=lambda run: run.ordered_at, reverse=True)
        return [self._tally(run) for run in runs]

    def refused(self, run_no: str, *, limit: int) -> Sequence[RowResult]:
        return [result for result in self._results(run_no) if not result.done][:limit]

    def next_chunk(self, at: datetime) -> Chunk | None:
        free = [
            chunk
            for chunk in self.stored.batch_chunks.values()
            if not chunk.done
            and self.stored.batch_runs[chunk.run_no].paused_by is None
            and all(
                bound is None or bound <= at or bound > at + FARTHEST_AHEAD
                for bound in (chunk.held_until, chunk.not_before)
            )
        ]
        return min(free, key=lambda chunk: (chunk.number, chunk.run_no), default=None)

    def save_chunk(self, chunk: Chunk) -> None:
        self.stored.batch_chunks[chunk.run_no, chunk.number] = chunk

    def chunk(self, run_no: str, number: int) -> Chunk | None:
        return self.stored.batch_chunks.get((run_no, number))

    def chunks_left(self, run_no: str) -> int:
        return sum(chunk.run_no == run_no and not chunk.done for chunk in self.stored.batch_chunks.values())

    def under_way(self, batch_no: str, step: BatchStep) -> frozenset[int]:
        runs = {run.number for run in self.stored.batch_runs.values() if (run.batch_no, run.step) == (batch_no, step)}
        chunks = (chunk for chunk in self.stored.batch_chunks.values() if chunk.run_no in runs and not chunk.done)
        return frozenset(row for chunk in chunks for row in chunk.rows)

    def waits_for(self, run_no: str, *, at: datetime) -> tuple[Note, ...]:
        chunks = sorted((c for c in self.stored.batch_chunks.values() if c.run_no == run_no), key=lambda c: c.number)
        held_up = (c.waits_for for c in chunks if not c.done and c.not_before is not None and c.not_before > at)
        return next(held_up, ())

    def hold_on(self, holder: str, *, until: datetime) -> None:
        for chunk in list(self.stored.batch_chunks.values()):
            if chunk.holder == holder and not chunk.done:
                self.save_chunk(replace(chunk, held_until=until))

    def results(self, run_no: str, rows: Iterable[int]) -> frozenset[int]:
        return frozenset(result.row for result in self._results(run_no)) & frozenset(rows)

    def add_result(self, result: RowResult) -> None:
        if (result.run_no, result.row) in self.stored.batch_results:
            raise Conflict(f"{result.run_no} {result.row}")
        self.stored.batch_results[result.run_no, result.row] = result

    def _within(self, scope: Scope) -> list[Batch]:
        batches = self.stored.batches.values()
        return [b for b in batches if scope.covers(office_code=b.office_code, licence_no=b.licence_no)]

    def _of(self, batch_no: str) -> list[BatchRow]:
        rows = (row for row in self.stored.batch_rows.values() if row.batch_no == batch_no)
        return sorted(rows, key=lambda row: row.number)

    def _results(self, run_no: str) -> list[RowResult]:
        found = (result for result in self.stored.batch_results.values() if result.run_no == run_no)
        return sorted(found, key=lambda result: result.row)

    def _tally(self, run: BatchRun) -> RunTally:
        results = self._results(run.number)
        done = sum(result.done for result in results)
        return RunTally(run=run, done=done, refused=len(results) - done)


@dataclass
class FakeEntryForms:
    rows: BatchRows

    def get(self, number: str) -> EntryForm | None:
        return self.rows.entry_forms.get(number)

    def save(self, form: EntryForm) -> None:
        self.rows.entry_forms[form.number] = form

    def open_of(self, officer_no: str, *, limit: int) -> Sequence[EntryForm]:
        found = [f for f in self.rows.entry_forms.values() if f.officer_no == officer_no and f.reference is None]
        found.sort(key=lambda form: form.number)
        return sorted(found, key=lambda form: form.saved_at, reverse=True)[:limit]
