"""Several web processes behind one port: gunicorn, which forks them, watches over them and replaces those that die.

It decides how many requests each takes and how long one may last. What an application is, and that it is opened in each
process anew (no connection or thread survives a fork), is left to whoever hands in `opened`.
"""

import gc
import select
import socket
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from logging import WARNING
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.glogging import Logger  # type: ignore[import-untyped]
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

THREADS = 32
"""Of one process. Four look up at once and 24 at most wait for that (`web.public.admission`); the others are free to
read files, and to say: too busy."""
PATIENCE_S = 2.0
"""How long anybody waits for a thread: far longer than on any day that was planned for."""
WATCHERS = (b"GET /healthz ", b"GET /readyz ", b"GET /metrics ")
MOST_OF_A_REQUEST = 1 << 16
TIMEOUT_S = 60
LEAVE_WITHIN_S = 30


class Processes(BaseApplication):  # type: ignore[misc]
    """`count` processes on a bound socket; `run` serves until the parent is told to stop, and then ends the program."""

    def __init__(
        self,
        opened: Callable[[], AbstractContextManager[Flask]],
        *,
        listener: socket.socket,
        count: int,
        turned_away: bytes,
    ) -> None:
        """`turned_away` is a whole answer for those whom nobody has time for."""
        self._opened, self._count, self._turned_away = opened, count, turned_away
        self._listener = listener.detach()  # gunicorn closes it
        self._open = ExitStack()
        super().__init__()

    def load_config(self) -> None:
        chosen: dict[str, Any] = {
            "bind": f"fd://{self._listener}",
            "workers": self._count,
            "worker_class": type("Worker", (PoliteWorker,), {"turned_away": self._turned_away}),
            "threads": THREADS,
            "timeout": TIMEOUT_S,
            "graceful_timeout": LEAVE_WITHIN_S,
            "logger_class": ThroughRoot,
            "control_socket_disable": True,  # signals are enough
            "forwarded_allow_ips": "",  # proxies of ours are counted in one place, `trusted_proxies`
            "worker_exit": lambda _arbiter, _worker: self._open.close(),
        }
        for name, value in chosen.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application of one process, after the fork.

        What it is made of stays: the search for garbage would hold every request up to look through it time and again.
        """
        application = self._open.enter_context(self._opened())
        gc.collect()
        gc.freeze()
        return application


class ThroughRoot(Logger):  # type: ignore[misc]
    """Leaves what gunicorn says to the handlers of this program."""

    def setup(self, cfg: object) -> None:
        self.cfg = cfg
        self.error_log.setLevel(WARNING)
        self.error_log.propagate = True


class PoliteWorker(ThreadWorker):  # type: ignore[misc]
    """One process that drops nobody, however many come and when it leaves.

    Who has waited long for a thread gets a page that was ready before the day began, so that everybody gets an answer.
    A connection is closed in the thread that answered: as gunicorn has it, the one thread that takes visitors in waits
    for each to hang up. And those whom the kernel has let in have been promised an answer: it takes in its share before
    it closes the door, or they would be cut off when the last process is gone.
    """

    turned_away: bytes
    """A whole answer."""

    def enqueue_req(self, conn: Any) -> None:
        conn.came = time.monotonic()
        super().enqueue_req(conn)

    def handle(self, conn: Any) -> Any:
        waited_s = time.monotonic() - conn.came
        goes_on = not (waited_s > PATIENCE_S and self._turn_away(conn.sock)) and super().handle(conn)
        if not goes_on:
            conn.close(graceful=True)
            conn.close = _closed_before
        return goes_on

    def _turn_away(self, line: socket.socket) -> bool:
        """Answer a request without reading it; not one of the office's own watchers, nor one that is still coming."""
        line.setblocking(False)
        try:
            request = line.recv(len(max(WATCHERS, key=len)), socket.MSG_PEEK)
            if not request or request.startswith(WATCHERS):
                return False
            line.recv(MOST_OF_A_REQUEST)
            line.sendall(self.turned_away)
        except OSError:
            return False
        finally:
            line.setblocking(True)
        return True

    def set_accept_enabled(self, enabled: bool) -> None:
        super().set_accept_enabled(enabled)
        if self.alive or enabled:
            return
        for listener in self.sockets:
            waiting = select.poll()
            waiting.register(listener, select.POLLIN)
            while waiting.poll(0):
                self.accept(listener)
            listener.close()


def _closed_before(graceful: bool = False) -> None:
    """What closing is after the thread that answered has done it."""
