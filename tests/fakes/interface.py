"""Clients, their requests, webhooks and deliveries in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from clearance.domain.client import ApiClient, ClientToken
from clearance.domain.delivery import Channel, Delivery, DeliveryState, Webhook
from clearance.issuing.ports import Conflict, KeyedRequest, NotOnRecord, StoredAnswer


@dataclass
class InterfaceRows:
    """The part of the stored state that belongs to programs of others and to messages."""

    clients: dict[str, ApiClient] = field(default_factory=dict)
    client_tokens: dict[str, ClientToken] = field(default_factory=dict)
    keyed_requests: dict[tuple[str, str], KeyedRequest] = field(default_factory=dict)
    webhooks: dict[str, Webhook] = field(default_factory=dict)
    deliveries: dict[str, Delivery] = field(default_factory=dict)
    """In the order in which they were queued."""
    optouts: dict[str, str] = field(default_factory=dict)
    feed_places: dict[str, int] = field(default_factory=dict)


@dataclass
class FakeClients:
    rows: InterfaceRows

    def add(self, client: ApiClient) -> None:
        if client.id in self.rows.clients or client.name in {each.name for each in self.open()}:
            raise Conflict(client.id)
        self.rows.clients[client.id] = client

    def get(self, client_id: str) -> ApiClient | None:
        return self.rows.clients.get(client_id)

    def open(self) -> Sequence[ApiClient]:
        standing = (client for client in self.rows.clients.values() if client.revoked_at is None)
        return sorted(standing, key=lambda client: client.name)

    def save(self, client: ApiClient) -> None:
        if client.id not in self.rows.clients:
            raise NotOnRecord(client.id)
        self.rows.clients[client.id] = client

    def add_token(self, token: ClientToken) -> None:
        self.rows.client_tokens[token.sha256] = token

    def tokens(self, client_id: str) -> Sequence[ClientToken]:
        own = (token for token in self.rows.client_tokens.values() if token.client_id == client_id)
        return sorted(own, key=lambda token: (token.issued_at, token.sha256))

    def end_tokens(self, client_id: str, *, by: datetime) -> None:
        for token in self.tokens(client_id):
            self.rows.client_tokens[token.sha256] = replace(token, expires_at=min(token.expires_at, by))


@dataclass
class FakeKeyedRequests:
    rows: InterfaceRows

    def get(self, client_id: str, key: str) -> KeyedRequest | None:
        return self.rows.keyed_requests.get((client_id, key))

    def reserve(self, request: KeyedRequest) -> None:
        self.rows.keyed_requests[request.client_id, request.key] = replace(request, answer=None)

    def answer(self, request: KeyedRequest, answer: StoredAnswer) -> None:
        stored = self.get(request.client_id, request.key)
        if stored is None or stored.lease != request.lease or stored.answer is not None:
            raise Conflict(request.key)
        self.rows.keyed_requests[request.client_id, request.key] = replace(stored, answer=answer)

    def forget(self, *, reserved_before: datetime) -> int:
        old = [key for key, one in self.rows.keyed_requests.items() if one.reserved_until < reserved_before]
        for key in old:
            del self.rows.keyed_requests[key]
        return len(old)


@dataclass
class FakeWebhooks:
    rows: InterfaceRows

    def add(self, webhook: Webhook) -> None:
        self.rows.webhooks[webhook.id] = webhook

    def get(self, webhook_id: str) -> Webhook | None:
        return self.rows.webhooks.get(webhook_id)

    def save(self, webhook: Webhook) -> None:
        if webhook.id not in self.rows.webhooks:
            raise NotOnRecord(webhook.id)
        self.rows.webhooks[webhook.id] = webhook

    def open(self) -> Sequence[Webhook]:
        standing = (webhook for webhook in self.rows.webhooks.values() if webhook.closed_at is None)
        return sorted(standing, key=lambda webhook: (webhook.created_at, webhook.id))


@dataclass
class FakeDeliveries:
    rows: InterfaceRows

    def queue(self, delivery: Delivery) -> bool:
        about = (delivery.channel, delivery.webhook_id, delivery.audit_number)
        known = {(one.channel, one.webhook_id, one.audit_number) for one in self.rows.deliveries.values()}
        if delivery.audit_number is not None and about in known:
            return False
        self.rows.deliveries[delivery.id] = delivery
        return True

    def get(self, delivery_id: str) -> Delivery | None:
        return self.rows.deliveries.get(delivery_id)

    def any_due(self, now: datetime) -> bool:
        return any(one.next_at <= now for one in self._waiting())

    def claim(self, *, now: datetime, until: datetime, limit: int) -> Sequence[Delivery]:
        first: dict[tuple[str, Channel, str | None], Delivery] = {}
        for one in self._waiting():
            first.setdefault((one.reference, one.channel, one.webhook_id), one)
        due = sorted((one for one in first.values() if one.next_at <= now), key=lambda one: one.next_at)[:limit]
        taken = [replace(one, next_at=until, attempts=one.attempts + 1) for one in due]
        self.rows.deliveries.update({one.id: one for one in taken})
        return taken

    def settle(self, delivery: Delivery) -> None:
        stored = self.rows.deliveries[delivery.id]
        if stored.state is not DeliveryState.WAITING or stored.attempts != delivery.attempts:
            raise Conflict(delivery.id)
        self.rows.deliveries[delivery.id] = delivery

    def revive(self, delivery: Delivery) -> None:
        if self.rows.deliveries[delivery.id].state is not DeliveryState.DEAD:
            raise Conflict(delivery.id)
        self.rows.deliveries[delivery.id] = delivery

    def repeats_the_last(self, delivery: Delivery) -> bool:
        receiver = (delivery.reference, delivery.channel, delivery.webhook_id)
        own = [one for one in self.rows.deliveries.values() if (one.reference, one.channel, one.webhook_id) == receiver]
        untried = bool(own) and own[-1].state is DeliveryState.WAITING and own[-1].attempts == 0
        return untried and own[-1].event is delivery.event

    def of_case(self, reference: str) -> Sequence[Delivery]:
        stored = self.rows.deliveries.values()
        return [one for one in stored if one.reference == reference and one.channel is not Channel.WEBHOOK]

    def of_webhook(self, webhook_id: str, *, state: DeliveryState | None, limit: int) -> Sequence[Delivery]:
        own = [one for one in self.rows.deliveries.values() if one.webhook_id == webhook_id]
        return [one for one in reversed(own) if state is None or one.state is state][:limit]

    def opted_out(self, reference: str) -> bool:
        return reference in self.rows.optouts

    def opt_out(self, reference: str, *, officer_no: str, at: datetime) -> None:
        self.rows.optouts.setdefault(reference, officer_no)

    def opt_in(self, reference: str) -> None:
        self.rows.optouts.pop(reference, None)

    def _waiting(self) -> list[Delivery]:
        return [one for one in self.rows.deliveries.values() if one.state is DeliveryState.WAITING]


@dataclass
class FakeFeedPlaces:
    rows: InterfaceRows

    def get(self, reader: str) -> int:
        return self.rows.feed_places.get(reader, 0)

    def move(self, reader: str, number: int) -> None:
        self.rows.feed_places[reader] = number
