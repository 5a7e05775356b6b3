"""One desk program for each home: a second one would answer from the same journal at another address.

The lock is the operating system's, so that it ends with the program however that ends; the file that bears it stays.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


class AlreadyOpen(Exception):
    """Another program has this home open."""


@contextmanager
def alone_in(home: Path) -> Iterator[None]:
    """Nobody else is in `home` until the block is left. Raises AlreadyOpen, OSError."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "desk.lock").open("a+b") as file:
        try:
            _lock(file)
        except (BlockingIOError, PermissionError) as error:  # Windows says the second
            raise AlreadyOpen from error
        yield


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
