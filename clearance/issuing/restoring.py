"""An office that came back from a backup: nothing is signed or published until it knows what was published since.

A backup is older than the lists that desks hold. What these call cancelled, replaced or held becomes so in the books as
far as a row can say it, and is kept beside them where none can; new cards go to a list of their own. What was issued
and never published is not known to anybody here: desks name it (docs/adr/0129).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from clearance.credential.claims import StatusRef
from clearance.credential.status import Status
from clearance.domain import decision
from clearance.domain.audit import AuditAct, AuditEntry, AuditHead, Facts
from clearance.domain.clearance import Revocation, RevocationReason
from clearance.domain.decision import Attempt, Refused
from clearance.domain.lifecycle import Move
from clearance.domain.restoration import LostCard, Restoration, unknown_marks
from clearance.domain.signing import SigningStop, against_stopping
from clearance.issuing.cases import read_officer
from clearance.issuing.moving import put_on_record, write
from clearance.issuing.ports import AuditSought, Database, NotOnRecord, UnitOfWork
from clearance.issuing.publish import not_valid
from clearance.issuing.service import dhaka_day

SUBJECT = "restore"
DEVICE = "restore"
REASON = "Restored from a backup; not compared yet with what was published since"
REMARK = "As the published list said when this office was restored from a backup"
ANOTHER_CARD = "Card {number} was issued for this passport after the backup that this office was restored from"
_MOVES: Mapping[Status, tuple[Move, AuditAct]] = {
    Status.INVALID: (Move.REVOKE, AuditAct.CARD_REVOKED),
    Status.SUSPENDED: (Move.HOLD, AuditAct.APPLICATION_HELD),
    Status.SUPERSEDED: (Move.SUPERSEDE, AuditAct.CARD_SUPERSEDED),
}


@dataclass(frozen=True, kw_only=True)
class Reconciled:
    """What finishing did: marks that became rows, by status; marks kept of cards that are not in the books; how many
    entries of the record are lost, where a checkpoint tells (None: none was found); and the cases that were put on
    hold, each with the lost card of its bearer."""

    restoration: Restoration
    in_books: Mapping[Status, int]
    beside: Mapping[Status, int]
    entries_lost: int | None
    on_hold: Mapping[str, str]


def begin(database: Database, restoration: Restoration) -> Restoration | Refused:
    """Stop signing and publishing until `finish`. Raises NotOnRecord for an officer whom the backup does not know."""
    with database.write() as work:
        standing = work.restorations.standing()
        if standing is not None:
            return standing
        officer = read_officer(work, restoration.begun_by)
        against = against_stopping(officer, reason=REASON)
        if against:
            return Refused(objections=against)
        work.restorations.begin(restoration)
        at = restoration.begun_at
        if work.signing.standing_stop() is None:
            work.signing.stop(SigningStop(officer_no=officer.number, at=at, reason=REASON))
            _put_down(work, AuditAct.SIGNING_STOPPED, officer.number, at, {"reason": REASON}, subject="signing")
        facts: Facts = {
            "backup": restoration.backup,
            "made_at": restoration.made_at.isoformat(),
            "entries": restoration.head.number,
            "digest": restoration.head.digest,
            "epoch": restoration.epoch,
        }
        _put_down(work, AuditAct.DATABASE_RESTORED, officer.number, at, facts)
        work.commit()
    return restoration


def standing(database: Database) -> Restoration | None:
    """The restoration that is not finished."""
    with database.read() as work:
        return work.restorations.standing()


def goes_through(database: Database, head: AuditHead) -> bool:
    """Whether the record holds the entry that a checkpoint names, as it was then."""
    with database.read() as work:
        if head.number == 0:
            return True
        found = work.audit.find(AuditSought(), before=head.number + 1, limit=1)
        return bool(found) and found[0].head == head


def finish(
    database: Database,
    published: Mapping[str, Mapping[int, Status]],
    *,
    officer_no: str,
    at: datetime,
    newest_entry: AuditHead | None,
    lost: Iterable[LostCard],
    despite: str | None,
) -> Reconciled | Refused:
    """Take over the marks of the published lists, by address, hold the cases of those who have a `lost` card already,
    and let the office go on; wholly or not at all.

    `newest_entry` is that of the newest checkpoint found. Raises NotOnRecord where nothing waits to be finished, or
    there is no such officer.
    """
    with database.write() as work:
        waiting = work.restorations.standing()
        if waiting is None:
            raise NotOnRecord(SUBJECT)
        by = Attempt(officer=read_officer(work, officer_no), at=at, device=DEVICE, reason=REMARK)
        against = against_stopping(by.officer, reason=REMARK)
        if against:
            return Refused(objections=against)
        in_books, beside = Counter[Status](), Counter[Status]()
        for uri, marks in published.items():
            kept = {}
            for idx, status in unknown_marks(marks, not_valid(work, uri)):
                if _moved(work, StatusRef(uri=uri, idx=idx), status, by):
                    in_books[status] += 1
                else:
                    kept[idx] = status
                    beside[status] += 1
            work.restorations.keep_marks(uri, kept)
        on_hold = dict(_held(work, lost, by))
        entries_lost = None if newest_entry is None else max(0, newest_entry.number - waiting.head.number)
        finished = waiting.finished(officer_no, at, despite=despite)
        work.restorations.finish(finished)
        counted: Facts = {"in_books": in_books.total(), "beside": beside.total(), "entries_lost": entries_lost}
        _put_down(
            work, AuditAct.RESTORE_FINISHED, officer_no, at, {**counted, "epoch": waiting.epoch, "despite": despite}
        )
        stop = work.signing.standing_stop()
        if stop is not None and stop.reason == REASON:  # one that somebody ordered before stays
            work.signing.resume(officer_no=officer_no, at=at)
            _put_down(work, AuditAct.SIGNING_RESUMED, officer_no, at, {"reason": REMARK}, subject="signing")
        work.commit()
    return Reconciled(
        restoration=finished, in_books=in_books, beside=beside, entries_lost=entries_lost, on_hold=on_hold
    )


def hold_bearers(
    database: Database, lost: Iterable[LostCard], *, officer_no: str, at: datetime
) -> Mapping[str, str] | Refused:
    """Hold the cases of those who have a lost card, found after finishing; each with the card. Raises NotOnRecord."""
    with database.write() as work:
        by = Attempt(officer=read_officer(work, officer_no), at=at, device=DEVICE)
        against = against_stopping(by.officer, reason=REMARK)
        if against:
            return Refused(objections=against)
        on_hold = dict(_held(work, lost, by))
        work.commit()
    return on_hold


def _held(work: UnitOfWork, lost: Iterable[LostCard], by: Attempt) -> Iterator[tuple[str, str]]:
    """Put every case on hold whose card would be a second one for its bearer. Not one whose plan to sign is that very
    card's: it is made again as it was."""
    day = dhaka_day(by.at)
    for card in lost:
        if work.clearances.get(card.clearance_no) is not None:
            continue  # sealed twice, recorded once
        for case in work.applications.of_person(card.passport_no, birth_date=None):
            planned = work.intents.for_application(case.reference)
            same = planned is not None and planned.clearance_no == card.clearance_no
            if same or case.issued or Move.HOLD not in case.moves_on(day):
                continue
            because = replace(by, reason=ANOTHER_CARD.format(number=card.clearance_no))
            moved = write(work, decision.moved(case, Move.HOLD, because, on=day))
            facts: Facts = {"clearance": card.clearance_no, "by": "lost_card"}
            put_on_record(work, moved, AuditAct.APPLICATION_HELD, facts)
            yield case.reference, card.clearance_no


def _moved(work: UnitOfWork, ref: StatusRef, status: Status, by: Attempt) -> bool:
    """Whether the books now say of a card what its list says; not where they do not know it, or its case has ended."""
    number = work.restorations.card_at(ref)
    clearance = work.clearances.get(number) if number else None
    application = work.applications.get(clearance.application_reference) if clearance else None
    if clearance is None or application is None:
        return False
    newest = work.clearances.for_application(application.reference)
    move, act = _MOVES[status]
    day = dhaka_day(by.at)
    if newest is None or newest.clearance_no != number or move not in application.moves_on(day):
        return False
    if status is Status.INVALID:
        reason = RevocationReason.AUTHORITY_ORDER
        taken_back = Revocation(officer_no=by.officer.number, at=by.at, reason=reason, remark=by.reason)
        work.clearances.set_status(clearance.revoked(taken_back))
    moved = write(work, decision.moved(application, move, by, on=day))
    put_on_record(work, moved, act, {"clearance": number, "status_idx": ref.idx, "by": "published_list"})
    return True


def _put_down(
    work: UnitOfWork, act: AuditAct, officer_no: str, at: datetime, facts: Facts, *, subject: str = SUBJECT
) -> None:
    work.audit.append(AuditEntry(at=at, officer_no=officer_no, act=act, subject=subject, facts=facts))
