"""Runs: one officer orders one step for many rows of a batch; anybody who sees the batch may pause it and let it go on.

The order is written down with the version of each case at this moment: a case that moves before a worker comes to it is
left alone. Whether the step may be taken is judged case by case when it is taken (`batches_work`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from clearance.domain.application import Application
from clearance.domain.audit import AuditAct
from clearance.domain.batch import WAITS_FOR, Batch, BatchRun, BatchStep, RowStanding
from clearance.domain.decision import ROLES, Refused, conditions
from clearance.domain.eligibility import Ground, Objection
from clearance.domain.lifecycle import ApplicationState, Step
from clearance.domain.permit import Permit
from clearance.domain.staff import Officer
from clearance.issuing.batches import MAX_ROWS, WORK, against_uploading, begin, new_number, put_on_record, seen_batch
from clearance.issuing.cases import case_of, read_officer
from clearance.issuing.paging import Page, page_of
from clearance.issuing.ports import BatchRow, Note, NotOnRecord, RowResult, RunTally, UnitOfWork
from clearance.issuing.service import Service

STEPS: Mapping[BatchStep, Step] = {
    BatchStep.CHECK: Step.CHECKING,
    BatchStep.APPROVE: Step.APPROVAL,
    BatchStep.ISSUE: Step.ISSUE,
}
EYES_FIRST = frozenset({BatchStep.CHECK, BatchStep.APPROVE})
"""Steps in which rows that want an officer's eyes are chosen one by one. Issuing judges nothing that eyes could see."""
MAX_REFUSED = 200
"""Refused rows of a run that are listed at once."""


@dataclass(frozen=True, kw_only=True)
class Shortage:
    """A permit that has fewer places than a batch has rows for it."""

    permit: Permit
    more: int
    """How many rows of the batch it cannot bear."""


@dataclass(frozen=True, kw_only=True)
class RunView:
    """A run as its page shows it. `waits_for` is what keeps it from going on, such as a stopped signing service."""

    tally: RunTally
    waits_for: tuple[Note, ...]
    refused: tuple[RowResult, ...]


@dataclass(frozen=True, kw_only=True)
class BatchCase:
    """A row that is a case, with what stands against it today."""

    row: BatchRow
    application: Application
    objections: tuple[Objection, ...]


@dataclass(frozen=True, kw_only=True)
class BatchView:
    """One batch as its page shows it: its rows by what the dry run said, its cases by where they stand."""

    batch: Batch
    standings: Mapping[RowStanding, int]
    states: Mapping[ApplicationState, int]
    shortages: tuple[Shortage, ...]
    runs: tuple[RunView, ...]
    archives: int

    @property
    def busy(self) -> bool:
        """Whether a run is under way that nobody has paused."""
        return any(run.tally.run.finished_at is None and run.tally.run.paused_by is None for run in self.runs)


def order(
    service: Service,
    batch_no: str,
    step: BatchStep,
    *,
    officer: Officer,
    device: str,
    rows: Iterable[int] | None,
    accepted: Iterable[int] = (),
) -> BatchRun | Refused | None:
    """The run as ordered; None where there is nothing to do.

    `rows` chooses; None takes all, but for those that want an officer's eyes where the step is one of EYES_FIRST.

    `accepted` are rows whose remarked photo the officer has looked at and takes. Raises NotOnRecord.
    """
    with service.database.write() as work:
        batch, actor = seen_batch(work, batch_no, officer=officer), read_officer(work, officer.number)
        against = against_ordering(step, actor)
        if against:
            return Refused(objections=against)
        waiting = _waiting(work, batch, step, calm=rows is None and step in EYES_FIRST)
        chosen = set(waiting) if rows is None else set(waiting) & set(rows)
        chosen -= work.batches.under_way(batch_no, step)
        if not chosen:
            return None
        numbers = sorted(chosen)
        run = BatchRun(
            number=new_number("RUN"),
            batch_no=batch_no,
            step=step,
            officer_no=officer.number,
            device=device,
            ordered_at=service.now(),
            rows=len(numbers),
            accepted=frozenset(accepted) & chosen,
        )
        begin(work, run, numbers, [waiting[number] for number in numbers])
        facts = {"run": run.number, "step": step.value, "rows": run.rows}
        put_on_record(work, batch, AuditAct.BATCH_ORDERED, officer, device, facts, at=run.ordered_at)
        work.commit()
    service.ring(WORK)
    return run


def against_ordering(step: BatchStep, officer: Officer) -> tuple[Objection, ...]:
    """What stands against this officer ordering this step at all; each case is judged besides."""
    if step not in STEPS:
        return against_uploading(officer)
    if not officer.active:
        return (Objection(ground=Ground.OFFICER_INACTIVE),)
    if not officer.roles & ROLES[STEPS[step]]:
        return (Objection(ground=Ground.ROLE_MISSING, details={"role": min(ROLES[STEPS[step]]).value}),)
    return ()


def pause(service: Service, run_no: str, *, officer: Officer, device: str) -> BatchRun:
    """The run, which goes no further than the row at hand. Raises NotOnRecord."""
    return _set_paused(service, run_no, officer, device, by=officer.number)


def resume(service: Service, run_no: str, *, officer: Officer, device: str) -> BatchRun:
    """The run, which goes on where it stopped. Raises NotOnRecord."""
    resumed = _set_paused(service, run_no, officer, device, by=None)
    service.ring(WORK)
    return resumed


def batch_view(service: Service, batch_no: str, *, officer: Officer) -> BatchView:
    """One batch with its runs. Raises NotOnRecord."""
    with service.database.read() as work:
        batch = seen_batch(work, batch_no, officer=officer)
        standings = work.batches.standings(batch_no)
        return BatchView(
            batch=batch,
            standings=standings,
            states=work.batches.states(batch_no),
            shortages=_shortages(work, batch) if standings.get(RowStanding.OVER_BUDGET) else (),
            runs=tuple(_run_view(service, work, tally) for tally in work.batches.tallies(batch_no)),
            archives=len(work.batches.photos(batch_no)),
        )


def batches_of(service: Service, *, officer: Officer, page: int, per_page: int = 50) -> Page[Batch]:
    """The batches within an officer's scope, newest first."""
    with service.database.read() as work:
        return page_of(
            lambda limit, offset: work.batches.find(officer.scope, limit=limit, offset=offset),
            total=work.batches.count(officer.scope),
            page=page,
            per_page=per_page,
        )


def rows_of_batch(
    service: Service, batch_no: str, standings: Iterable[RowStanding], *, officer: Officer, page: int, per_page: int
) -> Page[BatchRow]:
    """Rows of which the dry run said one of these. Raises NotOnRecord."""
    wanted = tuple(standings)
    with service.database.read() as work:
        seen_batch(work, batch_no, officer=officer)
        counts = work.batches.standings(batch_no)
        return page_of(
            lambda limit, offset: work.batches.rows(batch_no, standings=wanted, limit=limit, offset=offset),
            total=sum(counts.get(standing, 0) for standing in wanted),
            page=page,
            per_page=per_page,
        )


def cases_of_batch(
    service: Service, batch_no: str, state: ApplicationState, *, officer: Officer, page: int, per_page: int
) -> Page[BatchCase]:
    """Rows whose case is in a state, those that want an officer's eyes first. Raises NotOnRecord."""
    with service.database.read() as work:
        seen_batch(work, batch_no, officer=officer)

        def fetch(limit: int, offset: int) -> list[BatchCase]:
            rows = work.batches.at_work(batch_no, state, limit=limit, offset=offset)
            return [_case(service, work, row, officer) for row in rows]

        total = work.batches.states(batch_no).get(state, 0)
        return page_of(fetch, total=total, page=page, per_page=per_page)


def _waiting(work: UnitOfWork, batch: Batch, step: BatchStep, *, calm: bool) -> Mapping[int, int]:
    """The rows that a step is for, each with the version of its case; 0 where it is none yet.

    `calm` leaves out those that want an officer's eyes.
    """
    if step in WAITS_FOR:
        return work.batches.versions(batch.number, WAITS_FOR[step], calm=calm)
    rows = work.batches.rows(batch.number, standings=(RowStanding.ACCEPTED,), limit=MAX_ROWS)
    return {row.number: 0 for row in rows}


def _case(service: Service, work: UnitOfWork, row: BatchRow, officer: Officer) -> BatchCase:
    application = work.applications.get(row.reference or "")
    assert application is not None
    return BatchCase(
        row=row,
        application=application,
        objections=conditions(case_of(work, application), officer, on=service.today()),
    )


def _set_paused(service: Service, run_no: str, officer: Officer, device: str, *, by: str | None) -> BatchRun:
    with service.database.write() as work:
        run = work.batches.run(run_no)
        if run is None:
            raise NotOnRecord(run_no)
        batch = seen_batch(work, run.batch_no, officer=officer)
        if run.finished_at is not None or (run.paused_by is None) == (by is None):
            return run
        changed = replace(run, paused_by=by)
        work.batches.save_run(changed)
        act = AuditAct.BATCH_PAUSED if by else AuditAct.BATCH_RESUMED
        put_on_record(work, batch, act, officer, device, {"run": run_no}, at=service.now())
        work.commit()
    return changed


def _run_view(service: Service, work: UnitOfWork, tally: RunTally) -> RunView:
    number = tally.run.number
    return RunView(
        tally=tally,
        waits_for=() if tally.run.finished_at else work.batches.waits_for(number, at=service.now()),
        refused=tuple(work.batches.refused(number, limit=MAX_REFUSED)) if tally.refused else (),
    )


def _shortages(work: UnitOfWork, batch: Batch) -> tuple[Shortage, ...]:
    over = work.batches.rows(batch.number, standings=(RowStanding.OVER_BUDGET,), limit=MAX_ROWS)
    counts: dict[str, int] = {}
    for row in over:
        counts[row.keys.permit_no] = counts.get(row.keys.permit_no, 0) + 1
    found = ((work.permits.get(number), more) for number, more in sorted(counts.items()))
    return tuple(Shortage(permit=permit, more=more) for permit, more in found if permit is not None)
