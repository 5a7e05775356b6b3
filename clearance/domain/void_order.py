"""An order to void everything that one account did since a moment, by one officer with another's consent.

It decides who may order and who consents, and what becomes of each case that the order reaches. A card of a worker who
did nothing wrong is taken back as issued in error: the words blame nobody.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from clearance.domain.clearance import CROCKFORD
from clearance.domain.eligibility import Ground, Objection
from clearance.domain.lifecycle import ApplicationState
from clearance.domain.proposal import ProposalState
from clearance.domain.staff import Officer, Role

MAX_REASON = 200
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
class VoidOrder:
    """One order. It takes effect with the consent; from then on the account is blocked, and the rest can be resumed."""

    number: str
    target_no: str
    since: datetime
    reason: str
    ordered_by: str
    ordered_at: datetime
    ordered_device: str
    consented_by: str | None = None
    consented_at: datetime | None = None
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None
    done_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether it waits for a second officer."""
        return self.consented_by is None and self.withdrawn_by is None

    @property
    def running(self) -> bool:
        """Whether it was consented to and is not done."""
        return self.consented_by is not None and self.done_at is None

    def consented(self, officer_no: str, at: datetime) -> Self:
        return replace(self, consented_by=officer_no, consented_at=at)

    def withdrawn(self, officer_no: str, at: datetime) -> Self:
        return replace(self, withdrawn_by=officer_no, withdrawn_at=at)

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
    return "VO-" + "".join(secrets.choice(CROCKFORD) for _ in range(8))


def against_ordering(officer: Officer, *, target_no: str, reason: str) -> tuple[Objection, ...]:
    """What stands against this officer ordering it."""
    return tuple(_against(officer, target_no, reason))


def against_consent(order: VoidOrder, officer: Officer) -> tuple[Objection, ...]:
    """What stands against this officer's being the second: another person, who administers, audits or decides."""
    against = []
    if not officer.active:
        against.append(Objection(ground=Ground.OFFICER_INACTIVE))
    if not officer.roles & {Role.ADMINISTRATOR, Role.AUDITOR, Role.APPROVER} or not officer.headquarters:
        against.append(Objection(ground=Ground.ROLE_MISSING, details={"role": Role.AUDITOR.value}))
    if officer.number == order.ordered_by:
        against.append(Objection(ground=Ground.SAME_OFFICER_PROPOSED))
    if officer.number == order.target_no:
        against.append(Objection(ground=Ground.ABOUT_ONESELF))
    if not order.open:
        settled = ProposalState.CONSENTED if order.consented_by else ProposalState.WITHDRAWN
        against.append(Objection(ground=Ground.PROPOSAL_SETTLED, details={"outcome": settled.value}))
    return tuple(against)


def _against(officer: Officer, target_no: str, reason: str) -> Iterator[Objection]:
    if not officer.active:
        yield Objection(ground=Ground.OFFICER_INACTIVE)
    if Role.ADMINISTRATOR not in officer.roles:
        yield Objection(ground=Ground.ROLE_MISSING, details={"role": Role.ADMINISTRATOR.value})
    if officer.number == target_no:
        yield Objection(ground=Ground.ABOUT_ONESELF)
    if not reason.strip():
        yield Objection(ground=Ground.REASON_MISSING)
    if len(reason) > MAX_REASON:
        yield Objection(ground=Ground.REASON_TOO_LONG, details={"limit": MAX_REASON})
