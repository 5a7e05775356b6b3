"""Documents on disk, named by the SHA-256 of their content: what has a name is whole, and never changes.

Photos and cards are personal data: each is sealed (docs/adr/0136), and only the account that runs the service may read
the directory.
"""

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile

from clearance.storage.sealed_documents import DocumentSeal

_NAME = re.compile(r"[0-9a-f]{64}", re.ASCII)


GROUPS = stat.S_IRWXG | stat.S_ISGID
"""What a folder lends to those of its group: where the signing service has a user of its own, it and the web share a
folder that belongs to a group of both."""


class DocumentDirectory:
    """Implements `clearance.issuing.ports.Documents`: `<root>/ab/cdef...`, one file for each content."""

    def __init__(self, root: Path, seal: DocumentSeal) -> None:
        self._root = root
        self._seal = seal

    def put(self, content: bytes) -> str:
        """Store durably: once this returns, a power cut does not lose it. Raises Unreadable."""
        sha256 = hashlib.sha256(content).hexdigest()
        if self._stored(sha256) is None:
            self._write(sha256, content)
        return sha256

    def get(self, sha256: str) -> bytes:
        """Raises KeyError for a document that is not there or no longer what it was, Unreadable."""
        found = self._stored(sha256) if _NAME.fullmatch(sha256) else None
        if found is None:
            raise KeyError(sha256)
        return found[0]

    def names(self) -> Iterator[str]:
        """Every document here, in the order of their names."""
        for folder in sorted(self._root.glob("[0-9a-f][0-9a-f]")):
            names = (f"{folder.name}{path.name}" for path in sorted(folder.iterdir()))
            yield from (name for name in names if _NAME.fullmatch(name))

    def drop(self, sha256: str) -> None:
        """Let it go, if it is there."""
        if _NAME.fullmatch(sha256):
            self._path(sha256).unlink(missing_ok=True)

    def reseal(self, sha256: str) -> bool:
        """Have it sealed under the newest key; whether it had to be written. Raises KeyError, Unreadable."""
        found = self._stored(sha256) if _NAME.fullmatch(sha256) else None
        if found is None:
            raise KeyError(sha256)
        content, stored = found
        if self._seal.is_newest(stored):
            return False
        self._write(sha256, content)
        return True

    def _stored(self, sha256: str) -> tuple[bytes, bytes] | None:
        """The document and the bytes that lie on the disk for it; None where they are not there, or no longer it."""
        try:
            stored = self._path(sha256).read_bytes()
        except FileNotFoundError:
            return None
        content = self._seal.open(sha256, stored)
        return None if content is None else (content, stored)

    def _write(self, sha256: str, content: bytes) -> None:
        path = self._path(sha256)
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        shared = stat.S_IMODE(self._root.stat().st_mode) & GROUPS
        if not path.parent.exists():
            path.parent.mkdir(mode=0o700, exist_ok=True)
            if shared:
                path.parent.chmod(0o700 | shared)
        _write_durably(path, self._seal.seal(sha256, content), mode=0o600 | shared & stat.S_IRGRP)

    def _path(self, sha256: str) -> Path:
        return self._root / sha256[:2] / sha256[2:]


def _write_durably(path: Path, content: bytes, *, mode: int) -> None:
    # Temporary files are made for the owner alone (0600) and renamed only when complete and on the disk.
    with NamedTemporaryFile(dir=path.parent, prefix=".new-", delete=False) as file:
        try:
            file.write(content)
            file.flush()
            if mode != 0o600:
                Path(file.name).chmod(mode)
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink()
            raise
    for directory in (path.parent, path.parent.parent):
        _sync_directory(directory)


def _sync_directory(directory: Path) -> None:
    if os.name == "nt":  # no such call; NTFS journals its directories
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
