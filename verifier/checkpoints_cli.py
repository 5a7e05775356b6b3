"""`verifier checkpoints`: what this desk has witnessed of the office's record, for auditors to take along."""

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from clearance.credential.checkpoint import Checkpoint, contradictions, exported, read_exported
from clearance.credential.errors import UnusableCheckpoint
from clearance.credential.signers import SignersByKid
from verifier.config import settings
from verifier.truststore import TrustStore

if TYPE_CHECKING:
    from verifier.witness import Kept

MAX_EXPORT = 64 << 20
"""Bytes of another desk's export that are read; 20,000 checkpoints take 7 MB."""
SHOWN = 10
CONTRADICTED = 1


@click.command()
@click.option("--home", type=click.Path(path_type=Path, file_okay=False), help="Where everything lies. [var/desk]")
@click.option("--export", "export", type=click.File("w"), help="Write every one kept, one JSON object a line.")
@click.option(
    "--compare",
    "others",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    multiple=True,
    help="Another desk's export: both must have been shown one and the same record.",
)
def checkpoints(home: Path | None, export: TextIO | None, others: Sequence[Path]) -> None:
    """Show the checkpoints of the office's record that this desk has seen, and whether they contradict each other.

    \b
    Example:
      verifier checkpoints --home /srv/desk --export dac-1.jsonl --compare cgp-2.jsonl

    \b
    Exit status: 0 they can all be true; 1 they cannot; 64 wrong usage.
    """
    from verifier.witness import Witness  # the check, which shares this program, does without a database

    config = settings(os.environ, home=home)
    mine = Witness(config.state / "checkpoints.db").kept()
    if export is not None:
        export.writelines(f"{exported(token, checkpoint)}\n" for checkpoint, token in _editions(mine))
    _show_newest(mine)
    signers = TrustStore(config.trust, config.state).load().signers if others else {}
    seen = [checkpoint for checkpoint, _ in _editions(mine)]
    for other in others:  # what was sent here must be genuine; what lies here was found so when it came
        seen += _read(other, signers)
    found = contradictions(seen)
    for kind, one, other_one in found[:SHOWN]:
        click.echo(f"CONTRADICTION / পরস্পরবিরোধী ({kind.value}): {_shown(one)} | {_shown(other_one)}")
    sys.exit(CONTRADICTED if found else 0)


def _editions(kept: "Sequence[Kept]") -> Iterator[tuple[Checkpoint, bytes]]:
    for each in kept:
        yield each.checkpoint, each.token
        if each.last_token != each.token:
            yield each.last, each.last_token


def _show_newest(kept: "Sequence[Kept]") -> None:
    if not kept:
        click.echo("No checkpoint was seen yet. / এখনো কোনো চেকপয়েন্ট পাওয়া যায়নি।")
        return
    newest = max((each.last for each in kept), key=lambda checkpoint: checkpoint.issued_at)
    click.echo(f"Kept / রাখা আছে: {len(kept)}. Newest / সর্বশেষ: {_shown(newest)}")


def _shown(checkpoint: Checkpoint) -> str:
    return f"{checkpoint.number}:{checkpoint.digest.hex()}@{checkpoint.issued_at}"


def _read(path: Path, signers: SignersByKid) -> Sequence[Checkpoint]:
    with path.open("rb") as file:
        content = file.read(MAX_EXPORT)
    try:
        return read_exported(content, signers=signers)
    except UnusableCheckpoint as fault:
        raise click.UsageError(f"{path}: {fault}") from None
