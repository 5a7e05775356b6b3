"""`clearance reissue`: making cards anew whose key was distrusted."""

import os
import re
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from clearance.cli.office import fail, home_option, language_option, office_at, shown, words
from clearance.domain.staff import Officer
from clearance.issuing.distrusted import (
    ReissueRun,
    affected,
    queue_reissue,
    reissue_waiting,
    tallies,
    try_refused_again,
)
from clearance.issuing.ports import NotSigned
from clearance.issuing.reissue_list import RefusedReissue, refused_reissues
from clearance.issuing.service import Service
from clearance.web.wording import ground_text
from clearance_templates.i18n import N_, Translator


class Kid(click.ParamType[bytes]):
    """A key identifier as `clearance keys list` and the cards' pages show it."""

    name = "KID"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> bytes:
        if not re.fullmatch(r"[0-9a-fA-F]{16}", str(value)):
            self.fail("a key identifier has 16 hexadecimal digits", param, ctx)
        return bytes.fromhex(str(value))


@click.group()
def reissue() -> None:
    """Issue cards anew whose key was distrusted."""


@reissue.command()
@click.argument("kid", type=Kid())
@home_option
@language_option
@click.pass_context
def queue(context: click.Context, kid: bytes, home: Path, language: str) -> None:
    """Put every card of the key KID down that stands and has not run out. Doing so again changes nothing.

    \b
    Exit status: 0 done; 64 or 2 wrong usage; 78 as for `serve`.
    """
    t = words(language)
    with office_at(context, home, t) as service:
        number = sum(1 for _ in affected(service, kid))
        new = queue_reissue(service, kid)
    said = t.gettext("Cards of this key in force: %(all)s. Put down now: %(new)s.")
    click.echo(said % {"all": t.number(number), "new": t.number(new)})


@reissue.command()
@click.option("--officer", "officer_no", required=True, help="Number of the issuing officer who orders it.")
@click.option("--again", is_flag=True, help="Try those again that were not possible before.")
@home_option
@language_option
@click.pass_context
def run(context: click.Context, officer_no: str, again: bool, home: Path, language: str) -> None:
    """Issue every waiting card anew. Stopped at any moment, it goes on where it was when it is run again.

    \b
    Exit status: 0 nothing waits any more; 1 some cases cannot be issued; 65 no such officer, or not allowed;
    75 try again later; 78 as for `serve`.
    """
    t = words(language)
    with office_at(context, home, t) as service:
        officer = _officer(service, officer_no, t)
        if again:
            try_refused_again(service)
        try:
            with Progress(console=Console(stderr=True), transient=True) as progress:
                task = progress.add_task(t.gettext("Issued anew"))
                ended = reissue_waiting(
                    service,
                    officer=officer,
                    progress=lambda done, of: progress.update(task, completed=done, total=of),
                )
        except NotSigned as failed:
            sentence = t.gettext("The signing service cannot do it now (%(trouble)s). Run this again later.")
            fail(sentence % {"trouble": failed.trouble.value}, os.EX_TEMPFAIL)
        refused = refused_reissues(service)
    _tell(ended, refused, t)


@reissue.command("list")
@home_option
@language_option
@click.pass_context
def list_reissues(context: click.Context, home: Path, language: str) -> None:
    """Show how far the cards of each distrusted key have come, and which cannot be issued anew and why."""
    t = words(language)
    with office_at(context, home, t) as service:
        known, refused = tallies(service), refused_reissues(service)
    headings = (N_("Distrusted key"), N_("Cards"), N_("Issued anew"), N_("Waiting"), N_("Not possible"))
    table = Table(*(t.gettext(heading) for heading in headings))
    for tally in known:
        numbers = (tally.total, tally.done, tally.waiting, tally.refused)
        table.add_row(tally.kid.hex(), *(t.number(number) for number in numbers))
    Console().print(table)
    _show(refused, t)


def _officer(service: Service, number: str, t: Translator) -> Officer:
    with service.database.read() as work:
        officer = work.staff.get(number)
    if officer is None:
        fail(t.gettext("There is no officer %(number)s.") % {"number": shown(number)}, os.EX_DATAERR)
    return officer


def _tell(ended: ReissueRun, refused: tuple[RefusedReissue, ...], t: Translator) -> None:
    said = t.gettext("Issued anew: %(done)s. Not possible: %(refused)s.")
    click.echo(said % {"done": t.number(ended.done), "refused": t.number(ended.refused)})
    _show(refused, t)
    if ended.stopped is not None:
        fail("\n".join(ground_text(objection, t) for objection in ended.stopped.objections), os.EX_DATAERR)
    if refused:
        raise SystemExit(1)


def _show(refused: tuple[RefusedReissue, ...], t: Translator) -> None:
    for each in refused:
        click.echo(f"{each.clearance_no}: " + " ".join(ground_text(objection, t) for objection in each.against))
