"""The folder that `clearance backup` writes to, and `clearance restore` reads from (docs/adr/0127).

    TARGET/documents/            every document of every backup here, each sealed once
    TARGET/<name>/manifest.json  what the backup is: counts, the head of the record, SHA-256 of every file below
    TARGET/<name>/database.age   the database
    TARGET/<name>/home.age       settings, secrets, trust files and the references of keys, as a tar file
    TARGET/<name>/documents.txt  the documents that its rows name, one a line
    TARGET/<name>.partial/       a backup that is being made, or was interrupted; it counts for nothing

The manifest is written last, and then the folder takes its name: a backup is whole or it is none. What is in a manifest
everybody may read who finds the disk: numbers, and no person.
"""

import fcntl
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from clearance.domain.audit import AuditHead
from clearance.storage.backup_database import BackupRefused, Kind
from clearance.storage.backup_documents import SealedDocuments
from clearance.storage.backup_sealing import SealedPart, digest_of, sync_directory, write_durably

FORMAT, VERSION = "clearance-backup", 1
MANIFEST, DATABASE, HOME, DOCUMENTS = "manifest.json", "database.age", "home.age", "documents.txt"
PARTIAL = ".partial"
_NAME = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-z]{4}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_STAMP = "%Y%m%dT%H%M%SZ"
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


class BackupBusy(BackupRefused):
    """Another program makes a backup into this target, or takes old ones away."""


@dataclass(frozen=True, kw_only=True)
class Published:
    """What was published when the backup was made: the checkpoint's number, the bundle's sequence, and each list's
    time of issue by its address; None and nothing where there was none."""

    checkpoint: int | None
    sequence: int | None
    lists: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a backup is. `missing` documents were named by rows and lost before."""

    name: str
    made_at: datetime
    program: str
    kind: Kind
    schema: str
    head: AuditHead
    rows: Mapping[str, int]
    documents: int
    missing: int
    published: Published
    recipients: Sequence[str]
    parts: Mapping[str, SealedPart]

    def written(self) -> bytes:
        content = {"format": FORMAT, "version": VERSION, **asdict(self), "made_at": self.made_at.isoformat()}
        return json.dumps(content, indent=1).encode() + b"\n"

    @classmethod
    def read(cls, path: Path) -> "Manifest":
        """Raises BackupRefused for what is no manifest of ours."""
        try:
            content: dict[str, Any] = json.loads(path.read_bytes())
            if (content.pop("format"), content.pop("version")) != (FORMAT, VERSION):
                raise ValueError("another format")
            parts = {str(name): SealedPart(**part) for name, part in content.pop("parts").items()}
            if parts.keys() != {DATABASE, HOME, DOCUMENTS} or not _NAME.fullmatch(content["name"]):
                raise ValueError("other parts")
            return cls(
                made_at=datetime.fromisoformat(content.pop("made_at")),
                kind=Kind(content.pop("kind")),
                head=AuditHead(**content.pop("head")),
                published=Published(**content.pop("published")),
                parts=parts,
                **content,
            )
        except FileNotFoundError:
            raise BackupRefused(
                f"There is no {MANIFEST} in {path.parent}: no backup, or one that did not end."
            ) from None
        except (ValueError, TypeError, KeyError, AttributeError):
            raise BackupRefused(f"{path} is not the manifest of a backup that this program reads.") from None


@dataclass(frozen=True, kw_only=True)
class Backup:
    """A finished backup on a disk."""

    folder: Path
    manifest: Manifest

    @property
    def documents(self) -> SealedDocuments:
        return SealedDocuments(self.folder.parent / "documents")

    def document_names(self) -> Iterator[str]:
        """The documents that its rows name and the store had, in order."""
        with (self.folder / DOCUMENTS).open(encoding="ascii") as lines:
            for line in lines:
                if not _SHA256.fullmatch(name := line.strip()):
                    raise BackupRefused(f"{self.folder / DOCUMENTS} names something that is no document.")
                yield name

    def faults(self) -> Iterator[str]:
        """What is missing or was changed, file by file; every file is read, and no key is needed."""
        for name, part in self.manifest.parts.items():
            path = self.folder / name
            if not path.is_file():
                yield f"{path}: not there"
            elif digest_of(path) != part.sha256:
                yield f"{path}: changed or cut off"
        documents = self.documents
        for name in self.document_names() if (self.folder / DOCUMENTS).is_file() else ():
            fault = documents.faults(name)
            if fault is not None:
                yield f"document {name}: {fault}"


def open_backup(folder: Path) -> Backup:
    """The backup in a folder; given the target, the newest one there. Raises BackupRefused."""
    if not (folder / MANIFEST).exists() and (found := finished(folder)):
        return found[-1]
    return Backup(folder=folder, manifest=Manifest.read(folder / MANIFEST))


def finished(target: Path) -> Sequence[Backup]:
    """The backups of a target that came to their end, the oldest first. Raises BackupRefused for a damaged manifest."""
    return [Backup(folder=target / name, manifest=Manifest.read(target / name / MANIFEST)) for name in _names(target)]


def interrupted(target: Path) -> Sequence[Path]:
    """Backups that did not come to their end; what else lies in the target is somebody's."""
    ours = (path for path in target.glob(f"*{PARTIAL}") if _NAME.fullmatch(path.stem))
    return sorted(path for path in ours if path.is_dir() and not path.is_symlink())


def next_name(target: Path, *, at: datetime) -> str:
    """A name after all that are there, also where the clock went back: the last by name is the newest, and stays."""
    moment = at.astimezone(UTC).replace(microsecond=0)
    for name in _names(target)[-1:]:
        with suppress(ValueError):  # no moment: a name that nobody of us gave
            last = datetime.strptime(name.partition("-")[0], _STAMP).replace(tzinfo=UTC)
            moment = max(moment, last + timedelta(seconds=1))
    return f"{moment:{_STAMP}}-{''.join(secrets.choice(_ALPHABET) for _ in range(4))}"


def _names(target: Path) -> Sequence[str]:
    return sorted(path.parent.name for path in target.glob(f"*/{MANIFEST}") if _NAME.fullmatch(path.parent.name))


@contextmanager
def alone_in(target: Path) -> Iterator[None]:
    """Make the target, and let nobody else write to it meanwhile. Raises BackupBusy, OSError."""
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(target / ".lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupBusy(f"Another backup into {target} is under way.") from None
        yield
    finally:
        os.close(descriptor)


@contextmanager
def appearing(target: Path, name: str) -> Iterator[Path]:
    """A folder to write a backup into, which takes its name at the end. What is left of an interrupted one goes first;
    its documents stay, and are not sealed again. Where the disk is full, the folder goes at once and makes room."""
    for left in interrupted(target):
        shutil.rmtree(left)
    SealedDocuments(target / "documents").sweep()
    partial = target / f"{name}{PARTIAL}"
    partial.mkdir(mode=0o700)
    try:
        yield partial
        sync_directory(partial)
        partial.rename(target / name)
    except Exception:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    sync_directory(target)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """The last file of a backup."""
    write_durably(folder / MANIFEST, manifest.written())


def prune(target: Path, *, keep: int) -> Sequence[str]:
    """Let all but the newest `keep` backups go, and the documents that none names any more; the names of those gone.

    The target must be the caller's alone: what is being made there counts on documents that no backup names yet.
    Raises BackupRefused for a damaged manifest, before anything goes; OSError.
    """
    found = finished(target)
    old, kept = (found[:-keep], found[-keep:]) if keep else ((), found)
    for backup in old:
        (backup.folder / MANIFEST).unlink()  # from here on it is none, whatever happens
        shutil.rmtree(backup.folder)
    if old:
        named = {name for backup in kept for name in backup.document_names()}
        documents = SealedDocuments(target / "documents")
        for name in [name for name in documents.names() if name not in named]:
            documents.remove(name)
    return [backup.manifest.name for backup in old]
