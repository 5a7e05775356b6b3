"""The worker: does by itself what nobody waits for, as a program of its own or inside the web program.

It gathers the chores. When one is due, or the queue rings, the work is done in threads of its own; what there is to do
and what was done stands in the database, so that a worker may be killed at any moment and another goes on.
"""

import os
import secrets
import socket
import threading
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from clearance.bootstrap import log_in_lines, open_queue, read_settings, service_of
from clearance.issuing.chores import Chore, due, run_chore
from clearance.issuing.ports import Unavailable
from clearance.issuing.service import Service
from clearance.storage.queue import QueueLost, WorkQueue

HEARTBEAT_S = 1.0
"""How often a worker looks whether a chore is due."""
RUNG_AGAIN_AFTER = timedelta(seconds=15)
"""A chore that was rung for and not taken up meanwhile is rung for again."""

CHORES: tuple[Chore, ...] = ()
"""Everything that the office does by itself."""

log = structlog.get_logger()


class Worker:
    """Watches what is due and does it, until it is stopped."""

    def __init__(self, service: Service, queue: WorkQueue, *, chores: Sequence[Chore]) -> None:
        self._service, self._queue = service, queue
        self._chores = {chore.name: chore for chore in chores}
        self._rung: dict[str, datetime] = {}
        self._stop = threading.Event()
        self.name = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
        """Which worker this is, for the leases in the database."""

    def watch(self) -> None:
        """Ring for every chore that is due, until `stop` is called."""
        while not self._stop.is_set():
            try:
                for chore in due(self._service, self._chores.values()):
                    self._ring(chore)
            except Unavailable:
                log.error("the worker cannot reach the database")
            self._stop.wait(HEARTBEAT_S)

    def stop(self) -> None:
        """Begin nothing more."""
        self._stop.set()

    @property
    def stopping(self) -> bool:
        """Whether work at hand should end at its next resting place."""
        return self._stop.is_set()

    def do(self, name: str) -> None:
        """Run a chore, if it is due and nobody else is at it. Never raises: a failure is logged and tried again."""
        chore = self._chores.get(name)
        if chore is None or self.stopping:
            return
        try:
            run_chore(self._service, chore, worker=self.name)
        except Exception as error:  # noqa: BLE001 - one chore must not keep the others from being done
            log.error("chore failed", chore=name, kind=type(error).__name__, at=_place_of(error))
        finally:
            self._rung.pop(name, None)

    def _ring(self, chore: Chore) -> None:
        now, rung = self._service.now(), self._rung.get(chore.name)
        if rung is not None and now < rung + RUNG_AGAIN_AFTER:
            return
        self._rung[chore.name] = now
        try:
            self._queue.ring(chore.name)
        except QueueLost as error:
            log.error("the queue cannot be reached", kind=str(error))
            self.do(chore.name)


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
    log_in_lines()
    settings = read_settings(home)
    queue = open_queue(settings)
    with service_of(settings) as service, working(service, queue, threads=settings.worker_threads) as worker:
        yield worker


def _place_of(error: Exception) -> str:
    """Where it was raised; the message is left out, since it may name a person."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
