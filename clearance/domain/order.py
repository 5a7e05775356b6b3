"""An order that takes two officers: one gives it, another consents, and only then is anything done.

It decides who may be the second and what can still become of an order. Who may give one, and what it does, is decided
where each kind of order is.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from clearance.domain.clearance import CROCKFORD
from clearance.domain.eligibility import Ground, Objection
from clearance.domain.proposal import ProposalState
from clearance.domain.staff import Officer, Role

MAX_REASON = 200
CONSENTING = frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.APPROVER})


@dataclass(frozen=True, kw_only=True)
class Order:
    """What every such order says. It is consented to or withdrawn, once, and stays on record."""

    number: str
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


def new_number(kind: str) -> str:
    """The letters of a kind, a hyphen and eight random characters."""
    return f"{kind}-" + "".join(secrets.choice(CROCKFORD) for _ in range(8))


def against_role(officer: Officer, roles: frozenset[Role], *, named: Role) -> Iterator[Objection]:
    """What stands against an officer who must hold one of these roles at headquarters; `named` is who is asked for."""
    if not officer.active:
        yield Objection(ground=Ground.OFFICER_INACTIVE)
    if not officer.roles & roles or not officer.headquarters:
        yield Objection(ground=Ground.ROLE_MISSING, details={"role": named.value})


def against_reason(reason: str) -> Iterator[Objection]:
    """What is wrong with a reason in words."""
    if not reason.strip():
        yield Objection(ground=Ground.REASON_MISSING)
    if len(reason) > MAX_REASON:
        yield Objection(ground=Ground.REASON_TOO_LONG, details={"limit": MAX_REASON})


def against_second(order: Order, officer: Officer) -> Iterator[Objection]:
    """What stands against this officer's being the second: another person, who administers, audits or decides."""
    yield from against_role(officer, CONSENTING, named=Role.AUDITOR)
    if officer.number == order.ordered_by:
        yield Objection(ground=Ground.SAME_OFFICER_PROPOSED)


def against_settled(order: Order) -> Iterator[Objection]:
    """What stands against settling an order a second time."""
    if not order.open:
        settled = ProposalState.CONSENTED if order.consented_by else ProposalState.WITHDRAWN
        yield Objection(ground=Ground.PROPOSAL_SETTLED, details={"outcome": settled.value})
