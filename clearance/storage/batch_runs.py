"""Runs of batches, their chunks and results, as rows."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, case, func, select, update

from clearance.domain.batch import BatchRun, BatchStep
from clearance.issuing.ports import FARTHEST_AHEAD, Chunk, Note, RowResult, RunTally
from clearance.storage.batch_notes import notes_from_json, notes_to_json
from clearance.storage.tables import UtcDateTime
from clearance.storage.tables_batches import batch_chunks, batch_results, batch_runs

_N, _C, _O = batch_runs.c, batch_chunks.c, batch_results.c
_RUN = select(batch_runs).where(_N.number == bindparam("wanted"))
_SAVE_RUN = update(batch_runs).where(_N.number == bindparam("wanted"))
_COUNTS = (
    select(_O.run_no, func.sum(case((_O.done, 1), else_=0)).label("done"), func.count().label("results"))
    .group_by(_O.run_no)
    .subquery()
)
_TALLIES = (
    select(
        batch_runs, func.coalesce(_COUNTS.c.done, 0).label("done"), func.coalesce(_COUNTS.c.results, 0).label("results")
    )
    .select_from(batch_runs.outerjoin(_COUNTS, _COUNTS.c.run_no == _N.number))
    .where(_N.batch_no == bindparam("batch"))
    .order_by(_N.ordered_at.desc(), _N.number)
)
_REFUSED = (
    select(batch_results).where(_O.run_no == bindparam("run"), ~_O.done).order_by(_O.row).limit(bindparam("limit"))
)
_AT = bindparam("at", type_=UtcDateTime)
_TOO_FAR = bindparam("too_far", type_=UtcDateTime)
_NEXT = (
    select(batch_chunks)
    .join(batch_runs, _N.number == _C.run_no)
    .where(
        ~_C.done,
        _N.paused_by.is_(None),
        _C.held_until.is_(None) | (_C.held_until <= _AT) | (_C.held_until > _TOO_FAR),
        _C.not_before.is_(None) | (_C.not_before <= _AT) | (_C.not_before > _TOO_FAR),
    )
    .order_by(_C.number, _C.run_no)
    .limit(1)
)
_CHUNK = select(batch_chunks).where(_C.run_no == bindparam("run"), _C.number == bindparam("wanted"))
_SAVE_CHUNK = update(batch_chunks).where(_C.run_no == bindparam("wanted_run"), _C.number == bindparam("wanted"))
_LEFT = select(func.count()).where(_C.run_no == bindparam("run"), ~_C.done)
_HOLD_ON = update(batch_chunks).where(_C.holder == bindparam("worker"), ~_C.done)
_UNDER_WAY = (
    select(_C.rows)
    .join(batch_runs, _N.number == _C.run_no)
    .where(_N.batch_no == bindparam("batch"), _N.step == bindparam("wanted"), ~_C.done)
)
_WAITS_FOR = (
    select(_C.waits_for)
    .where(_C.run_no == bindparam("run"), ~_C.done, _C.not_before > _AT)
    .order_by(_C.number)
    .limit(1)
)
_KNOWN = select(_O.row).where(_O.run_no == bindparam("run"), _O.row.in_(bindparam("rows", expanding=True)))


class SqlBatchRuns:
    """The half of `clearance.issuing.ports.Batches` that is about runs."""

    _connection: Connection

    def add_run(self, run: BatchRun, chunks: Iterable[Chunk]) -> None:
        self._connection.execute(batch_runs.insert(), _run_row(run))
        self._connection.execute(batch_chunks.insert(), [_chunk_row(chunk) for chunk in chunks])

    def run(self, number: str) -> BatchRun | None:
        columns = self._connection.execute(_RUN, {"wanted": number}).mappings().first()
        return None if columns is None else _run(columns)

    def save_run(self, run: BatchRun) -> None:
        self._connection.execute(_SAVE_RUN, _run_row(run) | {"wanted": run.number})

    def tallies(self, batch_no: str) -> Sequence[RunTally]:
        found = self._connection.execute(_TALLIES, {"batch": batch_no}).mappings()
        return [
            RunTally(run=_run(columns), done=columns["done"], refused=columns["results"] - columns["done"])
            for columns in found
        ]

    def refused(self, run_no: str, *, limit: int) -> Sequence[RowResult]:
        found = self._connection.execute(_REFUSED, {"run": run_no, "limit": limit}).mappings()
        return [RowResult(run_no=run_no, row=each["row"], notes=notes_from_json(each["notes"])) for each in found]

    def next_chunk(self, at: datetime) -> Chunk | None:
        return _chunk(self._connection.execute(_NEXT, {"at": at, "too_far": at + FARTHEST_AHEAD}).mappings().first())

    def save_chunk(self, chunk: Chunk) -> None:
        keys = {"wanted_run": chunk.run_no, "wanted": chunk.number}
        self._connection.execute(_SAVE_CHUNK, _chunk_row(chunk) | keys)

    def chunk(self, run_no: str, number: int) -> Chunk | None:
        return _chunk(self._connection.execute(_CHUNK, {"run": run_no, "wanted": number}).mappings().first())

    def chunks_left(self, run_no: str) -> int:
        return int(self._connection.execute(_LEFT, {"run": run_no}).scalar_one())

    def under_way(self, batch_no: str, step: BatchStep) -> frozenset[int]:
        found = self._connection.execute(_UNDER_WAY, {"batch": batch_no, "wanted": step.value}).scalars()
        return frozenset(row for rows in found for row in rows)

    def waits_for(self, run_no: str, *, at: datetime) -> tuple[Note, ...]:
        found = self._connection.execute(_WAITS_FOR, {"run": run_no, "at": at}).scalar()
        return notes_from_json(found or [])

    def hold_on(self, holder: str, *, until: datetime) -> None:
        self._connection.execute(_HOLD_ON.values(held_until=until), {"worker": holder})

    def results(self, run_no: str, rows: Iterable[int]) -> frozenset[int]:
        return frozenset(self._connection.execute(_KNOWN, {"run": run_no, "rows": list(rows)}).scalars())

    def add_result(self, result: RowResult) -> None:
        row = {"run_no": result.run_no, "row": result.row, "done": result.done, "notes": notes_to_json(result.notes)}
        self._connection.execute(batch_results.insert(), row)


def _run_row(run: BatchRun) -> dict[str, Any]:
    return asdict(replace(run, accepted=frozenset())) | {"step": run.step.value, "accepted": sorted(run.accepted)}


def _run(columns: RowMapping) -> BatchRun:
    own = {name: columns[name] for name in batch_runs.columns.keys()}  # noqa: SIM118 - not a dictionary
    return BatchRun(**own | {"step": BatchStep(own["step"]), "accepted": frozenset(own["accepted"])})


def _chunk_row(chunk: Chunk) -> dict[str, Any]:
    return asdict(replace(chunk, waits_for=())) | {"waits_for": notes_to_json(chunk.waits_for)}


def _chunk(columns: RowMapping | None) -> Chunk | None:
    if columns is None:
        return None
    lists = {"rows": tuple(columns["rows"]), "versions": tuple(columns["versions"])}
    return Chunk(**{**columns, **lists, "waits_for": notes_from_json(columns["waits_for"])})
