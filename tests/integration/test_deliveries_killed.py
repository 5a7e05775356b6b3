"""Workers killed at any moment: no news is lost, and what comes twice comes under the same id."""

import os
import signal
import time as clock
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from random import Random

from clearance.domain.client import ClientScope
from clearance.domain.delivery import CLAIM, CaseEvent, Channel, DeliveryState
from clearance.issuing import clients, interface_webhooks
from clearance.issuing.clients import authenticate
from clearance.issuing.deliveries import Roads, deliver_due
from clearance.issuing.events import QuietHours, queue_news
from clearance.issuing.service import Service
from clearance.storage.database import SqlDatabase
from tests.fakes.office import AGENCY_CLERK, NOW, draft, open_office
from tests.fakes.records_keys import KEYS
from tests.fakes.sqlite import sqlite_database

CASES, KILLS = 5, 15
BOTH = frozenset({Channel.SMS, Channel.EMAIL})


@dataclass(frozen=True)
class Wall:
    """Receives by writing on a file, which outlives whoever wrote."""

    file: Path

    def note(self, *facts: str) -> None:
        descriptor = os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(descriptor, (" ".join(facts) + "\n").encode())
        os.close(descriptor)
        clock.sleep(0.002)  # longer to be killed in

    def notes(self) -> list[list[str]]:
        return [line.split(" ") for line in self.file.read_text().splitlines()] if self.file.exists() else []


@dataclass(frozen=True)
class WebhookWall:
    wall: Wall

    def send(self, url: str, *, delivery_id: str, at: datetime, body: bytes, secrets: Sequence[bytes]) -> None:
        self.wall.note("webhook", delivery_id)


@dataclass(frozen=True)
class MessageWall:
    wall: Wall
    channel: str

    def send(self, to: str, event: CaseEvent, *, reference: str, delivery_id: str) -> None:
        self.wall.note(self.channel, delivery_id)


def work_once(service: Service, roads: Roads) -> None:
    queue_news(service, service.now(), roads=BOTH, quiet=roads.quiet)
    deliver_due(service, roads)


def test_whatever_is_killed_everything_arrives_in_order(tmp_path: Path) -> None:
    wall, chance = Wall(tmp_path / "wall"), Random(7)
    roads = Roads(
        webhooks=WebhookWall(wall),
        sms=MessageWall(wall, "sms"),
        email=MessageWall(wall, "email"),
        quiet=QuietHours(begin=time(0), end=time(0)),
    )
    with sqlite_database(tmp_path) as database:
        office = open_office(database)
        made = clients.register(
            office.service, name="erp", officer_no=AGENCY_CLERK.number, scopes=[ClientScope.WEBHOOKS]
        )
        hook = interface_webhooks.add_webhook(
            office.service, authenticate(office.service, made.token), "https://agency.example/in"
        )
        for index in range(CASES):
            wanted = draft(index)
            office.issue(replace(wanted, worker=replace(wanted.worker, mobile="+8801712345678", email="a@b.example")))
        address = f"sqlite:///{tmp_path / 'clearance.db'}"
        for kill in range(KILLS):
            at = NOW + (kill + 1) * (CLAIM + timedelta(minutes=1))
            _killed(address, office.service, roads, wall, at=at, when=chance.randint(0, 6))
        office.clock.at = NOW + timedelta(days=1)
        for _ in range(8):
            work_once(office.service, roads)
        with database.read() as work:
            queued = [*work.deliveries.of_webhook(hook.id, state=None, limit=1_000)][::-1]
            for case in {each.reference for each in queued}:
                queued += work.deliveries.of_case(case)
    assert len(queued) == CASES * (4 + 2 + 2), "submitted, checked, approved, issued; two of them by SMS and by e-mail"
    assert {each.state for each in queued} == {DeliveryState.DELIVERED}
    arrived = [delivery_id for _, delivery_id in wall.notes()]
    assert set(arrived) == {each.id for each in queued}
    assert len(arrived) > len(queued), "no kill came between sending and noting it"
    first = {delivery_id: place for place, delivery_id in reversed(list(enumerate(arrived)))}
    for case in {each.reference for each in queued}:
        own = [each for each in queued if each.reference == case and each.channel is Channel.WEBHOOK]
        assert [first[each.id] for each in own] == sorted(first[each.id] for each in own)


def _killed(address: str, service: Service, roads: Roads, wall: Wall, *, at: datetime, when: int) -> None:
    """A worker that is killed when so many more have arrived, if it has not finished by then."""
    before = len(wall.notes())
    child = os.fork()
    if child == 0:
        try:
            work_once(replace(service, database=SqlDatabase(address, keys=KEYS), now=lambda: at), roads)
        finally:
            os._exit(0)
    while len(wall.notes()) < before + when:
        if os.waitpid(child, os.WNOHANG) != (0, 0):
            return
        clock.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
