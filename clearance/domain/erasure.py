"""Erasing one person from the record, by one officer with another's consent; and what keeps a case as it is.

It decides who may ask and who consents, and that nothing is erased while a card holds, a case is under way or an
investigation needs it. What is left of a case is decided in `retention`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from clearance.domain.application import Application
from clearance.domain.clearance import Clearance
from clearance.domain.eligibility import Ground, Objection
from clearance.domain.order import Order, against_reason, against_role, against_second, against_settled, new_number
from clearance.domain.staff import Officer, Role

KEEPING = frozenset({Role.ADMINISTRATOR})
"""Who looks after people's data: gives a person theirs, asks for an erasure, keeps a case for an investigation."""


class Basis(StrEnum):
    """Why a person is erased."""

    ASKED_BY_PERSON = "asked_by_person"
    COURT_ORDER = "court_order"
    ENTERED_IN_ERROR = "entered_in_error"


@dataclass(frozen=True, kw_only=True)
class InvestigationHold:
    """A case that stays whole until somebody ends this: neither its term nor an order touches it."""

    reference: str
    placed_by: str
    placed_at: datetime
    reason: str


@dataclass(frozen=True, kw_only=True)
class ErasureOrder(Order):
    """One order. It names the case by which the person was found; who it was is nowhere in it."""

    reference: str
    basis: Basis


def new_order_no() -> str:
    """`ER-` and eight random characters."""
    return new_number("ER")


def against_keeping(officer: Officer) -> tuple[Objection, ...]:
    """What stands against this officer's handling of people's data."""
    return tuple(against_role(officer, KEEPING, named=Role.ADMINISTRATOR))


def against_ordering(officer: Officer, *, reason: str) -> tuple[Objection, ...]:
    """What stands against this officer ordering an erasure."""
    return (*against_keeping(officer), *against_reason(reason))


def against_consent(order: ErasureOrder, officer: Officer) -> tuple[Objection, ...]:
    """What stands against this officer's being the second."""
    return (*against_second(order, officer), *against_settled(order))


def against_erasing(
    cases: Iterable[Application], cards: Iterable[Clearance], holds: Iterable[InvestigationHold], *, on: date
) -> tuple[Objection, ...]:
    """What stands against erasing a person with these cases and cards today."""
    against = [
        Objection(ground=Ground.CARD_IN_FORCE, details={"clearance_no": card.clearance_no})
        for card in cards
        if card.stands(on)
    ]
    against += [
        Objection(ground=Ground.CASE_UNDER_WAY, details={"reference": case.reference})
        for case in cases
        if case.under_way
    ]
    against += [Objection(ground=Ground.UNDER_INVESTIGATION, details={"reference": hold.reference}) for hold in holds]
    return tuple(against)
