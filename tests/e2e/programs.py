"""The programs of one demo on this machine, as `tests.stack` starts them: the processes, to be stopped or killed."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.stack import programs
from tests.stack.program import free_port, listens
from tests.stack.programs import prepare_demo

__all__ = ["desk", "free_port", "issuing_service", "listens", "prepare_demo", "signing_service"]


@contextmanager
def signing_service(home: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """`clearance signer run` for an installation."""
    with programs.signing_service(home) as program:
        yield program.process


@contextmanager
def issuing_service(home: Path, *, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """`clearance serve` for an installation."""
    with programs.web_server(home, port=port) as server:
        yield server.program.process


@contextmanager
def desk(home: Path, *, issuer_port: int, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """`verifier run` for a desk."""
    with programs.desk(home, issuer=f"http://127.0.0.1:{issuer_port}", port=port) as server:
        yield server.program.process
