"""`clearance permit`: the ministry's permits, their budgets and what cannot be right about them."""

import os
import sys
from pathlib import Path
from typing import NoReturn

import click
from rich.console import Console
from rich.table import Table

from clearance.cli.office import fail, home_option, language_option, office_at, officer_at_terminal, this_host
from clearance.cli.office import words as words_of
from clearance.cli.rules import OUTCOMES, officer_option, reason_option
from clearance.domain.decision import Refused
from clearance.domain.permit import PermitChange
from clearance.issuing.permits import PermitFilter, permit_rows
from clearance.issuing.permits_change import propose_places, settle_places
from clearance.issuing.ports import Conflict, NotOnRecord
from clearance.web.wording import ground_text
from clearance.web.wording_rules import flag_text, rule_word
from clearance_templates.i18n import N_, Translator

HEADINGS = (
    *(N_("Permit"), N_("Agency"), N_("Destination"), N_("Valid until"), N_("Places"), N_("Used"), N_("Waiting")),
    *(N_("Issued"), N_("Departed"), N_("Left"), N_("To look at")),
)


@click.group()
def permit() -> None:
    """List permits with their budgets, and change how many places one has by two officers."""


@permit.command("list")
@click.option("--officer", "username", required=True, help="User name of whoever looks.")
@click.option("--show", type=click.Choice([each.value for each in PermitFilter]), default="all", show_default=True)
@home_option
@language_option
@click.pass_context
def list_permits(context: click.Context, username: str, show: str, home: Path, language: str) -> None:
    """Show permits, those with something wrong first.

    \b
    Exit status: 0 nothing is wrong with any; 1 something is; 77 wrong password or code; 78 as for `serve`.
    """
    t = words_of(language)
    with office_at(context, home, t) as service:
        rows = permit_rows(service, officer=officer_at_terminal(service, username, t), wanted=PermitFilter(show))
    table = Table(*(t.gettext(heading) for heading in HEADINGS))
    for row in rows:
        held, count = row.permit, row.count
        numbers = (held.places, held.used, count.waiting, count.issued, count.departed, held.balance)
        table.add_row(
            *(held.number, held.licence_no or "-", t.country(held.destination), t.date(held.valid_until)),
            *(t.number(number) for number in numbers),
            ", ".join(flag_text(flag, t) for flag in row.flags),
        )
    Console().print(table)
    sys.exit(1 if any(row.flags for row in rows) else 0)


@permit.command()
@click.argument("number")
@click.argument("number_of_places", type=click.IntRange(min=0))
@click.option("--letter", "letter_no", required=True, help="Number of the ministry's letter.")
@officer_option
@reason_option
@home_option
@language_option
@click.pass_context
def places(
    context: click.Context,
    number: str,
    number_of_places: int,
    letter_no: str,
    username: str,
    reason: str,
    home: Path,
    language: str,
) -> None:
    """Propose that permit NUMBER has NUMBER_OF_PLACES places. They count when another officer consented.

    \b
    Exit status: 0 proposed; 1 refused; 65 there is no such permit; 77 wrong password or code; 78 as for `serve`.
    """
    t = words_of(language)
    with office_at(context, home, t) as service:
        officer = officer_at_terminal(service, username, t)
        try:
            outcome = propose_places(
                service,
                number,
                places=number_of_places,
                letter_no=letter_no,
                officer=officer,
                device=this_host(),
                reason=reason,
            )
        except NotOnRecord as missing:
            _fail_missing(missing, t)
    _say(outcome, t)


@permit.command()
@click.argument("outcome", type=click.Choice(tuple(OUTCOMES)))
@click.argument("change", type=int)
@officer_option
@reason_option
@home_option
@language_option
@click.pass_context
def settle(
    context: click.Context, outcome: str, change: int, username: str, reason: str, home: Path, language: str
) -> None:
    """Consent to the proposed CHANGE of a permit, reject or withdraw it.

    \b
    Exit status: as for `places`.
    """
    t = words_of(language)
    with office_at(context, home, t) as service:
        officer = officer_at_terminal(service, username, t)
        try:
            done = settle_places(service, change, OUTCOMES[outcome], officer=officer, device=this_host(), reason=reason)
        except (NotOnRecord, Conflict) as missing:
            _fail_missing(missing, t)
    _say(done, t)


def _say(outcome: PermitChange | Refused, t: Translator) -> None:
    if isinstance(outcome, Refused):
        for objection in outcome.objections:
            click.echo(ground_text(objection, t), err=True)
        sys.exit(1)
    said = t.gettext("Change %(number)s of permit %(permit)s, to %(places)s places: %(state)s.")
    shown = {"number": outcome.number, "permit": outcome.permit_no, "places": t.number(outcome.places)}
    click.echo(said % {**shown, "state": rule_word(outcome.state, t)})


def _fail_missing(missing: Exception, t: Translator) -> NoReturn:
    fail(t.gettext("There is no such permit or change: %(permit)s.") % {"permit": str(missing)}, os.EX_DATAERR)
