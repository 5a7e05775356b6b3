"""`clearance staff`: officers' accounts, opened and closed by whoever runs the machine."""

import os
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from clearance.cli.office import fail, home_option, language_option, office_at, password_of, shown, words
from clearance.domain.staff import Role
from clearance.domain.text import BilingualText
from clearance.issuing.ports import NotOnRecord
from clearance.issuing.sign_in import AccountRefused, add_officer, block_officer
from clearance.web.wording import fault_text, role_text
from clearance_templates.i18n import N_


@click.group()
def staff() -> None:
    """Open, list and close officers' accounts."""


@staff.command()
@click.option("--number", required=True, help="What cards and records show, such as BMET-1001.")
@click.option("--username", required=True, help="What is typed at sign-in.")
@click.option("--name", required=True, help="Name in English.")
@click.option("--name-bn", help="Name in Bengali.")
@click.option("--role", "roles", type=click.Choice([role.value for role in Role]), multiple=True, required=True)
@click.option("--office", required=True, help="Code of the office, such as BMET.")
@home_option
@language_option
@click.pass_context
def add(
    context: click.Context,
    number: str,
    username: str,
    name: str,
    name_bn: str | None,
    roles: tuple[str, ...],
    office: str,
    home: Path,
    language: str,
) -> None:
    """Open an account. The password is asked for, or taken from CLEARANCE_PASSWORD_<USERNAME> in capitals.

    \b
    Example:
      clearance staff add --home /srv/clearance --number BMET-1001 --username rahima \\
        --name "Rahima Khatun" --name-bn "রহিমা খাতুন" --role entry --office BMET

    \b
    Exit status: 0 opened; 64 or 2 wrong usage; 65 the account cannot be opened this way; 78 as for `serve`.
    """
    t = words(language)
    with office_at(context, home, t) as service:
        try:
            officer = add_officer(
                service,
                number=number,
                username=username,
                name=BilingualText(en=name, bn=name_bn),
                roles=frozenset(Role(role) for role in roles),
                office_code=office,
                password=password_of(username, t),
            )
        except AccountRefused as refused:
            fail("\n".join(shown(fault_text(fault, t)) for fault in refused.faults), os.EX_DATAERR)
    click.echo(t.gettext("Account opened: %(number)s.") % {"number": officer.number})


@staff.command("list")
@home_option
@language_option
@click.pass_context
def list_officers(context: click.Context, home: Path, language: str) -> None:
    """Show every account with its roles."""
    t = words(language)
    with office_at(context, home, t) as service, service.database.read() as work:
        officers = work.staff.all()
    headings = (N_("Officer number"), N_("User name"), N_("Name"), N_("Roles"), N_("Office"), N_("Account"))
    table = Table(*(t.gettext(heading) for heading in headings))
    for officer in officers:
        name = officer.name.bn if language == "bn" and officer.name.bn else officer.name.en
        roles = ", ".join(role_text(role, t) for role in Role if role in officer.roles)
        account = t.gettext("Account open") if officer.active else t.gettext("Account blocked")
        table.add_row(officer.number, officer.username, name, roles, officer.office_code, account)
    Console().print(table)


@staff.command()
@click.argument("number")
@home_option
@language_option
@click.pass_context
def block(context: click.Context, number: str, home: Path, language: str) -> None:
    """Close the account of officer NUMBER and end all its sessions.

    \b
    Exit status: 0 closed; 65 there is no such officer; 78 as for `serve`.
    """
    t = words(language)
    with office_at(context, home, t) as service:
        try:
            block_officer(service, number=number)
        except NotOnRecord:
            fail(t.gettext("There is no officer %(number)s.") % {"number": shown(number)}, os.EX_DATAERR)
    click.echo(t.gettext("Account blocked, all its sessions ended: %(number)s.") % {"number": number})
