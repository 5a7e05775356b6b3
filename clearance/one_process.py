"""One web process: waitress, which answers in threads.

It decides how a process leaves: it takes in whoever is at the door, closes the door, and answers everybody before it
goes. waitress by itself would go at once, and drop what waits for a thread or is still being sent.
"""

import select
import socket
import threading
import time
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.server import TcpWSGIServer, create_server

THREADS = 32
"""Of one process (see `processes.THREADS`)."""
LEAVE_WITHIN_S = 30
"""Whoever is not answered by then, or has not sent a whole request, is cut off."""
IDLE_S = 1.0
"""A line that is kept for another request is closed when none came for so long after the stop."""


class OneProcess:
    """Serves one application on a listening socket, in the thread that calls `serve`."""

    def __init__(self, application: Flask, *, listener: socket.socket, in_memory: int, largest: int) -> None:
        """Bodies are kept off the disk up to `in_memory` bytes, and refused beyond `largest`."""
        self._server: TcpWSGIServer = create_server(
            application,
            sockets=[listener],
            threads=THREADS,
            ident=None,
            inbuf_overflow=in_memory,
            max_request_body_size=largest,
        )
        self._stopping = threading.Event()
        self._idle_since: dict[Any, float] = {}

    def serve(self) -> None:
        """Serve until `stop` is called, or Ctrl-C; then answer whoever is there, and return."""
        try:
            while not self._stopping.is_set():
                self._turn(1.0)
        except KeyboardInterrupt:
            self._stopping.set()
        self._close_the_door()
        ends = time.monotonic() + LEAVE_WITHIN_S
        while self._somebody_waits() and time.monotonic() < ends:
            self._turn(0.05)
        self._server.task_dispatcher.shutdown()

    def stop(self) -> None:
        """Take nobody else in. May be called by a signal's handler."""
        self._stopping.set()
        self._server.pull_trigger()

    def close(self) -> None:
        """Close every line that is left."""
        wasyncore.close_all(self._server._map)

    def _turn(self, within_s: float) -> None:
        wasyncore.loop(timeout=within_s, use_poll=True, map=self._server._map, count=1)

    def _close_the_door(self) -> None:
        """Those whom the kernel has let in already have been promised an answer; whoever comes later is refused."""
        waiting = select.poll()
        waiting.register(self._server.socket, select.POLLIN)
        while waiting.poll(0):
            self._server.handle_accept()
        self._server.del_channel()
        self._server.socket.close()

    def _somebody_waits(self) -> bool:
        now = time.monotonic()
        for line in list(self._server.active_channels.values()):
            if line.requests or line.request is not None or line.total_outbufs_len:
                self._idle_since.pop(line, None)
            elif now - self._idle_since.setdefault(line, now) >= IDLE_S:
                line.will_close = True
        return bool(self._server.active_channels)
