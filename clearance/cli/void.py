"""`clearance void`: voiding everything that an account did since a moment, by one officer with another's consent."""

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from socket import gethostname
from typing import NoReturn

import click
from rich.console import Console
from rich.table import Table

from clearance.cli.office import fail, home_option, language_option, office_at, shown, words
from clearance.domain.decision import Refused
from clearance.domain.eligibility import Objection
from clearance.domain.oversight import DHAKA
from clearance.domain.staff import Officer
from clearance.domain.void_order import VoidOutcome
from clearance.issuing.cases import read_officer
from clearance.issuing.ports import Conflict, NotOnRecord, NotSigned
from clearance.issuing.service import Service
from clearance.issuing.void import carry_out, orders
from clearance.issuing.void import consent as give_consent
from clearance.issuing.void import order as make_order
from clearance.issuing.void import preview as look_ahead
from clearance.web.wording import ground_text
from clearance.web.wording_oversight import outcome_text
from clearance_templates.i18n import N_, Translator

since_option = click.option(
    "--since",
    type=click.DateTime(formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"]),
    required=True,
    help="The moment in Dhaka from which on nothing of the account is to hold.",
)
officer_option = click.option("--officer", "officer_no", required=True, metavar="NUMBER", help="On whose word.")

NOT_YET = N_(
    "The cards are cancelled, but desks could not be told yet. It is tried again by itself; tell your administrator."
)


@click.group()
def void() -> None:
    """Void what a stolen or misused account did: block it, cancel its cards, send its open cases back."""


@void.command()
@click.argument("account")
@since_option
@home_option
@language_option
@click.pass_context
def preview(context: click.Context, account: str, since: datetime, home: Path, language: str) -> None:
    """Show what an order about ACCOUNT would do. Nothing is changed.

    \b
    Exit status: 0 shown; 65 no such account; 78 as for `serve`.
    """
    t = words(language)
    with office_at(context, home, t) as service:
        try:
            ahead = look_ahead(service, target_no=account, since=since.replace(tzinfo=DHAKA))
        except NotOnRecord:
            _nobody(account, t)
    for outcome in VoidOutcome:
        click.echo(f"{outcome_text(outcome, t)}: {t.number(ahead.outcomes[outcome])}")


@void.command()
@click.argument("account")
@since_option
@click.option("--reason", required=True, help="One line, for the record.")
@click.option("--confirm", required=True, metavar="ACCOUNT", help="The account's number once more.")
@officer_option
@home_option
@language_option
@click.pass_context
def order(
    context: click.Context,
    account: str,
    since: datetime,
    reason: str,
    confirm: str,
    officer_no: str,
    home: Path,
    language: str,
) -> None:
    """Order it, on the word of an administrator. Nothing happens before another officer consents.

    \b
    Exit status: 0 ordered; 64 or 2 wrong usage; 65 not allowed, or no such account; 75 an order is open already;
    78 as for `serve`.
    """
    t = words(language)
    if confirm != account:
        fail(t.gettext("Type the number of the account once more, to confirm."), os.EX_USAGE)
    with office_at(context, home, t) as service:
        try:
            made = make_order(
                service,
                target_no=account,
                since=since.replace(tzinfo=DHAKA),
                reason=reason,
                officer=_officer(service, officer_no, t),
                device=_device(),
            )
        except NotOnRecord:
            _nobody(account, t)
        except Conflict:
            fail(t.gettext("An order about this account is open already. Nothing was added."), os.EX_TEMPFAIL)
    if isinstance(made, Refused):
        _refused(made.objections, t)
    click.echo(made.number)


@void.command()
@click.argument("number")
@officer_option
@home_option
@language_option
@click.pass_context
def consent(context: click.Context, number: str, officer_no: str, home: Path, language: str) -> None:
    """Consent to the order NUMBER on the word of a second officer, and carry it out.

    \b
    Exit status: 0 done; 65 not allowed, or no such order; 75 desks could not be told yet: run `void resume`;
    78 as for `serve`.
    """
    t = words(language)
    with office_at(context, home, t) as service:
        try:
            agreed = give_consent(service, number, officer=_officer(service, officer_no, t), device=_device())
        except NotOnRecord:
            _nobody(number, t)
        if isinstance(agreed, Refused):
            _refused(agreed.objections, t)
        _carry_out(service, number, t)


@void.command()
@click.argument("number")
@home_option
@language_option
@click.pass_context
def resume(context: click.Context, number: str, home: Path, language: str) -> None:
    """Go on with the order NUMBER where it was interrupted. What was done is not done again.

    \b
    Exit status: 0 done; 65 no such order; 75 desks could not be told yet; 78 as for `serve`.
    """
    t = words(language)
    with office_at(context, home, t) as service:
        _carry_out(service, number, t)


@void.command("list")
@home_option
@language_option
@click.pass_context
def list_orders(context: click.Context, home: Path, language: str) -> None:
    """Show every order and how far it came."""
    t = words(language)
    with office_at(context, home, t) as service:
        known = orders(service)
    headings = (N_("Order"), N_("Account"), N_("Ordered"), N_("State"))
    table = Table(*(t.gettext(heading) for heading in headings))
    for view in known:
        each = view.order
        state = N_("Waits for a second officer")
        if each.done_at:
            state = N_("Done")
        elif each.withdrawn_by:
            state = N_("Withdrawn")
        elif each.consented_by:
            state = N_("Under way")
        table.add_row(each.number, each.target_no, t.datetime(each.ordered_at), t.gettext(state))
    Console().print(table)


def _carry_out(service: Service, number: str, t: Translator) -> None:
    try:
        outcomes = carry_out(service, number)
    except NotOnRecord:
        _nobody(number, t)
    except NotSigned:
        fail(t.gettext(NOT_YET), os.EX_TEMPFAIL)
    for outcome in VoidOutcome:
        click.echo(f"{outcome_text(outcome, t)}: {t.number(outcomes.get(outcome.value, 0))}")


def _officer(service: Service, number: str, t: Translator) -> Officer:
    try:
        with service.database.read() as work:
            return read_officer(work, number)
    except NotOnRecord:
        fail(t.gettext("There is no officer %(number)s.") % {"number": shown(number)}, os.EX_DATAERR)


def _refused(objections: Iterable[Objection], t: Translator) -> NoReturn:
    fail("\n".join(ground_text(each, t) for each in objections), os.EX_DATAERR)


def _nobody(number: str, t: Translator) -> NoReturn:
    fail(t.gettext("There is no such account or order: %(number)s.") % {"number": shown(number)}, os.EX_DATAERR)


def _device() -> str:
    return f"cli:{gethostname()}"[:64]
