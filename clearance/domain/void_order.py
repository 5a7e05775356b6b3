"""An order to void everything that one account did since a moment, by one officer with another's consent.

It decides who may order and who consents, and what becomes of each case that the order reaches. A card of a worker who
did nothing wrong is taken back as issued in error: the words blame nobody.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from clearance.domain.eligibility import Ground, Objection
from clearance.domain.lifecycle import ApplicationState
from clearance.domain.order import Order, against_reason, against_second, against_settled, new_number
from clearance.domain.staff import Officer, Role

_S = ApplicationState


class VoidOutcome(StrEnum):
    """What became of one case."""

    REVOKED = "revoked"
    """Its card was taken back."""
    RETURNED = "returned"
    """It was under way, and goes back to whoever entered it."""
    LEFT = "left"
    """Nothing was to be taken back any more: rejected, replaced or revoked before."""


def outcome_for(state: ApplicationState, *, has_card: bool) -> VoidOutcome:
    """What an order does to a case that stands here."""
    if state in (_S.SUPERSEDED, _S.REVOKED, _S.REJECTED):
        return VoidOutcome.LEFT
    if has_card:
        return VoidOutcome.REVOKED
    return VoidOutcome.RETURNED if state in (_S.SUBMITTED, _S.CHECKED, _S.APPROVED, _S.HELD) else VoidOutcome.LEFT


@dataclass(frozen=True, kw_only=True)
class VoidOrder(Order):
    """One order. It takes effect with the consent; from then on the account is blocked, and the rest can be resumed."""

    target_no: str
    since: datetime
    done_at: datetime | None = None

    @property
    def running(self) -> bool:
        """Whether it was consented to and is not done."""
        return self.consented_by is not None and self.done_at is None

    def done(self, at: datetime) -> Self:
        return replace(self, done_at=at)


@dataclass(frozen=True, kw_only=True)
class VoidItem:
    """One case of an order, as it ended."""

    order_no: str
    reference: str
    outcome: VoidOutcome
    done_at: datetime


def new_order_no() -> str:
    """`VO-` and eight random characters."""
    return new_number("VO")


def against_ordering(officer: Officer, *, target_no: str, reason: str) -> tuple[Objection, ...]:
    """What stands against this officer ordering it."""
    return tuple(_against_ordering(officer, target_no, reason))


def against_consent(order: VoidOrder, officer: Officer) -> tuple[Objection, ...]:
    """What stands against this officer's being the second."""
    return (*against_second(order, officer), *_against_target(officer, order.target_no), *against_settled(order))


def _against_ordering(officer: Officer, target_no: str, reason: str) -> Iterator[Objection]:
    if not officer.active:
        yield Objection(ground=Ground.OFFICER_INACTIVE)
    if Role.ADMINISTRATOR not in officer.roles:
        yield Objection(ground=Ground.ROLE_MISSING, details={"role": Role.ADMINISTRATOR.value})
    yield from _against_target(officer, target_no)
    yield from against_reason(reason)


def _against_target(officer: Officer, target_no: str) -> Iterator[Objection]:
    if officer.number == target_no:
        yield Objection(ground=Ground.ABOUT_ONESELF)
