"""The nightly report: cards beside cases, signatures, permits, receipts and the record; and what a day was like.

It reads everything under one consistent view and keeps each finding once, so that it can be run again for any day.
What counts as odd is decided in `clearance.domain.record_checks` and `clearance.domain.day_patterns`.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import chain

from clearance.domain import day_patterns, record_checks
from clearance.domain.audit import AuditAct, AuditEntry, AuditHead, AuditLink, Facts, check
from clearance.domain.findings import Finding, FindingKind
from clearance.domain.record_checks import REDACTING, RecordSeen
from clearance.issuing.audit import Watch, span_of, watched, witnessed_heads
from clearance.issuing.people import OPERATOR
from clearance.issuing.ports import UnitOfWork
from clearance.issuing.service import Service, dhaka_day

SUBJECT = "books:{day}"
"""What the entry of a reconciled day is about."""
ON_CARDS = record_checks.ISSUING | {AuditAct.CARD_REVOKED}
LETS_IN_AGAIN = frozenset({AuditAct.OFFICER_JOINED, AuditAct.OFFICER_ADDED})


@dataclass(frozen=True, kw_only=True)
class Reconciled:
    """What was found for a day, which of it is new, how long the record is and how many cards there are."""

    day: date
    found: tuple[Finding, ...]
    new: tuple[Finding, ...]
    head: AuditHead


@dataclass
class _Walk:
    """What is gathered in one walk along the record."""

    record: RecordSeen = field(default_factory=RecordSeen)
    blocked: dict[str, list[tuple[datetime, datetime | None]]] = field(default_factory=lambda: defaultdict(list))

    def along(self, links: Iterable[AuditLink]) -> Iterator[AuditLink]:
        for link in links:
            if link.act in ON_CARDS:
                self.record.take(link.act, link.subject, str(_facts(link).get("clearance", "")))
            elif link.act in REDACTING:
                self.record.redacted.update(str(_facts(link).get("redacted", "")).split(","))
            elif link.act == AuditAct.OFFICER_BLOCKED:
                self.blocked[link.subject].append((datetime.fromisoformat(link.at), None))
            elif link.act in LETS_IN_AGAIN and self.blocked.get(link.subject):
                since, _ = self.blocked[link.subject].pop()
                self.blocked[link.subject].append((since, datetime.fromisoformat(link.at)))
            yield link


def reconcile(service: Service, day: date, *, watch: Watch = lambda _: None) -> Reconciled:
    """Compare the books, look at a day (Dhaka), and keep what does not add up."""
    with service.database.read() as work:
        found, head = _found(service, work, day, watch)
    now = service.now()
    with service.database.write() as work:
        new = tuple(each for each in found if work.oversight.findings.add(each, at=now))
        facts: Facts = {"findings": len(found), "new": len(new), "entries": head.number}
        work.audit.append(
            AuditEntry(
                at=now, officer_no=OPERATOR, act=AuditAct.BOOKS_RECONCILED, subject=SUBJECT.format(day=day), facts=facts
            )
        )
        work.commit()
    return Reconciled(day=day, found=found, new=new, head=head)


def reconcile_yesterday(service: Service, at: datetime) -> Reconciled | None:
    """The chore: the day that has just ended, once."""
    yesterday = dhaka_day(at) - timedelta(days=1)
    with service.database.read() as work:
        done = bool(work.audit.entries(subject=SUBJECT.format(day=yesterday)))
    return None if done else reconcile(service, yesterday)


def _found(service: Service, work: UnitOfWork, day: date, watch: Watch) -> tuple[tuple[Finding, ...], AuditHead]:
    walk = _Walk()
    links = walk.along(watched(work.audit.links(), watch))
    report = check(links, head=work.audit.head(), noted=tuple(witnessed_heads(work)))
    contradictions = _contradictions(service, work, walk.record, day)
    patterns = _patterns(service, work, walk.blocked, day)
    return tuple(chain(record_checks.about_record(report, day=day), contradictions, patterns)), report.head


def _contradictions(service: Service, work: UnitOfWork, record: RecordSeen, day: date) -> Iterator[Finding]:
    books = work.oversight.books
    settled = service.now() - timedelta(seconds=service.oversight.unusual.unfinished_s)
    yield from record_checks.about_cards(books.cards(), record, issuer=service.issuer, day=day)
    yield from record_checks.about_signatures(books.signatures_without_card(before=settled), day=day)
    yield from record_checks.about_scans(books.scanned_unknown(), day=day)
    yield from record_checks.about_permits(books.permits(), day=day)
    yield from record_checks.about_reuse(FindingKind.RECEIPT_REUSED, books.receipts_reused(), day=day)
    yield from record_checks.about_reuse(FindingKind.VISA_REUSED, books.visas_reused(), day=day)
    yield from record_checks.about_pairs(FindingKind.ACT_NOT_ON_RECORD, books.acts_not_on_record(), day=day)
    yield from record_checks.about_pairs(FindingKind.ONE_OFFICER_TWICE, books.one_officer_twice(), day=day)


def _patterns(
    service: Service, work: UnitOfWork, blocked: Mapping[str, Sequence[tuple[datetime, datetime | None]]], day: date
) -> Iterator[Finding]:
    books, policy = work.oversight.books, service.oversight
    since, until = span_of(day)
    acts = books.acts(since=since, until=until)
    earlier = since - timedelta(days=policy.unusual.days)
    decisions = day_patterns.counts_by_day(books.moments_of_decisions(since=earlier, until=since))
    cards = day_patterns.counts_by_day(books.moments_of_cards(since=earlier, until=since))
    yield from day_patterns.out_of_hours(acts, policy.hours, day=day)
    yield from day_patterns.shared_devices(acts, day=day)
    yield from day_patterns.too_fast(acts, policy.unusual, day=day)
    yield from day_patterns.many_decisions(acts, decisions, policy.unusual, day=day)
    yield from day_patterns.agency_spikes(acts, cards, policy.unusual, day=day)
    yield from day_patterns.absent_officers(acts, work.oversight.absences.on(day), day=day)
    yield from day_patterns.blocked_officers(acts, blocked, day=day)
    yield from day_patterns.rejected_then_approved(books.rejected_then_approved(since=since, until=until), day=day)


def _facts(link: AuditLink) -> Mapping[str, object]:
    """The facts of a link; none where they are damaged, which the check of the chain says."""
    try:
        facts = json.loads(link.facts)
    except ValueError:
        return {}
    return facts if isinstance(facts, dict) else {}
