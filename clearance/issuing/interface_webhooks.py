"""Webhooks of a client: its addresses, their secrets, what was sent to them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from clearance.domain.audit import AuditAct, AuditEntry, Facts
from clearance.domain.delivery import (
    CaseEvent,
    Channel,
    Delivery,
    DeliveryState,
    Webhook,
    new_delivery_id,
    new_webhook_id,
)
from clearance.issuing.clients import Caller
from clearance.issuing.ports import NotOnRecord, UnitOfWork
from clearance.issuing.service import Service

OVERLAP = timedelta(hours=24)
"""How long the secret before a rotation signs as well."""
MOST = 10
"""Open ones of one client."""


def secret(service: Service, webhook: Webhook, number: int) -> bytes:
    """One of a webhook's secrets, derived from a key that is not in the database: no table holds what signs."""
    return bytes.fromhex(service.vault.digest(f"webhook {webhook.id} {number}"))


class TooManyWebhooks(Exception):
    """The client has as many webhooks as it may."""


def add_webhook(service: Service, caller: Caller, url: str) -> Webhook:
    """A new webhook for the cases that the caller may see. Raises TooManyWebhooks."""
    webhook = Webhook(
        id=new_webhook_id(), client_id=caller.client.id, url=url, secret_number=1, created_at=service.now()
    )
    with service.database.write() as work:
        if len(_own_webhooks(work, caller)) >= MOST:
            raise TooManyWebhooks
        work.webhooks.add(webhook)
        _put_on_record(work, AuditAct.WEBHOOK_ADDED, caller, webhook, at=webhook.created_at)
        work.commit()
    return webhook


def webhooks(service: Service, caller: Caller) -> Sequence[Webhook]:
    """The caller's webhooks, oldest first."""
    with service.database.read() as work:
        return _own_webhooks(work, caller)


def webhook(service: Service, caller: Caller, webhook_id: str) -> Webhook:
    """Raises NotOnRecord."""
    with service.database.read() as work:
        return _own_webhook(work, caller, webhook_id)


def rotate_webhook(service: Service, caller: Caller, webhook_id: str) -> Webhook:
    """The webhook with its next secret; the one before signs as well for a day. Raises NotOnRecord."""
    now = service.now()
    with service.database.write() as work:
        rotated = _own_webhook(work, caller, webhook_id).rotated(overlap_until=now + OVERLAP)
        work.webhooks.save(rotated)
        _put_on_record(work, AuditAct.WEBHOOK_ROTATED, caller, rotated, at=now)
        work.commit()
    return rotated


def close_webhook(service: Service, caller: Caller, webhook_id: str) -> None:
    """Send nothing more to a webhook. Raises NotOnRecord."""
    now = service.now()
    with service.database.write() as work:
        closed = _own_webhook(work, caller, webhook_id).closed(now)
        work.webhooks.save(closed)
        _put_on_record(work, AuditAct.WEBHOOK_CLOSED, caller, closed, at=now)
        work.commit()


def ping(service: Service, caller: Caller, webhook_id: str) -> Delivery:
    """A delivery of no news, on its way. Raises NotOnRecord."""
    now = service.now()
    with service.database.write() as work:
        delivery = Delivery(
            id=new_delivery_id(),
            channel=Channel.WEBHOOK,
            webhook_id=_own_webhook(work, caller, webhook_id).id,
            event=CaseEvent.PING,
            reference=webhook_id,
            case_state=None,
            clearance_no=None,
            audit_number=None,
            occurred_at=now,
            next_at=now,
        )
        work.deliveries.queue(delivery)
        work.commit()
    return delivery


def webhook_deliveries(
    service: Service, caller: Caller, webhook_id: str, *, state: DeliveryState | None, limit: int
) -> Sequence[Delivery]:
    """What was sent to a webhook or waits, newest first. Raises NotOnRecord."""
    with service.database.read() as work:
        own = _own_webhook(work, caller, webhook_id)
        return work.deliveries.of_webhook(own.id, state=state, limit=limit)


def retry(service: Service, caller: Caller, webhook_id: str, delivery_id: str) -> Delivery:
    """A delivery that was given up, tried anew under its id. Raises NotOnRecord; Conflict where it was not given up."""
    with service.database.write() as work:
        own = _own_webhook(work, caller, webhook_id)
        dead = work.deliveries.get(delivery_id)
        if dead is None or dead.webhook_id != own.id:
            raise NotOnRecord(delivery_id)
        again = dead.again(service.now())
        work.deliveries.revive(again)
        work.commit()
    return again


def _own_webhooks(work: UnitOfWork, caller: Caller) -> Sequence[Webhook]:
    return [each for each in work.webhooks.open() if each.client_id == caller.client.id]


def _own_webhook(work: UnitOfWork, caller: Caller, webhook_id: str) -> Webhook:
    found = work.webhooks.get(webhook_id)
    if found is None or found.closed_at is not None or found.client_id != caller.client.id:
        raise NotOnRecord(webhook_id)
    return found


def _put_on_record(work: UnitOfWork, act: AuditAct, caller: Caller, webhook: Webhook, *, at: datetime) -> None:
    facts: Facts = {"webhook": webhook.id, "device": caller.client.device}
    work.audit.append(
        AuditEntry(at=at, officer_no=caller.officer.number, act=act, subject=caller.client.id, facts=facts)
    )
