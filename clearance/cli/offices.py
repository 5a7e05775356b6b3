"""`clearance offices` and `clearance agencies`: whom cases lie with and who sends them."""

import os
import re
from datetime import date, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from clearance.cli.office import (
    fail,
    home_option,
    language_option,
    office_at,
    officer_at_terminal,
    shown,
    this_host,
    words,
)
from clearance.cli.rules import officer_option, reason_option
from clearance.domain.decision import Refused
from clearance.domain.permit import Agency
from clearance.domain.staff import Office
from clearance.domain.text import BilingualText
from clearance.issuing.agencies import add_agency
from clearance.issuing.offices import OfficeRefused, open_office
from clearance.issuing.offices import offices as all_offices
from clearance.issuing.ports import Conflict
from clearance.web.wording import ground_text
from clearance_templates.i18n import N_

LICENCE = re.compile(r"RL-[0-9]{1,5}", re.ASCII)
NAME_EN = click.option("--name-en", required=True, help="Its name in English.")
NAME_BN = click.option("--name-bn", required=True, help="Its name in Bengali.")


@click.group()
def offices() -> None:
    """Open and list the offices of BMET: headquarters and the districts'."""


@offices.command("add")
@click.argument("code")
@NAME_EN
@NAME_BN
@home_option
@language_option
@click.pass_context
def add_office(context: click.Context, code: str, name_en: str, name_bn: str, home: Path, language: str) -> None:
    """Open the office CODE; BMET is headquarters, every other a district's.

    \b
    Example:
      clearance offices add BMET --name-en "BMET Headquarters" --name-bn "বিএমইটি প্রধান কার্যালয়"

    \b
    Exit status: 0 opened; 65 the code cannot be used, or is; 78 as for `serve`.
    """
    t = words(language)
    office = Office(code=code, name=BilingualText(en=name_en, bn=name_bn))
    with office_at(context, home, t) as service:
        try:
            open_office(service, office)
        except OfficeRefused:
            sentence = t.gettext(
                "No office can be opened as %(code)s: a code has 1 to 12 capital letters, digits and hyphens, and "
                "stands for one office."
            )
            fail(sentence % {"code": shown(code)}, os.EX_DATAERR)
    click.echo(t.gettext("Office opened: %(code)s.") % {"code": code})


@offices.command("list")
@home_option
@language_option
@click.pass_context
def list_offices(context: click.Context, home: Path, language: str) -> None:
    """Show every office."""
    t = words(language)
    with office_at(context, home, t) as service:
        known = all_offices(service)
    table = Table(*(t.gettext(heading) for heading in (N_("Code"), N_("Office"))))
    for office in known:
        table.add_row(office.code, (office.name.bn if language == "bn" else None) or office.name.en)
    Console().print(table)


@click.group()
def agencies() -> None:
    """Enter recruiting agencies from the ministry's register."""


@agencies.command("add")
@click.argument("licence_no")
@NAME_EN
@NAME_BN
@click.option("--phone", required=True)
@click.option("--valid-until", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Last day of the licence.")
@officer_option
@reason_option
@home_option
@language_option
@click.pass_context
def add(
    context: click.Context,
    licence_no: str,
    name_en: str,
    name_bn: str,
    phone: str,
    valid_until: datetime,
    username: str,
    reason: str,
    home: Path,
    language: str,
) -> None:
    """Enter the agency with the licence LICENCE_NO, such as RL-1234.

    \b
    Exit status: 0 entered; 1 this officer may not; 65 the number cannot be used, or is; 77 wrong password or code; 78
    as for `serve`.
    """
    t = words(language)
    if not LICENCE.fullmatch(licence_no):
        fail(t.gettext("A licence number looks like RL-1234."), os.EX_DATAERR)
    agency = Agency(
        licence_no=licence_no,
        name=BilingualText(en=name_en, bn=name_bn),
        phone=phone,
        licence_valid_until=_day(valid_until),
    )
    with office_at(context, home, t) as service:
        officer = officer_at_terminal(service, username, t)
        try:
            outcome = add_agency(service, agency, officer=officer, device=this_host(), reason=reason)
        except Conflict:
            fail(t.gettext("The agency %(licence)s is there already.") % {"licence": licence_no}, os.EX_DATAERR)
    if isinstance(outcome, Refused):
        fail("\n".join(ground_text(objection, t) for objection in outcome.objections), 1)
    click.echo(t.gettext("Agency entered: %(licence)s.") % {"licence": licence_no})


def _day(moment: datetime) -> date:
    return moment.date()
