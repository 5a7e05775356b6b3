"""The worker: does by itself what nobody waits for, as a program of its own or inside the web program.

It gathers the chores. When one is due, or the queue rings, the work is done in threads of its own; what there is to do
and what was done stands in the database, so that a worker may be killed at any moment and another goes on.
"""

import itertools
import os
import secrets
import socket
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from clearance.bootstrap import log_in_lines, now, open_queue, read_settings, service_of
from clearance.config import Settings
from clearance.issuing.batches import WORK as BATCHES
from clearance.issuing.batches_photos import Albums
from clearance.issuing.batches_work import anything_to_do, hold_on, take_up, work_on
from clearance.issuing.chores import Chore, due, run_chore
from clearance.issuing.own_account import forget_sessions
from clearance.issuing.ports import Unavailable
from clearance.issuing.reconcile import reconcile_yesterday
from clearance.issuing.retention import keep_terms
from clearance.issuing.service import Service
from clearance.issuing.void import carry_out_all
from clearance.messaging.roads import message_chores, roads
from clearance.storage.queue import QueueLost, WorkQueue

HEARTBEAT_S = 1.0
"""How often a worker looks whether a chore is due."""
RUNG_AGAIN_AFTER = timedelta(seconds=15)
"""A chore that was rung for and not taken up meanwhile is rung for again."""

CHORES: tuple[Chore, ...] = (
    Chore(name="reconcile", every=timedelta(hours=1), run=reconcile_yesterday, within=timedelta(hours=4)),
    Chore(name="void", every=timedelta(minutes=1), run=carry_out_all),
    Chore(name="old-sessions", every=timedelta(days=1), run=forget_sessions),
    Chore(name="retention", every=timedelta(hours=6), run=keep_terms, within=timedelta(hours=2)),
)
"""What every office does by itself, whatever its settings."""
MESSAGES = "messages"
"""Where a demo lays what it would send to workers, under its home."""

log = structlog.get_logger()


class Worker:
    """Watches what is due and does it, until it is stopped."""

    def __init__(self, service: Service, queue: WorkQueue, *, chores: Sequence[Chore]) -> None:
        self._service, self._queue = service, queue
        self._chores = {chore.name: chore for chore in chores}
        self._rung: dict[str, datetime] = {}
        self._albums = Albums(service.documents.get)
        self._numbers = itertools.count(1)
        self._holders: dict[str, None] = {}
        self._stop = threading.Event()
        self.name = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
        """Which worker this is, for the leases in the database."""

    def watch(self) -> None:
        """Ring for everything that is to be done, and keep hold of what is at hand, until `stop` is called."""
        while not self._stop.is_set():
            try:
                for chore in due(self._service, self._chores.values()):
                    self._see_to(chore.name)
                if anything_to_do(self._service):
                    self._see_to(BATCHES)
                if holders := tuple(self._holders):
                    hold_on(self._service, holders)
            except Unavailable:
                log.error("the worker cannot reach the database")
            except Exception as error:  # noqa: BLE001 - whoever watches no more is missed by nobody
                log.error("the worker could not look for work", kind=type(error).__name__, at=_place_of(error))
            self._stop.wait(HEARTBEAT_S)

    def stop(self) -> None:
        """Begin nothing more."""
        self._stop.set()

    @property
    def stopping(self) -> bool:
        """Whether work at hand should end at its next resting place."""
        return self._stop.is_set()

    def do(self, name: str) -> None:
        """Do a chunk of a batch, or a chore that is due and that nobody else is at.

        Never raises: a failure is logged, and tried again later.
        """
        self._rung.pop(name, None)
        if self.stopping:
            return
        try:
            if name == BATCHES:
                self._do_chunk()
            elif name in self._chores:
                self._do_chore(self._chores[name])
        except Exception as error:  # noqa: BLE001 - one piece of work must not keep the others from being done
            log.error("work failed", work=name, kind=type(error).__name__, at=_place_of(error))

    def _do_chore(self, chore: Chore) -> None:
        began = time.perf_counter()
        if run_chore(self._service, chore, worker=self.name):
            log.info("work done", work=chore.name, ms=round((time.perf_counter() - began) * 1000, 1))

    def _do_chunk(self) -> None:
        with self._holder() as holder:
            job = take_up(self._service, holder, self._albums)
            if job is not None:
                # Rung before this one is done: the next chunk may be for another thread, or another worker.
                self._ring(BATCHES)
                work_on(self._service, job, stopping=lambda: self.stopping, report=self._report)

    @contextmanager
    def _holder(self) -> Iterator[str]:
        """A name for the hold on one chunk, kept alive by the watch until the block ends."""
        holder = f"{self.name}:{next(self._numbers)}"
        self._holders[holder] = None
        try:
            yield holder
        finally:
            del self._holders[holder]

    def _report(self, error: Exception) -> None:
        log.error("a row could not be worked on", kind=type(error).__name__, at=_place_of(error))

    def _see_to(self, name: str) -> None:
        """Have it done by a thread of the queue; by this one where there is no queue."""
        if not self._ring(name):
            self.do(name)

    def _ring(self, name: str) -> bool:
        """Whether the queue has been rung for this, now or a moment ago."""
        now, rung = self._service.now(), self._rung.get(name)
        if rung is not None and now < rung + RUNG_AGAIN_AFTER:
            return True
        self._rung[name] = now
        try:
            self._queue.ring(name)
        except QueueLost as error:
            log.error("the queue cannot be reached", kind=str(error))
            return False
        return True


def chores_of(settings: Settings) -> tuple[Chore, ...]:
    """Everything that the office of these settings does by itself."""
    ways = roads(
        settings.messages,
        settings.webhooks,
        public_url=settings.public_url,
        demo_folder=settings.home / MESSAGES if settings.demo else None,
        now=now,
    )
    return (*CHORES, *message_chores(ways))


@contextmanager
def working(service: Service, queue: WorkQueue, *, threads: int, chores: Sequence[Chore] = CHORES) -> Iterator[Worker]:
    """A worker at work until the block ends; what it has begun is finished or laid down first."""
    worker = Worker(service, queue, chores=chores)
    watch = threading.Thread(target=worker.watch, name="worker", daemon=True)
    with queue.heard(worker.do, threads=threads):
        watch.start()
        try:
            yield worker
        finally:
            worker.stop()
            watch.join()


@contextmanager
def worker_of(home: Path) -> Iterator[Worker]:
    """The worker of the installation at `home`, at work. Raises ConfigurationRefused."""
    settings = read_settings(home)
    log_in_lines("worker", settings)
    queue = open_queue(settings)
    with (
        service_of(settings) as service,
        working(service, queue, threads=settings.worker_threads, chores=chores_of(settings)) as worker,
    ):
        yield worker


def _place_of(error: Exception) -> str:
    """Where it was raised; the message is left out, since it may name a person."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
