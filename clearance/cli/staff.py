"""`clearance staff`: officers' accounts, opened, changed and closed by whoever runs the machine.

The first administrator is made here. What takes two administrators on the people page, the operator of the server does
alone, on record: whoever can run this can read the database, too.
"""

import os
from collections.abc import Callable
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from clearance.cli.office import fail, home_option, language_option, office_at, shown, words
from clearance.domain.staff import Role
from clearance.domain.staff_change import ChangeKind
from clearance.domain.text import BilingualText
from clearance.issuing.invitations import Invited, add_officer, invite_anew
from clearance.issuing.people import AccountRefused, ChangeRefused, NewOfficer, block_officer
from clearance.issuing.ports import NotOnRecord
from clearance.issuing.service import Service
from clearance.issuing.staff_changes import change_at_the_server
from clearance.issuing.staff_room import Member, staff_room
from clearance.web.wording_access import change_ground_text
from clearance.web.wording_codes import role_text
from clearance.web.wording_entry import fault_text
from clearance_templates.i18n import N_, Translator

role_option = click.option(
    "--role", "roles", type=click.Choice([role.value for role in Role]), multiple=True, required=True
)


@click.group()
def staff() -> None:
    """Open, list, change and close officers' accounts."""


@staff.command()
@click.option("--number", required=True, help="What cards and records show, such as BMET-1001.")
@click.option("--username", required=True, help="What is typed at sign-in.")
@click.option("--name", required=True, help="Name in English.")
@click.option("--name-bn", help="Name in Bengali.")
@role_option
@click.option("--office", required=True, help="Code of the office, such as BMET.")
@click.option("--licence", help="Licence number of the agency, for its clerks.")
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
    licence: str | None,
    home: Path,
    language: str,
) -> None:
    """Open an account and print an invitation, with which the officer chooses a password on the staff pages.

    \b
    Example:
      clearance staff add --home /srv/clearance --number BMET-1001 --username rahima \\
        --name "Rahima Khatun" --name-bn "রহিমা খাতুন" --role demo_officer --office BMET

    \b
    Exit status: 0 opened; 64 or 2 wrong usage; 65 the account cannot be opened this way; 78 as for `serve`.
    """
    t = words(language)
    wanted = NewOfficer(
        number=number,
        username=username,
        name=BilingualText(en=name, bn=name_bn),
        roles=frozenset(Role(role) for role in roles),
        office_code=office,
        licence_no=licence,
    )
    with office_at(context, home, t) as service:
        try:
            invited = add_officer(service, wanted)
        except AccountRefused as refused:
            fail("\n".join(shown(fault_text(fault, t)) for fault in refused.faults), os.EX_DATAERR)
    click.echo(t.gettext("Account opened: %(number)s.") % {"number": invited.officer.number})
    _say_invitation(invited, t)


@staff.command("list")
@home_option
@language_option
@click.pass_context
def list_officers(context: click.Context, home: Path, language: str) -> None:
    """Show every account with its roles, its second factor and when it was last used."""
    t = words(language)
    with office_at(context, home, t) as service:
        members = staff_room(service).members
    headings = (
        *(N_("Officer number"), N_("User name"), N_("Name"), N_("Roles"), N_("Office"), N_("Second factor")),
        *(N_("Last seen"), N_("Account")),
    )
    table = Table(*(t.gettext(heading) for heading in headings))
    for member in members:
        table.add_row(*_cells(member, language, t))
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
    _change(context, home, t, number, lambda service: block_officer(service, number=number))
    click.echo(t.gettext("Account blocked, all its sessions ended: %(number)s.") % {"number": number})


@staff.command()
@click.argument("number")
@home_option
@language_option
@click.pass_context
def invite(context: click.Context, number: str, home: Path, language: str) -> None:
    """Print a new invitation for officer NUMBER, who forgot the password. The second factor stays.

    \b
    Exit status: 0 printed; 65 there is no such officer, or the account is closed; 78 as for `serve`.
    """
    t = words(language)
    _change(context, home, t, number, lambda service: invite_anew(service, number))


@staff.command("open")
@click.argument("number")
@home_option
@language_option
@click.pass_context
def open_again(context: click.Context, number: str, home: Path, language: str) -> None:
    """Open the closed account of officer NUMBER, and print an invitation.

    \b
    Exit status: 0 opened; 65 there is no such officer, or the account is open; 78 as for `serve`.
    """
    t = words(language)
    _change(context, home, t, number, lambda service: change_at_the_server(service, number, ChangeKind.OPEN))


@staff.command("reset-factor")
@click.argument("number")
@home_option
@language_option
@click.pass_context
def reset_factor(context: click.Context, number: str, home: Path, language: str) -> None:
    """Throw away the second factor of officer NUMBER, who lost it, and print an invitation.

    \b
    Exit status: 0 done; 65 there is no such officer, or no second factor; 78 as for `serve`.
    """
    t = words(language)
    _change(context, home, t, number, lambda service: change_at_the_server(service, number, ChangeKind.FACTORS))


@staff.command()
@click.argument("number")
@role_option
@home_option
@language_option
@click.pass_context
def roles(context: click.Context, number: str, roles: tuple[str, ...], home: Path, language: str) -> None:
    """Give officer NUMBER these roles in place of those before, and end all sessions.

    \b
    Exit status: 0 done; 65 there is no such officer, or nothing to change; 78 as for `serve`.
    """
    t = words(language)
    wanted = frozenset(Role(role) for role in roles)
    kind = ChangeKind.ROLES
    _change(context, home, t, number, lambda service: change_at_the_server(service, number, kind, roles=wanted))
    click.echo(t.gettext("Roles changed: %(number)s.") % {"number": number})


def _change(context: click.Context, home: Path, t: Translator, number: str, act: Callable[[Service], object]) -> None:
    """Do it, and say the invitation where there is one; a refusal ends the program."""
    with office_at(context, home, t) as service:
        try:
            done = act(service)
        except NotOnRecord:
            fail(t.gettext("There is no officer %(number)s.") % {"number": shown(number)}, os.EX_DATAERR)
        except ChangeRefused as refused:
            fail(change_ground_text(refused.ground, t), os.EX_DATAERR)
    if isinstance(done, Invited):
        _say_invitation(done, t)


def _say_invitation(invited: Invited, t: Translator) -> None:
    words_of_it = t.gettext("Invitation code for %(username)s: %(code)s (good until %(until)s, at /staff/join)")
    until = t.datetime(invited.invitation.until)
    click.echo(words_of_it % {"username": invited.officer.username, "code": invited.code, "until": until})


def _cells(member: Member, language: str, t: Translator) -> tuple[str, ...]:
    officer = member.officer
    factor = N_("Set up") if member.held.any else N_("Not set up") if member.lacks_factor else N_("Not needed")
    account = N_("Account open") if officer.active else N_("Account blocked")
    return (
        officer.number,
        officer.username,
        officer.name.bn if language == "bn" and officer.name.bn else officer.name.en,
        ", ".join(role_text(role, t) for role in Role if role in officer.roles),
        officer.licence_no or officer.office_code,
        t.gettext(factor),
        t.datetime(member.last_seen) if member.last_seen else "",
        t.gettext(N_("Invited") if member.invited and officer.active else account),
    )
