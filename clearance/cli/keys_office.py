"""What the office's installation tells a key ceremony: which desks hold a trust bundle, which cards a key signed, and
whether it is a restored one that does not know yet what desks hold.

Keys may live where the database is out of reach; then nothing here is asked.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import click

from clearance.cli.keys_common import fail
from clearance.cli.office import office_at, words
from clearance.issuing.service import Service
from clearance.signing import files

home_option = click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="CLEARANCE_HOME",
    help="The installation whose database knows desks and cards. Otherwise $CLEARANCE_HOME.",
)
TRY_AGAIN = os.EX_TEMPFAIL
SHOWN = 20
"""Clearances that fit on a screen; all of them stand in a file."""


def office_of(home: Path) -> AbstractContextManager[Service]:
    """The service of an installation, which holds no keys; ends the program with a sentence where it cannot be used."""
    return office_at(click.get_current_context(), home, words("en"))


def cards_signed(home: Path) -> Mapping[bytes, int]:
    """How many cards each key has signed, by its key identifier."""
    with office_of(home) as service, service.database.read() as work:
        return work.clearances.signed_by_key()


def queue_reissue_of(kid: bytes, home: Path, *, into: Path) -> Iterator[str]:
    """List every clearance in force that a key signed, in the file `into`, and put each down to be issued anew.

    Yields what to say about it. Doing so again changes nothing.
    """
    from clearance.issuing.distrusted import affected, queue_reissue  # loads much: not for --help

    with office_of(home) as service:
        numbers = [clearance.clearance_no for clearance in affected(service, kid)]
        if not numbers:
            yield "No clearance in force was signed by it."
            return
        files.write_atomically(into, "".join(f"{number}\n" for number in numbers).encode())
        queued = queue_reissue(service, kid)
    met = "1 clearance in force is" if len(numbers) == 1 else f"{len(numbers)} clearances in force are"
    yield f"{met} met by this; {queued} were put in the queue for a new card now. All of them: {into}"
    yield from (f"  {number}" for number in numbers[:SHOWN])
    if len(numbers) > SHOWN:
        yield f"  and {len(numbers) - SHOWN} more"
    yield f"When another key signs: clearance reissue run --home {home} --officer NUMBER"


def require_reconciled(directory: Path, home: Path | None) -> None:
    """End the program where these keys are those of a restored office that is not reconciled, or that cannot be asked:
    desks may hold a newer bundle, and one made from an older could name a key again that was distrusted since."""
    from clearance.issuing.ports import Unavailable

    try:
        waits = is_not_reconciled(directory, home)
    except Unavailable:
        fail("The database cannot be reached now, which says whether anything may be published. Try again.", TRY_AGAIN)
    if waits:
        fail(
            "This office was restored from a backup and is not reconciled: desks may hold a newer trust bundle than "
            "lies here. Nothing was changed. First: clearance restore finish. A key in wrong hands need not wait: "
            f"clearance keys distrust --dir {directory} NAME",
            TRY_AGAIN,
        )


def is_not_reconciled(directory: Path, home: Path | None) -> bool:
    """Whether the installation that these keys sign for, the one named or the one that they lie in, is a restored one
    which waits for `restore finish`. Ends the program where its settings cannot be used; raises Unavailable."""
    from clearance.bootstrap import ConfigurationRefused, read_settings  # loads much: not for --help
    from clearance.config import SETTINGS_FILE
    from clearance.storage.restore import not_reconciled

    place = home or directory.absolute().parent
    if home is None and not any((place / name).exists() for name in (SETTINGS_FILE, "clearance.db")):
        return False
    try:
        return not_reconciled(read_settings(place).url) is not None
    except ConfigurationRefused as refused:
        fail(f"The installation at {place} cannot be used:\n  " + "\n  ".join(refused.faults), os.EX_CONFIG)


def is_demo_home(home: Path) -> bool:
    """Whether an installation is a demo; ends the program with a sentence where that cannot be told."""
    from clearance.bootstrap import ConfigurationRefused, read_settings  # loads much: not for --help

    try:
        return read_settings(home).demo
    except ConfigurationRefused as refused:
        fail(f"The installation at {home} cannot be used:\n  " + "\n  ".join(refused.faults), os.EX_CONFIG)
