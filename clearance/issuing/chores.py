"""Chores: what the office does by itself, every so often, in one process at a time.

It decides when a chore is due, who may run it and when a failed one is tried again. What the chores are is gathered in
`clearance.worker`; a chore must bear being run twice, since a process may die between its work and its note of it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from clearance.issuing.ports import ChoreRecord
from clearance.issuing.service import Service

FIRST_RETRY = timedelta(seconds=30)
LAST_RETRY = timedelta(minutes=15)
"""A failed chore is tried again after the first, then after twice as long each time, up to the last."""


@dataclass(frozen=True, kw_only=True)
class Chore:
    """Something to be done `every` so often. `run` gets the moment at which it was taken up.

    Another worker takes it up when it is not done `within`.
    """

    name: str
    every: timedelta
    run: Callable[[Service, datetime], object]
    within: timedelta = timedelta(minutes=10)


def due(service: Service, chores: Iterable[Chore]) -> list[Chore]:
    """Those that somebody should run now."""
    at = service.now()
    with service.database.read() as work:
        records = {chore.name: work.chores.get(chore.name) for chore in chores}
    return [chore for chore in chores if (record := records[chore.name]) is None or _is_free(record, chore, at)]


def _is_free(record: ChoreRecord, chore: Chore, at: datetime) -> bool:
    """Whether somebody should run it now.

    What is put off, or held, for longer than ever happens was so by a clock that has been set back since: waiting until
    that clock's time has come could take years.
    """
    held = record.held_until
    if record.due_at > at + max(chore.every, LAST_RETRY):
        record = replace(record, due_at=at)
    if held is not None and held > at + chore.within:
        record = replace(record, held_until=None)
    return record.free(at)


def run_chore(service: Service, chore: Chore, *, worker: str) -> bool:
    """Run it unless it is not due or somebody else is at it; whether it was run.

    Raises whatever the chore raises, after noting when it is to be tried again.
    """
    at = service.now()
    taken = _take(service, chore, worker, at)
    if taken is None:
        return False
    try:
        chore.run(service, at)
    except Exception:
        failures = taken.failures + 1
        _put_back(service, replace(taken, failures=failures, due_at=service.now() + retry_after(failures)))
        raise
    _put_back(service, replace(taken, failures=0, due_at=at + chore.every, done_at=service.now()))
    return True


def retry_after(failures: int) -> timedelta:
    """How long to leave a chore that failed so many times in a row."""
    times = 1 << min(failures - 1, 10)
    return min(FIRST_RETRY * times, LAST_RETRY)


def _take(service: Service, chore: Chore, worker: str, at: datetime) -> ChoreRecord | None:
    with service.database.write() as work:
        record = work.chores.get(chore.name) or ChoreRecord(name=chore.name, due_at=at)
        if not _is_free(record, chore, at):
            return None
        taken = replace(record, holder=worker, held_until=at + chore.within)
        work.chores.save(taken)
        work.commit()
    return taken


def _put_back(service: Service, record: ChoreRecord) -> None:
    """Note how it went, unless it took so long that another worker has it by now."""
    with service.database.write() as work:
        now = work.chores.get(record.name)
        if now is None or (now.holder, now.held_until) != (record.holder, record.held_until):
            return
        work.chores.save(replace(record, holder=None, held_until=None))
        work.commit()
