"""The folder that `clearance export` writes and `clearance import` reads (docs/adr/0116).

    manifest.json             what is here: version, schema, counts, SHA-256 of every file named below
    records/<table>.jsonl     the rows
    documents.jsonl           the documents, each with its file
    documents/<sha256>[.pdf]  sealed cards, photos, evidence, as they are stored
    trust/                    root.pem, trust.cose, checkpoint.cose, status/*.cwt, as published

Everything is streamed. The manifest is written last, so that a folder without one is an export that did not end; and it
holds no time, so that two exports of the same record are the same bytes. No key and no secret file is ever opened.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

from clearance.domain.audit import AuditHead
from clearance.issuing.ports import Documents
from clearance.storage.database import SqlDatabase
from clearance.storage.exchange import TABLES, RecordsRefused
from clearance.storage.schema import newest

FORMAT, VERSION = "clearance-export", 1
MANIFEST, DOCUMENTS = "manifest.json", "documents.jsonl"
_TRUST = ("root.pem", "trust.cose", "checkpoint.cose", "status/*.cwt")
_TRUST_FILE = re.compile(
    r"trust/(root\.pem|(trust|checkpoint)\.cose|status/[A-Za-z0-9_-][A-Za-z0-9._-]*\.cwt)", re.ASCII
)
_DOCUMENT_FILE = re.compile(r"documents/[0-9a-f]{64}(\.pdf|\.jpg)?", re.ASCII)
_ENDINGS = {b"%PDF": ".pdf", b"\xff\xd8\xff": ".jpg"}
_PROGRESS_EVERY = 1_000

Progress: TypeAlias = Callable[[str, int], None]
"""Called with a file's or folder's name and how many rows or documents of it are done."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """`files`: SHA-256 by path. `missing`: documents that rows name and the store no longer has whole."""

    schema: str
    head: AuditHead
    rows: dict[str, int]
    documents: int
    missing: int
    files: dict[str, str]

    def written(self) -> bytes:
        head = {"number": self.head.number, "digest": self.head.digest}
        content = {"format": FORMAT, "version": VERSION, **vars(self), "head": head}
        return json.dumps(content, indent=1).encode() + b"\n"


def write_export(database: SqlDatabase, documents: Documents, *, trust: Path, into: Path, tell: Progress) -> Manifest:
    """Write everything of record into the empty folder `into`. Raises Unavailable, OSError."""
    into.mkdir(mode=0o700, parents=True, exist_ok=True)
    files: dict[str, str] = {}
    rows: dict[str, int] = {}
    with database.records() as records:
        for name in TABLES:
            path = f"records/{name}.jsonl"
            rows[name], files[path] = _write(into / path, records.lines(name))
            tell(path, rows[name])
        kept = _Kept(documents, into, tell)
        _, files[DOCUMENTS] = _write(into / DOCUMENTS, kept.lines(records.documents()))
        head = records.head
    for published in sorted(found for pattern in _TRUST for found in trust.glob(pattern)):
        name = f"trust/{published.relative_to(trust).as_posix()}"
        _, files[name] = _write(into / name, [published.read_bytes()])
    manifest = Manifest(
        schema=newest(), head=head, rows=rows, documents=kept.written, missing=kept.missing, files=files
    )
    _write(into / MANIFEST, [manifest.written()])
    return manifest


class _Kept:
    """Writes documents as they are listed, and counts them."""

    def __init__(self, documents: Documents, into: Path, tell: Progress) -> None:
        self._documents, self._into, self._tell = documents, into, tell
        self.written = self.missing = 0

    def lines(self, names: Iterable[str]) -> Iterator[bytes]:
        for sha256 in names:
            try:
                content = self._documents.get(sha256)
            except KeyError:
                self.missing += 1  # said in the list and at the end: the way out does not close over one lost photo
                yield _line({"sha256": sha256, "file": None})
                continue
            ending = next((ending for magic, ending in _ENDINGS.items() if content.startswith(magic)), "")
            path = f"documents/{sha256}{ending}"
            _write(self._into / path, [content])
            self.written += 1
            yield _line({"sha256": sha256, "file": path})
            if self.written % _PROGRESS_EVERY == 0:
                self._tell("documents", self.written)
        self._tell("documents", self.written)


def read_export(folder: Path, database: SqlDatabase, documents: Documents, *, trust: Path, tell: Progress) -> Manifest:
    """Bring an export into an empty installation; every file is checked before anything is written.

    Trust files are laid into `trust` where nothing is published yet. Raises RecordsRefused, Unavailable, OSError.
    """
    with database.restoring() as records:
        records.require_empty()
    manifest = _checked(folder)
    for path in _document_files(folder):
        documents.put((folder / path).read_bytes())
    with database.restoring() as records:
        records.load(lambda name: _told(folder / f"records/{name}.jsonl", tell), head=manifest.head)
    if not trust.exists():
        for name in (name for name in manifest.files if name.startswith("trust/")):
            place = trust / name.removeprefix("trust/")
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / name, place)
    return manifest


def _checked(folder: Path) -> Manifest:
    """The manifest of a folder in which every file is the one that was written. Raises RecordsRefused."""
    manifest = _manifest(folder)
    expected = {DOCUMENTS, *(f"records/{name}.jsonl" for name in TABLES)}
    named = {name for name in manifest.files if not _TRUST_FILE.fullmatch(name)}
    if named != expected:
        raise RecordsRefused(f"{MANIFEST}: names other files than an export has")
    for name, sha256 in manifest.files.items():
        _require_same(folder, name, sha256)
    for path in _document_files(folder):
        _require_same(folder, path, Path(path).stem)
    return manifest


def _manifest(folder: Path) -> Manifest:
    try:
        content: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
        if (content.pop("format"), content.pop("version")) != (FORMAT, VERSION):
            raise ValueError("another format")
        files = {str(name): str(sha256) for name, sha256 in content["files"].items()}
        manifest = Manifest(**content | {"head": AuditHead(**content["head"]), "files": files})
    except FileNotFoundError:
        raise RecordsRefused(f"there is no {MANIFEST}: not an export, or one that did not end") from None
    except (ValueError, TypeError, KeyError, AttributeError):
        raise RecordsRefused(f"{MANIFEST}: not that of an export this program reads") from None
    if manifest.schema != newest():
        raise RecordsRefused(
            f"the export has schema {manifest.schema} and this program {newest()}: bring it in with the version that "
            "wrote it, and upgrade then"
        )
    return manifest


def _require_same(folder: Path, name: str, sha256: str) -> None:
    try:
        with (folder / name).open("rb") as file:
            same = hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except FileNotFoundError:
        raise RecordsRefused(f"{name}: not there") from None
    if not same:
        raise RecordsRefused(f"{name}: changed since the export")


def _document_files(folder: Path) -> Iterator[str]:
    with (folder / DOCUMENTS).open("rb") as lines:
        for line in lines:
            try:
                path = json.loads(line)["file"]
                if path is not None and not _DOCUMENT_FILE.fullmatch(path):
                    raise ValueError(path)
            except (ValueError, TypeError, KeyError):
                raise RecordsRefused(f"{DOCUMENTS}: names a file that is not a document") from None
            if path is not None:
                yield path


def _told(path: Path, tell: Progress) -> Iterator[bytes]:
    number = 0
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):  # noqa: B007 - told after the last
            yield line
    tell(f"records/{path.name}", number)


def _write(path: Path, parts: Iterable[bytes]) -> tuple[int, str]:
    """Write a file for the owner alone; how many parts there were, and the SHA-256 of all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    count, digest = 0, hashlib.sha256()
    with _new(path) as file:
        for part in parts:
            file.write(part)
            digest.update(part)
            count += 1
    return count, digest.hexdigest()


def _new(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _line(content: dict[str, Any]) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode() + b"\n"
