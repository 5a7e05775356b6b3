"""A worker in a process of its own, over a real installation whose printer is quick; it can be killed at any moment."""

import multiprocessing
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from clearance.domain.signing import Ceiling
from clearance.issuing.component import SigningComponent
from clearance.issuing.service import Service
from clearance.storage.database import SqlDatabase
from clearance.storage.queue import WorkQueue
from clearance.worker import working
from tests.fakes.installation import joined
from tests.fakes.office import NOW
from tests.fakes.outside import FakePrinter, prepare_photo
from tests.fakes.records_keys import KEYS

FASTER = 20
"""Times that a second is longer in these offices, so that what a dead worker held is free in a second or two."""


def clock_since(start: float) -> Callable[[], datetime]:
    """A clock that all processes share; `start` is a reading of the machine's own."""
    return lambda: NOW + timedelta(seconds=(time.time() - start) * FASTER)


@contextmanager
def service_at(home: Path, start: float) -> Iterator[Service]:
    """The office at `home`, in this process."""
    with closing(SqlDatabase(f"sqlite:///{home / 'clearance.db'}", keys=KEYS)) as database:
        parts, now = joined(home, database=database, printer=FakePrinter()), clock_since(start)
        room = replace(parts.room, now=now, ceiling=Ceiling(an_hour=100_000, a_day=100_000))
        yield replace(parts.service, now=now, signing=SigningComponent(room), prepare_photo=prepare_photo)


@contextmanager
def worker_process(home: Path, start: float) -> Iterator[multiprocessing.Process]:
    """A worker at work; killed at the latest when the block ends."""
    process = multiprocessing.get_context("fork").Process(target=_work, args=(home, start))
    process.start()
    try:
        yield process  # type: ignore[misc]
    finally:
        process.kill()
        process.join()


def _work(home: Path, start: float) -> None:
    with (
        service_at(home, start) as service,
        closing(WorkQueue("", file=home / "queue.db")) as queue,
        working(service, queue, threads=2, chores=[]),
    ):
        signal.pause()
