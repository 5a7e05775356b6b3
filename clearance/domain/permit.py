"""Permits are budgets, agencies are licensed: what a case leans on, and what about a permit cannot be right.

The budget itself is kept by the database, which takes a place with each card it is given (docs/adr/0076).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Self

from clearance.domain.proposal import ProposalState, Signature
from clearance.domain.text import BilingualText

SPIKE_CARDS = 20
"""Fewer cards than this in one day are no spike, however quiet the other days were."""
SPIKE_DAYS = 5
"""Days with cards before anything is called usual."""
SPIKE_TIMES = 5
"""So many times the mean of the other days is a spike."""


@dataclass(frozen=True, kw_only=True)
class Agency:
    """A recruiting agency. `licence_no` is `RL-` and up to five digits (data dictionary: `rl_no`).

    A suspension says from which day, who ordered it and why.
    """

    licence_no: str
    name: BilingualText
    phone: str
    licence_valid_until: date
    suspended_on: date | None = None
    suspended_by: str | None = None
    suspended_reason: str | None = None

    def suspended(self, *, on: date, by: str, reason: str) -> Self:
        """The agency without legal capacity from a day on."""
        return replace(self, suspended_on=on, suspended_by=by, suspended_reason=reason)

    def reinstated(self) -> Self:
        """The agency after its suspension was lifted."""
        return replace(self, suspended_on=None, suspended_by=None, suspended_reason=None)


@dataclass(frozen=True, kw_only=True)
class Permit:
    """A ministry's recruitment permit (নিয়োগানুমতি): so many places, for one agency and one destination.

    `used` is the places that have a clearance, `used_before` those of them that were used before this database counted.
    """

    number: str
    licence_no: str | None
    destination: str
    places: int
    used: int
    valid_from: date
    valid_until: date
    used_before: int = 0

    @property
    def balance(self) -> int:
        """Places left."""
        return self.places - self.used


@dataclass(frozen=True, kw_only=True)
class PermitChange:
    """A proposal to change how many places a permit has, by a letter of the ministry."""

    number: int
    permit_no: str
    places_before: int
    places: int
    letter_no: str
    state: ProposalState
    proposed: Signature
    settled: Signature | None = None


@dataclass(frozen=True, kw_only=True)
class CardCount:
    """What was counted among the cases and cards of one permit, without looking at the permit itself.

    `waiting` are approved cases without a card, `issued` cards that took a place, `foreign` those among them whose case
    names another agency or destination. `last_day` is the day of the newest card; `busiest` of `days` days with cards
    had `most` of them.
    """

    waiting: int = 0
    issued: int = 0
    departed: int = 0
    revoked: int = 0
    foreign: int = 0
    last_day: date | None = None
    days: int = 0
    most: int = 0
    busiest: date | None = None


class PermitFlag(StrEnum):
    """What cannot be right about a permit, or asks for a second look; the wording table holds every one."""

    OVER_BUDGET = "over_budget"
    MISCOUNTED = "miscounted"
    DEPARTED_UNISSUED = "departed_unissued"
    AFTER_THE_END = "after_the_end"
    FOR_ANOTHER = "for_another"
    SPIKE = "spike"


def flags_of(permit: Permit, count: CardCount) -> tuple[PermitFlag, ...]:
    """What is flagged about a permit, the worst first; nothing, where the cards agree with it."""
    return tuple(_flags(permit, count))


def _flags(permit: Permit, count: CardCount) -> Iterator[PermitFlag]:
    counted = permit.used_before + count.issued
    if counted > permit.places:
        yield PermitFlag.OVER_BUDGET
    if counted != permit.used:
        yield PermitFlag.MISCOUNTED
    if count.departed > count.issued:
        yield PermitFlag.DEPARTED_UNISSUED
    if count.last_day is not None and count.last_day > permit.valid_until:
        yield PermitFlag.AFTER_THE_END
    if count.foreign:
        yield PermitFlag.FOR_ANOTHER
    if _spike(count):
        yield PermitFlag.SPIKE


def _spike(count: CardCount) -> bool:
    others = count.issued - count.most
    usual = others / max(1, count.days - 1)
    return count.days >= SPIKE_DAYS and count.most >= SPIKE_CARDS and count.most > SPIKE_TIMES * usual
