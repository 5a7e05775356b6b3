"""The two programs as their users start them: processes of their own, stopped or killed by the test."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
def issuing_service(home: Path, *, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """`clearance serve` for an installation."""
    with _program("-m", "clearance", "serve", "--home", str(home), "--port", str(port), port=port) as process:
        yield process


@contextmanager
def desk(home: Path, *, issuer_port: int, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """`verifier run` for a desk."""
    issuer = f"http://127.0.0.1:{issuer_port}"
    arguments = ("-m", "verifier", "run", "--home", str(home), "--issuer", issuer, "--port", str(port))
    with _program(*arguments, port=port) as process:
        yield process


@contextmanager
def _program(*arguments: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, *arguments]) as process:
        try:
            _wait_for(process, port)
            yield process
        finally:
            process.terminate()
            process.wait(20)


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(STARTS_WITHIN_S * 10):
        assert process.poll() is None, f"{process.args} ended with {process.returncode}"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError(f"{process.args} did not listen on {port} within {STARTS_WITHIN_S} s")
