"""Check a card as the airport does: what the desk would say today, and what it would be as well to know.

The verdict is the desk's own (`clearance.credential.gate`) on the files that desks fetch. Beside it stand cautions
that no desk gives, because it holds no case: those come from the card's claims and, for a genuine card only, from the
office's record. Nothing is written, counted or logged about card or person.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from clearance.credential.claims import ClearanceClaims
from clearance.credential.gate import Verdict
from clearance.credential.held import HeldTrust
from clearance.credential.in_view import cards_in, readings_of, that_counts
from clearance.credential.reasons import Reason
from clearance.credential.status import Status
from clearance.domain.clearance import Clearance
from clearance.issuing.ports import Unavailable
from clearance.issuing.service import Service, dhaka_day

SOON = timedelta(days=30)
"""A card or a visa that ends within a month may end before the journey."""
PASSPORT_MONTHS = 6
"""Months that most destinations want a passport to be valid for on arrival."""


class Caution(StrEnum):
    """What to know although the desk may let pass."""

    CARD_ENDS_SOON = "card_ends_soon"
    PASSPORT_ENDS_SOON = "passport_ends_soon"
    PASSPORT_ENDED = "passport_ended"
    VISA_ENDS_SOON = "visa_ends_soon"
    VISA_ENDED = "visa_ended"
    NEWER_CARD = "newer_card"
    """The office has replaced the card; desks learn it with their next list."""
    TAKEN_BACK = "taken_back"
    """The office has cancelled or held the card; desks learn it with their next list."""
    NOT_ON_RECORD = "not_on_record"
    """Signed by a key of ours, and the office knows no such card."""


@dataclass(frozen=True, kw_only=True)
class Warned:
    """A caution with the day it is about and how many days remain until then."""

    caution: Caution
    day: date | None = None
    days: int = 0


@dataclass(frozen=True, kw_only=True)
class HomeCheck:
    """The answer. `several` says that more than one person's card is in view, and nothing else then."""

    verdict: Verdict
    warned: tuple[Warned, ...] = ()
    several: bool = False
    trust_sequence: int | None
    trust_issued_at: datetime | None
    list_issued_at: datetime | None
    """Of the cancel list that was asked, or the oldest that a desk would hold."""
    at: datetime


def check_at_home(
    service: Service, texts: Sequence[str], *, held: HeldTrust, passport_no: str | None = None
) -> HomeCheck:
    """Judge what a file's codes say. `passport_no` is what the visitor holds, None where they did not type it."""
    now = service.now()
    at = int(now.timestamp())
    readings = readings_of(texts, held=held, at=at, passport_no=passport_no)
    _, verdict = that_counts(readings)
    several = len(cards_in(readings)) > 1
    claims = None if several else verdict.claims
    age = held.status_age(at) if verdict.status_age_s is None else verdict.status_age_s
    return HomeCheck(
        verdict=verdict,
        warned=tuple(_cautions(service, verdict, claims)) if claims else (),
        several=several,
        trust_sequence=held.bundle.sequence if held.bundle else None,
        trust_issued_at=_moment(held.bundle.issued_at) if held.bundle else None,
        list_issued_at=None if age is None else _moment(at - age),
        at=now,
    )


def _cautions(service: Service, verdict: Verdict, claims: ClearanceClaims) -> Iterator[Warned]:
    today = service.today()
    yield from _of_record(service, verdict, claims, today)
    yield from _of_day(claims.valid_until, today, within=SOON, soon=Caution.CARD_ENDS_SOON)
    if claims.passport_expiry:
        ends = _day_of(claims.passport_expiry)
        six_months = timedelta(days=PASSPORT_MONTHS * 365 // 12)
        yield from _of_day(
            ends, today, within=six_months, soon=Caution.PASSPORT_ENDS_SOON, ended=Caution.PASSPORT_ENDED
        )


def _of_record(service: Service, verdict: Verdict, claims: ClearanceClaims, today: date) -> Iterator[Warned]:
    """What the office knows beside the card. A database out of reach takes nothing from the verdict."""
    try:
        with service.database.read() as work:
            clearance = work.clearances.get(claims.clearance_no)
            case = work.applications.get(clearance.application_reference) if clearance else None
    except Unavailable:
        return
    if clearance is None or case is None:
        yield Warned(caution=Caution.NOT_ON_RECORD)
        return
    if verdict.reason is Reason.VALID:
        yield from _of_standing(clearance)
    yield from _of_day(
        case.draft.visa.expires_on, today, within=SOON, soon=Caution.VISA_ENDS_SOON, ended=Caution.VISA_ENDED
    )


def _of_standing(clearance: Clearance) -> Iterator[Warned]:
    match clearance.status:
        case Status.VALID:
            return
        case Status.SUPERSEDED:
            yield Warned(caution=Caution.NEWER_CARD)
        case Status.INVALID | Status.SUSPENDED:
            revoked = clearance.revocation
            yield Warned(caution=Caution.TAKEN_BACK, day=dhaka_day(revoked.at) if revoked else None)


def _of_day(
    ends: date, today: date, *, within: timedelta, soon: Caution, ended: Caution | None = None
) -> Iterator[Warned]:
    left = (ends - today).days
    if left < 0:
        if ended is not None:
            yield Warned(caution=ended, day=ends, days=left)
    elif ends - today <= within:
        yield Warned(caution=soon, day=ends, days=left)


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _day_of(yyyymmdd: int) -> date:
    return date(yyyymmdd // 10_000, yyyymmdd // 100 % 100, yyyymmdd % 100)
