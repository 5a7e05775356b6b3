"""The key that every test's records are sealed with, as an object and as the file that programs look for."""

from base64 import b64encode
from pathlib import Path

from clearance.storage.sealed_documents import DocumentSeal
from clearance.storage.sealing import RecordKeys

KEY = b"r" * 32
KEYS = RecordKeys(lambda: [KEY])
SEAL = DocumentSeal(KEYS)


def lay_keys(home: Path) -> None:
    """Lay the file of keys into the home of an installation."""
    (home / "records.key").write_text(b64encode(KEY).decode() + "\n", encoding="ascii")
