"""`clearance db`: looking after the database."""

import re
import sys
from pathlib import Path

import click

from clearance.cli.office import home_option, language_option, office_at, words
from clearance.domain.audit import AuditFault, AuditFaultKind, AuditHead
from clearance_templates.i18n import N_, Translator

FAULT_WORDS = {
    AuditFaultKind.CHANGED: N_("Entry %(where)s: changed."),
    AuditFaultKind.UNLINKED: N_(
        "Entry %(where)s: does not follow from the one before (inserted, swapped or rewritten)."
    ),
    AuditFaultKind.MISSING: N_("Entry %(where)s: removed."),
    AuditFaultKind.NOT_THE_NOTED: N_("Entry %(where)s: not the one that was noted; the record was rewritten."),
}


class Head(click.ParamType[AuditHead]):
    """A head as `verify-audit` prints it: number and digest with a colon between."""

    name = "NUMBER:DIGEST"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> AuditHead:
        match = re.fullmatch(r"([0-9]{1,15}):([0-9a-f]{64})", str(value))
        if match is None:
            self.fail("a head looks like 1234:<64 hexadecimal digits>", param, ctx)
        return AuditHead(number=int(match[1]), digest=match[2])


@click.group()
def db() -> None:
    """Look after the database."""


@db.command("verify-audit")
@click.option("--head", "noted", type=Head(), multiple=True, help="A head noted earlier; may be given several times.")
@home_option
@language_option
@click.pass_context
def verify_audit(context: click.Context, noted: tuple[AuditHead, ...], home: Path, language: str) -> None:
    """Check that no entry of the audit record was changed, removed, inserted or moved, and say where.

    Write the head that is printed down where nobody who can write to the database can reach it, and give it back with
    --head next time: then even a record that was rewritten as a whole, or cut off at its end, shows.

    \b
    Exit status: 0 the record is whole; 1 it is not; 64 or 2 wrong usage; 78 as for `serve`.
    """
    t = words(language)
    with office_at(context, home, t) as service, service.database.read() as work:
        report = work.audit.verify(noted=noted)
    for fault in report.faults:
        click.echo(_sentence(fault, t))
    if not report.faults:
        click.echo(t.gettext("The record is whole: %(links)s entries.") % {"links": t.number(report.links)})
        click.echo(f"{report.head.number}:{report.head.digest}")
    sys.exit(1 if report.faults else 0)


def _sentence(fault: AuditFault, t: Translator) -> str:
    where = str(fault.first) if fault.first == fault.last else f"{fault.first}-{fault.last}"
    return t.gettext(FAULT_WORDS[fault.kind]) % {"where": t.digits(where)}
