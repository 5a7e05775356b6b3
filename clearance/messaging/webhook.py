"""Webhooks, signed as the Standard Webhooks specification (standardwebhooks.com, v1) says.

Where a request may lead is decided here; the secrets are handed in.
"""

import base64
import hashlib
import hmac
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network

from clearance.issuing.ports import NotSent, SendFault
from clearance.messaging.http import Address, Answer, exchange, is_public

SECONDS = 15.0
"""For one try, from the look-up of the name to the end of the answer."""
MAX_RETRY_AFTER = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class HttpWebhooks:
    """Implements `clearance.issuing.ports.WebhookSender`.

    Private networks are reached only where `allowed_networks` names them.
    """

    allowed_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    seconds: float = SECONDS

    def send(self, url: str, *, delivery_id: str, at: datetime, body: bytes, secrets: Sequence[bytes]) -> None:
        timestamp = str(int(at.timestamp()))
        answer = exchange(
            "POST",
            url,
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


def signatures(secrets: Sequence[bytes], *, delivery_id: str, timestamp: str, body: bytes) -> str:
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
