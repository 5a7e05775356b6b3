"""Sending what was queued: taken, tried outside any transaction, and what came of it written down.

Whoever dies between a try and its note leaves the delivery taken until its claim runs out; then it is tried again under
the same id. So everything arrives at least once, and receivers can tell repeats. Addresses of workers are read from the
case at the moment of sending and stand in no queue.
"""

import json
import secrets
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from clearance.domain.delivery import CLAIM, Channel, Delivery
from clearance.issuing.events import URGENT, QuietHours
from clearance.issuing.interface_webhooks import secret
from clearance.issuing.ports import Conflict, MessageSender, NotSent, WebhookSender
from clearance.issuing.service import Service

AT_ONCE = 16
"""Deliveries taken together. With this many threads a dead server holds up no other receiver."""
ROUNDS = 20
"""Rounds of one run of the chore; what is left waits for the next run."""

_chance = secrets.SystemRandom().random


@dataclass(frozen=True, kw_only=True)
class Roads:
    """The ways out of the office; None where an installation has no such way."""

    webhooks: WebhookSender
    sms: MessageSender | None
    email: MessageSender | None
    quiet: QuietHours

    @property
    def to_workers(self) -> frozenset[Channel]:
        """By which ways workers can be reached."""
        ways = {Channel.SMS: self.sms, Channel.EMAIL: self.email}
        return frozenset(channel for channel, sender in ways.items() if sender is not None)


def deliver_due(service: Service, roads: Roads) -> int:
    """The chore: try everything that is due; how many were tried."""
    tried = 0
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="delivery") as pool:
        for _ in range(ROUNDS):
            claimed = _claim(service)
            if not claimed:
                break
            list(pool.map(lambda delivery: deliver(service, roads, delivery), claimed))
            tried += len(claimed)
    return tried


def deliver(service: Service, roads: Roads, claimed: Delivery) -> Delivery:
    """Try a claimed delivery once, and note what came of it."""
    try:
        outcome = _tried(service, roads, claimed)
    except NotSent as failed:
        outcome = _after_failure(claimed, failed, service.now(), roads.quiet)
    with suppress(Conflict), service.database.write() as work:  # the claim ran out, and another has it now
        work.deliveries.settle(outcome)
        work.commit()
    return outcome


def body_of(delivery: Delivery) -> bytes:
    """What a webhook is sent: the same bytes at every try."""
    data: dict[str, str | None] = {"webhook_id": delivery.webhook_id}
    if delivery.case_state is not None:
        data = {
            "reference": delivery.reference,
            "state": delivery.case_state.value,
            "clearance_no": delivery.clearance_no,
        }
    at = delivery.occurred_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"type": delivery.event.value, "timestamp": at, "data": data}, separators=(",", ":")).encode()


def _claim(service: Service) -> list[Delivery]:
    now = service.now()
    with service.database.read() as work:
        if not work.deliveries.any_due(now):
            return []
    with service.database.write() as work:
        claimed = work.deliveries.claim(now=now, until=now + CLAIM, limit=AT_ONCE)
        work.commit()
    return list(claimed)


def _tried(service: Service, roads: Roads, delivery: Delivery) -> Delivery:
    match delivery.channel:
        case Channel.WEBHOOK:
            return _to_webhook(service, roads.webhooks, delivery)
        case Channel.SMS:
            return _to_worker(service, roads.sms, delivery)
        case Channel.EMAIL:
            return _to_worker(service, roads.email, delivery)


def _to_webhook(service: Service, sender: WebhookSender, delivery: Delivery) -> Delivery:
    now = service.now()
    assert delivery.webhook_id is not None
    with service.database.read() as work:
        webhook = work.webhooks.get(delivery.webhook_id)
    if webhook is None or webhook.closed_at is not None:
        return delivery.dropped(now, why="closed")
    secrets_now = [secret(service, webhook, number) for number in webhook.secret_numbers(now)]
    sender.send(webhook.url, delivery_id=delivery.id, at=now, body=body_of(delivery), secrets=secrets_now)
    return delivery.delivered(service.now())


def _to_worker(service: Service, sender: MessageSender | None, delivery: Delivery) -> Delivery:
    now = service.now()
    with service.database.read() as work:
        application = work.applications.get(delivery.reference)
        opted_out = work.deliveries.opted_out(delivery.reference)
    worker = application.draft.worker if application else None
    to = worker and (worker.mobile if delivery.channel is Channel.SMS else worker.email)
    if opted_out:
        return delivery.dropped(now, why="opted_out")
    if not to or sender is None:
        return delivery.dropped(now, why="no_address")
    sender.send(to, delivery.event, reference=delivery.reference, delivery_id=delivery.id)
    return delivery.delivered(service.now())


def _after_failure(delivery: Delivery, failed: NotSent, now: datetime, quiet: QuietHours) -> Delivery:
    if failed.for_good:
        return delivery.given_up(now, why=failed.code)
    later = delivery.failed(now, why=failed.code, jitter=_chance(), no_sooner=failed.no_sooner)
    if delivery.channel is Channel.SMS and delivery.event not in URGENT:
        return later.postponed(quiet.opens(later.next_at))
    return later
