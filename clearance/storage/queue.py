"""The task queue, which only wakes: what there is to do stands in the database (docs/adr/0090).

Huey runs embedded on an SQLite file of its own and distributed on Redis or PostgreSQL. A message carries the name of
what is to be done and nothing else, as JSON: who can write to the queue can wake a worker and make it run no code.
"""

import json
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog
from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey  # type: ignore[import-untyped]
from huey.consumer import Consumer  # type: ignore[import-untyped]
from huey.registry import Message  # type: ignore[import-untyped]
from huey.serializer import Serializer  # type: ignore[import-untyped]

NAME = "clearance"
POLLED_AT_LEAST_EVERY_S = 1.0
NUMBER_BYTES = 6
"""Of the number that the lines of one piece of work bear, where no request led to it."""
REDIS_WITHIN_S = 2.0
"""How long a Redis may be silent: twice the second that a worker listens for, and no officer waits longer."""


class QueueLost(Exception):
    """The queue cannot be reached now. Nothing is lost: workers look at the database by themselves."""


class WorkQueue:
    """Rings for whoever works, in this process or another."""

    def __init__(self, url: str, *, file: Path) -> None:
        """`url` is `redis://...` or `postgresql://...`; empty for the SQLite file."""
        self._huey = _open(url, file)
        self._work: Callable[[str], None] | None = None
        self._task = self._huey.task(name="do")(self._do)

    def ring(self, name: str) -> None:
        """Have a worker do what is named so, soon. Raises QueueLost."""
        try:
            self._task(*_message(name))
        except Exception as error:  # each storage has errors of its own, and none of them may stop an officer
            raise QueueLost(type(error).__name__) from error

    def answers(self) -> bool:
        """Whether it can be reached now."""
        try:
            self._huey.storage.queue_size()
        except Exception:  # noqa: BLE001 - as above
            return False
        return True

    @contextmanager
    def heard(self, work: Callable[[str], None], *, threads: int) -> Iterator[None]:
        """Let `work` be called with each name that is rung, until the block ends; begun work is finished first."""
        self._work = work
        consumer = _Consumer(
            self._huey,
            workers=threads,
            periodic=False,
            max_delay=POLLED_AT_LEAST_EVERY_S,
            check_worker_health=False,
        )
        consumer.start()
        try:
            yield
        finally:
            consumer.stop(graceful=True)
            self._work = None

    def close(self) -> None:
        """Close the connection of this thread."""
        self._huey.storage.close()

    def _do(self, name: str, request: str = "") -> None:
        assert self._work is not None
        with structlog.contextvars.bound_contextvars(request=request or secrets.token_hex(NUMBER_BYTES)):
            self._work(name)


class _Consumer(Consumer):  # type: ignore[misc]
    _closing = threading.Lock()
    """Huey's storage is not closed by two threads at once."""

    def _set_signal_handlers(self) -> None:
        """Signals belong to the program that the consumer is part of."""

    def _create_process(self, process: Any, name: str) -> Any:
        """A thread that closes its own line to PostgreSQL when it ends: Huey leaves it open."""
        ended = process.shutdown
        if not isinstance(self.huey, PostgresHuey):
            return super()._create_process(process, name)

        def shutdown() -> None:
            ended()
            with self._closing:
                self.huey.storage.close()

        process.shutdown = shutdown
        return super()._create_process(process, name)


class _Names(Serializer):  # type: ignore[misc]
    """Messages as JSON: Huey's own way, pickle, would run what a stranger put into the queue."""

    def _serialize(self, data: Any) -> bytes:
        return json.dumps(data).encode()

    def _deserialize(self, data: bytes) -> Any:
        return Message(*json.loads(data))


def _message(name: str) -> tuple[str, ...]:
    """The name, and the number of the request that led to it, for the worker's lines."""
    request = structlog.contextvars.get_contextvars().get("request")
    return (name, str(request)) if request else (name,)


def _open(url: str, file: Path) -> Huey:
    common: dict[str, Any] = {"results": False, "serializer": _Names()}
    match url.partition(":")[0]:
        case "":
            return SqliteHuey(NAME, filename=str(file), **common)
        case "postgresql":
            return PostgresHuey(NAME, dsn=url, **common)
        case _:
            from redis import ConnectionPool  # its driver is there only where it is wanted

            pool = ConnectionPool.from_url(
                url, socket_timeout=REDIS_WITHIN_S, socket_connect_timeout=REDIS_WITHIN_S, health_check_interval=30
            )
            return RedisHuey(NAME, connection_pool=pool, **common)
