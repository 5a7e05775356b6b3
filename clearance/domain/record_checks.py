"""What in the books contradicts itself: cards beside their cases, what was signed, the permits and the record.

Each function takes what stands in the database, whoever wrote it there, and yields what cannot be. Patterns that are
only unusual are looked for in `day_patterns`.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from clearance.credential.claims import ClearanceClaims, end_of_day_dhaka, parse_claims
from clearance.credential.cose import parse_sign1
from clearance.credential.errors import CredentialError
from clearance.credential.status import Status
from clearance.domain.audit import AuditAct, AuditReport
from clearance.domain.findings import Finding, FindingKind, finding
from clearance.domain.oversight import DHAKA

ISSUING = frozenset({AuditAct.CARD_ISSUED, AuditAct.CARD_REISSUED})
REDACTING = frozenset({AuditAct.RETENTION_DONE, AuditAct.ERASURE_CONSENTED})
"""Their entries name the cases from which the person was taken out, in the fact `redacted`."""


@dataclass(frozen=True, kw_only=True)
class CaseSeen:
    """What of a card's case must agree with the card."""

    issued: bool
    """Whether an act of the case made a card."""
    name_en: str
    birth_date: date
    passport_no: str
    destination: str
    visa_no: str
    paid_on: date


@dataclass(frozen=True, kw_only=True)
class CardSeen:
    """One card as it stands, with its case (None: there is none) and the hash that was counted when it was signed."""

    clearance_no: str
    reference: str
    passport_no: str
    status: Status
    issued_at: datetime
    valid_until: date
    token: bytes
    signed_payload_sha256: str | None
    case: CaseSeen | None
    redacted: bool = False
    """Whether its case says that the person was taken out, so that there is no card left to compare."""


@dataclass(frozen=True, kw_only=True)
class PermitSeen:
    """A permit's counter, and what it should say: what was used before this program counted, and the cards since."""

    number: str
    places: int
    used: int
    cards: int


@dataclass(frozen=True, kw_only=True)
class Reused:
    """Something that serves one person, found on several cases."""

    what: str
    references: tuple[str, ...]


@dataclass
class RecordSeen:
    """What the record of acts says about cards, gathered in one walk along it: which were issued, which taken back."""

    issued: dict[str, str] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)
    redacted: set[str] = field(default_factory=set)
    """Cases. One that says so of itself and is not among them hides something."""

    def take(self, act: str, subject: str, clearance_no: str) -> None:
        if act in ISSUING:
            self.issued[clearance_no] = subject
        elif act == AuditAct.CARD_REVOKED:
            self.revoked.add(clearance_no)


def about_record(report: AuditReport, *, day: date) -> Iterator[Finding]:
    """Entries that were changed, removed, inserted or moved."""
    for fault in report.faults:
        where = str(fault.first) if fault.first == fault.last else f"{fault.first}-{fault.last}"
        yield finding(FindingKind.RECORD_BROKEN, where, day, entry=where, fault=fault.kind.value)


def about_cards(cards: Iterable[CardSeen], record: RecordSeen, *, issuer: str, day: date) -> Iterator[Finding]:
    """Cards without case, signature or entry; that differ from what was signed; that came back; that are gone."""
    gone = dict(record.issued)
    for card in cards:
        gone.pop(card.clearance_no, None)
        yield from _about_card(card, record, issuer=issuer, day=day)
    for clearance_no, reference in gone.items():
        yield finding(FindingKind.CARD_GONE, clearance_no, day, case=reference)


def about_permits(permits: Iterable[PermitSeen], *, day: date) -> Iterator[Finding]:
    """Counters that do not say what was issued, and permits with more cards than places."""
    for permit in permits:
        if permit.used != permit.cards or permit.cards > permit.places:
            yield finding(
                FindingKind.PERMIT_MISCOUNTED,
                f"{permit.number}@{permit.used}/{permit.cards}",
                day,
                permit=permit.number,
                counter=permit.used,
                cards=permit.cards,
                places=permit.places,
            )


def about_reuse(kind: FindingKind, found: Iterable[Reused], *, day: date) -> Iterator[Finding]:
    """One thing for one person on several cases."""
    for each in found:
        cases = ", ".join(each.references)
        yield finding(kind, ",".join(each.references)[:90], day, what=each.what, cases=cases)


def about_pairs(kind: FindingKind, found: Iterable[tuple[str, str]], *, day: date) -> Iterator[Finding]:
    """A case and an officer that do not go together."""
    for reference, officer_no in found:
        yield finding(kind, f"{reference}/{officer_no}", day, case=reference, officer=officer_no)


def about_signatures(numbers: Iterable[str], *, day: date) -> Iterator[Finding]:
    """Cards that were signed and are not there."""
    for number in numbers:
        yield finding(FindingKind.SIGNATURE_WITHOUT_CARD, number, day)


def about_scans(unknown: Iterable[tuple[str, int]], *, day: date) -> Iterator[Finding]:
    """Cards that desks found genuine and that are not here, each with how often it was scanned."""
    for number, scans in unknown:
        yield finding(FindingKind.CARD_NOT_IN_BOOKS, number, day, scans=scans)


def _about_card(card: CardSeen, record: RecordSeen, *, issuer: str, day: date) -> Iterator[Finding]:
    number = card.clearance_no
    if number not in record.issued:
        yield finding(FindingKind.CARD_NOT_ON_RECORD, number, day, case=card.reference)
    if card.case is None or not card.case.issued:
        yield finding(FindingKind.CARD_WITHOUT_CASE, number, day, case=card.reference)
    if number in record.revoked and card.status is not Status.INVALID:
        yield finding(FindingKind.CARD_REVIVED, number, day, case=card.reference)
    if card.redacted and card.reference in record.redacted:
        return
    claims, payload_sha256 = _signed(card.token, issuer=issuer)
    if payload_sha256 is None or payload_sha256 != card.signed_payload_sha256:
        yield finding(FindingKind.CARD_WITHOUT_SIGNATURE, number, day, case=card.reference)
    if card.case is not None:
        differing = ", ".join(_differing(card, card.case, claims)) if claims else "token"
        if differing:
            yield finding(FindingKind.CARD_DIFFERS, number, day, case=card.reference, fields=differing)
        if card.case.paid_on > card.issued_at.astimezone(DHAKA).date():
            yield finding(FindingKind.PAID_AFTER_CARD, number, day, case=card.reference)


def _signed(token: bytes, *, issuer: str) -> tuple[ClearanceClaims | None, str | None]:
    """What was signed and the hash of its payload. Whose signature it is, is the business of the desks."""
    try:
        payload = parse_sign1(token).payload
    except CredentialError:
        return None, None
    sha256 = hashlib.sha256(payload).hexdigest()
    try:
        return parse_claims(payload, issuer=issuer), sha256
    except CredentialError:
        return None, sha256


def _differing(card: CardSeen, case: CaseSeen, claims: ClearanceClaims) -> Iterator[str]:
    pairs = {
        "clearance_no": (claims.clearance_no, card.clearance_no),
        "name": (claims.full_name, case.name_en),
        "birth_date": (claims.birth_date, f"{case.birth_date:%Y%m%d}"),
        "passport_no": (claims.passport_no, case.passport_no),
        "passport_of_card": (claims.passport_no, card.passport_no),
        "destination": (claims.destination, case.destination),
        "visa_no": (claims.visa_no, case.visa_no),
        "valid_until": (claims.expires_at, end_of_day_dhaka(card.valid_until)),
    }
    return (name for name, (signed, stands) in pairs.items() if signed != stands)
