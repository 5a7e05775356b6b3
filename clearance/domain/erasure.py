"""Erasing one person from the record, by one officer with another's consent; and what keeps a case as it is.

It decides who may ask and who consents, and that nothing is erased while a card holds, a case is under way or an
investigation needs it. What is left of a case is decided in `retention`.
"""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Self

from clearance.domain.application import Application
from clearance.domain.clearance import CROCKFORD, Clearance
from clearance.domain.eligibility import Ground, Objection
from clearance.domain.proposal import ProposalState
from clearance.domain.staff import Officer, Role

MAX_REASON = 200
KEEPING = frozenset({Role.ADMINISTRATOR})
"""Who looks after people's data: gives a person theirs, asks for an erasure, keeps a case for an investigation."""
CONSENTING = frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.APPROVER})


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
class ErasureOrder:
    """One order. It names the case by which the person was found; who it was is nowhere in it."""

    number: str
    reference: str
    basis: Basis
    reason: str
    ordered_by: str
    ordered_at: datetime
    ordered_device: str
    consented_by: str | None = None
    consented_at: datetime | None = None
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether it waits for a second officer."""
        return self.consented_by is None and self.withdrawn_by is None

    def consented(self, officer_no: str, at: datetime) -> Self:
        return replace(self, consented_by=officer_no, consented_at=at)

    def withdrawn(self, officer_no: str, at: datetime) -> Self:
        return replace(self, withdrawn_by=officer_no, withdrawn_at=at)


def new_order_no() -> str:
    """`ER-` and eight random characters."""
    return "ER-" + "".join(secrets.choice(CROCKFORD) for _ in range(8))


def against_keeping(officer: Officer) -> tuple[Objection, ...]:
    """What stands against this officer's handling of people's data."""
    return tuple(_against_roles(officer, KEEPING, Role.ADMINISTRATOR))


def against_ordering(officer: Officer, *, reason: str) -> tuple[Objection, ...]:
    """What stands against this officer ordering an erasure."""
    return (*against_keeping(officer), *against_reason(reason))


def against_reason(reason: str) -> Iterator[Objection]:
    """What is wrong with a reason in words."""
    if not reason.strip():
        yield Objection(ground=Ground.REASON_MISSING)
    if len(reason) > MAX_REASON:
        yield Objection(ground=Ground.REASON_TOO_LONG, details={"limit": MAX_REASON})


def against_consent(order: ErasureOrder, officer: Officer) -> tuple[Objection, ...]:
    """What stands against this officer's being the second."""
    against = list(_against_roles(officer, CONSENTING, Role.AUDITOR))
    if officer.number == order.ordered_by:
        against.append(Objection(ground=Ground.SAME_OFFICER_PROPOSED))
    if not order.open:
        settled = ProposalState.CONSENTED if order.consented_by else ProposalState.WITHDRAWN
        against.append(Objection(ground=Ground.PROPOSAL_SETTLED, details={"outcome": settled.value}))
    return tuple(against)


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


def _against_roles(officer: Officer, roles: frozenset[Role], named: Role) -> Iterator[Objection]:
    if not officer.active:
        yield Objection(ground=Ground.OFFICER_INACTIVE)
    if not officer.roles & roles or not officer.headquarters:
        yield Objection(ground=Ground.ROLE_MISSING, details={"role": named.value})
