"""Webhooks: registering an address, its secret, a test, what was sent."""

import base64
from typing import cast

from clearance.domain.client import ClientScope
from clearance.domain.delivery import Delivery, DeliveryState, Webhook
from clearance.issuing import interface_webhooks
from clearance.issuing.interface_webhooks import TooManyWebhooks
from clearance.web.api import models
from clearance.web.api.models import DeliveryList, DeliveryQuery, NewWebhook, Nothing, WebhookList, WebhookSecret
from clearance.web.api.operation import Call, Operation, Result
from clearance.web.api.problems import Wrong
from clearance.web.wording_interface import ProblemCode

WHERE = "/api/v1/webhooks"


def add(call: Call) -> Result:
    """Register an address."""
    try:
        made = interface_webhooks.add_webhook(call.service, call.caller, cast(NewWebhook, call.body).url)
    except TooManyWebhooks:
        raise Wrong(ProblemCode.TOO_MANY_WEBHOOKS) from None
    return Result(model=_webhook(made), location=f"{WHERE}/{made.id}")


def show_list(call: Call) -> Result:
    """The client's webhooks."""
    found = interface_webhooks.webhooks(call.service, call.caller)
    return Result(model=WebhookList(items=[_webhook(each) for each in found]))


def show(call: Call) -> Result:
    """One webhook."""
    return Result(model=_webhook(interface_webhooks.webhook(call.service, call.caller, call.path["webhook_id"])))


def close(call: Call) -> Result:
    """Remove a webhook."""
    interface_webhooks.close_webhook(call.service, call.caller, call.path["webhook_id"])
    return Result(model=Nothing())


def rotate(call: Call) -> Result:
    """Take the next secret into use."""
    rotated = interface_webhooks.rotate_webhook(call.service, call.caller, call.path["webhook_id"])
    return Result(model=_webhook(rotated))


def ping(call: Call) -> Result:
    """Send a test."""
    return Result(model=_delivery(interface_webhooks.ping(call.service, call.caller, call.path["webhook_id"])))


def deliveries(call: Call) -> Result:
    """What was sent, and what was given up."""
    query = cast(DeliveryQuery, call.query)
    found = interface_webhooks.webhook_deliveries(
        call.service, call.caller, call.path["webhook_id"], state=query.state, limit=query.limit
    )
    return Result(model=DeliveryList(items=[_delivery(each) for each in found]))


def retry(call: Call) -> Result:
    """Try a delivery anew that was given up."""
    webhook_id, delivery_id = call.path["webhook_id"], call.path["delivery_id"]
    return Result(model=_delivery(interface_webhooks.retry(call.service, call.caller, webhook_id, delivery_id)))


def secret(call: Call) -> Result:
    """The newest secret of a webhook; no stored answer holds it."""
    webhook = interface_webhooks.webhook(call.service, call.caller, call.path["webhook_id"])
    newest = interface_webhooks.secret(call.service, webhook, webhook.secret_number)
    return Result(model=WebhookSecret(secret=f"whsec_{base64.b64encode(newest).decode()}"))


def _webhook(webhook: Webhook) -> models.Webhook:
    return models.Webhook(
        id=webhook.id, url=webhook.url, created_at=webhook.created_at, overlap_until=webhook.overlap_until
    )


def _delivery(delivery: Delivery) -> models.Delivery:
    waiting = delivery.state is DeliveryState.WAITING
    return models.Delivery(
        id=delivery.id,
        event=delivery.event,
        reference=delivery.reference,
        state=delivery.state,
        attempts=delivery.attempts,
        occurred_at=delivery.occurred_at,
        next_try_at=delivery.next_at if waiting else None,
        settled_at=delivery.settled_at,
        error=delivery.error,
    )


_SCOPE, _MISSING = ClientScope.WEBHOOKS, (ProblemCode.NOT_FOUND,)
_ONE, _SENT = "/webhooks/{webhook_id}", "/webhooks/{webhook_id}/deliveries"
OPERATIONS = (
    Operation(
        id="addWebhook",
        method="POST",
        path="/webhooks",
        scope=_SCOPE,
        summary="Have changes of cases sent to an address.",
        perform=add,
        body=NewWebhook,
        answer=models.Webhook,
        status=201,
        once=True,
        problems=(ProblemCode.TOO_MANY_WEBHOOKS,),
    ),
    Operation(
        id="listWebhooks",
        method="GET",
        path="/webhooks",
        scope=_SCOPE,
        summary="The client's webhooks.",
        perform=show_list,
        answer=WebhookList,
    ),
    Operation(
        id="getWebhook",
        method="GET",
        path=_ONE,
        scope=_SCOPE,
        summary="One webhook.",
        perform=show,
        answer=models.Webhook,
        problems=_MISSING,
    ),
    Operation(
        id="removeWebhook",
        method="DELETE",
        path=_ONE,
        scope=_SCOPE,
        summary="Send nothing more to a webhook.",
        perform=close,
        answer=Nothing,
        status=204,
        problems=_MISSING,
    ),
    Operation(
        id="getWebhookSecret",
        method="GET",
        path=f"{_ONE}/secret",
        scope=_SCOPE,
        summary="The secret that signs what the webhook is sent.",
        perform=secret,
        answer=WebhookSecret,
        problems=_MISSING,
    ),
    Operation(
        id="rotateWebhookSecret",
        method="POST",
        path=f"{_ONE}/secret",
        scope=_SCOPE,
        summary="Take a new secret into use; the old one signs as well for a day.",
        perform=rotate,
        answer=models.Webhook,
        once=True,
        problems=_MISSING,
    ),
    Operation(
        id="pingWebhook",
        method="POST",
        path=f"{_ONE}/ping",
        scope=_SCOPE,
        summary="Send a test to a webhook.",
        perform=ping,
        answer=models.Delivery,
        status=202,
        once=True,
        problems=_MISSING,
    ),
    Operation(
        id="listDeliveries",
        method="GET",
        path=_SENT,
        scope=_SCOPE,
        summary="What was sent to a webhook, waits or was given up.",
        perform=deliveries,
        query=DeliveryQuery,
        answer=DeliveryList,
        problems=_MISSING,
    ),
    Operation(
        id="retryDelivery",
        method="POST",
        path=f"{_SENT}/{{delivery_id}}/retry",
        scope=_SCOPE,
        summary="Try a delivery anew that was given up.",
        perform=retry,
        answer=models.Delivery,
        status=202,
        once=True,
        problems=(ProblemCode.NOT_FOUND, ProblemCode.CONFLICT),
    ),
)
