"""The gate: may the holder of this card leave? One scanned text in, one verdict out.

The steps are those of docs/CARD-FORMAT.md section 8, in its order; the first that fails decides.

     1  readable: transport, zlib, CBOR, COSE structure
     2  trust usable; signer known; trusted for cards
     3  algorithm, low s, signature
     4  payload and claims well-formed, issuer and profile ours
     5  desk clock not behind what has been signed
     6  issued and expiring inside the signer's time, for a length that exists
     7  in force now
     8  not revoked, suspended or superseded; status and trust fresh enough to know
     9  the passport in hand is the one on the card
    10  not used before
    11  valid

It decides the verdict, and no person departs or stays by it: that is the officer's act. It reads no clock, file or
network, and raises for no text.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from clearance.credential.claims import ClearanceClaims, parse_claims
from clearance.credential.cose import parse_sign1
from clearance.credential.errors import CredentialError
from clearance.credential.held import HeldTrust
from clearance.credential.identifiers import normalise_passport_no
from clearance.credential.qrtext import unpack
from clearance.credential.reasons import Outcome, Reason
from clearance.credential.signers import HeldSigner, signer_of
from clearance.credential.status import Status
from clearance.credential.trust import Purpose, TrustBundle

_DAY = 86_400
_LONGEST_PASSPORT_INPUT = 64


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """What a desk may set for itself. Seconds and days; a stricter desk lowers them."""

    status_grace_s: int = 7 * _DAY
    clock_skew_s: int = 300
    max_validity_days: int = 800


class Note(StrEnum):
    """What the officer should know although the card passes."""

    PREVIOUS_PASSPORT = "previous_passport"
    """The passport in hand is the one that the card's passport replaced."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """The answer for one scan. `claims` is None unless the signature verified; `kid` is what the card names, proven or
    not; `status_age_s` is the age of the status list that was asked, in seconds."""

    reason: Reason
    claims: ClearanceClaims | None = None
    kid: bytes | None = None
    status_age_s: int | None = None
    note: Note | None = None

    @property
    def outcome(self) -> Outcome:
        """What the desk does next."""
        return self.reason.outcome


DEFAULT_POLICY: Final = Policy()


def verdict_for(
    text: str,
    *,
    held: HeldTrust,
    at: int,
    passport_no: str | None = None,
    used_before: bool = False,
    policy: Policy = DEFAULT_POLICY,
) -> Verdict:
    """Judge a scanned text at the desk's time `at` (seconds). Never raises, whatever the text.

    `passport_no` is the passport in hand, as read from its machine readable zone or as typed; None where nobody looked.
    """
    kid = None
    try:
        message = parse_sign1(unpack(text))  # step 1
        kid = message.kid
        if held.bundle is None:  # step 2
            return Verdict(reason=Reason.TRUST_UNUSABLE, kid=kid)
        signer = signer_of(message, purpose=Purpose.CARD, signers=held.signers)  # steps 2 and 3
        claims = parse_claims(message.payload, issuer=held.bundle.issuer)  # step 4
    except CredentialError as fault:
        return Verdict(reason=fault.reason, kid=kid)
    in_hand = _in_hand(passport_no)
    reason = (
        _clock(held, at, policy)  # step 5
        or _period(claims, signer, policy)  # step 6
        or _in_force(claims, at, policy)  # step 7
        or _status(claims, held, held.bundle, at, policy)  # step 8
        or _passport(claims, in_hand)  # step 9
        or (Reason.ALREADY_USED if used_before else Reason.VALID)  # steps 10 and 11
    )
    return Verdict(
        reason=reason,
        claims=claims,
        kid=kid,
        status_age_s=_status_age(claims, held, at),
        note=_note(reason, claims, in_hand),
    )


def _clock(held: HeldTrust, at: int, policy: Policy) -> Reason | None:
    return Reason.CLOCK_WRONG if at < held.floor.last_seen - policy.clock_skew_s else None


def _period(claims: ClearanceClaims, signer: HeldSigner, policy: Policy) -> Reason | None:
    if not signer.may_have_signed_at(claims.issued_at) or claims.expires_at > signer.certificate.end:
        return Reason.UNTRUSTED_SIGNER
    validity = claims.expires_at - claims.issued_at
    return None if 0 < validity <= policy.max_validity_days * _DAY else Reason.MALFORMED


def _in_force(claims: ClearanceClaims, at: int, policy: Policy) -> Reason | None:
    if max(claims.issued_at, claims.not_before or 0) > at + policy.clock_skew_s:
        return Reason.NOT_YET_VALID
    return Reason.EXPIRED if at > claims.expires_at else None


def _status(claims: ClearanceClaims, held: HeldTrust, bundle: TrustBundle, at: int, policy: Policy) -> Reason | None:
    uri, idx = claims.status.uri, claims.status.idx
    if held.floor.was_invalid(uri, idx):  # any genuine list, held now or ever: revocation is final
        return Reason.REVOKED
    if uri not in held.lists or uri not in bundle.status_uris:
        return Reason.STATUS_UNKNOWN
    status_list, rolled_back = held.lists[uri].newest, held.lists[uri].rolled_back
    match status_list.value(idx):
        case Status.VALID:
            pass
        case Status.SUSPENDED:
            return Reason.SUSPENDED
        case Status.SUPERSEDED:
            return Reason.SUPERSEDED
        case _:
            return Reason.STATUS_UNKNOWN
    good_until = min(status_list.expires_at, status_list.issued_at + status_list.ttl + policy.status_grace_s)
    if rolled_back or at > good_until:
        return Reason.STATUS_STALE
    return Reason.TRUST_STALE if at > bundle.next_update else None


def _in_hand(passport_no: str | None) -> str | None:
    """The passport number as a card would carry it; what cannot be one is the number of no passport."""
    if passport_no is None:
        return None
    return normalise_passport_no(passport_no) if len(passport_no) <= _LONGEST_PASSPORT_INPUT else ""


def _passport(claims: ClearanceClaims, in_hand: str | None) -> Reason | None:
    known = in_hand in (None, claims.passport_no, claims.previous_passport_no)
    return None if known else Reason.PASSPORT_MISMATCH


def _note(reason: Reason, claims: ClearanceClaims, in_hand: str | None) -> Note | None:
    replaced = in_hand is not None and in_hand != claims.passport_no
    return Note.PREVIOUS_PASSPORT if replaced and reason is Reason.VALID else None


def _status_age(claims: ClearanceClaims, held: HeldTrust, at: int) -> int | None:
    held_list = held.lists.get(claims.status.uri)
    return max(0, at - held_list.newest.issued_at) if held_list else None
