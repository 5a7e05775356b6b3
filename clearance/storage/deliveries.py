"""Webhooks, what waits to be sent, and where readers of the record stopped, as rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, delete, select, update

from clearance.domain.delivery import CaseEvent, Channel, Delivery, DeliveryState, Webhook
from clearance.domain.lifecycle import ApplicationState
from clearance.issuing.ports import Conflict, NotOnRecord
from clearance.storage.tables_interface import deliveries, feed_places, message_optouts, webhooks

_ADD_WEBHOOK = webhooks.insert()
_GET_WEBHOOK = select(webhooks).where(webhooks.c.id == bindparam("wanted"))
_SAVE_WEBHOOK = update(webhooks).where(webhooks.c.id == bindparam("wanted"))
_OPEN_WEBHOOKS = select(webhooks).where(webhooks.c.closed_at.is_(None)).order_by(webhooks.c.created_at, webhooks.c.id)

_C = deliveries.c
_EARLIER = deliveries.alias("earlier").c
_WAITING = _C.state == DeliveryState.WAITING.value
_ADD = deliveries.insert()
_GET = select(deliveries).where(_C.id == bindparam("wanted"))
_QUEUED = select(_C.number).where(
    _C.channel == bindparam("by"),
    _C.webhook_id.is_not_distinct_from(bindparam("to")),
    _C.audit_number == bindparam("about"),
)
# None of the same receiver and case that came up earlier may still be waiting: changes arrive in their order.
_DUE = (
    select(deliveries)
    .where(
        _WAITING,
        _C.next_at <= bindparam("now"),
        ~select(_EARLIER.number)
        .where(
            _EARLIER.state == DeliveryState.WAITING.value,
            _EARLIER.reference == _C.reference,
            _EARLIER.channel == _C.channel,
            _EARLIER.webhook_id.is_not_distinct_from(_C.webhook_id),
            _EARLIER.number < _C.number,
        )
        .exists(),
    )
    .order_by(_C.next_at, _C.number)
    .limit(bindparam("most"))
)
_ANY_DUE = select(_C.number).where(_WAITING, _C.next_at <= bindparam("now")).limit(1)
_TAKE = (
    update(deliveries).where(_C.id == bindparam("wanted")).values(next_at=bindparam("until"), attempts=_C.attempts + 1)
)
_SETTLE = update(deliveries).where(and_(_C.id == bindparam("wanted"), _WAITING, _C.attempts == bindparam("tried")))
_REVIVE = update(deliveries).where(_C.id == bindparam("wanted"), _C.state == DeliveryState.DEAD.value)
_LAST = (
    select(deliveries)
    .where(
        _C.reference == bindparam("of_case"),
        _C.channel == bindparam("by"),
        _C.webhook_id.is_not_distinct_from(bindparam("to")),
    )
    .order_by(_C.number.desc())
    .limit(1)
)
_OF_CASE = (
    select(deliveries)
    .where(_C.reference == bindparam("of_case"), _C.channel != Channel.WEBHOOK.value)
    .order_by(_C.number)
)
_OF_WEBHOOK = (
    select(deliveries)
    .where(_C.webhook_id == bindparam("of_webhook"))
    .order_by(_C.number.desc())
    .limit(bindparam("most"))
)
_OF_WEBHOOK_IN_STATE = _OF_WEBHOOK.where(_C.state == bindparam("in_state"))

_OPTED_OUT = select(message_optouts.c.reference).where(message_optouts.c.reference == bindparam("of_case"))
_OPT_OUT = message_optouts.insert()
_OPT_IN = delete(message_optouts).where(message_optouts.c.reference == bindparam("of_case"))
_PLACE = select(feed_places.c.number).where(feed_places.c.reader == bindparam("who"))
_FIRST_PLACE = feed_places.insert()
_NEXT_PLACE = update(feed_places).where(feed_places.c.reader == bindparam("who"))


class SqlWebhooks:
    """Implements `clearance.issuing.ports.Webhooks`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, webhook: Webhook) -> None:
        self._connection.execute(_ADD_WEBHOOK, vars(webhook))

    def get(self, webhook_id: str) -> Webhook | None:
        row = self._connection.execute(_GET_WEBHOOK, {"wanted": webhook_id}).mappings().first()
        return None if row is None else Webhook(**row)

    def save(self, webhook: Webhook) -> None:
        if self._connection.execute(_SAVE_WEBHOOK, vars(webhook) | {"wanted": webhook.id}).rowcount != 1:
            raise NotOnRecord(webhook.id)

    def open(self) -> Sequence[Webhook]:
        return [Webhook(**row) for row in self._connection.execute(_OPEN_WEBHOOKS).mappings()]


class SqlDeliveries:
    """Implements `clearance.issuing.ports.Deliveries`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def queue(self, delivery: Delivery) -> bool:
        same = {"by": delivery.channel.value, "to": delivery.webhook_id, "about": delivery.audit_number}
        if delivery.audit_number is not None and self._connection.execute(_QUEUED, same).first():
            return False
        self._connection.execute(_ADD, vars(delivery))
        return True

    def get(self, delivery_id: str) -> Delivery | None:
        row = self._connection.execute(_GET, {"wanted": delivery_id}).first()
        return None if row is None else _delivery(row)

    def any_due(self, now: datetime) -> bool:
        return self._connection.execute(_ANY_DUE, {"now": now}).first() is not None

    def claim(self, *, now: datetime, until: datetime, limit: int) -> Sequence[Delivery]:
        due = [_delivery(row) for row in self._connection.execute(_DUE, {"now": now, "most": limit})]
        if due:
            self._connection.execute(_TAKE, [{"wanted": delivery.id, "until": until} for delivery in due])
        return [_claimed(delivery, until) for delivery in due]

    def settle(self, delivery: Delivery) -> None:
        which = {"wanted": delivery.id, "tried": delivery.attempts}
        if self._connection.execute(_SETTLE, _outcome(delivery) | which).rowcount != 1:
            raise Conflict(f"{delivery.id} is in another's hand")

    def revive(self, delivery: Delivery) -> None:
        outcome = _outcome(delivery) | {"attempts": delivery.attempts, "wanted": delivery.id}
        if self._connection.execute(_REVIVE, outcome).rowcount != 1:
            raise Conflict(f"{delivery.id} was not given up")

    def repeats_the_last(self, delivery: Delivery) -> bool:
        same = {"of_case": delivery.reference, "by": delivery.channel.value, "to": delivery.webhook_id}
        last = self._connection.execute(_LAST, same).first()
        untried = (DeliveryState.WAITING.value, 0, delivery.event.value)
        return last is not None and (last.state, last.attempts, last.event) == untried

    def of_case(self, reference: str) -> Sequence[Delivery]:
        return [_delivery(row) for row in self._connection.execute(_OF_CASE, {"of_case": reference})]

    def of_webhook(self, webhook_id: str, *, state: DeliveryState | None, limit: int) -> Sequence[Delivery]:
        wanted: dict[str, Any] = {"of_webhook": webhook_id, "most": limit}
        if state is None:
            rows = self._connection.execute(_OF_WEBHOOK, wanted)
        else:
            rows = self._connection.execute(_OF_WEBHOOK_IN_STATE, wanted | {"in_state": state.value})
        return [_delivery(row) for row in rows]

    def opted_out(self, reference: str) -> bool:
        return self._connection.execute(_OPTED_OUT, {"of_case": reference}).first() is not None

    def opt_out(self, reference: str, *, officer_no: str, at: datetime) -> None:
        if not self.opted_out(reference):
            self._connection.execute(_OPT_OUT, {"reference": reference, "officer_no": officer_no, "at": at})

    def opt_in(self, reference: str) -> None:
        self._connection.execute(_OPT_IN, {"of_case": reference})


class SqlFeedPlaces:
    """Implements `clearance.issuing.ports.FeedPlaces`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, reader: str) -> int:
        return self._connection.scalar(_PLACE, {"who": reader}) or 0

    def move(self, reader: str, number: int) -> None:
        if self._connection.execute(_NEXT_PLACE, {"who": reader, "number": number}).rowcount == 0:
            self._connection.execute(_FIRST_PLACE, {"reader": reader, "number": number})


def _outcome(delivery: Delivery) -> dict[str, Any]:
    return {
        "state": delivery.state.value,
        "next_at": delivery.next_at,
        "settled_at": delivery.settled_at,
        "error": delivery.error,
    }


def _claimed(delivery: Delivery, until: datetime) -> Delivery:
    return Delivery(**vars(delivery) | {"next_at": until, "attempts": delivery.attempts + 1})


def _delivery(row: Row[Any]) -> Delivery:
    values = row._asdict()
    del values["number"]
    return Delivery(
        **values
        | {
            "channel": Channel(row.channel),
            "event": CaseEvent(row.event),
            "state": DeliveryState(row.state),
            "case_state": None if row.case_state is None else ApplicationState(row.case_state),
        }
    )
