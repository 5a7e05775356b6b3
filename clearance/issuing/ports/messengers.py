"""The roads by which something leaves the office: webhooks, SMS, e-mail."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from clearance.domain.delivery import CaseEvent


class SendFault(StrEnum):
    """Why a try failed. What the other end said is kept nowhere: it may name a person."""

    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    NOT_TRUSTED = "not_trusted"
    """The other end has no certificate that we accept, or none at all."""
    NOT_PUBLIC = "not_public"
    """The address leads into a network that we do not send to."""
    ANSWERED = "answered"
    """It answered, and not that all is well; `status` has the number."""
    REFUSED = "refused"
    """It refused for good, such as a mail server that does not know the recipient."""


class NotSent(Exception):
    """A try failed. With `for_good` no other try is of use; `no_sooner` is what the other end asked for."""

    def __init__(
        self,
        fault: SendFault,
        *,
        status: int | None = None,
        for_good: bool = False,
        no_sooner: timedelta = timedelta(0),
    ) -> None:
        self.code = fault.value if status is None else f"{fault.value}_{status}"
        super().__init__(self.code)
        self.fault = fault
        self.for_good = for_good
        self.no_sooner = no_sooner


class WebhookSender(Protocol):
    """Signed requests to addresses of clients."""

    def send(self, url: str, *, delivery_id: str, at: datetime, body: bytes, secrets: Sequence[bytes]) -> None:
        """Signed once with each secret. Raises NotSent."""
        ...


class MessageSender(Protocol):
    """Messages to a worker by one road, in the words for an event."""

    def send(self, to: str, event: CaseEvent, *, reference: str, delivery_id: str) -> None:
        """Raises NotSent."""
        ...
