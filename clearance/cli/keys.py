"""`clearance keys`: make keys and look after them. What happens is decided in `clearance.signing`; here are words."""

import os
from pathlib import Path

import click

from clearance.cli.keys_check import doctor, list_signers
from clearance.cli.keys_common import (
    fail,
    faults_told,
    new_passphrase,
    passphrase_option,
    present_options,
    tell,
)
from clearance.cli.keys_signer import ALGORITHMS, root, signer, subject_of
from clearance.cli.keys_state import bundle, distrust, retire, rotate
from clearance.signing import keystore
from clearance.signing.authority import fingerprint
from clearance.signing.ceremony import Done, Occasion
from clearance.signing.keyring import read_ring


@click.group()
def keys() -> None:
    """Make the keys that sign cards, status lists, trust bundles and PDFs, and replace them without a gap.

    \b
    All at once, for a demo or a trial:   init
    The ceremony, with an offline root:   root create, then for each of card, status, trust and seal
                                          signer request, signer certify, signer install; bundle publish
    A new key in place of an old one:     signer request, certify, install; bundle publish; rotate; retire
    A key in wrong hands:                 distrust
    Any time:                             list, doctor

    Every step may be run again: it goes on where it was cut short, or says that it is done. Each writes a page for the
    file into DIR/ceremony. docs/KEYS.md walks through it.

    \b
    Exit status of every step: 0 done; 64 or 2 wrong usage; 66 a file, key or certificate does not fit;
    69 a hardware token cannot be reached; 73 the directory is in use; 74 nothing could be written;
    75 something else must come first; 77 passphrase or PIN missing or wrong.
    """


keys.add_command(root)
keys.add_command(signer)
keys.add_command(bundle)
keys.add_command(rotate)
keys.add_command(retire)
keys.add_command(distrust)
keys.add_command(list_signers)
keys.add_command(doctor)


@keys.command()
@click.option("--dir", "directory", type=click.Path(path_type=Path), required=True, help="A new or empty directory.")
@click.option("--alg", type=click.Choice(list(ALGORITHMS)), default="es256", show_default=True)
@click.option("--demo", is_flag=True, help="Keys no real desk trusts (C=ZZ), unencrypted unless a passphrase is given.")
@click.option("--organisation", help="Who stands behind the keys; not with --demo.")
@click.option("--country", help="Two capital letters; BD unless given, not with --demo.")
@click.option("--issuer", default=keystore.ISSUER, show_default=True, help="The issuer that cards name.")
@click.option("--status-uri", default=keystore.STATUS_URI, show_default=True, help="The status list that cards name.")
@passphrase_option
@present_options
def init(
    directory: Path,
    alg: str,
    demo: bool,
    organisation: str | None,
    country: str | None,
    issuer: str,
    status_uri: str,
    passphrase_file: Path | None,
    on: Occasion,
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
        subject = subject_of(demo=demo, organisation=organisation, country=country)
        with faults_told():
            keystore.init(
                directory,
                algorithm=ALGORITHMS[alg],
                subject=subject,
                at=on.at,
                passphrase=new_passphrase(passphrase_file, needed=not demo),
                issuer=issuer,
                status_uri=status_uri,
            )
    except ValueError as error:
        fail(str(error), os.EX_USAGE)
    click.echo(f"Keys: {directory / 'private'}")
    click.echo(f"For desks: {directory / 'public'}")
    if demo:
        click.echo("DEMO keys: no real desk accepts their cards.")
        return
    with faults_told():
        tell(_made(directory), directory, on)
    click.echo(f"Now move {directory / 'private' / 'root.pem'} to offline media: issuing does not need it.")


def _made(directory: Path) -> Done:
    ring = read_ring(directory)
    return Done(
        step="init",
        subject="keys",
        title="make root and signers at once",
        said=("A root, a signer for each purpose, a first trust bundle and a first status list were made.",),
        facts={"Root": fingerprint(ring.root)} | {f"Signer {each.name}": each.kid.hex() for each in ring.signers},
    )
