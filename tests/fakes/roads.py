"""The ways out of the office, without a network: what was sent stays in a list, and failures are as a test wants."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time

from clearance.domain.delivery import CaseEvent
from clearance.issuing.deliveries import Roads
from clearance.issuing.events import QuietHours

NEVER_QUIET = QuietHours(begin=time(0), end=time(0))


@dataclass
class FakeWebhookSender:
    sent: list[tuple[str, str, bytes]] = field(default_factory=list)
    """Address, delivery and body of every try that arrived."""
    before: Callable[[], None] = lambda: None

    def send(self, url: str, *, delivery_id: str, at: datetime, body: bytes, secrets: Sequence[bytes]) -> None:
        self.before()
        self.sent.append((url, delivery_id, body))


@dataclass
class FakeMessageSender:
    sent: list[tuple[str, CaseEvent, str]] = field(default_factory=list)
    """Receiver, event and delivery of every message that was taken."""
    before: Callable[[], None] = lambda: None

    def send(self, to: str, event: CaseEvent, *, reference: str, delivery_id: str) -> None:
        self.before()
        self.sent.append((to, event, delivery_id))


@dataclass
class FakeRoads:
    webhooks: FakeWebhookSender = field(default_factory=FakeWebhookSender)
    sms: FakeMessageSender = field(default_factory=FakeMessageSender)
    email: FakeMessageSender = field(default_factory=FakeMessageSender)
    quiet: QuietHours = NEVER_QUIET

    @property
    def roads(self) -> Roads:
        return Roads(webhooks=self.webhooks, sms=self.sms, email=self.email, quiet=self.quiet)
