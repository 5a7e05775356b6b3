"""`clearance keys list` and `doctor`: how keys stand, and what is wrong with them."""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from clearance.cli.keys_common import (
    directory_option,
    faults_told,
    passphrase_option,
    pin_option,
    present_options,
    secrets_of,
)
from clearance.cli.keys_office import cards_signed, home_option, is_demo_home
from clearance.signing.authority import Role
from clearance.signing.ceremony import Occasion, day
from clearance.signing.doctor import examine
from clearance.signing.findings import Finding, Gravity
from clearance.signing.keyring import RingSigner, Standing, read_ring
from clearance.signing.private_keys import is_encrypted, read_address

COLUMNS = ("signer", "purpose", "state", "key identifier", "algorithm", "key", "valid until", "bundle", "cards")
"""In the order of `_row`. `bundle` is the first trust bundle that named the signer."""

json_option = click.option("--json", "as_json", is_flag=True, help="For programs.")


@click.command("list")
@directory_option
@home_option
@json_option
def list_signers(directory: Path, home: Path | None, as_json: bool) -> None:
    """Show every signer: what it is for, where it stands, where its key lies, how long it lasts.

    With --home also how many cards each has signed.

    \b
    Example:
      clearance keys list --dir /srv/keys
    """
    with faults_told():
        ring = read_ring(directory)
        signed = cards_signed(home) if home else None
        rows = [_row(signer, signed) for signer in ring.signers]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in COLUMNS:
        if column != "cards" or signed is not None:
            table.add_column(column, justify="right" if column in ("bundle", "cards") else "left", no_wrap=True)
    for row in rows:
        values = list(row.values())
        table.add_row(*(Text("" if value is None else str(value)) for value in values[: len(table.columns)]))
    Console(width=max(120, Console().width), highlight=False).print(table)
    if ring.bundle is not None:
        click.echo(
            f"\nTrust bundle {ring.bundle.sequence} of {ring.bundle.issuer}, good until {day(ring.bundle.next_update)}."
        )


@click.command()
@directory_option
@home_option
@click.option("--demo", is_flag=True, help="Demo keys are meant to be here.")
@click.option("--issuer", help="The issuer that the bundle must be of.")
@json_option
@passphrase_option
@pin_option
@present_options
def doctor(
    directory: Path,
    home: Path | None,
    demo: bool,
    issuer: str | None,
    as_json: bool,
    passphrase_file: Path | None,
    pin_file: Path | None,
    on: Occasion,
) -> None:
    """Find what is wrong with keys, certificates and published files, or soon will be, and say the cure.

    Nothing is changed. Private keys are opened to see that they are those of their certificates.

    \b
    Example, for a nightly job:
      clearance keys doctor --dir /srv/keys --passphrase-file /run/secrets/keys

    \b
    Exit status: 0 all is well; 1 warnings; 2 faults; 64 wrong usage.
    """
    demo = demo or (home is not None and is_demo_home(home))
    secrets = secrets_of(passphrase_file, pin_file, of=directory)
    found = examine(directory, demo=demo, issuer=issuer, on=on, secrets=secrets)
    if as_json:
        click.echo(json.dumps([_written(finding) for finding in found], indent=2))
    else:
        _show(found)
    sys.exit(max((finding.gravity for finding in found), default=0))


def _show(found: list[Finding]) -> None:
    if not found:
        click.echo("All is well.")
        return
    for finding in found:
        click.echo(f"{finding.gravity.name}: {finding.where}")
        click.echo(f"  {finding.said}")
        click.echo(f"  Cure: {finding.cure}")
    faults = sum(finding.gravity is Gravity.FAULT for finding in found)
    click.echo(f"\n{faults} fault{'' if faults == 1 else 's'}, {len(found) - faults} to look after.")


def _written(finding: Finding) -> dict[str, object]:
    return asdict(finding) | {"gravity": finding.gravity.name.lower()}


def _row(signer: RingSigner, signed: Mapping[bytes, int] | None) -> dict[str, object]:
    certificate = signer.certificate
    return {
        "signer": signer.name,
        "purpose": signer.role.value,
        "state": signer.standing.value,
        "kid": signer.kid.hex() if certificate else None,
        "algorithm": signer.algorithm.name if signer.algorithm else None,
        "key": _place(signer),
        "valid_until": f"{certificate.not_valid_after_utc:%Y-%m-%d}" if certificate else None,
        "bundle": signer.listed_in,
        "cards": signed.get(signer.kid, 0) if certificate and signed is not None and signer.role is Role.CARD else None,
    }


def _place(signer: RingSigner) -> str:
    if signer.key_file is None:
        return "destroyed" if signer.standing is Standing.RETIRED else "not here"
    if signer.key_file.suffix == ".uri":
        return f"token {read_address(signer.key_file).token}"
    return "encrypted file" if is_encrypted(signer.key_file) else "plain file"
