"""What the office's database tells a key ceremony: which desks hold a trust bundle, and which cards a key signed.

Keys may live where the database is out of reach; then nothing here is asked.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click

from clearance.cli.keys_common import fail
from clearance.issuing.ports import Database, Unavailable

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
    from clearance.bootstrap import ConfigurationRefused, now, open_database, read_settings  # loads much

    try:
        with open_database(read_settings(home)) as database:
            yield Records(database=database, now=now)
    except ConfigurationRefused as refused:
        fail(_unusable(home, refused.faults), os.EX_CONFIG)
    except Unavailable:
        fail(f"The database of {home} cannot be used now. Do the same again when it can.", os.EX_TEMPFAIL)


def cards_signed(home: Path) -> Mapping[bytes, int]:
    """How many cards each key has signed, by its key identifier."""
    with records_of(home) as records, records.database.read() as work:
        return work.clearances.signed_by_key()


def is_demo_home(home: Path) -> bool:
    """Whether an installation is a demo; ends the program with a sentence where that cannot be told."""
    from clearance.bootstrap import ConfigurationRefused, read_settings  # loads much

    try:
        return read_settings(home).demo
    except ConfigurationRefused as refused:
        fail(_unusable(home, refused.faults), os.EX_CONFIG)


def _unusable(home: Path, faults: Iterable[str]) -> str:
    return f"The installation at {home} cannot be used:\n  " + "\n  ".join(faults)
