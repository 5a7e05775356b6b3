"""`clearance keys`: make a PKI. What is made is decided in `clearance.signing`; here are words and exit statuses."""

import os
import sys
import time
from pathlib import Path
from typing import NoReturn

import click

from clearance.credential.cose import Algorithm
from clearance.signing import keystore
from clearance.signing.authority import DEMO, Subject
from clearance.signing.errors import DirectoryInUse, PassphraseWrong, SigningFault

ALGORITHMS = {"es256": Algorithm.ES256, "eddsa": Algorithm.EDDSA}
PASSPHRASE_VARIABLE = "CLEARANCE_KEY_PASSPHRASE"  # noqa: S105 - the name of a variable

passphrase_option = click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="CLEARANCE_KEY_PASSPHRASE_FILE",
    help=f"The first line is the passphrase of the private keys. Otherwise ${PASSPHRASE_VARIABLE}, or a question.",
)


@click.group()
def keys() -> None:
    """Make the keys that sign cards, status lists, trust bundles and PDFs."""


@keys.command()
@click.option("--dir", "directory", type=click.Path(path_type=Path), required=True, help="A new or empty directory.")
@click.option("--alg", type=click.Choice(list(ALGORITHMS)), default="es256", show_default=True)
@click.option("--demo", is_flag=True, help="Keys no real desk trusts (C=ZZ), unencrypted unless a passphrase is given.")
@click.option("--organisation", help="Who stands behind the keys; not with --demo.")
@click.option("--country", help="Two capital letters; BD unless given, not with --demo.")
@click.option("--issuer", default=keystore.ISSUER, show_default=True, help="The issuer that cards name.")
@click.option("--status-uri", default=keystore.STATUS_URI, show_default=True, help="The status list that cards name.")
@passphrase_option
def init(
    directory: Path,
    alg: str,
    demo: bool,
    organisation: str | None,
    country: str | None,
    issuer: str,
    status_uri: str,
    passphrase_file: Path | None,
) -> None:
    """Make a root and the card, status, trust and seal signers, with a first trust bundle and status list.

    DIR/private holds the keys, DIR/public is a ready bundle for desks. The directory appears complete or not at all.

    \b
    Examples:
      clearance keys init --dir var/keys --demo
      clearance keys init --dir /srv/keys --organisation "Bureau of Manpower, Employment and Training"

    \b
    Exit status: 0 made; 64 or 2 wrong usage; 66 passphrase file unreadable; 73 DIR in use or not writable;
    77 passphrase missing or too short.
    """
    try:
        subject = _subject(demo=demo, organisation=organisation, country=country)
        keystore.init(
            directory,
            algorithm=ALGORITHMS[alg],
            subject=subject,
            at=int(time.time()),  # noqa: TID251 - a ceremony is its own bootstrap
            passphrase=_new_passphrase(passphrase_file, needed=not demo),
            issuer=issuer,
            status_uri=status_uri,
        )
    except ValueError as error:
        fail(str(error), os.EX_USAGE)
    except SigningFault as fault:
        fail_for(fault)
    click.echo(f"Keys: {directory / 'private'}")
    click.echo(f"For desks: {directory / 'public'}")
    if demo:
        click.echo("DEMO keys: no real desk accepts their cards.")
    else:
        click.echo(f"Now move {directory / 'private' / 'root.pem'} to offline media: issuing does not need it.")


def fail(sentence: str, status: int) -> NoReturn:
    """End the program with a sentence on standard error."""
    click.echo(f"Error: {sentence}", err=True)
    sys.exit(status)


def fail_for(fault: SigningFault) -> NoReturn:
    """End the program with the fault's sentence and the exit status of its kind (sysexits.h)."""
    match fault:
        case DirectoryInUse():
            fail(str(fault), os.EX_CANTCREAT)
        case PassphraseWrong():
            fail(str(fault), os.EX_NOPERM)
        case _:
            fail(str(fault), os.EX_NOINPUT)


def given_passphrase(file: Path | None) -> bytes | None:
    """The passphrase of the file's first line or of the environment; None when neither is given."""
    if file is None:
        return os.environ.get(PASSPHRASE_VARIABLE, "").encode() or None
    try:
        line = file.read_bytes().partition(b"\n")[0].removesuffix(b"\r")
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror}.", os.EX_NOINPUT)
    return line or fail(f"The first line of {file} is empty; it must be the passphrase.", os.EX_NOPERM)


def _new_passphrase(file: Path | None, *, needed: bool) -> bytes | None:
    passphrase = given_passphrase(file)
    if passphrase is None and needed and sys.stdin.isatty():
        passphrase = str(click.prompt("Passphrase for the keys", hide_input=True, confirmation_prompt=True)).encode()
    return passphrase


def _subject(*, demo: bool, organisation: str | None, country: str | None) -> Subject:
    if demo:
        if organisation is not None or country is not None:
            raise ValueError(f"--demo fixes the subject as O={DEMO.organisation}, C={DEMO.country}.")
        return DEMO
    if organisation is None:
        raise ValueError("Give --organisation for real keys, or --demo for demo keys.")
    return Subject(organisation=organisation, country="BD" if country is None else country)
