"""The documents of a target: each sealed in a file of its own, written once and shared by every backup there.

    documents/ab/<62 hex>-<64 hex>.age     the document's name, and the SHA-256 of the file's own bytes

So that a file is proved whole by its name alone, without the private key, and a document that is there already is
neither read from the store nor written again.
"""

import hashlib
import io
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from pyrage import x25519

from clearance.storage.backup_sealing import SealBroken, digest_of, open_into, seal, sync_directory

_FILE = re.compile(r"(?P<rest>[0-9a-f]{62})-(?P<sealed>[0-9a-f]{64})\.age", re.ASCII)


class SealedDocuments:
    """The folder `documents` of a target."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._seen: tuple[str, dict[str, Path]] = ("", {})

    def holds(self, sha256: str, *, reread: bool) -> bool:
        """Whether a document is here whole. With `reread` its file is read; a damaged one is let go."""
        path = self._path(sha256)
        if path is None:
            return False
        if not reread or _is_whole(path):
            return True
        path.unlink()
        self._seen = ("", {})
        return False

    def add(self, sha256: str, content: bytes, recipients: Sequence[x25519.Recipient]) -> int:
        """Seal a document, durably; the size of its file. Raises OSError."""
        folder = self._root / sha256[:2]
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = folder / f".new-{sha256[2:]}"
        part = seal(io.BytesIO(content), draft, recipients)
        path = folder / f"{sha256[2:]}-{part.sha256}.age"
        draft.replace(path)
        sync_directory(folder)
        self._in_folder(sha256[:2])[sha256[2:]] = path
        return part.size

    def get(self, sha256: str, identities: Sequence[x25519.Identity]) -> bytes:
        """Raises KeyError for one that is not here, SealBroken, NotForThisKey."""
        path = self._path(sha256)
        if path is None:
            raise KeyError(sha256)
        plain = io.BytesIO()
        open_into(path, plain, identities)
        if hashlib.sha256(plain.getvalue()).hexdigest() != sha256:
            raise SealBroken(f"{path.name} holds another document")
        return plain.getvalue()

    def faults(self, sha256: str) -> str | None:
        """What is wrong with the file of a document, in a few words."""
        path = self._path(sha256)
        if path is None:
            return "not there"
        return None if _is_whole(path) else "changed or cut off"

    def names(self) -> Iterator[str]:
        """Every document here, by name."""
        for folder in sorted(self._root.glob("[0-9a-f][0-9a-f]")):
            yield from (f"{folder.name}{rest}" for rest in sorted(self._in_folder(folder.name)))

    def remove(self, sha256: str) -> None:
        """Let a document go that no backup names any more."""
        path = self._path(sha256)
        if path is not None:
            path.unlink(missing_ok=True)

    def sweep(self) -> None:
        """Take away what an interrupted run left half-written."""
        for draft in self._root.glob("*/.new-*"):
            draft.unlink(missing_ok=True)

    def _path(self, sha256: str) -> Path | None:
        return self._in_folder(sha256[:2]).get(sha256[2:])

    def _in_folder(self, beginning: str) -> dict[str, Path]:
        """The files of one folder; documents are asked for in the order of their names, folder after folder."""
        if self._seen[0] != beginning:
            found = {}
            with suppress(FileNotFoundError), os.scandir(self._root / beginning) as entries:
                for entry in entries:
                    match = _FILE.fullmatch(entry.name)
                    # A link leads off the disk that is carried away: the document itself is not there.
                    if match is not None and entry.is_file(follow_symlinks=False):
                        found[match["rest"]] = Path(entry.path)
            self._seen = (beginning, found)
        return self._seen[1]


def _is_whole(path: Path) -> bool:
    match = _FILE.fullmatch(path.name)
    return match is not None and digest_of(path) == match["sealed"]
