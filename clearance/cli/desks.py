"""`clearance desks`: the desks that the office knows, and what each of them holds."""

import os
from pathlib import Path
from urllib.parse import urlsplit

import click
from rich.console import Console
from rich.table import Table

from clearance.cli.office import fail, home_option, language_option, office_at, shown, words
from clearance.domain.desk import Airport
from clearance.issuing.desks import DeskRefused, Enrolled, enrol, enrolled
from clearance.issuing.desks import withdraw as withdraw_desk
from clearance.issuing.ports import NotOnRecord
from clearance.issuing.service import Service
from clearance_templates.i18n import N_, Translator


@click.group()
def desks() -> None:
    """Enrol, list and withdraw the desks at the airports."""


@desks.command()
@click.option("--airport", type=click.Choice([airport.value for airport in Airport]), required=True)
@click.option("--counter", required=True, help="Where it stands, such as 2 or E3.")
@click.option("--name", help="As in the desk's journal; AIRPORT-COUNTER unless given.")
@click.option(
    "--token-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the token to this new file, readable by its owner alone, instead of showing it.",
)
@click.option(
    "--qr",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Draw the token as a QR code into this new file, PNG or SVG; the desk's first screen scans it.",
)
@click.option("--url", help="Address at which the desk reaches the office, for the code. [public_url of the settings]")
@home_option
@language_option
@click.pass_context
def add(
    context: click.Context,
    airport: str,
    counter: str,
    name: str | None,
    token_file: Path | None,
    qr: Path | None,
    url: str | None,
    home: Path,
    language: str,
) -> None:
    """Enrol a desk. Its token is shown once: scan it at the desk's first screen, or use `verifier enrol` there.

    \b
    Examples:
      clearance desks add --home /srv/clearance --airport DAC --counter E3 --qr dac-e3.png
      clearance desks add --home /srv/clearance --airport CGP --counter 2 --token-file cgp-2.token

    \b
    Exit status: 0 enrolled; 64 or 2 wrong usage; 65 the name cannot be used; 73 the file cannot be made; 78 as for
    `serve`.
    """
    t = words(language)
    if qr is not None and qr.suffix not in {".png", ".svg"}:
        raise click.BadParameter(t.gettext("The file's name must end in .png or .svg."), param_hint="--qr")
    if url is not None and (urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname):
        raise click.BadParameter(t.gettext("The address must begin with https:// or http://."), param_hint="--url")
    with office_at(context, home, t) as service:
        try:
            made = enrol(service, airport=Airport(airport), counter=counter, name=name)
        except DeskRefused as refused:
            sentence = t.gettext(
                "No desk can be enrolled as %(name)s: names and counters have capital letters, digits and hyphens, "
                "and one enrolled desk each."
            )
            fail(sentence % {"name": shown(str(refused))}, os.EX_DATAERR)
        if token_file is not None:
            _write_secret(service, made, token_file, f"{made.token}\n".encode("ascii"), t)
        if qr is not None:
            _write_secret(service, made, qr, _drawn(made.token, url or _own_address(home), qr.suffix), t)
    click.echo(t.gettext("Desk enrolled: %(name)s.") % {"name": made.desk.name})
    if qr is not None:
        said = t.gettext("Its code is in %(file)s: show it to the desk's first screen, then delete it.")
        click.echo(said % {"file": shown(str(qr))})
    elif token_file is None:
        click.echo(t.gettext("Its token, shown this once. Give it to the desk with `verifier enrol -`:"))
        click.echo(made.token)
    if token_file is not None:
        said = t.gettext("Its token is in %(file)s: run `verifier enrol` with it at the desk, then delete it.")
        click.echo(said % {"file": shown(str(token_file))})


@desks.command("list")
@home_option
@language_option
@click.pass_context
def list_desks(context: click.Context, home: Path, language: str) -> None:
    """Show every enrolled desk with what it last said it holds."""
    t = words(language)
    with office_at(context, home, t) as service:
        known, now = enrolled(service), service.now()
    headings = (N_("Desk"), N_("Enrolled"), N_("Last seen"), N_("Trust bundle"), N_("Program"))
    table = Table(*(t.gettext(heading) for heading in headings))
    for desk in known:
        seen = t.gettext("never")
        if desk.last_seen is not None:
            seen = t.gettext("%(age)s ago") % {"age": t.ago(int((now - desk.last_seen).total_seconds()))}
        sequence = "-" if desk.trust_sequence is None else t.number(desk.trust_sequence)
        table.add_row(
            desk.name, t.datetime(desk.enrolled_at), seen, sequence, desk.holding.software if desk.holding else "-"
        )
    Console().print(table)


@desks.command()
@click.argument("name")
@home_option
@language_option
@click.pass_context
def withdraw(context: click.Context, name: str, home: Path, language: str) -> None:
    """End the enrolment of the desk NAME: nothing waits for it any more, and its token is worth nothing.

    \b
    Exit status: 0 withdrawn; 65 there is no such desk; 78 as for `serve`.
    """
    t = words(language)
    with office_at(context, home, t) as service:
        try:
            withdraw_desk(service, name)
        except NotOnRecord:
            fail(t.gettext("There is no enrolled desk %(name)s.") % {"name": shown(name)}, os.EX_DATAERR)
    click.echo(t.gettext("Desk withdrawn: %(name)s.") % {"name": name})


def _own_address(home: Path) -> str:
    from clearance.bootstrap import read_settings  # loads much: not for --help

    return read_settings(home).public_url


def _drawn(token: str, url: str, suffix: str) -> bytes:
    """The code of ADR 114 as a QR symbol."""
    from clearance.card.wallet import address_png, address_svg

    code = f"ENROL {url.rstrip('/')} {token}"
    return address_png(code) if suffix == ".png" else address_svg(code)


def _write_secret(service: Service, made: Enrolled, path: Path, content: bytes, t: Translator) -> None:
    """A new file for its owner alone. Where none can be written, the desk is withdrawn: nobody has its token."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
    except OSError as error:
        withdraw_desk(service, made.desk.name)
        sentence = t.gettext("%(file)s cannot be written: %(cause)s. The desk was not enrolled.")
        fail(sentence % {"file": shown(str(path)), "cause": error.strerror}, os.EX_CANTCREAT)
