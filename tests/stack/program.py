"""A program as a process of its own: started, asked to stop, killed, and started again on what it left."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

STARTS_WITHIN_S = 60
STOPS_WITHIN_S = 30


class Program:
    """One program. `answers` tells whether it does its work; `environment` is added to that of the test."""

    def __init__(
        self,
        command: Sequence[str | Path | int],
        *,
        answers: Callable[[], bool],
        environment: Mapping[str, str] | None = None,
        user: str | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        log: Path | None = None,
    ) -> None:
        self.command = [str(part) for part in command]
        self.answers = answers
        self._environment, self._user, self._stop_signal, self._log = environment or {}, user, stop_signal, log
        self._unread = 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def process(self) -> "subprocess.Popen[bytes]":
        """The newest process, even where it has ended."""
        assert self._process is not None, "never started"
        return self._process

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self, *, wait: bool = True) -> None:
        """Start it, again after `stop` or `kill`; return when it answers, unless told not to wait."""
        assert not self.running, f"{self.command} runs already"
        log = self._log.open("ab") if self._log else None
        self._unread = log.tell() if log else 0
        try:
            self._process = subprocess.Popen(
                self.command, env={**os.environ, **self._environment}, user=self._user, stdout=log, stderr=log, cwd="/"
            )
        finally:
            if log:
                log.close()
        if wait:
            self.wait()

    def wait(self) -> None:
        """Return when it answers. Raises AssertionError where it ended or took too long."""
        ends = time.monotonic() + STARTS_WITHIN_S
        while not self.answers():
            assert self.running, f"{self.command} ended with {self.process.returncode}: {self.said[-2000:]}"
            assert time.monotonic() < ends, f"{self.command} did not answer within {STARTS_WITHIN_S} s"
            time.sleep(0.05)

    def stop(self) -> int:
        """Ask it to stop, and return its exit status."""
        self.process.send_signal(self._stop_signal)
        return self.process.wait(STOPS_WITHIN_S)

    def kill(self) -> None:
        """kill -9 for it and every child of its: at once, without a last word."""
        family = [self.pid, *children(self.pid)]
        for pid in family:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(STOPS_WITHIN_S)
        while any(_alive(pid) for pid in family):
            time.sleep(0.01)

    @property
    def said(self) -> str:
        """What it has written since it was started last, where it has a log."""
        return self._log.read_bytes()[self._unread :].decode(errors="replace") if self._log else ""


@contextmanager
def running(program: Program, *, wait: bool = True) -> Iterator[Program]:
    """The program, started; stopped at the end, and killed where it does not listen."""
    try:
        program.start(wait=wait)
        yield program
    finally:
        if program.running:
            try:
                program.stop()
            except subprocess.TimeoutExpired:
                program.kill()
                raise


def children(pid: int) -> list[int]:
    """The processes that a process started, and theirs (Linux)."""
    with suppress(OSError):
        found = [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        return [*found, *(grandchild for child in found for grandchild in children(child))]
    return []


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> Callable[[], bool]:
    """Whether somebody listens on a port."""

    def answers() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    return answers


def _alive(pid: int) -> bool:
    """Whether a process still holds what it had; one that only waits for its parent to ask does not."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
