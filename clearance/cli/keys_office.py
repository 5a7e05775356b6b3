"""What the office's database tells a key ceremony: which desks hold a trust bundle, and which cards a key signed.

Keys may live where the database is out of reach; then nothing here is asked.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clearance.cli.keys_common import fail
from clearance.issuing.ports import Database, Unavailable

if TYPE_CHECKING:
    from clearance.config import Settings

home_option = click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="CLEARANCE_HOME",
    help="The installation whose database knows desks and cards. Otherwise $CLEARANCE_HOME.",
)


@dataclass(frozen=True, kw_only=True)
class Records:
    """What the use cases about desks and re-issue need of an installation: no keys, no paper."""

    database: Database
    now: Callable[[], datetime]


@contextmanager
def records_of(home: Path) -> Iterator[Records]:
    """The database of an installation; ends the program with a sentence where it cannot be used."""
    from clearance.bootstrap import now  # loads much: not for --help
    from clearance.storage.database import SqlDatabase

    database = SqlDatabase(_settings(home).url)
    try:
        database.migrate()
        yield Records(database=database, now=now)
    except Unavailable:
        fail(f"The database of {home} cannot be used now. Do the same again when it can.", os.EX_TEMPFAIL)
    finally:
        database.close()


def is_demo_home(home: Path) -> bool:
    """Whether an installation is a demo."""
    return _settings(home).demo


def _settings(home: Path) -> "Settings":
    from clearance.bootstrap import ConfigurationRefused, read_settings  # loads much: not for --help

    try:
        return read_settings(home)
    except ConfigurationRefused as refused:
        fail(f"The installation at {home} cannot be used:\n  " + "\n  ".join(refused.faults), os.EX_CONFIG)
