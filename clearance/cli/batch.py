"""`clearance batch`: a whole file of applications, each row entered, checked, approved and issued by four officers."""

import csv
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from clearance.cli.batch_report import report_for, result_file, result_path, summary
from clearance.cli.batch_row import Outcome, RowResult, SigningHalted, process
from clearance.cli.office import fail, home_option, language_option, office_at, officer_at_terminal, shown, words
from clearance.domain.eligibility import Ground, Objection
from clearance.domain.staff import ENTERING, Officer, Role
from clearance.issuing.batch import Officers
from clearance.issuing.ports import NotOnRecord, NotSigned, Unavailable
from clearance.issuing.rows import COLUMNS, EXAMPLE
from clearance.issuing.scanning import UploadRefused
from clearance.issuing.service import Service
from clearance.issuing.sheet import MAX_FILE, MAX_ROWS, SheetRefused, SheetRow, read_sheet
from clearance.web.wording import ground_text, trouble_text
from clearance.web.wording_batches import header_names, sheet_text
from clearance.web.wording_entry import fault_text
from clearance_templates.i18n import Translator


@click.group()
def batch() -> None:
    """Issue cards for a whole file of applications."""


@batch.command()
def template() -> None:
    """Print the CSV template: the columns and one example row.

    \b
    Example:
      clearance batch template > applications.csv
    """
    rows = io.StringIO()
    csv.writer(rows).writerows((COLUMNS, EXAMPLE.values()))
    # With the byte order mark, since without it spreadsheets take Bengali for something else.
    click.echo(rows.getvalue().encode("utf-8-sig"), nl=False)


@batch.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@home_option
@click.option("--entered-by", required=True, metavar="USERNAME", help="The officer who enters.")
@click.option("--checked-by", required=True, metavar="USERNAME", help="A second officer, who checks.")
@click.option("--approved-by", required=True, metavar="USERNAME", help="A third officer, who approves.")
@click.option("--issued-by", required=True, metavar="USERNAME", help="A fourth officer, who issues.")
@language_option
@click.pass_context
def issue(
    context: click.Context,
    file: Path,
    home: Path,
    entered_by: str,
    checked_by: str,
    approved_by: str,
    issued_by: str,
    language: str,
) -> None:
    """Enter, check, approve and issue every row of FILE, a CSV file such as `clearance batch template` prints.

    Good rows become cards; a row that is not in order is refused with its reasons and leaves nothing behind. Run the
    same file again after correcting it: rows that have a card are recognised and not issued twice. Photos are named
    relative to FILE. Every outcome stands in FILE's name with .result.csv.

    Passwords and codes of the second factor are asked for, or taken from CLEARANCE_PASSWORD_<USERNAME> and
    CLEARANCE_CODE_<USERNAME> in capitals.

    \b
    Example:
      clearance batch issue applications.csv --home /srv/clearance \\
        --entered-by rahima --checked-by sohel --approved-by karim --issued-by nasrin

    \b
    Exit status: 0 every row has a card; 1 some rows were refused; 64 or 2 wrong usage; 65 FILE is not such a file;
    66 FILE cannot be read; 73 the result file cannot be written; 75 stopped on the way, run it again;
    77 a wrong password or a missing role; 78 the installation cannot be used.
    """
    t = words(language)
    rows = _read(file, t)
    with office_at(context, home, t) as service:
        officers = _officers(service, (entered_by, checked_by, approved_by, issued_by), t)
        outcomes = _run(service, rows, file=file, officers=officers, t=t)
    click.echo(summary(outcomes, t))
    click.echo(t.gettext("Every outcome stands in %(file)s.") % {"file": result_path(file)})
    sys.exit(1 if Outcome.REFUSED in outcomes else 0)


def _read(file: Path, t: Translator) -> Sequence[SheetRow]:
    try:
        with file.open("rb") as opened:
            content = opened.read(MAX_FILE + 1)
    except OSError as error:
        unreadable = t.gettext("%(file)s cannot be read: %(error)s.")
        fail(unreadable % {"file": file, "error": error.strerror}, os.EX_NOINPUT)
    try:
        return read_sheet(content, names=header_names())
    except SheetRefused as refused:
        fail(shown(sheet_text(refused, t, megabytes=MAX_FILE >> 20, rows=MAX_ROWS)), os.EX_DATAERR)


def _officers(service: Service, usernames: tuple[str, str, str, str], t: Translator) -> Officers:
    """Four persons with their passwords and roles; anything else ends the program."""
    if len({name.strip().lower() for name in usernames}) < len(usernames):
        fail(t.gettext("Entering, checking, approving and issuing need four different officers."), os.EX_USAGE)
    entered_by, checked_by, approved_by, issued_by = usernames
    return Officers(
        entry=_signed_in(service, entered_by, ENTERING, t),
        checker=_signed_in(service, checked_by, frozenset({Role.CHECKER}), t),
        approver=_signed_in(service, approved_by, frozenset({Role.APPROVER}), t),
        issuer=_signed_in(service, issued_by, frozenset({Role.ISSUER}), t),
    )


def _signed_in(service: Service, username: str, roles: frozenset[Role], t: Translator) -> Officer:
    officer = officer_at_terminal(service, username, t)
    if not officer.roles & roles:
        missing = Objection(ground=Ground.ROLE_MISSING, details={"role": max(roles, key=list(Role).index).value})
        fail(f"{officer.username}: {ground_text(missing, t)}", os.EX_NOPERM)
    return officer


def _run(service: Service, rows: Sequence[SheetRow], *, file: Path, officers: Officers, t: Translator) -> list[Outcome]:
    outcomes: list[Outcome] = []
    try:
        with result_file(file) as results:
            report = report_for(t, total=len(rows))
            try:
                for row in rows:
                    result = _process(service, row, file=file, officers=officers, t=t)
                    results.write(result)
                    report.add(result)
                    outcomes.append(result.outcome)
            finally:
                report.close()
    except OSError as error:
        unwritable = t.gettext("The result file cannot be written: %(error)s.")
        fail(unwritable % {"error": error.strerror}, os.EX_CANTCREAT)
    return outcomes


def _process(service: Service, row: SheetRow, *, file: Path, officers: Officers, t: Translator) -> RowResult:
    """One row; what concerns every row ends the program."""
    try:
        return process(service, row, folder=file.parent, officers=officers, t=t)
    except NotSigned as failed:
        cause = trouble_text(failed, t)
    except SigningHalted as halted:
        cause = " ".join(ground_text(objection, t) for objection in halted.objections)
    except UploadRefused as refused:
        cause = fault_text(refused.fault, t)
    except (Unavailable, NotOnRecord, OSError):
        cause = t.gettext("The database or the disk cannot be used now.")
    stopped = t.gettext("Stopped at row %(row)s. %(cause)s What was done stays; run the same file again to go on.")
    return fail(stopped % {"row": t.number(row.number), "cause": cause}, os.EX_TEMPFAIL)
