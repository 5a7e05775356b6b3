"""The demo's other programs as child processes: waited for, asked to stop at the end, and made to where need be."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from clearance.bootstrap import read_settings, signer_address
from clearance.channel.client import RemoteSigning
from clearance.issuing.ports import NotSigned

HOST = "127.0.0.1"
STARTS_WITHIN_S = 30
STOPS_WITHIN_S = 15


class ProgramFailed(Exception):
    """A program did not come up."""


class Program:
    """A running child process; `wait` returns when it does its work."""

    def __init__(self, process: subprocess.Popen[bytes], *, name: str, answers: Callable[[], bool]) -> None:
        self._process, self._name, self._answers = process, name, answers

    def wait(self) -> None:
        """Raises ProgramFailed when it ended or took too long."""
        ends = time.monotonic() + STARTS_WITHIN_S
        while self._process.poll() is None and time.monotonic() < ends:
            if self._answers():
                return
            time.sleep(0.05)
        raise ProgramFailed(f"The {self._name} did not start; what it said stands above.")


@contextmanager
def signer(home: Path) -> Iterator[Program]:
    """The signing service of a demo."""
    signing = RemoteSigning(signer_address(read_settings(home)))

    def answers() -> bool:
        try:
            signing.state()
        except NotSigned:
            return False
        return True

    with _child("signer", "run", "--home", str(home), module="clearance") as process:
        yield Program(process, name="signing service", answers=answers)


@contextmanager
def desk(home: Path, *, port: int, desk_port: int) -> Iterator[Program]:
    """The desk of a demo."""

    def answers() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((HOST, desk_port)) == 0

    place = ("--home", str(home / "desk"), "--issuer", f"http://{HOST}:{port}", "--port", str(desk_port))
    with _child("run", *place, module="verifier") as process:
        yield Program(process, name="desk", answers=answers)


@contextmanager
def _child(*arguments: str, module: str) -> Iterator[subprocess.Popen[bytes]]:
    # Their greetings would stand between the lines of the demo's own; what goes wrong is said on standard error.
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:  # noqa: S603 - our own program, no shell
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(STOPS_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
