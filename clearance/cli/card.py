"""`clearance card`: issued cards on plastic, for offices that print from a machine without a browser."""

import os
from collections.abc import Callable
from pathlib import Path

import click

from clearance.cli.office import fail, home_option, language_option, office_at, officer_at_terminal, shown, words
from clearance.domain.decision import Refused
from clearance.issuing import plastic as printing
from clearance.issuing.plastic import MOST_AT_ONCE, PlasticUnreadable
from clearance.issuing.ports import DoesNotFit, NotOnRecord
from clearance.web.staff.notices import Notice
from clearance.web.wording import ground_text
from clearance_templates.i18n import Translator

officer_option = click.option("--printed-by", required=True, metavar="USERNAME", help="The issuing officer who prints.")
out_option = click.option(
    "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The PDF to write; it must not exist."
)


@click.group()
def card() -> None:
    """Print issued cards on plastic. Each printing goes on record."""


@card.command()
@click.argument("number")
@officer_option
@out_option
@home_option
@language_option
@click.pass_context
def plastic(context: click.Context, number: str, printed_by: str, out: Path, home: Path, language: str) -> None:
    """Front and back of the card NUMBER, two pages for a card printer.

    \b
    Example:
      clearance card plastic BMET-2026-7K3QX9M2VD4 --printed-by nasrin --out card.pdf --home /srv/clearance

    \b
    Exit status: 0 written; 65 the card cannot be printed; 73 the file cannot be written; 77 a wrong password;
    78 the installation cannot be used.
    """
    t = words(language)
    with office_at(context, home, t) as service:
        officer = officer_at_terminal(service, printed_by, t)
        _write(lambda: printing.plastic(service, number, officer=officer), out, t)


@card.command()
@click.argument("numbers", nargs=-1, required=True, metavar="NUMBER...")
@officer_option
@out_option
@home_option
@language_option
@click.pass_context
def sheets(
    context: click.Context, numbers: tuple[str, ...], printed_by: str, out: Path, home: Path, language: str
) -> None:
    """Up to 50 cards on sheets of A4 with crop marks, ten to a sheet: print at 100 %, on both sides.

    \b
    Example:
      clearance card sheets BMET-2026-7K3QX9M2VD4 BMET-2026-0A1B2C3D4E5 --printed-by nasrin --out cards.pdf

    Exit status as of `plastic`, and 64 for too many cards.
    """
    t = words(language)
    if len(set(numbers)) > MOST_AT_ONCE:
        fail(t.gettext(Notice.NOTHING_CHOSEN), os.EX_USAGE)
    with office_at(context, home, t) as service:
        officer = officer_at_terminal(service, printed_by, t)
        _write(lambda: printing.sheets(service, numbers, officer=officer), out, t)


def _write(make: Callable[[], bytes | Refused], out: Path, t: Translator) -> None:
    """Claim the file first: a printing that is on record and that nobody has would be a riddle."""
    try:
        file = out.open("xb")
    except OSError as error:
        unwritable = t.gettext("%(file)s cannot be written: %(error)s.")
        fail(unwritable % {"file": out, "error": error.strerror}, os.EX_CANTCREAT)
    with file:
        try:
            file.write(_print_file(make, t))
        except BaseException:
            out.unlink()
            raise


def _print_file(make: Callable[[], bytes | Refused], t: Translator) -> bytes:
    try:
        outcome = make()
    except NotOnRecord as error:
        fail(t.gettext("There is no card %(number)s.") % {"number": shown(str(error))}, os.EX_DATAERR)
    except PlasticUnreadable:
        fail(t.gettext(Notice.PLASTIC_UNREADABLE), os.EX_DATAERR)
    except DoesNotFit:
        fail(t.gettext(Notice.PLASTIC_TOO_SMALL), os.EX_DATAERR)
    if isinstance(outcome, Refused):
        sentences = [ground_text(objection, t) for objection in outcome.objections]
        fail("\n  ".join([t.gettext("No card was printed:"), *sentences]), os.EX_DATAERR)
    return outcome
