"""Webhooks, signed as the Standard Webhooks specification (standardwebhooks.com, v1) says.

Each webhook has a secret of its own, derived from one key of the installation, the webhook's id and a number that goes
up when its owner asks for another: nothing secret stands in the database. Where the request may lead is decided here.
"""

import base64
import hashlib
import hmac
import ssl
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network

from clearance.domain.delivery import Webhook
from clearance.issuing.ports import NotSent, SendFault
from clearance.messaging.http import Address, Answer, exchange, is_public

SECONDS = 15.0
"""For one try, from the look-up of the name to the end of the answer."""
MAX_RETRY_AFTER = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class HttpWebhooks:
    """Implements `clearance.issuing.ports.WebhookSender`.

    `key` is 32 secret bytes. Private networks are reached only where `allowed_networks` names them.
    """

    key: bytes
    allowed_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    seconds: float = SECONDS

    def secret(self, webhook: Webhook) -> str:
        return f"whsec_{base64.b64encode(self._secret(webhook, webhook.secret_number)).decode()}"

    def send(self, webhook: Webhook, *, delivery_id: str, at: datetime, body: bytes) -> None:
        timestamp = str(int(at.timestamp()))
        secrets = [self._secret(webhook, number) for number in webhook.secret_numbers(at)]
        answer = exchange(
            "POST",
            webhook.url,
            headers={
                "Content-Type": "application/json",
                "User-Agent": "clearance-webhooks/1",
                "Accept-Encoding": "identity",
                "webhook-id": delivery_id,
                "webhook-timestamp": timestamp,
                "webhook-signature": signatures(secrets, delivery_id=delivery_id, timestamp=timestamp, body=body),
            },
            body=body,
            tls=self.tls,
            seconds=self.seconds,
            may_connect=self._may_connect,
        )
        if not 200 <= answer.status < 300:
            gone = answer.status == 410
            raise NotSent(SendFault.ANSWERED, status=answer.status, for_good=gone, no_sooner=_retry_after(answer))

    def _may_connect(self, address: Address) -> bool:
        return is_public(address) or any(address in network for network in self.allowed_networks)

    def _secret(self, webhook: Webhook, number: int) -> bytes:
        return hmac.digest(self.key, f"webhook {webhook.id} {number}".encode(), hashlib.sha256)


def signatures(secrets: Iterable[bytes], *, delivery_id: str, timestamp: str, body: bytes) -> str:
    """The value of `webhook-signature`: one for each secret that counts now."""
    signed = f"{delivery_id}.{timestamp}.".encode() + body
    return " ".join(
        f"v1,{base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()}" for secret in secrets
    )


def _retry_after(answer: Answer) -> timedelta:
    """What the other end asked for in seconds; a date counts as nothing said."""
    text = answer.headers.get("retry-after", "")
    if not (text.isascii() and text.isdigit() and len(text) < 8):
        return timedelta(0)
    return min(timedelta(seconds=int(text)), MAX_RETRY_AFTER)
