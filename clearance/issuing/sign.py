"""The signing step: the only place that asks the card key to sign.

It believes no caller. Application, officer, permit and standing clearance are read from the database under the lock of
a write transaction and judged by the rules of the day; what will be signed is on record before it is signed
(docs/adr/0040). The same case, tried again, gives the same credential. A stop and a ceiling bound it, whoever asks
(docs/adr/0060).
"""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime

from clearance.credential.claims import CardClass, ClearanceClaims, StatusRef, encode_claims
from clearance.credential.cose import sign1
from clearance.credential.qrtext import pack
from clearance.domain import status_lists
from clearance.domain.audit import AuditAct, AuditEntry
from clearance.domain.clearance import Clearance, new_clearance_no
from clearance.domain.decision import Attempt, Refused, may_issue
from clearance.domain.eligibility import Case, valid_until
from clearance.domain.signing import against_one_more
from clearance.issuing.cases import read_case, read_officer
from clearance.issuing.claiming import claims_for
from clearance.issuing.halt import against_any_signature
from clearance.issuing.ports import NotSigned, SigningIntent, Trouble, UnitOfWork
from clearance.issuing.proofreading import check_text
from clearance.issuing.service import dhaka_day
from clearance.issuing.signing_room import SigningRoom

INDEX_TRIES = 1_000
"""Random draws for a free status index. A list 90 % full fails once in 10**45 cards; then a new list is due."""


@dataclass(frozen=True, kw_only=True)
class SignedClearance:
    """A credential that a desk would accept now, the case it stands for and the intent it was planned by.

    It is not yet recorded and must not be shown.
    """

    case: Case
    intent: SigningIntent
    claims: ClearanceClaims
    token: bytes


def sign(room: SigningRoom, reference: str, *, officer_no: str, device: str) -> SignedClearance | Clearance | Refused:
    """Sign the credential of an approved case, or say why not; the clearance, where this officer issued it already.

    Raises NotOnRecord, Conflict, KeysUnusable, and NotSigned where no index is free or a desk would not pass the
    result.
    """
    now = room.now()
    with room.database.write() as work:
        case = read_case(work, reference)
        issued = issued_by(work, case, officer_no)
        if issued is not None:
            return issued
        by = Attempt(officer=read_officer(work, officer_no), at=now, device=device)
        plan = _plan(room, work, case, by)
        if isinstance(plan, Refused):
            grounds = ",".join(objection.ground for objection in plan.objections)
            _put_on_record(work, AuditAct.SIGNING_REFUSED, reference, officer_no, now, grounds=grounds)
            work.commit()
            return plan
        _put_on_record(
            work,
            AuditAct.SIGNING_PLANNED,
            reference,
            officer_no,
            now,
            clearance=plan.intent.clearance_no,
            payload_sha256=plan.intent.payload_sha256,
        )
        work.commit()
    return SignedClearance(case=case, intent=plan.intent, claims=plan.claims, token=credential(room, plan.claims))


def issued_by(work: UnitOfWork, case: Case, officer_no: str) -> Clearance | None:
    """The clearance of a case that this very officer issued: a request that is made again asks for nothing new."""
    if case.application.issued is None or case.application.issued.officer_no != officer_no:
        return None
    return work.clearances.for_application(case.application.reference)


def credential(room: SigningRoom, claims: ClearanceClaims) -> bytes:
    """The signed credential, which a desk with today's files would pass now. Raises KeysUnusable, NotSigned."""
    token = sign1(encode_claims(claims), signer=room.card_signer)
    check_text(room, pack(token))
    return token


@dataclass(frozen=True, kw_only=True)
class _Plan:
    intent: SigningIntent
    claims: ClearanceClaims


def _plan(room: SigningRoom, work: UnitOfWork, case: Case, by: Attempt) -> _Plan | Refused:
    """Judge everything anew and write down what will be signed; the right to write is held."""
    stop = against_any_signature(work)
    now = by.at
    against = stop or may_issue(case, by, on=dhaka_day(now))
    if against:
        return Refused(objections=against)
    earlier = work.intents.for_application(case.application.reference)
    plan = _held(room, case, earlier, now=now)
    if plan is None:
        too_many = against_one_more(work.signing.lately(now), room.ceiling)
        if too_many:
            return Refused(objections=too_many)
        plan = _new(room, work, case, earlier, officer_no=by.officer.number, now=now)
        work.signing.count(plan.intent)
    work.intents.plan(plan.intent)
    return plan


def _held(room: SigningRoom, case: Case, earlier: SigningIntent | None, *, now: datetime) -> _Plan | None:
    """The plan of an earlier attempt while it still holds: it gives the same credential once more."""
    if earlier is None:
        return None
    claims = _claims(room, case, earlier.clearance_no, earlier.status_ref, earlier.planned_at)
    holds = payload_sha256(claims) == earlier.payload_sha256 and now.timestamp() <= claims.expires_at
    return _Plan(intent=earlier, claims=claims) if holds else None


def _new(
    room: SigningRoom, work: UnitOfWork, case: Case, earlier: SigningIntent | None, *, officer_no: str, now: datetime
) -> _Plan:
    """A new plan. It keeps number and index of an earlier one, so that whatever may have been signed before is taken
    back together with it."""
    planned_at = now.replace(microsecond=0)
    clearance_no = earlier.clearance_no if earlier else new_clearance_no(dhaka_day(now).year)
    status_ref = earlier.status_ref if earlier else free_index(room, work)
    claims = _claims(room, case, clearance_no, status_ref, planned_at)
    intent = SigningIntent(
        application_reference=case.application.reference,
        clearance_no=clearance_no,
        status_ref=status_ref,
        issuer_no=officer_no,
        planned_at=planned_at,
        payload_sha256=payload_sha256(claims),
    )
    return _Plan(intent=intent, claims=claims)


def _claims(
    room: SigningRoom, case: Case, clearance_no: str, status_ref: StatusRef, planned_at: datetime
) -> ClearanceClaims:
    draft, replaced = case.application.draft, case.replaced
    return claims_for(
        replace(draft, card_class=CardClass.REISSUE) if replaced else draft,
        issuer=room.issuer,
        clearance_no=clearance_no,
        status_ref=status_ref,
        issued_at=planned_at,
        # A corrected card runs no longer than the one in its place could have, or corrections would be extensions.
        valid_until=valid_until(case, on=dhaka_day(replaced.issued_at if replaced else planned_at)),
    )


def free_index(room: SigningRoom, work: UnitOfWork) -> StatusRef:
    """A random index that no card ever had: nobody can tell from it how many cards there are, or whose is next."""
    if not status_lists.of_epoch(room.status_uri, work.restorations.epoch()):
        raise NotSigned(Trouble.LIST_NOT_OPEN, about=room.status_uri)
    for _ in range(INDEX_TRIES):
        ref = StatusRef(uri=room.status_uri, idx=secrets.randbelow(room.status_size))
        if work.intents.index_is_free(ref):
            return ref
    raise NotSigned(Trouble.STATUS_LIST_FULL, about=room.status_uri)


def payload_sha256(claims: ClearanceClaims) -> str:
    """What an intent says of the payload to be signed."""
    return hashlib.sha256(encode_claims(claims)).hexdigest()


def _put_on_record(
    work: UnitOfWork, act: AuditAct, reference: str, officer_no: str, at: datetime, **facts: str
) -> None:
    work.audit.append(AuditEntry(at=at, officer_no=officer_no, act=act, subject=reference, facts=facts))
