"""`clearance audit`: the record of acts and what it shows."""

import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TextIO

import click
import httpx
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from clearance.cli.office import fail, home_option, language_option, office_at, shown, words
from clearance.credential.checkpoint import Checkpoint, contradictions, read_exported
from clearance.credential.errors import UnusableCheckpoint
from clearance.credential.held import hold
from clearance.credential.signers import SignersByKid
from clearance.domain.audit import AuditHead, AuditReport
from clearance.issuing.audit import NotAnExport, entries, exported, span_of, verify_export
from clearance.issuing.audit import verify as verify_record
from clearance.issuing.checkpoint import head_of
from clearance.issuing.findings import enter_absence
from clearance.issuing.ports import AuditSought, NotOnRecord
from clearance.issuing.reconcile import reconcile as reconcile_books
from clearance.issuing.service import dhaka_day
from clearance.web.wording import act_text
from clearance.web.wording_oversight import audit_fault_text, finding_name, finding_text, severity_text
from clearance_templates.i18n import N_, Translator

FETCH_S = 10.0
MAX_FETCHED = 64 << 20
BROKEN = 1

day_type = click.DateTime(formats=["%Y-%m-%d"])


class Head(click.ParamType[AuditHead]):
    """A head as `verify` prints it: number and digest with a colon between."""

    name = "NUMBER:DIGEST"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> AuditHead:
        match = re.fullmatch(r"([0-9]{1,15}):([0-9a-f]{64})", str(value))
        if match is None:
            self.fail("a head looks like 1234:<64 hexadecimal digits>", param, ctx)
        return AuditHead(number=int(match[1]), digest=match[2])


@click.group()
def audit() -> None:
    """Check, show and hand out the record of acts; reconcile the books."""


@audit.command()
@click.option("--head", "heads", type=Head(), multiple=True, help="A head noted earlier; may be given several times.")
@click.option(
    "--checkpoints",
    "sources",
    multiple=True,
    metavar="FILE|URL",
    help="What a desk exported (`verifier checkpoints --export`), or a checkpoint.cose; may be given several times.",
)
@click.option("--file", "file", type=click.File(encoding="utf-8"), help="Check this export instead of the database.")
@click.option(
    "--trust",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder with root.pem and trust.cose that checkpoints are verified with. Otherwise the published one.",
)
@home_option
@language_option
@click.pass_context
def verify(
    context: click.Context,
    heads: Sequence[AuditHead],
    sources: Sequence[str],
    file: TextIO | None,
    trust: Path | None,
    home: Path,
    language: str,
) -> None:
    """Check that no entry was changed, removed, inserted or moved, and say where.

    The record is compared with what desks reported, too; that lies in the same database. Proof against somebody who
    can rewrite all of it comes from outside: checkpoints that desks exported, or a head written down. What was entered
    after the newest of these, at most a few minutes, is not covered by them.

    \b
    Example:
      clearance audit verify --home /srv/clearance --checkpoints dac-1.jsonl --checkpoints cgp-2.jsonl

    \b
    Exit status: 0 the record is whole; 1 it is not; 64 or 2 wrong usage; 65 a file is not what it should be;
    69 an address does not answer; 78 as for `serve`.
    """
    t = words(language)
    noted = [*heads, *_witnessed(sources, trust, home, t)]
    with _progress(t) as watch:
        if file is not None:
            report = _verify_file(file, noted, watch, t)
        else:
            with office_at(context, home, t) as service:
                report = verify_record(service, noted=noted, watch=watch)
    for fault in report.faults:
        click.echo(audit_fault_text(fault, t))
    if report.faults:
        sys.exit(BROKEN)
    click.echo(t.gettext("The record is whole: %(links)s entries.") % {"links": t.number(report.links)})
    covered = max((each.number for each in noted), default=0)
    said = N_("Up to entry %(covered)s this is proved by what lies outside; %(open)s later ones are not covered yet.")
    if covered:
        open_ones = max(0, report.head.number - covered)
        click.echo(t.gettext(said) % {"covered": t.number(covered), "open": t.number(open_ones)})
    click.echo(f"{report.head.number}:{report.head.digest}")


@audit.command()
@click.option("--officer", default="", help="Number of an officer, a desk or `operator`.")
@click.option("--act", default="", help="As the record writes it, such as card.revoked.")
@click.option("--subject", default="", help="A case, an account, a desk.")
@click.option("--day", type=day_type, help="YYYY-MM-DD, in Dhaka.")
@home_option
@language_option
@click.pass_context
def show(
    context: click.Context, officer: str, act: str, subject: str, day: datetime | None, home: Path, language: str
) -> None:
    """Show the newest fifty entries that match."""
    t = words(language)
    since, until = span_of(day.date()) if day else (None, None)
    sought = AuditSought(officer_no=officer, act=act, subject=subject, since=since, until=until)
    with office_at(context, home, t) as service:
        found = entries(service, sought)
    headings = (N_("Entry"), N_("When"), N_("Who"), N_("What"), N_("About"), N_("Facts"))
    table = Table(*(t.gettext(heading) for heading in headings))
    for each in found:
        facts = ", ".join(f"{name}={value}" for name, value in each.entry.facts.items())
        who, what = shown(each.entry.officer_no), act_text(each.entry.act, t)
        table.add_row(
            t.number(each.number), t.datetime(each.entry.at), who, what, shown(each.entry.subject), shown(facts)
        )
    Console().print(table)


@audit.command()
@click.argument("target", type=click.File("w", encoding="utf-8"))
@home_option
@language_option
@click.pass_context
def export(context: click.Context, target: TextIO, home: Path, language: str) -> None:
    """Write every entry as it is stored to TARGET (- for standard output), one JSON object a line.

    `clearance audit verify --file` checks such a file on any machine.
    """
    t = words(language)
    with office_at(context, home, t) as service:
        for line in exported(service):
            target.write(line + "\n")


@audit.command()
@click.option("--day", type=day_type, help="YYYY-MM-DD, in Dhaka; yesterday unless given.")
@home_option
@language_option
@click.pass_context
def reconcile(context: click.Context, day: datetime | None, home: Path, language: str) -> None:
    """Compare cards, cases, signatures, permits, receipts and the record, and look at what a day was like.

    The worker does it every night by itself. Findings are kept once, and shown to the auditors.

    \b
    Exit status: 0 nothing was found; 1 something was; 2 wrong usage; 78 as for `serve`.
    """
    t = words(language)
    with _progress(t) as watch, office_at(context, home, t) as service:
        wanted = day.date() if day else _yesterday(service.now())
        done = reconcile_books(service, wanted, watch=watch)
    for each in done.found:
        mark = t.gettext("new") if each in done.new else t.gettext("known")
        head = f"{severity_text(each.severity, t)} ({mark}) {finding_name(each, t)}: {each.subject}"
        click.echo(f"{shown(head)}\n    {shown(finding_text(each, t))}")
    said = t.gettext("Found: %(all)s, of these new: %(new)s.")
    click.echo(said % {"all": t.number(len(done.found)), "new": t.number(len(done.new))})
    sys.exit(1 if done.found else 0)


@audit.command()
@click.argument("number")
@click.option("--from", "first", type=day_type, required=True, help="First day away, YYYY-MM-DD.")
@click.option("--until", "last", type=day_type, required=True, help="Last day away.")
@home_option
@language_option
@click.pass_context
def leave(context: click.Context, number: str, first: datetime, last: datetime, home: Path, language: str) -> None:
    """Put down that the officer NUMBER is on leave: decisions in that name are then put before the auditors.

    \b
    Exit status: 0 done; 65 no such officer, or the days are in the wrong order; 78 as for `serve`.
    """
    t = words(language)
    with office_at(context, home, t) as service:
        try:
            enter_absence(service, number, first_day=first.date(), last_day=last.date())
        except NotOnRecord:
            fail(t.gettext("There is no officer %(number)s.") % {"number": shown(number)}, os.EX_DATAERR)
        except ValueError:
            fail(t.gettext("The last day is before the first. Correct one of the two."), os.EX_DATAERR)
    click.echo(t.gettext("Leave entered."))


def _witnessed(sources: Sequence[str], trust: Path | None, home: Path, t: Translator) -> Iterator[AuditHead]:
    """The heads that genuine checkpoints vouch for. Those that contradict each other are told of at once."""
    if not sources:
        return
    signers = _signers(trust, home, t)
    given: list[Checkpoint] = []
    for source in sources:
        try:
            given += read_exported(_content(source, t), signers=signers)
        except UnusableCheckpoint as fault:
            said = t.gettext("%(source)s has something that is no genuine checkpoint: %(cause)s.")
            fail(said % {"source": shown(source), "cause": shown(str(fault))}, os.EX_DATAERR)
    for _, one, other in contradictions(given):
        said = t.gettext("Two checkpoints cannot both be true: entry %(one)s and entry %(other)s.")
        click.echo(said % {"one": t.number(one.number), "other": t.number(other.number)})
    yield from map(head_of, given)


def _signers(trust: Path | None, home: Path, t: Translator) -> SignersByKid:
    from clearance.bootstrap import read_settings

    folder = trust or read_settings(home).published
    try:
        held = hold(root_pem=(folder / "root.pem").read_bytes(), trust_token=(folder / "trust.cose").read_bytes())
    except OSError as error:
        said = t.gettext("%(file)s cannot be read: %(cause)s.")
        fail(said % {"file": shown(str(error.filename)), "cause": error.strerror}, os.EX_DATAERR)
    return held.signers


def _content(source: str, t: Translator) -> bytes:
    """A file or what an address answers, bounded."""
    try:
        if not source.startswith(("https://", "http://")):
            with Path(source).open("rb") as file:
                return file.read(MAX_FETCHED)
        answer = httpx.get(source, timeout=FETCH_S)
        answer.raise_for_status()
        return answer.content[:MAX_FETCHED]
    except OSError as error:
        said = t.gettext("%(file)s cannot be read: %(cause)s.")
        fail(said % {"file": shown(source), "cause": error.strerror}, os.EX_DATAERR)
    except httpx.HTTPError:
        fail(t.gettext("%(source)s does not answer.") % {"source": shown(source)}, os.EX_UNAVAILABLE)


def _verify_file(file: TextIO, noted: Sequence[AuditHead], watch: Callable[[int], None], t: Translator) -> AuditReport:
    try:
        return verify_export(file, noted=noted, watch=watch)
    except NotAnExport as fault:
        fail(t.gettext("This is not an entry of the record: %(line)s") % {"line": shown(str(fault))}, os.EX_DATAERR)


@contextmanager
def _progress(t: Translator) -> Iterator[Callable[[int], None]]:
    """A line that says how far it came, at a terminal only."""
    with Progress("{task.description}", "{task.completed:,}", console=Console(stderr=True), transient=True) as bar:
        bar.disable = not sys.stderr.isatty()
        task = bar.add_task(t.gettext("Entries checked"), total=None)
        yield lambda count: bar.update(task, completed=count)


def _yesterday(now: datetime) -> date:
    return date.fromordinal(dhaka_day(now).toordinal() - 1)
