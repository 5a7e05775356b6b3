"""The issuer's programs and the desk as their users start them, for the installation in a folder.

`environment` are settings (`CLEARANCE_...`) that go before those of the folder, beside the test's own environment. With
`wait=False` a program may not answer yet (`Program.wait`).
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from clearance.bootstrap import read_settings, signer_address
from clearance.channel.client import RemoteSigning
from clearance.issuing.ports import NotSigned
from tests.stack.program import Program, free_port, listens, running

Environment = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class WebServer:
    """`clearance serve` on a port of loopback."""

    port: int
    program: Program

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def python(*arguments: str | Path | int) -> list[str | Path | int]:
    """A command that runs a module of ours."""
    return [sys.executable, "-m", *arguments]


@contextmanager
def signing_service(
    home: Path, *, environment: Environment | None = None, log: Path | None = None, wait: bool = True
) -> Iterator[Program]:
    """`clearance signer run`; it listens at `<home>/signer.sock`."""
    signing = RemoteSigning(signer_address(read_settings(home)))

    def answers() -> bool:
        try:
            signing.state()
        except NotSigned:
            return False
        return True

    command = python("clearance", "signer", "run", "--home", home)
    with running(Program(command, answers=answers, environment=environment, log=log), wait=wait) as program:
        yield program


@contextmanager
def web_server(
    home: Path,
    *,
    port: int | None = None,
    processes: int = 1,
    environment: Environment | None = None,
    log: Path | None = None,
    wait: bool = True,
) -> Iterator[WebServer]:
    """`clearance serve`, on a free port unless one is given. Several processes need `nation`'s settings."""
    port = port or free_port()
    command = python("clearance", "serve", "--home", home, "--port", port, "--workers", processes)
    with running(Program(command, answers=listens(port), environment=environment, log=log), wait=wait) as program:
        yield WebServer(port=port, program=program)


@contextmanager
def worker(home: Path, *, log: Path, environment: Environment | None = None, wait: bool = True) -> Iterator[Program]:
    """`clearance worker run`; `log` takes what it says, by which it is known to work."""
    unbuffered = {**(environment or {}), "PYTHONUNBUFFERED": "1"}
    command = python("clearance", "worker", "run", "--home", home)
    program = Program(command, answers=lambda: "Working" in program.said, environment=unbuffered, log=log)
    with running(program, wait=wait):
        yield program


@contextmanager
def desk(home: Path, *, issuer: str, port: int | None = None, log: Path | None = None) -> Iterator[WebServer]:
    """`verifier run` for the desk in a folder, which asks the office at the address `issuer`."""
    port = port or free_port()
    command = python("verifier", "run", "--home", home, "--issuer", issuer, "--port", port)
    with running(Program(command, answers=listens(port), log=log)) as program:
        yield WebServer(port=port, program=program)


def prepare_demo(home: Path, *, environment: Environment | None = None) -> None:
    """What the first start of the demo makes, in a process of its own: an event loop may run in this one."""
    make = (
        "import pathlib, sys; from clearance.demo import home; home.prepare(pathlib.Path(sys.argv[1]), progress=print)"
    )
    command = [sys.executable, "-c", make, str(home)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, **(environment or {})})
