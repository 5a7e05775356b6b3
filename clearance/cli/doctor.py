"""`clearance doctor`: look a whole deployment over, and say what to fix."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from clearance.cli.office import home_option
from clearance.signing.findings import Finding, Gravity


@click.command()
@home_option
@click.option(
    "--backups", type=click.Path(path_type=Path, file_okay=False), help="Where backups lie, to see how old they are."
)
@click.option("--online", is_flag=True, help="Ask the public address, too, as a visitor would.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
def doctor(home: Path, backups: Path | None, online: bool, as_json: bool) -> None:
    """Look a deployment over and say what is wrong, or soon will be, each with its cure.

    Settings, files, disks, database, signing service, keys, published files, worker, queue, counts, officers. Nothing
    is changed. Run it in each home (the web's, the signer's) as the user of its programs.

    \b
    Example, for a morning's job:
      clearance doctor --home /srv/clearance --backups /mnt/backup --online

    \b
    Exit status: 0 all is well; 1 warnings; 2 faults; 64 wrong usage.
    """
    from clearance.doctor.examine import examine

    found = examine(home.absolute(), backups=backups, online=online)
    if as_json:
        click.echo(json.dumps([asdict(each) | {"gravity": each.gravity.name.lower()} for each in found], indent=2))
    else:
        _show(found)
    sys.exit(max((finding.gravity for finding in found), default=0))


def _show(found: list[Finding]) -> None:
    for finding in found:
        click.echo(f"{finding.gravity.name}: {finding.where}: {finding.said}")
        click.echo(f"  Cure: {finding.cure}")
    faults = sum(finding.gravity is Gravity.FAULT for finding in found)
    warnings = len(found) - faults
    click.echo("All is well." if not found else f"\n{faults} fault{'s' * (faults != 1)}, {warnings} to look after.")
