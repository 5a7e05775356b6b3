"""What is told to others about a case, and how often we try: webhooks to programs, messages to the worker.

Decides which changes are worth telling, the order of tries and when one is given up. Who is told, in which words and by
which road is left to others. A delivery names a case and an event; it carries nothing about a person.
"""

import base64
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from clearance.domain.lifecycle import ApplicationState


class CaseEvent(StrEnum):
    """A change of a case that somebody outside may want to know; the values are the types of webhooks."""

    SUBMITTED = "case.submitted"
    CHECKED = "case.checked"
    RETURNED = "case.returned"
    APPROVED = "case.approved"
    REJECTED = "case.rejected"
    ISSUED = "case.issued"
    HELD = "case.held"
    RELEASED = "case.released"
    REPLACED = "case.replaced"
    """Another card took the place of the one before."""
    REVOKED = "case.revoked"
    DEPARTED = "case.departed"
    PING = "ping"
    """No change: a client tries its address."""


class Channel(StrEnum):
    """By which road."""

    WEBHOOK = "webhook"
    SMS = "sms"
    EMAIL = "email"


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"
    """Given up after the last try; an officer or the client can have it tried again."""
    DROPPED = "dropped"
    """Not sent because nobody wants it any more: opted out, no address, the webhook was closed."""


RETRY_AFTER = tuple(
    timedelta(seconds=seconds) for seconds in (5, 60, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""After the first try, the second, and so on: three days in all, as the Standard Webhooks specification advises."""
JITTER = 0.2
"""How far a wait is stretched at most, so that all who failed together do not come back together."""
CLAIM = timedelta(minutes=5)
"""Whoever takes a delivery has so long to say what came of it; longer than any try of ours lasts."""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One event for one receiver. `id` stays the same through all tries, so that receivers can tell repeats.

    `audit_number` is the link of the record that it tells of and `case_state` where that left the case; a ping has
    neither. `attempts` counts tries begun, and tells two workers with the same delivery in hand apart. `error` is a
    code, never what the other end said.
    """

    id: str
    channel: Channel
    webhook_id: str | None
    event: CaseEvent
    reference: str
    case_state: ApplicationState | None
    clearance_no: str | None
    audit_number: int | None
    occurred_at: datetime
    next_at: datetime
    state: DeliveryState = DeliveryState.WAITING
    attempts: int = 0
    settled_at: datetime | None = None
    error: str | None = None

    def delivered(self, at: datetime) -> Self:
        """It arrived."""
        return replace(self, state=DeliveryState.DELIVERED, settled_at=at, error=None)

    def dropped(self, at: datetime, *, why: str) -> Self:
        """Nobody wants it any more."""
        return replace(self, state=DeliveryState.DROPPED, settled_at=at, error=why)

    def failed(self, at: datetime, *, why: str, jitter: float, no_sooner: timedelta = timedelta(0)) -> Self:
        """To be tried again, or given up after the last try. `jitter` is random, from 0 to 1; `no_sooner` is what the
        other end asked for."""
        if self.attempts > len(RETRY_AFTER):
            return replace(self, state=DeliveryState.DEAD, settled_at=at, error=why)
        wait = RETRY_AFTER[self.attempts - 1] * (1 + JITTER * jitter)
        return replace(self, next_at=at + max(wait, min(no_sooner, RETRY_AFTER[-1])), error=why)

    def postponed(self, until: datetime) -> Self:
        """Not tried before a moment, if it still waits."""
        return replace(self, next_at=max(self.next_at, until)) if self.state is DeliveryState.WAITING else self

    def given_up(self, at: datetime, *, why: str) -> Self:
        """Refused in a way that no repetition mends."""
        return replace(self, state=DeliveryState.DEAD, settled_at=at, error=why)

    def again(self, at: datetime) -> Self:
        """A dead one, tried anew from the first wait on."""
        return replace(self, state=DeliveryState.WAITING, attempts=0, next_at=at, settled_at=None)


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """An address of a client to which changes of its cases are sent.

    `secret_number` names the secret that signs; until `overlap_until` the one before signs as well.
    """

    id: str
    client_id: str
    url: str
    secret_number: int
    created_at: datetime
    overlap_until: datetime | None = None
    closed_at: datetime | None = None

    def secret_numbers(self, now: datetime) -> tuple[int, ...]:
        """Which secrets sign now, the newest first."""
        both = self.overlap_until is not None and now < self.overlap_until
        return (self.secret_number, self.secret_number - 1) if both else (self.secret_number,)

    def rotated(self, *, overlap_until: datetime) -> Self:
        """The same webhook with its next secret."""
        return replace(self, secret_number=self.secret_number + 1, overlap_until=overlap_until)

    def closed(self, at: datetime) -> Self:
        """The same webhook, to which nothing is sent any more."""
        return replace(self, closed_at=at)


def new_delivery_id() -> str:
    """`msg_` and 26 random characters."""
    return f"msg_{_random()}"


def new_webhook_id() -> str:
    """`hook_` and 26 random characters."""
    return f"hook_{_random()}"


def _random() -> str:
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()
