"""Bringing a backup back: the database, then every document, each proved by its digest.

A restore that was interrupted goes on where it was: the database enters whole or not at all, and a document that is
there is not written again. A database that is there must then be the one of this backup, before anything is done to it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from pyrage import x25519
from sqlalchemy import Connection, inspect, select

from clearance.domain.restoration import Restoration
from clearance.issuing.ports import Documents
from clearance.storage.audit import SqlAuditLog
from clearance.storage.backup_database import BackupRefused, bring_back, kind_of, require_empty
from clearance.storage.backup_folder import DATABASE, DOCUMENTS, HOME, Backup
from clearance.storage.backup_sealing import SealBroken, digest_of, open_into
from clearance.storage.database import SqlDatabase
from clearance.storage.restorations import SqlRestorations
from clearance.storage.tables import clearances
from clearance.storage.tables_restoring import restorations

_PROGRESS_EVERY = 500
_AT_ONCE = 1_000


@dataclass(frozen=True, kw_only=True)
class CardKept:
    """A card as its row names it: number, signed credential, and the document that it was handed out as."""

    clearance_no: str
    token: bytes
    pdf_sha256: str


def require_whole(backup: Backup) -> None:
    """Raises BackupRefused where one of the backup's own files is not what the manifest says."""
    for name in (DATABASE, HOME, DOCUMENTS):
        path = backup.folder / name
        if not path.is_file() or digest_of(path) != backup.manifest.parts[name].sha256:
            raise BackupRefused(f"{path} is not there, or was changed. Take another backup: clearance backup list")


def require_same_kind(backup: Backup, url: str) -> None:
    """Raises BackupRefused for a backup of another database."""
    if kind_of(url) is not backup.manifest.kind:
        raise BackupRefused(
            f"The backup is of {backup.manifest.kind} and database_url names {kind_of(url)}. Restore it into "
            f"{backup.manifest.kind}; `clearance export` and `import` lead from one to the other."
        )


def database_back(backup: Backup, url: str, identities: Sequence[x25519.Identity], *, again: bool) -> None:
    """Bring the database back; `again` after an interruption, when it may be there already, and whole.

    Raises BackupRefused, NotForThisKey, SealBroken, Unavailable, OSError.
    """
    try:
        require_empty(url)
    except BackupRefused:
        if again and _is_of(backup, url):
            return
        raise
    part = backup.manifest.parts[DATABASE]
    bring_back(backup.folder / DATABASE, url, identities=identities, plain_sha256=part.plain_sha256)


def documents_back(
    backup: Backup,
    into: Documents,
    identities: Sequence[x25519.Identity],
    *,
    tell: Callable[[str, int, int], None],
) -> int:
    """Put every document of a backup into the store; how many. Raises KeyError, NotForThisKey, SealBroken,
    Unavailable, OSError."""
    documents, of, number = backup.documents, backup.manifest.documents, 0
    for number, sha256 in enumerate(backup.document_names(), start=1):
        into.put(documents.get(sha256, identities))
        if number % _PROGRESS_EVERY == 0:
            tell("documents", number, of)
    tell("documents", number, of)
    return number


def contents_faults(
    backup: Backup, identities: Sequence[x25519.Identity], *, tell: Callable[[str, int, int], None]
) -> Iterator[str]:
    """What of a backup does not open, or is not what its manifest says. Raises NotForThisKey, OSError."""
    for name in (DATABASE, HOME):
        try:
            opened = open_into(backup.folder / name, _Nowhere(), identities)
            if opened.sha256 != backup.manifest.parts[name].plain_sha256:
                yield f"{name}: holds something else than the manifest says"
        except SealBroken as broken:
            yield str(broken)
    documents, of = backup.documents, backup.manifest.documents
    for number, sha256 in enumerate(backup.document_names(), start=1):
        try:
            documents.get(sha256, identities)
        except SealBroken as broken:
            yield f"document {sha256}: {broken}"
        if number % _PROGRESS_EVERY == 0 or number == of:
            tell("documents", number, of)


class _Nowhere:
    """Takes bytes and keeps none."""

    def write(self, data: bytes, /) -> int:
        return len(data)

    def flush(self) -> None: ...


def cards(database: SqlDatabase) -> Iterator[CardKept]:
    """Every card on record."""
    wanted = select(clearances.c.clearance_no, clearances.c.token, clearances.c.pdf_sha256)
    with database.records() as records:
        streamed = {"yield_per": _AT_ONCE}
        for row in records.connection.execute(wanted.order_by(clearances.c.clearance_no), execution_options=streamed):
            yield CardKept(clearance_no=row.clearance_no, token=bytes(row.token), pdf_sha256=row.pdf_sha256)


def not_reconciled(url: str) -> Restoration | None:
    """The return from a backup that a database waits to finish; None also where there is no database of ours yet.

    Nothing is changed, no schema either. Raises Unavailable.
    """
    with _looked_into(url) as connection:
        return SqlRestorations(connection).standing() if connection else None


def _is_of(backup: Backup, url: str) -> bool:
    """Whether a database is what this backup brought there, and nobody has worked with it since."""
    with _looked_into(url) as connection:
        if connection is None:
            return False
        standing = SqlRestorations(connection).standing()
        begun = standing is not None and standing.backup == backup.manifest.name
        return begun or SqlAuditLog(connection).head() == backup.manifest.head


@contextmanager
def _looked_into(url: str) -> Iterator[Connection | None]:
    """A read of a database that may be another program's, or none yet."""
    database = SqlDatabase(url)
    try:
        if database.is_new:
            yield None
            return
        with database.records() as records:
            yield records.connection if inspect(records.connection).has_table(restorations.name) else None
    finally:
        database.close()
