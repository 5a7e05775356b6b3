"""A PostgreSQL server of our own: its data in a folder of its own, reached by a Unix socket there and on loopback."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import psycopg
import pytest

from tests.stack.program import Program, free_port, running

_PROGRAMS = Path("/usr/lib/postgresql")
NOT_DURABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
"""For what does not outlive the test run; locks, constraints and isolation stay what they are."""


def programs() -> Path | None:
    """The folder of the newest PostgreSQL server on this machine, None where there is none."""
    found = sorted(_PROGRAMS.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


def require() -> None:
    """Skip the test where no server is installed; on a build server that is a failure."""
    if programs() is None:
        assert not os.environ.get("CI"), "PostgreSQL is needed here"
        pytest.skip("no PostgreSQL server is installed")


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A server and its data; `program` can be stopped (fast), killed and started again."""

    folder: Path
    port: int
    program: Program

    @property
    def url(self) -> str:
        """SQLAlchemy URL by the Unix socket, as the owner of everything."""
        return f"postgresql+psycopg://postgres@/postgres?host={self.folder}&port={self.port}"

    @property
    def loopback_url(self) -> str:
        """The same over TCP."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"

    @property
    def conninfo(self) -> str:
        """For psycopg without SQLAlchemy."""
        return _conninfo(self.folder, self.port)

    @property
    def data(self) -> Path:
        return self.folder / "data"


@contextmanager
def cluster(*, durable: bool = True, settings: Sequence[str] = ()) -> Iterator[Cluster]:
    """A new, empty server, removed at the end. `settings` are of the server, such as `max_connections=200`."""
    with _folder() as folder:
        binaries = installed()
        _run(
            *(binaries / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust"),
            *("-E", "UTF8", "--no-sync", "--locale=C"),
        )
        with _served(folder, durable=durable, settings=settings) as started:
            yield started


@contextmanager
def kept(folder: Path, *, settings: Sequence[str] = ()) -> Iterator[Cluster]:
    """A server, not durable, whose data stay in a folder (of a short path) for the next time."""
    if not (folder / "data").exists():
        folder.mkdir(parents=True, exist_ok=True)
        if server_user():
            shutil.chown(folder, "postgres")
        _run(
            *(installed() / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust"),
            *("-E", "UTF8", "--no-sync", "--locale=C"),
        )
    with _served(folder, durable=False, settings=settings) as started:
        yield started


@contextmanager
def standby(primary: Cluster, *, settings: Sequence[str] = ()) -> Iterator[Cluster]:
    """A server that follows another (streaming, hot): read from it what the primary wrote a moment ago."""
    with _folder() as folder:
        _run(
            *(installed() / "pg_basebackup", "-h", primary.folder, "-p", str(primary.port), "-U", "postgres"),
            *("-D", folder / "data", "-R", "-X", "stream", "-c", "fast", "--no-sync"),
        )
        with _served(folder, durable=False, settings=settings) as started:
            yield started


@contextmanager
def _served(folder: Path, *, durable: bool, settings: Sequence[str]) -> Iterator[Cluster]:
    port = free_port()
    chosen = [f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}"]
    chosen += [*([] if durable else NOT_DURABLE), *settings]
    program = Program(
        [installed() / "postgres", "-D", folder / "data", *(part for each in chosen for part in ("-c", each))],
        answers=lambda: _accepts(_conninfo(folder, port)),
        environment={"LC_ALL": "C"},
        user=server_user(),
        stop_signal=signal.SIGINT,  # fast: sessions are ended, transactions rolled back
        log=folder / "log",
    )
    with running(program):
        yield Cluster(folder=folder, port=port, program=program)


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(mkdtemp(prefix="pg-", dir="/tmp"))  # a socket has a short path
    try:
        if server_user():
            shutil.chown(folder, "postgres")
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _conninfo(folder: Path, port: int) -> str:
    return f"host={folder} port={port} user=postgres dbname=postgres"


def _accepts(conninfo: str) -> bool:
    try:
        psycopg.connect(conninfo, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def installed() -> Path:
    """The same folder, for who cannot go on without."""
    binaries = programs()
    assert binaries, "no PostgreSQL server is installed"
    return binaries


def server_user() -> str | None:
    """Whom to run the server as, where not as ourselves: it refuses to run as root."""
    return "postgres" if os.geteuid() == 0 else None


def _run(*command: str | Path) -> None:
    environment = {**os.environ, "LC_ALL": "C"}
    subprocess.run(command, check=True, user=server_user(), stdout=subprocess.DEVNULL, env=environment, cwd="/")
