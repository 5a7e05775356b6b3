"""What bounds the use of the card key: how many cards in an hour and a day, and the stop that halts every one.

It decides when a signature is one too many. Where signatures are counted and stops are kept is left to storage; who
may ask for one is decided in `clearance.domain.decision`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from clearance.domain.eligibility import Details, Ground, Objection
from clearance.domain.staff import Officer

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
OF_THE_KEY = frozenset(
    {Ground.NOT_RECONCILED, Ground.SIGNING_STOPPED, Ground.TOO_MANY_THIS_HOUR, Ground.TOO_MANY_TODAY}
)
"""Grounds that stand against no case: they bound the key."""
MAX_STOP_REASON = 200
"""Characters: one line on every page of every officer."""


@dataclass(frozen=True, kw_only=True)
class Ceiling:
    """The most cards that may be signed in any hour and in any 24 hours."""

    an_hour: int
    a_day: int


@dataclass(frozen=True, kw_only=True)
class SignedLately:
    """How many cards were signed in the hour and in the 24 hours before some moment."""

    in_an_hour: int
    in_a_day: int


@dataclass(frozen=True, kw_only=True)
class SigningStop:
    """Nobody may have a card signed until this is lifted."""

    officer_no: str
    at: datetime
    reason: str


def against_signing(stop: SigningStop | None) -> tuple[Objection, ...]:
    """What the stop says to whoever wants a card signed."""
    if stop is None:
        return ()
    details: Details = {"officer": stop.officer_no, "since": stop.at, "reason": stop.reason}
    return (Objection(ground=Ground.SIGNING_STOPPED, details=details),)


def against_one_more(signed: SignedLately, ceiling: Ceiling) -> tuple[Objection, ...]:
    """What stands against signing one more card now. Work that was begun may be finished whatever this says."""
    if signed.in_an_hour >= ceiling.an_hour:
        return (Objection(ground=Ground.TOO_MANY_THIS_HOUR, details={"limit": ceiling.an_hour}),)
    if signed.in_a_day >= ceiling.a_day:
        return (Objection(ground=Ground.TOO_MANY_TODAY, details={"limit": ceiling.a_day}),)
    return ()


def against_stopping(officer: Officer, *, reason: str) -> tuple[Objection, ...]:
    """What stands against this officer's stopping or resuming: any account in use may, with a reason."""
    return tuple(_about(officer, reason.strip()))


def _about(officer: Officer, reason: str) -> Iterator[Objection]:
    if not officer.active:
        yield Objection(ground=Ground.OFFICER_INACTIVE)
    if not reason:
        yield Objection(ground=Ground.REASON_MISSING)
    if len(reason) > MAX_STOP_REASON:
        yield Objection(ground=Ground.REASON_TOO_LONG, details={"limit": MAX_STOP_REASON})
