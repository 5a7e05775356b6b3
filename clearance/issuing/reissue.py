"""Issuing a card anew by today's key: the same case, a new number and index, the old card superseded.

Nobody clears the worker again, and no place of the permit is taken; but every condition must hold today, and the new
card never runs longer than the old one. As in `issue`, what will be signed is on record first, and the same card tried
again gives the same new card.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from clearance.credential.claims import CardClass, ClearanceClaims, StatusRef
from clearance.domain.audit import AuditAct, AuditEntry, Facts
from clearance.domain.clearance import Clearance, new_clearance_no
from clearance.domain.decision import Refused, against_reissue, may_reissue
from clearance.domain.eligibility import Case, valid_until
from clearance.domain.reissue import Reissue
from clearance.domain.signing import against_one_more
from clearance.issuing.cases import read_case, read_officer
from clearance.issuing.claiming import claims_for
from clearance.issuing.halt import against_any_signature
from clearance.issuing.issue import new_clearance, sealed_card
from clearance.issuing.ports import NotOnRecord, SigningIntent, UnitOfWork
from clearance.issuing.service import dhaka_day
from clearance.issuing.sign import SignedClearance, credential, free_index, payload_sha256
from clearance.issuing.signing_room import SigningRoom


@dataclass(frozen=True, kw_only=True)
class _Replacement:
    """A card on the list with what it stands for, as the database holds them at one moment."""

    entry: Reissue
    old: Clearance
    case: Case


def reissue(room: SigningRoom, clearance_no: str, *, officer_no: str) -> Clearance | Refused:
    """The clearance that took the place of a card on the list; or why none does.

    Where the case itself may not be issued any more, the entry is settled with the ground. Raises NotOnRecord for a
    card that is not on the list, Conflict, OSError, KeysUnusable, NotSigned.
    """
    now = room.now()
    with room.database.write() as work:
        found = _read(work, clearance_no)
        if isinstance(found, Clearance):
            return found
        planned = _plan(room, work, found, officer_no=officer_no, now=now)
        work.commit()
    if isinstance(planned, Refused):
        return planned
    intent, claims = planned
    signed = SignedClearance(case=found.case, intent=intent, claims=claims, token=credential(room, claims))
    sealed = sealed_card(room, signed, issued_by=found.old.issued_by)
    new = new_clearance(room, signed, sealed, issued_by=found.old.issued_by)
    return _record(room, new, clearance_no, officer_no=officer_no, now=sealed.at)


def _read(work: UnitOfWork, clearance_no: str) -> _Replacement | Clearance:
    """The entry to work on; the new clearance where there is one already. Raises NotOnRecord."""
    entry, old = work.reissues.get(clearance_no), work.clearances.get(clearance_no)
    if entry is None or old is None:
        raise NotOnRecord(clearance_no)
    done = work.clearances.get(entry.done_clearance_no) if entry.done_clearance_no else None
    return done or _Replacement(entry=entry, old=old, case=read_case(work, old.application_reference))


def _plan(
    room: SigningRoom, work: UnitOfWork, found: _Replacement, *, officer_no: str, now: datetime
) -> tuple[SigningIntent, ClearanceClaims] | Refused:
    """Judge everything anew and write down what will be signed; the right to write is held."""
    stop = against_any_signature(work)
    officer, day = read_officer(work, officer_no), dhaka_day(now)
    against = stop or may_reissue(found.case, found.old, officer=officer, on=day)
    if against:
        if not stop:
            _settle_refused(work, found, officer_no=officer_no, now=now)
        return Refused(objections=against)
    earlier = work.intents.for_application(found.old.application_reference)
    if earlier is not None and earlier.clearance_no == found.old.clearance_no:
        earlier = None  # the plan of the old card, which is on record
    held = _held(room, found, earlier, now=now)
    if held is not None:
        return held
    too_many = against_one_more(work.signing.lately(now), room.ceiling)
    if too_many:
        return Refused(objections=too_many)
    planned = _new(room, work, found, earlier, now=now)
    work.intents.plan(planned[0])
    work.signing.count(planned[0])
    _put_on_record(work, AuditAct.SIGNING_PLANNED, found, officer_no, now, clearance=planned[0].clearance_no)
    return planned


def _settle_refused(work: UnitOfWork, found: _Replacement, *, officer_no: str, now: datetime) -> None:
    """Settle the entry where the case itself stands against it, and not the officer who asks."""
    against = against_reissue(found.case, found.old, on=dhaka_day(now))
    if against:
        work.reissues.settle(found.entry.refused(against[0].ground, at=now))
        grounds = ",".join(objection.ground for objection in against)
        _put_on_record(work, AuditAct.SIGNING_REFUSED, found, officer_no, now, grounds=grounds)


def _held(
    room: SigningRoom, found: _Replacement, earlier: SigningIntent | None, *, now: datetime
) -> tuple[SigningIntent, ClearanceClaims] | None:
    """The plan of an earlier attempt while it still holds."""
    if earlier is None:
        return None
    claims = _claims(room, found, earlier.clearance_no, earlier.status_ref, earlier.planned_at)
    holds = payload_sha256(claims) == earlier.payload_sha256 and now.timestamp() <= claims.expires_at
    return (earlier, claims) if holds else None


def _new(
    room: SigningRoom, work: UnitOfWork, found: _Replacement, earlier: SigningIntent | None, *, now: datetime
) -> tuple[SigningIntent, ClearanceClaims]:
    planned_at = now.replace(microsecond=0)
    clearance_no = earlier.clearance_no if earlier else new_clearance_no(dhaka_day(now).year)
    status_ref = earlier.status_ref if earlier else free_index(room, work)
    claims = _claims(room, found, clearance_no, status_ref, planned_at)
    intent = SigningIntent(
        application_reference=found.old.application_reference,
        clearance_no=clearance_no,
        status_ref=status_ref,
        issuer_no=found.old.issued_by,
        planned_at=planned_at,
        payload_sha256=payload_sha256(claims),
    )
    return intent, claims


def _claims(
    room: SigningRoom, found: _Replacement, clearance_no: str, status_ref: StatusRef, planned_at: datetime
) -> ClearanceClaims:
    return claims_for(
        replace(found.case.application.draft, card_class=CardClass.REISSUE),
        issuer=room.issuer,
        clearance_no=clearance_no,
        status_ref=status_ref,
        issued_at=planned_at,
        valid_until=min(found.old.valid_until, valid_until(found.case, on=dhaka_day(planned_at))),
    )


def _record(
    room: SigningRoom, new: Clearance, clearance_no: str, *, officer_no: str, now: datetime
) -> Clearance | Refused:
    """One transaction: the old card superseded, the new one added, the entry settled; or nothing. Judged once more."""
    with room.database.write() as work:
        found = _read(work, clearance_no)
        if isinstance(found, Clearance):
            return found
        against = may_reissue(found.case, found.old, officer=read_officer(work, officer_no), on=dhaka_day(now))
        if against:
            return Refused(objections=against)
        work.clearances.set_status(found.old.superseded())
        work.clearances.add(new)
        work.reissues.settle(found.entry.done(new.clearance_no, at=now))
        facts: Facts = {
            "clearance": new.clearance_no,
            "status_idx": new.status_ref.idx,
            "pdf_sha256": new.pdf_sha256,
            "kid": new.kid.hex(),
        }
        _put_on_record(work, AuditAct.CARD_REISSUED, found, officer_no, now, **facts)
        work.commit()
    return new


def _put_on_record(
    work: UnitOfWork, act: AuditAct, found: _Replacement, officer_no: str, at: datetime, **facts: str | int | None
) -> None:
    facts = {"superseded": found.old.clearance_no, **facts}
    subject = found.old.application_reference
    work.audit.append(AuditEntry(at=at, officer_no=officer_no, act=act, subject=subject, facts=facts))
