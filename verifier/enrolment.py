"""The token that makes this desk known to the office, in a file for its owner alone.

It decides what a token looks like and how it is kept. What is said with it is `sync`'s business; without one the desk
works as well, and the office does not know what it holds.
"""

import os
import re
from pathlib import Path

TOKEN = re.compile(r"(DSK-[0-9A-Z]{8})-[0-9A-Z]{32}")
MAX_BYTES = 256


class NotAToken(ValueError):
    """What was given is not the token of a desk."""


def enrol(path: Path, given: bytes) -> str:
    """Keep the token, replacing an earlier one whole; the desk's id. Raises NotAToken, OSError."""
    match = TOKEN.fullmatch(given[:MAX_BYTES].decode("ascii", errors="replace").strip())
    if match is None:
        raise NotAToken
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.new")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(match[0] + "\n")
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    return match[1]


def token(path: Path) -> str | None:
    """The token kept there; None where the desk was not enrolled, or the file is not readable or not a token."""
    try:
        with path.open("rb") as file:
            kept = file.read(MAX_BYTES).decode("ascii", errors="replace").strip()
    except OSError:
        return None
    return kept if TOKEN.fullmatch(kept) else None
