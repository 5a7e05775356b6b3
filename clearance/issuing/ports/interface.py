"""What is stored about programs of others: clients, their answered requests, webhooks, and what waits to be sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from clearance.domain.client import ApiClient, ClientToken
from clearance.domain.delivery import Delivery, DeliveryState, Webhook


class Clients(Protocol):
    """Registered programs and their tokens."""

    def add(self, client: ApiClient) -> None:
        """Raises Conflict when the id was ever used, or an open client bears the name."""
        ...

    def get(self, client_id: str) -> ApiClient | None: ...

    def open(self) -> Sequence[ApiClient]:
        """Those that were not revoked, in order of their names."""
        ...

    def save(self, client: ApiClient) -> None:
        """Raises NotOnRecord."""
        ...

    def add_token(self, token: ClientToken) -> None: ...

    def tokens(self, client_id: str) -> Sequence[ClientToken]:
        """Oldest first."""
        ...

    def end_tokens(self, client_id: str, *, by: datetime) -> None:
        """Let every token of a client expire at a moment at the latest."""
        ...


@dataclass(frozen=True, kw_only=True)
class StoredAnswer:
    """What a request was answered, to be said again when it is repeated: an HTTP status and a JSON text."""

    status: int
    body: str
    location: str | None = None


@dataclass(frozen=True, kw_only=True)
class KeyedRequest:
    """A request that its sender gave a key: `fingerprint` is a SHA-256 of what was asked.

    `lease` tells two that handle it apart. Without an answer it is in hand until `reserved_until`, or lost with the
    process that had it.
    """

    client_id: str
    key: str
    fingerprint: str
    lease: str
    reserved_until: datetime
    answer: StoredAnswer | None = None


class KeyedRequests(Protocol):
    """Requests with an idempotency key."""

    def get(self, client_id: str, key: str) -> KeyedRequest | None: ...

    def reserve(self, request: KeyedRequest) -> None:
        """Write a request that is about to be handled, in the place of an earlier one of the same key."""
        ...

    def answer(self, request: KeyedRequest, answer: StoredAnswer) -> None:
        """Keep the answer. Raises Conflict where another lease has the request now, or it was answered."""
        ...

    def forget(self, *, reserved_before: datetime) -> int:
        """Remove requests whose reservation ended before a moment; how many there were."""
        ...


class Webhooks(Protocol):
    """Addresses of clients."""

    def add(self, webhook: Webhook) -> None: ...

    def get(self, webhook_id: str) -> Webhook | None: ...

    def save(self, webhook: Webhook) -> None:
        """Raises NotOnRecord."""
        ...

    def open(self) -> Sequence[Webhook]:
        """Every one that was not closed, oldest first."""
        ...


class Deliveries(Protocol):
    """What waits to be sent, and what came of it."""

    def queue(self, delivery: Delivery) -> bool:
        """False, and nothing written, where this entry of the record is on its way to this receiver already."""
        ...

    def get(self, delivery_id: str) -> Delivery | None: ...

    def any_due(self, now: datetime) -> bool:
        """Whether something waits whose time has come, though another of its case may go first."""
        ...

    def claim(self, *, now: datetime, until: datetime, limit: int) -> Sequence[Delivery]:
        """Take deliveries that are due, of each receiver and case only the first that waits. Nobody else gets them
        before `until`."""
        ...

    def settle(self, delivery: Delivery) -> None:
        """Write what came of a try. Raises Conflict where it is no longer in the hand of whoever claimed it."""
        ...

    def revive(self, delivery: Delivery) -> None:
        """Write a dead delivery as waiting. Raises Conflict where it is not dead."""
        ...

    def repeats_the_last(self, delivery: Delivery) -> bool:
        """Whether the newest of the same receiver and case tells of the same event and was not tried yet."""
        ...

    def of_case(self, reference: str) -> Sequence[Delivery]:
        """Oldest first, without webhooks: what the worker was sent."""
        ...

    def of_webhook(self, webhook_id: str, *, state: DeliveryState | None, limit: int) -> Sequence[Delivery]:
        """Newest first."""
        ...

    def opted_out(self, reference: str) -> bool: ...

    def opt_out(self, reference: str, *, officer_no: str, at: datetime) -> None:
        """Doing so twice is no fault."""
        ...

    def opt_in(self, reference: str) -> None: ...


class FeedPlaces(Protocol):
    """Where readers of the record stopped."""

    def get(self, reader: str) -> int:
        """The number of the link that a reader saw last; 0 for a reader who comes first."""
        ...

    def move(self, reader: str, number: int) -> None: ...
