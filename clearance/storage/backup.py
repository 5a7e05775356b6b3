"""Making a backup while the office goes on: the database as of one moment, then every document that its rows name.

Documents are never changed and hardly ever dropped, so that what a snapshot names is there when it is copied after it;
one that is not is counted. Trust files are taken in between: what is published is never older than the rows.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

from pyrage import x25519

from clearance.issuing.ports import Documents
from clearance.storage.backup_database import snapshot
from clearance.storage.backup_documents import SealedDocuments
from clearance.storage.backup_folder import (
    DATABASE,
    DOCUMENTS,
    HOME,
    Manifest,
    Published,
    appearing,
    next_name,
    write_manifest,
)
from clearance.storage.backup_home import HomeFile, packed
from clearance.storage.backup_sealing import SealedPart, digest_of, seal
from clearance.storage.sealing import RecordKeys

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and of how much."""
_PROGRESS_EVERY = 500
_SCRATCH = ".backup-"


@dataclass(frozen=True, kw_only=True)
class Source:
    """The installation that is backed up. `home` gives its small files and what is published, when it is asked."""

    database_url: str
    keys: RecordKeys
    documents: Documents
    home: Callable[[], tuple[Sequence[HomeFile], Published]]
    scratch: Path
    program: str


def make_backup(
    source: Source,
    target: Path,
    *,
    recipients: Sequence[x25519.Recipient],
    at: datetime,
    reread: bool,
    tell: Progress,
) -> Manifest:
    """Write a backup into `target`, which is the caller's alone; `reread` reads again what is there of earlier ones,
    and replaces what is damaged.

    Raises BackupRefused, Unavailable, OSError; then every earlier backup is as it was.
    """
    name = next_name(target, at=at)
    with appearing(target, name) as folder:
        parts: dict[str, SealedPart] = {}
        with (
            _scratch_in(source.scratch) as scratch,
            snapshot(source.database_url, keys=source.keys, scratch=scratch, recipients=recipients) as taken,
        ):
            tell("database", 0, 1)
            wanted = list(taken.records.documents())
            parts[DATABASE] = taken.seal_into(folder / DATABASE)
            tell("database", 1, 1)
            files, published = source.home()
        parts[HOME] = seal(packed(files), folder / HOME, recipients)
        kept = _copy(source.documents, SealedDocuments(target / "documents"), wanted, recipients, reread, tell)
        parts[DOCUMENTS] = _listed(folder / DOCUMENTS, kept)
        manifest = Manifest(
            name=name,
            made_at=at,
            program=source.program,
            kind=taken.kind,
            schema=taken.schema,
            head=taken.head,
            rows=taken.rows,
            documents=len(kept),
            missing=len(wanted) - len(kept),
            published=published,
            recipients=[str(recipient) for recipient in recipients],
            parts=parts,
        )
        write_manifest(folder, manifest)
    return manifest


@contextmanager
def _scratch_in(folder: Path) -> Iterator[Path]:
    """A folder for a copy in clear. What a killed run left of one goes first; that of a run at work stays."""
    for left in folder.glob(f"{_SCRATCH}*/"):
        with suppress(OSError), _at_work(left) as alone:  # gone meanwhile, or another user's: no reason for no backup
            if alone:
                shutil.rmtree(left)
    with TemporaryDirectory(dir=folder, prefix=_SCRATCH) as name, _at_work(Path(name)):
        yield Path(name)


@contextmanager
def _at_work(folder: Path) -> Iterator[bool]:
    """Whether nobody else is at work in a folder; if so, it is ours until the block or the process ends."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            alone = True
        except BlockingIOError:
            alone = False
        yield alone
    finally:
        os.close(descriptor)


def _copy(
    documents: Documents,
    into: SealedDocuments,
    wanted: Sequence[str],
    recipients: Sequence[x25519.Recipient],
    reread: bool,
    tell: Progress,
) -> list[str]:
    """Seal those documents that the target does not hold; the names of all that it holds then."""
    kept = []
    for number, sha256 in enumerate(wanted, start=1):
        if not into.holds(sha256, reread=reread):
            try:
                content = documents.get(sha256)
            except KeyError:
                continue  # said in the manifest and at the end: one lost photo does not stop a backup
            into.add(sha256, content, recipients)
        kept.append(sha256)
        if number % _PROGRESS_EVERY == 0:
            tell("documents", number, len(wanted))
    tell("documents", len(wanted), len(wanted))
    return kept


def _listed(path: Path, names: Sequence[str]) -> SealedPart:
    path.touch(mode=0o600)
    path.write_text("".join(f"{name}\n" for name in names), encoding="ascii")
    digest, size = digest_of(path), path.stat().st_size
    return SealedPart(sha256=digest, size=size, plain_sha256=digest, plain_size=size)
