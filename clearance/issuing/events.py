"""What of the record is news to others: webhooks and messages are derived from it, never sent by the acts themselves.

A chore reads the entries after its place and queues what follows from them, in the transaction that moves the place: an
act whose entry stands is told of, once, whatever dies in between (docs/adr/0097).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import islice

from clearance.domain.application import Application
from clearance.domain.audit import AuditAct, AuditLink, Facts
from clearance.domain.clearance import RevocationReason
from clearance.domain.client import ClientScope
from clearance.domain.delivery import CaseEvent, Channel, Delivery, new_delivery_id
from clearance.domain.lifecycle import ApplicationState, Move
from clearance.domain.staff import Scope
from clearance.issuing.ports import UnitOfWork
from clearance.issuing.service import DHAKA, Service

READER = "deliveries"
"""Whose place in the record this is."""
AT_ONCE = 500
"""Entries read in one transaction."""

EVENTS: Mapping[AuditAct, CaseEvent] = {
    AuditAct.APPLICATION_SUBMITTED: CaseEvent.SUBMITTED,
    AuditAct.CORRECTION_SUBMITTED: CaseEvent.SUBMITTED,
    AuditAct.RENEWAL_SUBMITTED: CaseEvent.SUBMITTED,
    AuditAct.APPLICATION_TAKEN_UP_AGAIN: CaseEvent.SUBMITTED,
    AuditAct.APPLICATION_CHECKED: CaseEvent.CHECKED,
    AuditAct.APPLICATION_RETURNED: CaseEvent.RETURNED,
    AuditAct.APPLICATION_APPROVED: CaseEvent.APPROVED,
    AuditAct.APPLICATION_REJECTED: CaseEvent.REJECTED,
    AuditAct.APPLICATION_HELD: CaseEvent.HELD,
    AuditAct.APPLICATION_RELEASED: CaseEvent.RELEASED,
    AuditAct.CARD_ISSUED: CaseEvent.ISSUED,
    AuditAct.CARD_SUPERSEDED: CaseEvent.REPLACED,
    AuditAct.CARD_REISSUED: CaseEvent.REPLACED,
    AuditAct.CARD_REVOKED: CaseEvent.REVOKED,
    AuditAct.WORKER_DEPARTED: CaseEvent.DEPARTED,
}
"""Acts on a case that others are told of; what happens to a draft is nobody else's business."""
FOR_THE_WORKER = frozenset(
    {
        CaseEvent.SUBMITTED,
        CaseEvent.RETURNED,
        CaseEvent.REJECTED,
        CaseEvent.ISSUED,
        CaseEvent.REPLACED,
        CaseEvent.HELD,
        CaseEvent.RELEASED,
        CaseEvent.REVOKED,
    }
)
ABOUT_A_CARD = frozenset({CaseEvent.HELD, CaseEvent.RELEASED})
"""Worth a message only once there is a card; a case that waits in the office is the office's worry."""
URGENT = frozenset({CaseEvent.HELD, CaseEvent.REVOKED})
"""Told at night too: whoever is on the way to the airport must know."""


@dataclass(frozen=True, kw_only=True)
class QuietHours:
    """When nobody's telephone should ring, Dhaka time; the same hour twice for never."""

    begin: time
    end: time

    def opens(self, at: datetime) -> datetime:
        """The moment itself, or the end of the quiet hours that it lies in."""
        local = at.astimezone(DHAKA)
        if self.begin == self.end or not self._quiet(local.time()):
            return at
        morning = local.replace(hour=self.end.hour, minute=self.end.minute, second=0, microsecond=0)
        return (morning if morning > local else morning + timedelta(days=1)).astimezone(UTC)

    def _quiet(self, at: time) -> bool:
        if self.begin < self.end:
            return self.begin <= at < self.end
        return at >= self.begin or at < self.end


@dataclass(frozen=True, kw_only=True)
class News:
    """One entry of the record that others are told of."""

    link: AuditLink
    application: Application
    event: CaseEvent
    clearance_no: str | None
    facts: Facts

    @property
    def state(self) -> ApplicationState:
        """Where the case stood after this entry: later ones have news of their own."""
        version = self.facts.get("version")
        return self.application.acts[version - 1 if isinstance(version, int) else -1].state


@dataclass(frozen=True, kw_only=True)
class Listener:
    """A webhook, and the cases that its client may hear of."""

    webhook_id: str
    scope: Scope


def queue_news(service: Service, now: datetime, *, roads: frozenset[Channel], quiet: QuietHours) -> int:
    """The chore: queue what follows from new entries of the record; how many deliveries that were.

    `roads` says by which ways workers can be reached at all.
    """
    queued = 0
    while _something_new(service):
        with service.database.write() as work:
            links = list(islice(work.audit.links(after=work.feed_places.get(READER)), AT_ONCE))
            listeners = _listeners(work)
            for news in _news(work, links):
                deliveries = (*_to_programs(news, listeners, now), *_to_the_worker(work, news, now, roads, quiet))
                queued += sum(work.deliveries.queue(each) for each in deliveries)
            if links:
                work.feed_places.move(READER, links[-1].number)
            work.commit()
    return queued


def _something_new(service: Service) -> bool:
    """Asked by a read, so that an idle office takes no lock every few seconds."""
    with service.database.read() as work:
        return work.audit.head().number > work.feed_places.get(READER)


def _news(work: UnitOfWork, links: list[AuditLink]) -> Iterator[News]:
    told = {act.value: event for act, event in EVENTS.items()}
    for link in links:
        application = work.applications.get(link.subject) if link.act in told else None
        if application is not None:
            facts = _facts(link)
            card = _card_by_then(work, application, facts)
            yield News(link=link, application=application, event=told[link.act], clearance_no=card, facts=facts)


def _card_by_then(work: UnitOfWork, application: Application, facts: Facts) -> str | None:
    """The number of the card that an entry names, or that the case had when it was written."""
    number, version = facts.get("clearance"), facts.get("version")
    if isinstance(number, str):
        return number
    acts = application.acts[: version if isinstance(version, int) else None]
    if not any(act.move is Move.ISSUE for act in acts):
        return None
    card = work.clearances.for_application(application.reference)
    return card.clearance_no if card else None


def _facts(link: AuditLink) -> Facts:
    """Nothing for a damaged link: what is wrong with it is found by whoever checks the record."""
    try:
        facts: object = json.loads(link.facts)
    except ValueError:
        return {}
    return facts if isinstance(facts, dict) else {}


def _listeners(work: UnitOfWork) -> list[Listener]:
    found = []
    for webhook in work.webhooks.open():
        client = work.clients.get(webhook.client_id)
        if client is None or client.revoked_at is not None or ClientScope.WEBHOOKS not in client.scopes:
            continue
        officer = work.staff.get(client.officer_no)
        if officer is not None and officer.active:
            found.append(Listener(webhook_id=webhook.id, scope=officer.scope))
    return found


def _to_programs(news: News, listeners: list[Listener], now: datetime) -> Iterator[Delivery]:
    draft = news.application.draft
    for listener in listeners:
        if listener.scope.covers(office_code=draft.office_code, licence_no=draft.licence_no):
            yield _delivery(news, news.event, Channel.WEBHOOK, now, webhook_id=listener.webhook_id)


def _to_the_worker(
    work: UnitOfWork, news: News, now: datetime, roads: frozenset[Channel], quiet: QuietHours
) -> Iterator[Delivery]:
    event = _as_the_worker_sees_it(news)
    if event is None or work.deliveries.opted_out(news.application.reference):
        return
    worker = news.application.draft.worker
    reachable = {Channel.SMS: worker.mobile, Channel.EMAIL: worker.email}
    for channel in (channel for channel, address in reachable.items() if address and channel in roads):
        wait = channel is Channel.SMS and event not in URGENT
        message = _delivery(news, event, channel, quiet.opens(now) if wait else now)
        if not work.deliveries.repeats_the_last(message):
            yield message


def _as_the_worker_sees_it(news: News) -> CaseEvent | None:
    application, event = news.application, news.event
    if news.facts.get("reason") == RevocationReason.DECEASED.value:
        return None  # nobody writes to the dead, or to those who have their telephone now
    if event is CaseEvent.REPLACED and news.link.act != AuditAct.CARD_REISSUED:
        return None  # told when the case that takes its place is issued
    if event is CaseEvent.ISSUED and application.replaces:
        return CaseEvent.REPLACED
    if event in ABOUT_A_CARD and application.issued is None:
        return None
    return event if event in FOR_THE_WORKER else None


def _delivery(
    news: News, event: CaseEvent, channel: Channel, next_at: datetime, *, webhook_id: str | None = None
) -> Delivery:
    return Delivery(
        id=new_delivery_id(),
        channel=channel,
        webhook_id=webhook_id,
        event=event,
        reference=news.application.reference,
        case_state=news.state,
        clearance_no=news.clearance_no,
        audit_number=news.link.number,
        occurred_at=news.link.entry.at,
        next_at=next_at,
    )
