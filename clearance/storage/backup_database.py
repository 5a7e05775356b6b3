"""A database as of one moment, taken while others write to it, and brought back into an empty one.

SQLite: its own backup in one step, which other connections do not break. PostgreSQL: `pg_dump` of a snapshot that this
program holds, so that what is counted here and what is dumped there are the same rows (docs/adr/0127).
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO

from pyrage import x25519
from sqlalchemy import Connection, create_engine, func, inspect, make_url, select, text
from sqlalchemy.engine import URL

from clearance.domain.audit import AuditHead
from clearance.storage.backup_sealing import SealedPart, open_into, seal, sync_directory
from clearance.storage.database import SqlDatabase
from clearance.storage.exchange import TABLES, RecordsOut
from clearance.storage.schema import newest
from clearance.storage.sealing import RecordKeys

DUMP, RESTORE = "pg_dump", "pg_restore"
_LIBPQ = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}


class BackupRefused(Exception):
    """A backup cannot be made or brought back this way; the message says why and what to do."""


class Kind(StrEnum):
    """Which database a backup is of; one can only be brought back into the same."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A database as of one moment. `source` is its bytes, read once by whoever seals them."""

    kind: Kind
    schema: str
    head: AuditHead
    rows: Mapping[str, int]
    records: RecordsOut
    recipients: Sequence[x25519.Recipient]
    _path: Path | None = None
    _dump: tuple[str, str] | None = None

    def seal_into(self, path: Path) -> SealedPart:
        """Seal the whole database. Raises BackupRefused, OSError."""
        if self._path is not None:
            with self._path.open("rb") as file:
                return seal(file, path, self.recipients)
        assert self._dump is not None
        url, snapshot = self._dump
        command = [DUMP, "--format=custom", "--compress=1", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
        with _program(command, url, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            return seal(process.stdout, path, self.recipients)


@contextmanager
def snapshot(
    url: str, *, keys: RecordKeys, scratch: Path, recipients: Sequence[x25519.Recipient]
) -> Iterator[Snapshot]:
    """The database at `url` as of now. `scratch` is a folder of ours, on a disk with room for a copy of SQLite's file.

    Raises BackupRefused, Unavailable, OSError.
    """
    kind = kind_of(url)
    if kind is Kind.SQLITE:
        path = scratch / "database"
        _copy_sqlite(Path(make_url(url).database or ""), path)
        copied = f"sqlite:///{path}"
        with _records(copied, keys) as records:
            yield _snapshot(records, kind, recipients, path=path)
        return
    if shutil.which(DUMP) is None:
        raise BackupRefused(f"{DUMP} is not on the PATH. Install it (Debian: postgresql-client), or set PATH.")
    with _records(url, keys) as records:
        name = str(records.connection.scalar(text("SELECT pg_export_snapshot()")))
        yield _snapshot(records, kind, recipients, dump=(url, name))


def require_empty(url: str) -> None:
    """Raises BackupRefused where the database has anything in it, Unavailable, OSError."""
    if kind_of(url) is Kind.SQLITE:
        path = Path(make_url(url).database or "")
        if path.exists():
            raise BackupRefused(f"{path} is there already. A backup is brought back into an empty installation only.")
        return
    if shutil.which(RESTORE) is None:
        raise BackupRefused(f"{RESTORE} is not on the PATH. Install it (Debian: postgresql-client), or set PATH.")
    engine = create_engine(url, hide_parameters=True)
    try:
        with engine.connect() as connection:
            if inspect(connection).get_table_names():
                raise BackupRefused("The database has tables already. Name an empty one as database_url.")
    finally:
        engine.dispose()


def bring_back(path: Path, url: str, *, identities: Sequence[x25519.Identity], plain_sha256: str) -> None:
    """Bring a sealed database into an empty one, wholly or not at all.

    Raises BackupRefused, NotForThisKey, SealBroken, OSError.
    """
    if kind_of(url) is Kind.SQLITE:
        _bring_back_sqlite(path, Path(make_url(url).database or ""), identities, plain_sha256)
        return
    command = [RESTORE, "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    # Only with a name of the database it connects; everything else is in the environment.
    command.append(f"--dbname={_libpq(url).get('PGDATABASE', 'postgres')}")
    with _program(command, url, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        try:
            open_into(path, process.stdin, identities)
        except BrokenPipeError:
            pass  # it ended first, and says why
        except BaseException:
            process.kill()  # a dump that stops in the middle must not be committed
            raise


def kind_of(url: str) -> Kind:
    """Which database an address is of."""
    return Kind(make_url(url).get_backend_name())


def _snapshot(
    records: RecordsOut,
    kind: Kind,
    recipients: Sequence[x25519.Recipient],
    *,
    path: Path | None = None,
    dump: tuple[str, str] | None = None,
) -> Snapshot:
    connection = records.connection
    schema = str(connection.scalar(text("SELECT version_num FROM alembic_version")))
    if schema != newest():
        raise BackupRefused(
            f"The database has schema {schema} and this program {newest()}: make the backup with the version that runs "
            "there, then upgrade."
        )
    return Snapshot(
        kind=kind,
        schema=schema,
        head=records.head,
        rows=counts(connection),
        records=records,
        recipients=recipients,
        _path=path,
        _dump=dump,
    )


def counts(connection: Connection) -> Mapping[str, int]:
    """The rows of every table of record."""
    return {name: connection.scalar(select(func.count()).select_from(table)) or 0 for name, table in TABLES.items()}


@contextmanager
def _records(url: str, keys: RecordKeys) -> Iterator[RecordsOut]:
    database = SqlDatabase(url, keys=keys)
    try:
        with database.records() as records:
            yield records
    finally:
        database.close()


def _copy_sqlite(source: Path, copy: Path) -> None:
    if not source.is_file():
        raise BackupRefused(f"There is no database at {source}.")
    copy.touch(mode=0o600)
    try:
        # In one step, so that no writer makes it begin again; a WAL lets them go on meanwhile.
        with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(copy)) as written:
            read.backup(written)
            written.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
            (verdict,) = written.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        raise BackupRefused(
            f"{source} could not be copied beside itself ({error}). The disk needs room for one more of it."
        ) from None
    if verdict != "ok":
        raise BackupRefused(f"{source} is damaged ({verdict}). Bring back the last good backup.")
    _sync(copy)


def _bring_back_sqlite(path: Path, database: Path, identities: Sequence[x25519.Identity], plain_sha256: str) -> None:
    draft = database.with_name(f".{database.name}.restored")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    with draft.open("wb") as file:
        opened = open_into(path, file, identities)
    if opened.sha256 != plain_sha256:
        raise BackupRefused(f"{path.name} does not hold what the manifest says.")
    _sync(draft)
    draft.rename(database)
    sync_directory(database.parent)


@contextmanager
def _program(
    command: Sequence[str], url: str, *, stdin: int | None = None, stdout: int | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A program of PostgreSQL's on our database; secrets travel in its environment. Raises BackupRefused."""
    environment = {**os.environ, **_libpq(url), "LC_ALL": "C"}
    with subprocess.Popen(  # noqa: S603 - our own words
        command, stdin=stdin or subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE, env=environment
    ) as process:
        yield process
        said = _last_words(process.stderr, process.stdin)
        status = process.wait()
    if status != 0:
        raise BackupRefused(f"{command[0]}: {said or status}")


def _last_words(stderr: IO[bytes] | None, stdin: IO[bytes] | None) -> str:
    if stdin is not None:
        with suppress(BrokenPipeError):
            stdin.close()
    said = stderr.read(4_000).decode("utf-8", "replace") if stderr is not None else ""
    return " ".join(said.split())[:400]


def _libpq(url: str) -> dict[str, str]:
    """An address of ours as what PostgreSQL's programs read from their environment."""
    parsed: URL = make_url(url)
    given = {"host": parsed.host, "port": parsed.port, "user": parsed.username, "password": parsed.password}
    given |= {"dbname": parsed.database}
    said = {_LIBPQ[name]: str(value) for name, value in given.items() if value}
    options = {name: value if isinstance(value, str) else value[-1] for name, value in parsed.query.items()}
    return said | {_LIBPQ.get(name, f"PG{name.upper()}"): value for name, value in options.items()}


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
