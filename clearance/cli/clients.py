"""`clearance clients`: programs of agencies and ministries that may use the interface."""

import os
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import click
from rich.console import Console
from rich.table import Table

from clearance.cli.office import fail, home_option, language_option, office_at, shown, words
from clearance.domain.client import MAX_TERM, ClientScope
from clearance.issuing import clients as registry
from clearance.issuing.clients import OVERLAP, TERM, ClientRefused, NewToken
from clearance.issuing.ports import NotOnRecord
from clearance_templates.i18n import N_, Translator

REFUSED = {
    "name": N_("The name must be 2 to 60 small letters, digits, dots and hyphens, and no other open client's."),
    "officer": N_("There is no open account of this number."),
    "scope": N_(
        "A client needs a scope. `submit` goes with an account that may submit, `statistics` with an auditor's."
    ),
    "term": N_("A token holds for 1 to 366 days."),
}
"""Why a client is not registered, by the word that the use case gives."""

days_option = click.option(
    "--days",
    type=click.IntRange(1, MAX_TERM.days),
    default=TERM.days,
    show_default=True,
    help="How long the token holds.",
)
file_option = click.option(
    "--token-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the token to this new file, readable by its owner alone, instead of showing it.",
)


@click.group()
def clients() -> None:
    """Register, list and revoke programs that use /api/v1, and give them new tokens."""


@clients.command()
@click.argument("name")
@click.option("--officer", "officer_no", required=True, help="The account in whose place the program stands.")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice([scope.value for scope in ClientScope]),
    multiple=True,
    required=True,
    help="What it may do; give it several times for several.",
)
@days_option
@file_option
@home_option
@language_option
@click.pass_context
def add(
    context: click.Context,
    name: str,
    officer_no: str,
    scopes: tuple[str, ...],
    days: int,
    token_file: Path | None,
    home: Path,
    language: str,
) -> None:
    """Register the program NAME. It sees and submits what its account may, and never decides.

    \b
    Example:
      clearance clients add meghna-erp --officer AG-1 --scope submit --scope status --token-file meghna.token

    \b
    Exit status: 0 registered; 64 or 2 wrong usage; 65 it cannot be registered so; 73 the file cannot be made; 78 as
    for `serve`.
    """
    t = words(language)
    with office_at(context, home, t) as service:
        try:
            made = registry.register(
                service,
                name=name,
                officer_no=officer_no,
                scopes=[ClientScope(scope) for scope in scopes],
                term=timedelta(days=days),
            )
        except ClientRefused as refused:
            fail(t.gettext(REFUSED[str(refused)]), os.EX_DATAERR)
        if token_file is not None and not _written(made, token_file):
            registry.revoke(service, made.client.id)
            _cannot_write(token_file, t)
    click.echo(t.gettext("Registered: %(name)s, %(id)s.") % {"name": name, "id": made.client.id})
    _tell_token(made, token_file, t)


@clients.command()
@click.argument("client_id", metavar="ID")
@days_option
@click.option(
    "--overlap-hours",
    type=click.IntRange(0, 24 * 60),
    default=int(OVERLAP / timedelta(hours=1)),
    show_default=True,
    help="How long the tokens so far still open.",
)
@file_option
@home_option
@language_option
@click.pass_context
def rotate(
    context: click.Context,
    client_id: str,
    days: int,
    overlap_hours: int,
    token_file: Path | None,
    home: Path,
    language: str,
) -> None:
    """Give the program ID a new token; those so far end after the overlap.

    \b
    Exit status: 0 done; 65 there is no such program; 73 the file cannot be made (rotate again); 78 as for `serve`.
    """
    t = words(language)
    with office_at(context, home, t) as service:
        try:
            made = registry.rotate(
                service, client_id, term=timedelta(days=days), overlap=timedelta(hours=overlap_hours)
            )
        except NotOnRecord:
            _unknown(client_id, t)
    if token_file is not None and not _written(made, token_file):
        _cannot_write(token_file, t)
    _tell_token(made, token_file, t)


@clients.command("list")
@home_option
@language_option
@click.pass_context
def list_clients(context: click.Context, home: Path, language: str) -> None:
    """Show every registered program, what it may do and until when its tokens open."""
    t = words(language)
    with office_at(context, home, t) as service:
        known = registry.registered(service)
    headings = (N_("Program"), N_("Name"), N_("Officer number"), N_("Scopes"), N_("Tokens open until"))
    table = Table(*(t.gettext(heading) for heading in headings))
    for each in known:
        client = each.client
        ends = "\n".join(t.datetime(token.expires_at) for token in each.tokens) or "-"
        table.add_row(client.id, client.name, client.officer_no, " ".join(sorted(client.scopes)), ends)
    Console().print(table)


@clients.command()
@click.argument("client_id", metavar="ID")
@home_option
@language_option
@click.pass_context
def revoke(context: click.Context, client_id: str, home: Path, language: str) -> None:
    """Shut the program ID out at once: its tokens open nothing, its webhooks get nothing.

    \b
    Exit status: 0 done; 65 there is no such program; 78 as for `serve`.
    """
    t = words(language)
    with office_at(context, home, t) as service:
        try:
            client = registry.revoke(service, client_id)
        except NotOnRecord:
            _unknown(client_id, t)
    click.echo(t.gettext("Shut out: %(name)s.") % {"name": client.name})


def _tell_token(made: NewToken, token_file: Path | None, t: Translator) -> None:
    if token_file is None:
        click.echo(t.gettext("Its token, shown this once. It opens until %(until)s:") % _until(made, t))
        click.echo(made.token)
    else:
        said = t.gettext("Its token is in %(file)s. It opens until %(until)s.")
        click.echo(said % {"file": shown(str(token_file)), **_until(made, t)})


def _until(made: NewToken, t: Translator) -> dict[str, str]:
    return {"until": t.datetime(made.expires_at)}


def _written(made: NewToken, path: Path) -> bool:
    """Whether the token stands in a new file for its owner alone."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(made.token + "\n")
    except OSError:
        return False
    return True


def _cannot_write(path: Path, t: Translator) -> NoReturn:
    fail(t.gettext("%(file)s cannot be made. Nobody has the token.") % {"file": shown(str(path))}, os.EX_CANTCREAT)


def _unknown(client_id: str, t: Translator) -> NoReturn:
    fail(t.gettext("There is no registered program %(id)s.") % {"id": shown(client_id)}, os.EX_DATAERR)
