"""The record of acts and the chain that makes a change in it visible.

Each link's digest covers its own texts and the digest of the link before it, so that whoever edits, removes, inserts or
reorders entries breaks the chain at that place. It decides what a whole chain is. Where the links are stored, and who
keeps a head somewhere out of reach, is left to others: without that, an end cut off together with the head is not seen.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Self, TypeAlias

NOTHING_BEFORE = "0" * 64
"""What the first link names as the digest before it."""


Facts: TypeAlias = Mapping[str, str | int | None]


class AuditAct(StrEnum):
    """What is put on record."""

    APPLICATION_DRAFTED = "application.drafted"
    APPLICATION_AMENDED = "application.amended"
    APPLICATION_SUBMITTED = "application.submitted"
    APPLICATION_CHECKED = "application.checked"
    APPLICATION_APPROVED = "application.approved"
    APPLICATION_RETURNED = "application.returned"
    APPLICATION_REJECTED = "application.rejected"
    APPLICATION_TAKEN_UP_AGAIN = "application.taken_up_again"
    APPLICATION_HELD = "application.held"
    APPLICATION_RELEASED = "application.released"
    CORRECTION_SUBMITTED = "correction.submitted"
    RENEWAL_SUBMITTED = "renewal.submitted"
    SIGNING_PLANNED = "signing.planned"
    SIGNING_REFUSED = "signing.refused"
    SIGNING_STOPPED = "signing.stopped"
    SIGNING_RESUMED = "signing.resumed"
    CARD_ISSUED = "card.issued"
    CARD_SUPERSEDED = "card.superseded"
    CARD_REVOKED = "card.revoked"
    WORKER_DEPARTED = "worker.departed"
    CARD_PRINTED = "card.printed"
    OFFICER_SIGNED_IN = "officer.signed_in"
    OFFICE_OPENED = "office.opened"
    OFFICER_ADDED = "officer.added"
    OFFICER_BLOCKED = "officer.blocked"
    OFFICER_CONFIRMED = "officer.confirmed"
    """The second factor was shown again, before something that cannot be undone."""
    OFFICER_FACTOR_FAILED = "officer.factor_failed"
    """A right password and a wrong second factor: the password may have leaked."""
    OFFICER_FACTOR_ADDED = "officer.factor_added"
    OFFICER_FACTOR_REMOVED = "officer.factor_removed"
    OFFICER_FACTORS_RESET = "officer.factors_reset"
    OFFICER_RECOVERY_CODES_MADE = "officer.recovery_codes_made"
    OFFICER_PASSWORD_CHANGED = "officer.password_changed"  # noqa: S105 - the name of an act
    OFFICER_INVITED = "officer.invited"
    OFFICER_JOINED = "officer.joined"
    """An invitation was used: the officer chose a password."""
    OFFICER_ROLES_CHANGED = "officer.roles_changed"
    OFFICER_SESSIONS_ENDED = "officer.sessions_ended"
    OFFICER_IN_TWO_PLACES = "officer.in_two_places"
    """One account in two browsers or two networks at once: shared, or copied."""
    SESSION_MOVED = "session.moved"
    """The cookie of a session turned up in another browser; the session was ended."""
    STAFF_CHANGE_PROPOSED = "staff_change.proposed"
    STAFF_CHANGE_WITHDRAWN = "staff_change.withdrawn"
    DESK_ENROLLED = "desk.enrolled"
    DESK_WITHDRAWN = "desk.withdrawn"
    CLIENT_ADDED = "client.added"
    CLIENT_ROTATED = "client.rotated"
    CLIENT_REVOKED = "client.revoked"
    WEBHOOK_ADDED = "webhook.added"
    WEBHOOK_ROTATED = "webhook.rotated"
    WEBHOOK_CLOSED = "webhook.closed"
    MESSAGES_STOPPED = "messages.stopped"
    """The worker of a case wants no more messages."""
    MESSAGES_RESUMED = "messages.resumed"
    REISSUE_QUEUED = "reissue.queued"
    CARD_REISSUED = "card.reissued"
    RULE_PROPOSED = "rule.proposed"
    RULE_CONSENTED = "rule.consented"
    RULE_REJECTED = "rule.rejected"
    RULE_WITHDRAWN = "rule.withdrawn"
    PERMIT_ADDED = "permit.added"
    PERMIT_CHANGE_PROPOSED = "permit_change.proposed"
    PERMIT_CHANGE_CONSENTED = "permit_change.consented"
    PERMIT_CHANGE_REJECTED = "permit_change.rejected"
    PERMIT_CHANGE_WITHDRAWN = "permit_change.withdrawn"
    AGENCY_ADDED = "agency.added"
    AGENCY_SUSPENDED = "agency.suspended"
    AGENCY_REINSTATED = "agency.reinstated"
    AGENCY_RENEWED = "agency.renewed"
    UPLOAD_REFUSED = "upload.refused"
    """A scanner found something in a file that an officer or a program sent, or could not look through all of it."""
    BATCH_UPLOADED = "batch.uploaded"
    BATCH_CORRECTED = "batch.corrected"
    """Some of its rows are judged again, corrected or not."""
    BATCH_ORDERED = "batch.ordered"
    """One step for many of its rows; each case has entries of its own besides."""
    BATCH_PAUSED = "batch.paused"
    BATCH_RESUMED = "batch.resumed"
    LOOKUP_ALARM = "lookup.alarm"
    """Somebody tried the public look-up as no worker does."""
    REQUEST_OPENED = "request.opened"
    REQUEST_TAKEN_UP = "request.taken_up"
    REQUEST_ANSWERED = "request.answered"
    LOOKUPS_USED_UP = "lookups.used_up"
    """An officer wanted to look at more persons than the quota allows."""
    WITNESS_DISAGREES = "witness.disagrees"
    """A desk holds a checkpoint that this record does not go through."""
    BOOKS_RECONCILED = "books.reconciled"
    FINDING_ACKNOWLEDGED = "finding.acknowledged"
    ABSENCE_ENTERED = "absence.entered"
    VOID_ORDERED = "void.ordered"
    VOID_CONSENTED = "void.consented"
    VOID_WITHDRAWN = "void.withdrawn"
    VOID_DONE = "void.done"
    STATISTICS_EXPORTED = "statistics.exported"
    RETENTION_DONE = "retention.done"
    """Personal data whose time was over went; how much of which class."""
    PERSON_EXPORTED = "person.exported"
    """Everything held about one person was given out."""
    ERASURE_ORDERED = "erasure.ordered"
    ERASURE_CONSENTED = "erasure.consented"
    """... and carried out."""
    ERASURE_WITHDRAWN = "erasure.withdrawn"
    INVESTIGATION_BEGUN = "investigation.begun"
    """A case stays whole until this ends."""
    INVESTIGATION_ENDED = "investigation.ended"
    DATABASE_RESTORED = "database.restored"
    """The record goes on from a backup: what was entered after that is not in it."""
    RESTORE_FINISHED = "restore.finished"


@dataclass(frozen=True, kw_only=True)
class AuditEntry:
    """One act for the record: who, what, on which thing, with which facts (codes and numbers; no names)."""

    at: datetime
    officer_no: str
    act: str
    subject: str
    facts: Facts


@dataclass(frozen=True, kw_only=True)
class AuditHead:
    """The newest link: its number (0 for an empty record) and its digest. Worth writing down elsewhere."""

    number: int
    digest: str


EMPTY = AuditHead(number=0, digest=NOTHING_BEFORE)


@dataclass(frozen=True, kw_only=True)
class AuditLink:
    """One entry as it is stored: texts only, so that even a damaged row can be judged. Numbers count from 1."""

    number: int
    at: str
    officer_no: str
    act: str
    subject: str
    facts: str
    previous: str
    digest: str

    @classmethod
    def after(cls, head: AuditHead, entry: AuditEntry) -> Self:
        """The link that joins `entry` to the end of the chain."""
        at = written(entry.at)
        facts = json.dumps(dict(entry.facts), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        texts = (head.number + 1, at, entry.officer_no, entry.act, entry.subject, facts, head.digest)
        return cls(
            number=head.number + 1,
            at=at,
            officer_no=entry.officer_no,
            act=entry.act,
            subject=entry.subject,
            facts=facts,
            previous=head.digest,
            digest=_digest(*texts),
        )

    @property
    def head(self) -> AuditHead:
        """This link as the end of a chain."""
        return AuditHead(number=self.number, digest=self.digest)

    @property
    def whole(self) -> bool:
        """Whether the digest is that of the texts."""
        texts = (self.number, self.at, self.officer_no, self.act, self.subject, self.facts, self.previous)
        return self.digest == _digest(*texts)

    @property
    def entry(self) -> AuditEntry:
        """The entry back again. Raises ValueError for a link whose texts nobody of ours wrote."""
        return AuditEntry(
            at=datetime.fromisoformat(self.at),
            officer_no=self.officer_no,
            act=self.act,
            subject=self.subject,
            facts=json.loads(self.facts),
        )


def written(at: datetime) -> str:
    """An aware moment as links hold it: such texts stand in the order of time."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


class AuditFaultKind(StrEnum):
    """What is wrong at one place of the record."""

    CHANGED = "changed"
    """The texts of the link are not those its digest was made from."""
    UNLINKED = "unlinked"
    """The link does not follow from the one before it: something was put in, swapped or written anew."""
    MISSING = "missing"
    """There is no link of this number any more."""
    NOT_THE_NOTED = "not_the_noted"
    """The link of this number is not the one that was noted as the head."""


@dataclass(frozen=True, kw_only=True)
class AuditFault:
    """What is wrong with the links `first` to `last`; both are the same number unless several are missing or added."""

    kind: AuditFaultKind
    first: int
    last: int


@dataclass(frozen=True, kw_only=True)
class AuditReport:
    """The outcome of checking a record: how many links, where it ends, what is wrong (nothing, in a whole record)."""

    links: int
    head: AuditHead
    faults: tuple[AuditFault, ...]


def check(
    links: Iterable[AuditLink], *, head: AuditHead | None, noted: Iterable[AuditHead] = (), after: AuditHead = EMPTY
) -> AuditReport:
    """Check links, in order of number, against each other, the stored `head` and heads `noted` elsewhere earlier.

    `head` is None for a record that was handed out without one. With `after`, a head up to which the record was checked
    before, `links` are those behind it. Of several heads noted for one number at most one can be right; each other one
    is a fault.
    """
    noted = (*noted, after)
    expected: dict[int, set[str]] = {}
    for each in (*noted, *([head] if head else [])):
        expected.setdefault(each.number, set()).add(each.digest)
    faults: list[AuditFault] = []
    last, count = after, 0
    if len(expected[after.number]) > 1:  # its link is not read again, and somebody says it is another
        faults.append(_fault(AuditFaultKind.NOT_THE_NOTED, after.number))
    for link in links:
        faults += _faults_of(link, last, expected.get(link.number, set()))
        last, count = link.head, count + 1
    faults += _span(AuditFaultKind.MISSING, last.number + 1, max(expected))
    if head is not None:
        faults += _span(AuditFaultKind.UNLINKED, head.number + 1, last.number)
    return AuditReport(links=count, head=last, faults=tuple(faults))


def _faults_of(link: AuditLink, last: AuditHead, expected: Set[str]) -> Iterator[AuditFault]:
    yield from _span(AuditFaultKind.MISSING, last.number + 1, link.number - 1)
    next_in_line = link.number == last.number + 1  # after a gap there is nothing to compare with
    if not link.whole:
        yield _fault(AuditFaultKind.CHANGED, link.number)
    elif next_in_line and link.previous != last.digest:
        yield _fault(AuditFaultKind.UNLINKED, link.number)
    elif expected - {link.digest}:
        yield _fault(AuditFaultKind.NOT_THE_NOTED, link.number)


def _fault(kind: AuditFaultKind, number: int) -> AuditFault:
    return AuditFault(kind=kind, first=number, last=number)


def _span(kind: AuditFaultKind, first: int, last: int) -> Iterator[AuditFault]:
    if first <= last:
        yield AuditFault(kind=kind, first=first, last=last)


def _digest(number: int, *texts: str) -> str:
    # JSON keeps the borders between the texts: no two different rows have one and the same form.
    canonical = json.dumps([number, *texts], separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()
