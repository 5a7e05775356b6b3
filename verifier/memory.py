"""A small SQLite file beside the journal: what a desk has heard, witnessed or fetched, and could ask for again.

Decides how such a file is shared by threads and survives a power cut: one connection, one turn at a time, each turn
whole or not at all.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock


class Memory:
    """One file with these tables. It is opened by the first turn."""

    def __init__(self, path: Path, tables: str) -> None:
        self._path, self._tables = path, tables
        self._lock = Lock()
        self._file: sqlite3.Connection | None = None

    @contextmanager
    def turn(self) -> Iterator[sqlite3.Connection]:
        """Read and write; kept where the block ends well. Raises OSError where the file cannot be used."""
        with self._lock:
            try:
                file = self._file = self._file or self._opened()
                file.execute("BEGIN IMMEDIATE")
                try:
                    yield file
                    file.execute("COMMIT")
                finally:
                    if file.in_transaction:
                        file.execute("ROLLBACK")
            except sqlite3.Error as error:
                self._close()  # a file that was damaged or removed is opened anew next time
                raise OSError(f"{self._path} cannot be used: {error}") from error

    def close(self) -> None:
        """Fold the log into the file and let go of it; the next turn opens it again."""
        with self._lock:
            self._close()

    def _opened(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        file.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; {self._tables}")
        return file

    def _close(self) -> None:
        if self._file is not None:
            with suppress(sqlite3.Error):
                self._file.close()
            self._file = None
