"""A secret of this installation in a file of its own: made once, for this user only, there as a whole or not at all.

A disk that is full, a kill and a second process that starts at the same moment must never leave an empty or a second
secret behind: everything that was sealed with the first would be lost, and everything under an empty one open.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile


def secret_at(path: Path, made: Callable[[], bytes]) -> bytes:
    """What lies at `path`, after making it where nothing does; of several who make it, one is believed by all.

    Raises OSError where it can be neither read nor written.
    """
    with suppress(FileNotFoundError):
        if found := path.read_bytes():
            return found
        path.unlink()  # begun and never written: nothing can have been sealed with it
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.") as file:  # for its owner alone (0600)
        file.write(made())
        file.flush()
        os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(file.name, path)
    _sync(path.parent)
    return path.read_bytes()


def _sync(directory: Path) -> None:
    if os.name == "nt":  # no such call; NTFS journals its directories
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
