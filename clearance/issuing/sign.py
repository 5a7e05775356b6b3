"""The signing step: the only place that asks the card key to sign.

It believes no caller. Application, officer, permit and standing clearance are read from the database under the lock of
a write transaction and judged by the rules of the day; what will be signed is on record before it is signed
(docs/adr/0040). The same case, tried again, gives the same credential.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from clearance.credential.claims import ClearanceClaims, StatusRef, encode_claims
from clearance.credential.cose import sign1
from clearance.credential.qrtext import pack
from clearance.domain.audit import AuditAct, AuditEntry
from clearance.domain.clearance import new_clearance_no
from clearance.domain.decision import Refused, may_issue
from clearance.domain.eligibility import Case, valid_until
from clearance.issuing.cases import read_case, read_officer
from clearance.issuing.claiming import claims_for
from clearance.issuing.ports import SigningIntent, UnitOfWork
from clearance.issuing.proofreading import check_text
from clearance.issuing.service import Service, dhaka_day

INDEX_TRIES = 1_000
"""Random draws for a free status index. A list 90 % full fails once in 10**45 cards; then a new list is due."""


class StatusListFull(Exception):
    """No free index was found: the installation needs a new status list."""


@dataclass(frozen=True, kw_only=True)
class SignedClearance:
    """A credential that a desk would accept now, the case it stands for and the intent it was planned by.

    It is not yet recorded and must not be shown.
    """

    case: Case
    intent: SigningIntent
    claims: ClearanceClaims
    token: bytes


def sign(service: Service, reference: str, *, officer_no: str) -> SignedClearance | Refused:
    """Sign the credential of an approved case, or say why not.

    Raises NotOnRecord, Conflict, StatusListFull, and CredentialNotAccepted where a desk would not pass the result.
    """
    now = service.now()
    with service.database.write() as work:
        case = read_case(work, reference)
        against = may_issue(case, officer=read_officer(work, officer_no), on=dhaka_day(now))
        if against:
            grounds = ",".join(objection.ground for objection in against)
            _put_on_record(work, AuditAct.SIGNING_REFUSED, reference, officer_no, now, grounds=grounds)
            work.commit()
            return Refused(objections=against)
        intent, claims = _plan(service, work, case, officer_no=officer_no, now=now)
        work.intents.plan(intent)
        _put_on_record(
            work,
            AuditAct.SIGNING_PLANNED,
            reference,
            officer_no,
            now,
            clearance=intent.clearance_no,
            payload_sha256=intent.payload_sha256,
        )
        work.commit()
    token = sign1(encode_claims(claims), signer=service.card_signer)
    check_text(service, pack(token))
    return SignedClearance(case=case, intent=intent, claims=claims, token=token)


def _plan(
    service: Service, work: UnitOfWork, case: Case, *, officer_no: str, now: datetime
) -> tuple[SigningIntent, ClearanceClaims]:
    """The intent of an earlier attempt while it still holds; else a new one.

    A renewed plan keeps number and index, so that whatever may have been signed before is taken back together with it.
    """
    earlier = work.intents.for_application(case.application.reference)
    if earlier is not None:
        claims = _claims(service, case, earlier.clearance_no, earlier.status_ref, earlier.planned_at)
        if _sha256(claims) == earlier.payload_sha256 and now.timestamp() <= claims.expires_at:
            return earlier, claims
    planned_at = now.replace(microsecond=0)
    clearance_no = earlier.clearance_no if earlier else new_clearance_no(dhaka_day(now).year)
    status_ref = earlier.status_ref if earlier else _free_index(service, work)
    claims = _claims(service, case, clearance_no, status_ref, planned_at)
    intent = SigningIntent(
        application_reference=case.application.reference,
        clearance_no=clearance_no,
        status_ref=status_ref,
        issuer_no=officer_no,
        planned_at=planned_at,
        payload_sha256=_sha256(claims),
    )
    return intent, claims


def _claims(
    service: Service, case: Case, clearance_no: str, status_ref: StatusRef, planned_at: datetime
) -> ClearanceClaims:
    return claims_for(
        case.application.draft,
        issuer=service.issuer,
        clearance_no=clearance_no,
        status_ref=status_ref,
        issued_at=planned_at,
        valid_until=valid_until(case, on=dhaka_day(planned_at)),
    )


def _free_index(service: Service, work: UnitOfWork) -> StatusRef:
    """A random index that no card ever had: nobody can tell from it how many cards there are, or whose is next."""
    for _ in range(INDEX_TRIES):
        ref = StatusRef(uri=service.status_uri, idx=secrets.randbelow(service.status_size))
        if work.intents.index_is_free(ref):
            return ref
    raise StatusListFull(service.status_uri)


def _sha256(claims: ClearanceClaims) -> str:
    return hashlib.sha256(encode_claims(claims)).hexdigest()


def _put_on_record(
    work: UnitOfWork, act: AuditAct, reference: str, officer_no: str, at: datetime, **facts: str
) -> None:
    work.audit.append(AuditEntry(at=at, officer_no=officer_no, act=act, subject=reference, facts=facts))
