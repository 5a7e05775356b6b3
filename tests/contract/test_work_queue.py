"""What wakes workers, on each of the places where it may lie: a file, Redis and PostgreSQL."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from clearance.storage.queue import QueueLost, WorkQueue
from tests.stack import postgresql
from tests.stack.redis import Redis, redis

PATIENCE_S = 20.0


@pytest.fixture(scope="module")
def redis_server() -> Iterator[Redis]:
    with redis() as running:
        yield running


@pytest.fixture(scope="module")
def postgresql_server() -> Iterator[postgresql.Cluster]:
    postgresql.require()
    with postgresql.cluster(durable=False) as running:
        yield running


@pytest.fixture(params=["file", "redis", "postgresql"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], WorkQueue]:
    """The queue as each program opens it."""
    match request.param:
        case "file":
            url = ""
        case "redis":
            url = request.getfixturevalue("redis_server").url
        case _:
            url = request.getfixturevalue("postgresql_server").loopback_url.replace("+psycopg", "")
    return lambda: WorkQueue(url, file=tmp_path / "queue.db")


class Listener:
    """Whoever works: what was rung for, in order."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self._rung = threading.Semaphore(0)

    def work(self, name: str) -> None:
        self.heard.append(name)
        self._rung.release()

    def hears(self) -> bool:
        return self._rung.acquire(timeout=PATIENCE_S)


def test_what_one_program_rings_for_another_hears_once(opened: Callable[[], WorkQueue]) -> None:
    listener = Listener()
    with closing(opened()) as web, closing(opened()) as worker, worker.heard(listener.work, threads=2):
        web.ring("void")
        assert listener.hears()
        web.ring("batches")
        assert listener.hears()
    assert listener.heard == ["void", "batches"]


def test_what_was_rung_for_while_nobody_listened_is_heard_later(opened: Callable[[], WorkQueue]) -> None:
    listener = Listener()
    with closing(opened()) as web:
        web.ring("reconcile")
    with closing(opened()) as worker, worker.heard(listener.work, threads=1):
        assert listener.hears()
    assert listener.heard == ["reconcile"]


def test_it_says_that_it_answers(opened: Callable[[], WorkQueue]) -> None:
    with closing(opened()) as queue:
        assert queue.answers()


def test_a_server_that_is_gone_is_said_and_heard_of(tmp_path: Path) -> None:
    with redis() as running, closing(WorkQueue(running.url, file=tmp_path / "queue.db")) as queue:
        queue.ring("void")
        running.program.kill()
        assert not queue.answers()
        with pytest.raises(QueueLost):
            queue.ring("void")
        running.program.start()
        queue.ring("void")
