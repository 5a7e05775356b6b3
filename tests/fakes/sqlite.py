"""The real database in a file of its own, quickly: migrated once, then copied for each test."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from clearance.storage.database import SqlDatabase
from tests.fakes.records_keys import KEYS, lay_keys


@contextmanager
def sqlite_database(folder: Path) -> Iterator[SqlDatabase]:
    """An empty database of today's tables at `<folder>/clearance.db`."""
    shutil.copy(_migrated(), folder / "clearance.db")
    lay_keys(folder)
    database = SqlDatabase(f"sqlite:///{folder / 'clearance.db'}", keys=KEYS)
    try:
        yield database
    finally:
        database.close()


@cache
def _migrated() -> Path:
    path = Path(mkdtemp(prefix="clearance-test-")) / "empty.db"
    database = SqlDatabase(f"sqlite:///{path}")
    database.migrate()
    database.close()  # the last connection to leave folds the write-ahead log into the file
    return path
