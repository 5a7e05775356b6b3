"""Bringing a backup back: the database, then every document, each proved by its digest.

A restore that was interrupted goes on where it was: the database enters whole or not at all, and a document that is
there is not written again. That the place was empty is asked once, before anything is written.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyrage import x25519
from sqlalchemy import select

from clearance.issuing.ports import Documents
from clearance.storage.backup_database import BackupRefused, bring_back, kind_of, require_empty
from clearance.storage.backup_folder import DATABASE, DOCUMENTS, HOME, Backup
from clearance.storage.backup_sealing import SealBroken, digest_of, open_into
from clearance.storage.database import SqlDatabase
from clearance.storage.tables import clearances

MARKER = ".restore-under-way"
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
    """Bring the database back; `again` after an interruption, when what is there can only be ours, and whole.

    Raises BackupRefused, NotForThisKey, SealBroken, OSError.
    """
    try:
        require_empty(url)
    except BackupRefused:
        if again:
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


def under_way(home: Path) -> str | None:
    """The backup that an interrupted restore was bringing back."""
    marker = home / MARKER
    return marker.read_text("ascii", "replace").strip() if marker.is_file() else None
