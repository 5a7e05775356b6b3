"""Documents on disk, named by the SHA-256 of their content: what has a name is whole, and never changes.

Photos and sealed cards are personal data; only the account that runs the service may read the directory.
"""

import hashlib
import os
import re
from pathlib import Path
from tempfile import NamedTemporaryFile

_NAME = re.compile(r"[0-9a-f]{64}", re.ASCII)


class DocumentDirectory:
    """Implements `clearance.issuing.ports.Documents`: `<root>/ab/cdef...`, one file for each content."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, content: bytes) -> str:
        """Store durably: once this returns, a power cut does not lose it."""
        sha256 = hashlib.sha256(content).hexdigest()
        path = self._path(sha256)
        if not _holds(path, sha256):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_durably(path, content)
        return sha256

    def get(self, sha256: str) -> bytes:
        """Raises KeyError for a document that is not there or no longer what it was."""
        if not _NAME.fullmatch(sha256):
            raise KeyError(sha256)
        try:
            content = self._path(sha256).read_bytes()
        except FileNotFoundError:
            raise KeyError(sha256) from None
        if hashlib.sha256(content).hexdigest() != sha256:
            raise KeyError(sha256)
        return content

    def _path(self, sha256: str) -> Path:
        return self._root / sha256[:2] / sha256[2:]


def _holds(path: Path, sha256: str) -> bool:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() == sha256
    except FileNotFoundError:
        return False


def _write_durably(path: Path, content: bytes) -> None:
    # Temporary files are made for the owner alone (0600) and renamed only when complete and on the disk.
    with NamedTemporaryFile(dir=path.parent, prefix=".new-", delete=False) as file:
        try:
            file.write(content)
            file.flush()
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
