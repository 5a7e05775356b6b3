"""The record of acts for those who watch: checked, looked at, handed out.

What a whole chain is, is decided in `clearance.domain.audit`. A record is checked against heads that were noted where
nobody who can write to the database reaches them: checkpoints that desks keep, files, paper.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeAlias

from clearance.domain.audit import AuditEntry, AuditHead, AuditLink, AuditReport, check
from clearance.domain.text import BilingualText
from clearance.issuing.ports import AuditSought, UnitOfWork
from clearance.issuing.service import DHAKA, Service

Watch: TypeAlias = Callable[[int], None]
"""Told now and then how many entries were checked."""

TOLD_EVERY = 10_000
PER_PAGE = 50
WITNESSED = 100_000
"""Heads reported by desks that a check compares with: a year of ten desks."""


class NotAnExport(ValueError):
    """A line is not an entry as `exported` writes it."""


@dataclass(frozen=True, kw_only=True)
class EntryView:
    """An entry with its number, and the name of the officer where one of ours acted."""

    number: int
    entry: AuditEntry
    officer: BilingualText | None


def verify(service: Service, *, noted: Iterable[AuditHead] = (), watch: Watch = lambda _: None) -> AuditReport:
    """Check the whole record against its head, against what desks reported and against heads `noted` elsewhere."""
    with service.database.read() as work:
        links = watched(work.audit.links(), watch)
        return check(links, head=work.audit.head(), noted=(*noted, *witnessed_heads(work)))


def witnessed_heads(work: UnitOfWork) -> Iterator[AuditHead]:
    """What desks say that the record was; kept in the same database, so that it warns and does not prove."""
    return (AuditHead(number=n, digest=digest) for n, digest in work.oversight.witnesses.heads(limit=WITNESSED))


def verify_export(
    lines: Iterable[str], *, noted: Iterable[AuditHead] = (), watch: Watch = lambda _: None
) -> AuditReport:
    """Check a record that was exported, without its database. Raises NotAnExport."""
    return check(watched(map(_read_line, lines), watch), head=None, noted=noted)


def exported(service: Service) -> Iterator[str]:
    """Every entry as it is stored, one JSON object a line: whoever has them can check the chain without us."""
    with service.database.read() as work:
        for link in work.audit.links():
            yield json.dumps(vars(link), ensure_ascii=False, separators=(",", ":"))


def entries(service: Service, sought: AuditSought, *, before: int | None = None) -> Sequence[EntryView]:
    """The newest entries that match, at most PER_PAGE; those with lower numbers than `before` only."""
    with service.database.read() as work:
        found = work.audit.find(sought, before=before, limit=PER_PAGE)
        names = {number: work.staff.get(number) for number in {link.officer_no for link in found}}
    return [
        EntryView(
            number=link.number, entry=link.entry, officer=officer.name if (officer := names[link.officer_no]) else None
        )
        for link in found
    ]


def span_of(day: date) -> tuple[datetime, datetime]:
    """The first moment of a day in Dhaka and of the next."""
    morning = datetime(day.year, day.month, day.day, tzinfo=DHAKA)
    return morning, morning + timedelta(days=1)


def watched(links: Iterable[AuditLink], watch: Watch) -> Iterator[AuditLink]:
    """The links, told of as they go by."""
    for count, link in enumerate(links, start=1):
        if count % TOLD_EVERY == 0:
            watch(count)
        yield link


def _read_line(line: str) -> AuditLink:
    try:
        link = AuditLink(**json.loads(line))
        texts = (link.at, link.officer_no, link.act, link.subject, link.facts, link.previous, link.digest)
    except (ValueError, TypeError, RecursionError):
        raise NotAnExport(line[:80]) from None
    if type(link.number) is not int or not all(isinstance(text, str) for text in texts):
        raise NotAnExport(line[:80])
    return link
