"""`clearance keys bundle publish`, `rotate`, `retire` and `distrust`: what desks learn about signers."""

import os
import sys
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path

import click

from clearance.cli.keys_common import (
    directory_option,
    fail,
    faults_told,
    passphrase_option,
    pin_option,
    present_options,
    secrets_of,
    tell,
)
from clearance.cli.keys_office import (
    home_option,
    is_not_reconciled,
    office_of,
    queue_reissue_of,
    require_reconciled,
)
from clearance.signing import ceremony_state
from clearance.signing.authority import Role
from clearance.signing.ceremony import Occasion
from clearance.signing.ceremony_bundle import publish_bundle
from clearance.signing.keyring import Standing, read_ring
from clearance.signing.keystore import ISSUER, STATUS_URI
from clearance.signing.publication import TRUST_LIFETIME_S

signer_argument = click.argument("name", metavar="SIGNER")
yes_option = click.option("--yes", is_flag=True, help="Do not ask; for scripts.")


@click.group()
def bundle() -> None:
    """The trust bundle: what desks know of signers."""


@bundle.command()
@directory_option
@home_option
@click.option("--issuer", help=f"The issuer that cards name; of the first bundle only. {ISSUER} unless given.")
@click.option("--status-uri", help=f"The status list that cards name; of the first bundle only. {STATUS_URI}")
@click.option(
    "--next-update",
    "days",
    type=click.IntRange(1, 90),
    default=TRUST_LIFETIME_S // 86_400,
    show_default=True,
    help="In how many days at the latest the next bundle comes. Desks that hold an older one refer every card.",
)
@click.option("--renew", is_flag=True, help="Sign it anew although nothing changed.")
@passphrase_option
@pin_option
@present_options
def publish(
    directory: Path,
    home: Path | None,
    issuer: str | None,
    status_uri: str | None,
    days: int,
    renew: bool,
    passphrase_file: Path | None,
    pin_file: Path | None,
    on: Occasion,
) -> None:
    """Publish a trust bundle with every installed signer, under the next sequence number.

    \b
    Example:
      clearance keys bundle publish --dir /srv/keys
    """
    try:
        with faults_told():
            require_reconciled(directory, home)
            done = publish_bundle(
                read_ring(directory),
                issuer=issuer,
                status_uri=status_uri,
                lifetime=timedelta(days=days),
                renew=renew,
                on=on,
                secrets=secrets_of(passphrase_file, pin_file, of=directory),
            )
            tell(done, directory, on)
    except ValueError as error:
        fail(str(error), os.EX_USAGE)


@click.command()
@signer_argument
@directory_option
@home_option
@click.option(
    "--despite-desks",
    "despite",
    metavar="REASON",
    help="Do not wait for desks that do not hold the key; the reason goes on record. For a desk that is dead.",
)
@passphrase_option
@pin_option
@present_options
def rotate(
    name: str,
    directory: Path,
    home: Path | None,
    despite: str | None,
    passphrase_file: Path | None,
    pin_file: Path | None,
    on: Occasion,
) -> None:
    """Let SIGNER sign from now on, when every enrolled desk knows it. The one before stays valid.

    \b
    Example:
      clearance keys rotate --dir /srv/keys --home /srv/clearance card-2
    """
    if despite is not None and not despite.strip():
        fail("A reason has words in it.", os.EX_USAGE)
    require_reconciled(directory, home)
    with faults_told(), ExitStack() as opened:
        ask_desks = None
        if home is not None:
            from clearance.issuing.desks import holding  # loads much: not for --help

            ask_desks = partial(holding, opened.enter_context(office_of(home)))
        secrets = secrets_of(passphrase_file, pin_file, of=directory)
        ring = read_ring(directory)
        done = ceremony_state.rotate(ring, name, ask_desks=ask_desks, despite=despite, on=on, secrets=secrets)
        tell(done, directory, on)


@click.command()
@signer_argument
@directory_option
@home_option
@click.option("--destroy-key", is_flag=True, help="Destroy its private key as well, here or in its token.")
@yes_option
@passphrase_option
@pin_option
@present_options
def retire(
    name: str,
    directory: Path,
    home: Path | None,
    destroy_key: bool,
    yes: bool,
    passphrase_file: Path | None,
    pin_file: Path | None,
    on: Occasion,
) -> None:
    """End SIGNER, which signs no more. What it signed stays valid to its last day.

    \b
    Example:
      clearance keys retire --dir /srv/keys card
    """
    require_reconciled(directory, home)
    with faults_told():
        ring = read_ring(directory)
        signer = ring.named(name)
        if destroy_key and signer.key_file is not None:
            _confirm(f"Destroy the private key of {signer.name} ({signer.key_file}) for good", signer.name, yes=yes)
        secrets = secrets_of(passphrase_file, pin_file, of=directory)
        done = ceremony_state.retire(ring, signer.name, destroy_key=destroy_key, on=on, secrets=secrets)
        tell(done, directory, on)


@click.command()
@signer_argument
@directory_option
@home_option
@yes_option
@passphrase_option
@pin_option
@present_options
def distrust(
    name: str,
    directory: Path,
    home: Path | None,
    yes: bool,
    passphrase_file: Path | None,
    pin_file: Path | None,
    on: Occasion,
) -> None:
    """Tell desks at once that nothing of SIGNER counts: for a key in wrong hands. Final.

    Every card of the key is refused from a desk's next synchronisation on, genuine ones too. With --home, the
    clearances this meets are listed, and a new card for each is put in the queue. It may be done in an office that was
    restored and not reconciled, as nothing else may (docs/adr/0129); do it again after `restore finish`.

    \b
    Example:
      clearance keys distrust --dir /srv/keys --home /srv/clearance card
    """
    with faults_told():
        waits = _waits_for_finish(directory, home)
        ring = read_ring(directory)
        if waits and ring.bundle is None:
            fail(_NOTHING_TO_GO_ON_FROM.format(public=ring.public), os.EX_TEMPFAIL)
        signer = ceremony_state.require_distrustable(ring, name)
        if signer.standing is not Standing.DISTRUSTED:
            question = f"Every desk will refuse everything that {signer.name} ({signer.kid.hex()}) ever signed. Go on"
            _confirm(question, signer.name, yes=yes)
        secrets = secrets_of(passphrase_file, pin_file, of=directory)
        done = ceremony_state.distrust(ring, signer.name, on=on, secrets=secrets)
        tell(done, directory, on)
        if signer.role is Role.CARD:
            click.echo()
        if waits:
            click.echo(_AGAIN_AFTER_FINISH)
        elif signer.role is Role.CARD and home is not None:
            into = directory / "ceremony" / f"affected-by-{signer.name}.txt"
            for line in queue_reissue_of(signer.kid, home, into=into):
                click.echo(line)
        elif signer.role is Role.CARD:
            click.echo("Which clearances this meets is written in the office's database. Run this again with --home.")


_NOTHING_TO_GO_ON_FROM = (
    "This office was restored, and there is no trust bundle in {public} to go on from. Lay there what is published, or "
    "what a desk holds (verifier bundle export, unpacked), and run this again. Nothing was changed."
)
_AGAIN_AFTER_FINISH = (
    "This office was restored and is not reconciled. Desks that hold a bundle of the same or a higher number do not "
    "take this one. After `clearance restore finish`, run this again with --home: it makes sure, and puts new cards in "
    "the queue."
)


def _waits_for_finish(directory: Path, home: Path | None) -> bool:
    """Whether what is published now may be passed over by desks. An office that cannot be asked keeps nobody from
    distrusting a key."""
    from clearance.issuing.ports import Unavailable

    try:
        return is_not_reconciled(directory, home)
    except Unavailable:
        click.echo("The database cannot be reached: whether this office was restored is not known.", err=True)
        return False


def _confirm(question: str, name: str, *, yes: bool) -> None:
    """Ask until the name of what is at stake was typed; anything else changes nothing."""
    if yes:
        return
    if not sys.stdin.isatty():
        fail(f"{question}? There is no terminal to ask at: give --yes. Nothing was changed.", os.EX_USAGE)
    if click.prompt(f"{question}?\nType {name} to do it", default="", show_default=False) != name:
        fail("Nothing was changed.", os.EX_TEMPFAIL)
