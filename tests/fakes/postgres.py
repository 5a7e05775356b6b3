"""A real PostgreSQL server for the length of a test run: our own cluster, on a Unix socket in a folder of its own.

Durability is off, since nothing here outlives the run; what a test says about locks, constraints and isolation is real.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from sqlalchemy import Table, create_engine

from clearance.storage.database import SqlDatabase
from clearance.storage.tables import metadata

_PROGRAMS = Path("/usr/lib/postgresql")
_NOT_DURABLE = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"

Rows = Mapping[Table, Sequence[Mapping[Any, Any]]]


def programs() -> Path | None:
    """The folder of the newest PostgreSQL server on this machine, None where there is none."""
    found = sorted(_PROGRAMS.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running server with one migrated database; `at_first` are the rows that the migrations wrote."""

    url: str
    at_first: Rows

    @contextmanager
    def database(self) -> Iterator[SqlDatabase]:
        """The database as the migrations left it; what the last test wrote is gone."""
        self._empty()
        database = SqlDatabase(self.url)
        try:
            yield database
        finally:
            database.close()

    def _empty(self) -> None:
        """A few rows are deleted sooner than tables are made. A replica does not ask triggers and references."""
        engine = create_engine(self.url)
        with engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            for table in metadata.sorted_tables:
                connection.execute(table.delete())
            for table, rows in self.at_first.items():
                connection.execute(table.insert(), rows)
        engine.dispose()


@contextmanager
def running(binaries: Path) -> Iterator[Server]:
    """A server of its own, stopped and removed at the end."""
    folder = Path(mkdtemp(prefix="pg-", dir="/tmp"))  # a socket has a short path
    data = folder / "data"
    try:
        if os.geteuid() == 0:  # the server refuses to run as root
            shutil.chown(folder, "postgres")
        _run(
            [binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C"]
        )
        options = f"-k {folder} -c listen_addresses='' {_NOT_DURABLE}"
        _run([binaries / "pg_ctl", "-D", data, "-l", folder / "log", "-o", options, "-w", "start"])
        try:
            url = f"postgresql+psycopg://postgres@/postgres?host={folder}"
            yield Server(url=url, at_first=_migrated(url))
        finally:
            _run([binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _migrated(url: str) -> Rows:
    database = SqlDatabase(url)
    database.migrate()
    database.close()
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = {table: connection.execute(table.select()).mappings().all() for table in metadata.sorted_tables}
    engine.dispose()
    return {table: found for table, found in rows.items() if found}


def _run(command: Sequence[str | Path]) -> None:
    user = "postgres" if os.geteuid() == 0 else None
    environment = {**os.environ, "LC_ALL": "C"}
    subprocess.run(command, check=True, user=user, stdout=subprocess.DEVNULL, env=environment, cwd="/")
