"""Several web processes behind one port: gunicorn, which forks them, watches over them and replaces those that die.

It decides how many requests each takes and how long one may last. What an application is, and that it is opened in each
process anew (no connection or thread survives a fork), is left to whoever hands in `opened`.
"""

import gc
import select
import socket
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
TIMEOUT_S = 60
LEAVE_WITHIN_S = 30


class Processes(BaseApplication):  # type: ignore[misc]
    """`count` processes on a bound socket; `run` serves until the parent is told to stop, and then ends the program."""

    def __init__(
        self, opened: Callable[[], AbstractContextManager[Flask]], *, listener: socket.socket, count: int
    ) -> None:
        self._opened, self._count = opened, count
        self._listener = listener.detach()  # gunicorn closes it
        self._open = ExitStack()
        super().__init__()

    def load_config(self) -> None:
        chosen: dict[str, Any] = {
            "bind": f"fd://{self._listener}",
            "workers": self._count,
            "worker_class": PoliteWorker,
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
    """One process that leaves without dropping anybody.

    Those whom the kernel has let in have been promised an answer: it takes in its share before it closes the door. As
    gunicorn has it, they would be cut off when the last process is gone.
    """

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
