"""The small files of an installation as one part of a backup: a tar file, sealed like the rest.

It decides which names may come out of one again: nothing of an archive lands outside the folders named here.
"""

import io
import re
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyrage import x25519

from clearance.storage.backup_database import BackupRefused
from clearance.storage.backup_sealing import open_into

SETTINGS, SECRETS, HELP, TRUST, KEYS, ENCRYPTED_KEYS = "settings", "secrets", "help", "trust", "keys", "encrypted-keys"
REFERENCES = "keys/references.json"
_NAME = re.compile(
    rf"({SETTINGS}|{SECRETS}|{HELP}|{TRUST}|{KEYS}|{ENCRYPTED_KEYS})(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+", re.ASCII
)
MAX_FILE = 64 << 20


@dataclass(frozen=True, kw_only=True)
class HomeFile:
    """A file by the name that it has in the archive."""

    name: str
    content: bytes


def packed(files: Sequence[HomeFile]) -> io.BytesIO:
    """The files as a tar file. It holds secrets and is only ever in memory."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for file in files:
            if not _NAME.fullmatch(file.name):
                raise BackupRefused(f"{file.name}: a backup cannot name such a file. Rename it.")
            entry = tarfile.TarInfo(file.name)
            entry.size, entry.mode = len(file.content), 0o600
            tar.addfile(entry, io.BytesIO(file.content))
    archive.seek(0)
    return archive


def unpacked(path: Path, identities: Sequence[x25519.Identity]) -> Mapping[str, bytes]:
    """The files by name. Raises BackupRefused, NotForThisKey, SealBroken, OSError."""
    archive = io.BytesIO()
    open_into(path, archive, identities)
    archive.seek(0)
    files = {}
    try:
        with tarfile.open(fileobj=archive) as tar:
            for entry in tar:
                content = tar.extractfile(entry) if entry.isreg() and entry.size <= MAX_FILE else None
                if content is None or not _NAME.fullmatch(entry.name):
                    raise BackupRefused(f"{path.name} holds something that no backup of ours does.")
                files[entry.name] = content.read()
    except tarfile.TarError:
        raise BackupRefused(f"{path.name} is no archive.") from None
    return files
