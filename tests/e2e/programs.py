"""The three programs as their users start them: processes of their own, stopped or killed by the test."""

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

STARTS_WITHIN_S = 60


def prepare_demo(home: Path) -> None:
    """What the first start of the demo makes, in a process of its own: an event loop runs in this one."""
    make = (
        "import pathlib, sys; from clearance.demo import home; home.prepare(pathlib.Path(sys.argv[1]), progress=print)"
    )
    subprocess.run([sys.executable, "-c", make, str(home)], check=True, stdout=subprocess.DEVNULL)


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def signing_service(home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`clearance signer run` for an installation."""
    signing = RemoteSigning(signer_address(read_settings(home)))

    def answers() -> bool:
        try:
            signing.state()
        except NotSigned:
            return False
        return True

    with _program("-m", "clearance", "signer", "run", "--home", str(home), answers=answers) as process:
        yield process


@contextmanager
def issuing_service(home: Path, *, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """`clearance serve` for an installation."""
    with _program(
        "-m", "clearance", "serve", "--home", str(home), "--port", str(port), answers=listens(port)
    ) as process:
        yield process


@contextmanager
def desk(home: Path, *, issuer_port: int, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """`verifier run` for a desk."""
    issuer = f"http://127.0.0.1:{issuer_port}"
    arguments = ("-m", "verifier", "run", "--home", str(home), "--issuer", issuer, "--port", str(port))
    with _program(*arguments, answers=listens(port)) as process:
        yield process


def listens(port: int) -> Callable[[], bool]:
    """Whether somebody listens on a port."""

    def answers() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    return answers


@contextmanager
def _program(*arguments: str, answers: Callable[[], bool]) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, *arguments]) as process:
        try:
            _wait_for(process, answers)
            yield process
        finally:
            process.terminate()
            process.wait(20)


def _wait_for(process: subprocess.Popen[bytes], answers: Callable[[], bool]) -> None:
    for _ in range(STARTS_WITHIN_S * 10):
        assert process.poll() is None, f"{process.args} ended with {process.returncode}"
        if answers():
            return
        time.sleep(0.1)
    raise AssertionError(f"{process.args} did not answer within {STARTS_WITHIN_S} s")
