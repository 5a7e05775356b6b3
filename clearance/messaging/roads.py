"""The adapters as the settings describe them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from clearance.issuing.chores import Chore
from clearance.issuing.deliveries import Roads, deliver_due
from clearance.issuing.events import QuietHours, queue_news
from clearance.issuing.keyed_requests import forget_old
from clearance.issuing.ports import MessageSender
from clearance.messaging.folder import MessageFolder
from clearance.messaging.mail import SmtpMail
from clearance.messaging.settings import MessageSettings, SmsSettings, SmtpSettings, WebhookSettings
from clearance.messaging.sms import SmsGateway
from clearance.messaging.webhook import HttpWebhooks
from clearance.messaging.words import Letterhead

OFTEN = timedelta(seconds=5)
"""How often the record is looked through for news, and the queue for what is due."""


def roads(
    messages: MessageSettings,
    webhooks: WebhookSettings,
    *,
    public_url: str,
    demo_folder: Path | None,
    now: Callable[[], datetime],
) -> Roads:
    """The ways out of the office. In a demo, workers' messages are laid into `demo_folder` and leave no machine."""
    head = Letterhead(site=urlsplit(public_url).netloc, helpline=messages.helpline)
    folder = demo_folder and MessageFolder(folder=demo_folder, head=head)
    return Roads(
        webhooks=HttpWebhooks(allowed_networks=webhooks.allowed_networks),
        sms=folder or _gateway(messages.sms, head),
        email=folder or _mail(messages.smtp, head, now),
        quiet=QuietHours(begin=messages.quiet_from, end=messages.quiet_until),
    )


def message_chores(ways: Roads) -> tuple[Chore, ...]:
    """What a worker does for those who wait outside."""
    return (
        Chore(
            name="news",
            every=OFTEN,
            run=lambda service, at: queue_news(service, at, roads=ways.to_workers, quiet=ways.quiet),
        ),
        Chore(name="deliveries", every=OFTEN, run=lambda service, _at: deliver_due(service, ways)),
        Chore(name="old-answers", every=timedelta(days=1), run=forget_old),
    )


def _gateway(settings: SmsSettings, head: Letterhead) -> MessageSender | None:
    if not settings.url:
        return None
    return SmsGateway(
        url=settings.url,
        encoding=settings.encoding,
        fields=settings.fields,
        headers=settings.headers,
        accepted=settings.accepted,
        secret=_secret(settings.secret, settings.secret_file),
        head=head,
    )


def _mail(settings: SmtpSettings, head: Letterhead, now: Callable[[], datetime]) -> MessageSender | None:
    if not settings.host:
        return None
    return SmtpMail(
        host=settings.host,
        port=settings.port,
        security=settings.security,
        sender=settings.sender,
        username=settings.username,
        password=_secret(settings.password, settings.password_file),
        head=head,
        now=now,
    )


def _secret(value: SecretStr | None, file: Path | None) -> str:
    if value is not None:
        return value.get_secret_value()
    return "" if file is None else file.read_text(encoding="utf-8").rstrip("\r\n")
