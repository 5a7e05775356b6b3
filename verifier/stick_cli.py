"""`verifier bundle`: carry key list and cancel lists to a desk on a USB stick."""

import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from verifier.config import settings
from verifier.stick import NotAStick, read_stick, write_stick
from verifier.truststore import TrustStore

if TYPE_CHECKING:
    from verifier.witness import Witness

REFUSED = 1
HOME = click.option(
    "--home", type=click.Path(path_type=Path, file_okay=False), help="Where everything lies. [var/desk]"
)


@click.group()
def bundle() -> None:
    """Bring a desk without a line up to date by USB stick.

    \b
    At a desk with internet:      verifier bundle export /media/stick/desk.zip
    At the desk without:          verifier bundle import /media/stick/desk.zip
    """


@bundle.command("export")
@HOME
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
def export_(home: Path | None, path: Path) -> None:
    """Write this desk's key list, cancel lists and newest checkpoint into the new file PATH.

    \b
    Exit status: 0 written; 1 it cannot be written, or there is nothing to write.
    """
    from verifier.witness import Witness  # the check, which shares this program, does without a database

    config = settings(os.environ, home=home)
    newest = Witness(config.state / "checkpoints.db").newest()
    try:
        names = write_stick(path, config.trust, checkpoint=newest.last_token if newest else None)
    except FileExistsError as error:
        raise click.ClickException(f"{path} exists already.\n{path} আগে থেকেই আছে।") from error
    except (OSError, NotAStick) as error:
        raise click.ClickException(f"Not written: {error}\nলেখা যায়নি: {error}") from error
    for name in names:
        click.echo(name)


@bundle.command("import")
@HOME
@click.argument("stick", type=click.File("rb"))
def import_(home: Path | None, stick: BinaryIO) -> None:
    """Take what is newer than what this desk holds from the file STICK. Every signature is checked.

    \b
    Exit status: 0 everything in it is held now; 1 something was refused (forged, or older than what was seen); 64 it
    is not such a file.
    """
    from verifier.witness import Witness  # the check, which shares this program, does without a database

    config = settings(os.environ, home=home)
    config.state.mkdir(parents=True, exist_ok=True)
    store = TrustStore(config.trust, config.state)
    witness = Witness(config.state / "checkpoints.db")
    try:
        taken = read_stick(stick, store, witness=partial(_witnessed, witness, store))
    except NotAStick as error:
        raise click.UsageError(f"{error}\nএটি ডেস্কের তালিকার ফাইল নয়।") from error
    for name in taken.held:
        click.echo(f"held / আছে      {name}")
    for name in taken.refused:
        click.echo(f"REFUSED / নেওয়া হয়নি  {name}")
    sys.exit(REFUSED if taken.refused else 0)


def _witnessed(witness: "Witness", store: TrustStore, token: bytes) -> bool:
    return witness.offer(token, signers=store.load().signers)
