"""`clearance rules`: the office's dated rules, as a list and as a file that can be changed and read in again."""

import csv
import os
import sys
from pathlib import Path
from typing import NoReturn

import click
from rich.console import Console
from rich.table import Table

from clearance.cli.office import fail, home_option, language_option, office_at, officer_at_terminal, shown, this_host
from clearance.cli.office import words as words_of
from clearance.domain.decision import Refused
from clearance.domain.proposal import ProposalState
from clearance.issuing.fields import Fault
from clearance.issuing.ports import Conflict, NotOnRecord
from clearance.issuing.rules import RuleRow, rule_rows
from clearance.issuing.rules_change import NewRule, propose_rules, settle_rule
from clearance.issuing.rules_file import as_csv, read_rule, row_of
from clearance.issuing.service import Service
from clearance.web.wording import ground_text
from clearance.web.wording_entry import fault_text
from clearance.web.wording_rules import key_text, rule_word
from clearance_templates.i18n import N_, Translator

OUTCOMES = {
    "consent": ProposalState.CONSENTED,
    "reject": ProposalState.REJECTED,
    "withdraw": ProposalState.WITHDRAWN,
}
officer_option = click.option("--officer", "username", required=True, help="User name of whoever acts.")
reason_option = click.option("--reason", default="", help="Why; the record keeps it.")


@click.group()
def rules() -> None:
    """List the rules by which cases are judged, and change them by two officers."""


@rules.command("list")
@click.option("--all", "everything", is_flag=True, help="Also proposed, rejected and past versions.")
@home_option
@language_option
@click.pass_context
def list_rules(context: click.Context, everything: bool, home: Path, language: str) -> None:
    """Show what governs today."""
    t = words_of(language)
    with office_at(context, home, t) as service:
        rows = [row for row in rule_rows(service) if everything or row.governs_on(service.today())]
    headings = (N_("Version"), N_("For whom"), N_("Who decides"), N_("Least age"), N_("Governs"), N_("Source"))
    table = Table(*(t.gettext(heading) for heading in headings))
    for row in rows:
        table.add_row(*_cells(row, t))
    Console().print(table)


@rules.command()
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Otherwise standard output.")
@home_option
@language_option
@click.pass_context
def export(context: click.Context, output: Path | None, home: Path, language: str) -> None:
    """Write what governs today as CSV: change it, then give it to `import`."""
    with office_at(context, home, words_of(language)) as service:
        text = as_csv(row.version for row in rule_rows(service) if row.governs_on(service.today()))
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8", newline="")


@rules.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@officer_option
@reason_option
@home_option
@language_option
@click.pass_context
def import_rules(context: click.Context, file: Path, username: str, reason: str, home: Path, language: str) -> None:
    """Propose every row of FILE that differs from the version it names: all of them, or none. Nothing governs before
    another officer consented.

    \b
    Exit status: 0 proposed, or nothing differs; 1 refused; 64 or 2 wrong usage; 65 the file has faults; 77 wrong
    password or code; 78 as for `serve`.
    """
    t = words_of(language)
    with office_at(context, home, t) as service:
        wanted = _changed_rows(service, file, t)
        if not wanted:
            click.echo(t.gettext("Nothing differs from what governs now."))
            return
        officer = officer_at_terminal(service, username, t)
        try:
            outcome = propose_rules(service, wanted, officer=officer, device=this_host(), reason=reason)
        except NotOnRecord as missing:
            fail(t.gettext("There is no such version: %(version)s.") % {"version": str(missing)}, os.EX_DATAERR)
        if isinstance(outcome, Refused):
            _fail_refused(outcome, t)
        for version in outcome:
            said = t.gettext("Proposed as version %(number)s: %(key)s.")
            click.echo(said % {"number": version.number, "key": key_text(version.key, t)})


@rules.command()
@click.argument("outcome", type=click.Choice(tuple(OUTCOMES)))
@click.argument("numbers", type=int, nargs=-1, required=True)
@officer_option
@reason_option
@home_option
@language_option
@click.pass_context
def settle(
    context: click.Context,
    outcome: str,
    numbers: tuple[int, ...],
    username: str,
    reason: str,
    home: Path,
    language: str,
) -> None:
    """Consent to proposed versions, reject or withdraw them.

    \b
    Example:
      clearance rules settle consent 46 47 --officer karim --home /srv/clearance

    \b
    Exit status: as for `import`.
    """
    t = words_of(language)
    with office_at(context, home, t) as service:
        officer = officer_at_terminal(service, username, t)
        for number in numbers:
            try:
                done = settle_rule(
                    service, number, OUTCOMES[outcome], officer=officer, device=this_host(), reason=reason
                )
            except (NotOnRecord, Conflict) as error:
                fail(t.gettext("There is no such version: %(version)s.") % {"version": str(error)}, os.EX_DATAERR)
            if isinstance(done, Refused):
                _fail_refused(done, t)
            said = t.gettext("Version %(number)s: %(state)s.")
            click.echo(said % {"number": number, "state": rule_word(done.state, t)})


def _cells(row: RuleRow, t: Translator) -> tuple[str, ...]:
    version, period = row.version, row.period
    days = f"{t.date(period.first)} - {t.date(period.last) if period.last else ''}".strip()
    state = "" if version.state is ProposalState.CONSENTED else f" ({rule_word(version.state, t)})"
    return (
        str(version.number),
        key_text(version.key, t),
        rule_word(version.terms.decided_by, t),
        t.number(version.terms.minimum_age),
        days + state,
        t.gettext(version.terms.source),
    )


def _changed_rows(service: Service, file: Path, t: Translator) -> list[NewRule]:
    """The rows of a file that are not as the version they name; a faulty row ends the program, all faults named."""
    stored = {str(row.version.number): row_of(row.version) for row in rule_rows(service)}
    wanted, faults = [], []
    with file.open(encoding="utf-8-sig", newline="") as source:
        for line, cells in enumerate(csv.DictReader(source), start=2):
            texts = {name: text or "" for name, text in cells.items() if isinstance(name, str)}
            if texts == stored.get(texts.get("replaces", "")):
                continue
            read = read_rule(texts)
            if isinstance(read, NewRule):
                wanted.append(read)
            else:
                faults += [_fault_line(line, fault, t) for fault in read]
    if faults:
        fail("\n".join(faults), os.EX_DATAERR)
    return wanted


def _fault_line(line: int, fault: Fault, t: Translator) -> str:
    return t.gettext("Line %(line)s: %(fault)s") % {"line": line, "fault": shown(fault_text(fault, t))}


def _fail_refused(refused: Refused, t: Translator) -> NoReturn:
    for objection in refused.objections:
        click.echo(ground_text(objection, t), err=True)
    sys.exit(1)
