"""Sending what was queued: in order, again after failures, never lost, and known by its id when it comes twice."""

import json
import threading
from dataclasses import replace
from datetime import time, timedelta
from itertools import pairwise

import pytest

from clearance.domain.client import ClientScope
from clearance.domain.delivery import CLAIM, JITTER, RETRY_AFTER, CaseEvent, Channel, Delivery, DeliveryState
from clearance.issuing import clients, interface_webhooks
from clearance.issuing.clients import authenticate
from clearance.issuing.deliveries import deliver_due
from clearance.issuing.events import QuietHours, queue_news
from clearance.issuing.messages import stop_messages
from clearance.issuing.ports import NotSent, SendFault
from tests.fakes.office import AGENCY_CLERK, CLERK, DEVICE, OfficeAtWork, draft
from tests.fakes.roads import NEVER_QUIET, FakeRoads

BOTH = frozenset({Channel.SMS, Channel.EMAIL})


def entered(office: OfficeAtWork, index: int = 1) -> str:
    """A case with both addresses, news of which are queued."""
    wanted = draft(index)
    worker = replace(wanted.worker, mobile="+8801712345678", email="r@worker.example")
    reference = office.enter(replace(wanted, worker=worker)).reference
    queue_news(office.service, office.clock.at, roads=BOTH, quiet=NEVER_QUIET)
    return reference


def hook(office: OfficeAtWork) -> str:
    made = clients.register(office.service, name="erp", officer_no=AGENCY_CLERK.number, scopes=[ClientScope.WEBHOOKS])
    caller = authenticate(office.service, made.token)
    return interface_webhooks.add_webhook(office.service, caller, "https://agency.example/in").id


def of_webhook(office: OfficeAtWork, webhook_id: str) -> list[Delivery]:
    with office.service.database.read() as work:
        return list(reversed(work.deliveries.of_webhook(webhook_id, state=None, limit=100)))


def of_case(office: OfficeAtWork, reference: str) -> dict[Channel, Delivery]:
    with office.service.database.read() as work:
        return {each.channel: each for each in work.deliveries.of_case(reference)}


def failing(fault: SendFault = SendFault.TIMEOUT, **options: object):  # type: ignore[no-untyped-def]
    def fail() -> None:
        raise NotSent(fault, **options)  # type: ignore[arg-type]

    return fail


def test_messages_go_to_the_addresses_of_the_case(office: OfficeAtWork) -> None:
    reference, ways = entered(office), FakeRoads()
    assert deliver_due(office.service, ways.roads) == 2
    [(number, event, _)] = ways.sms.sent
    assert (number, event) == ("+8801712345678", CaseEvent.SUBMITTED)
    assert ways.email.sent[0][0] == "r@worker.example"
    assert {each.state for each in of_case(office, reference).values()} == {DeliveryState.DELIVERED}
    assert deliver_due(office.service, ways.roads) == 0


def test_a_webhook_says_what_happened_and_nothing_about_a_person(office: OfficeAtWork) -> None:
    hook(office)
    reference, ways = entered(office), FakeRoads()
    deliver_due(office.service, ways.roads)
    [(url, _, body)] = ways.webhooks.sent
    assert url == "https://agency.example/in"
    assert json.loads(body) == {
        "type": "case.submitted",
        "timestamp": "2026-11-22T06:00:00.250Z",
        "data": {"reference": reference, "state": "submitted", "clearance_no": None},
    }


def test_a_failed_try_is_repeated_later_and_later_under_one_id_until_it_is_given_up(office: OfficeAtWork) -> None:
    webhook = hook(office)
    entered(office)
    ways, tries = FakeRoads(), []

    def fail() -> None:
        tries.append(office.clock.at)
        raise NotSent(SendFault.ANSWERED, status=500)

    ways.webhooks.before = fail
    deliver_due(office.service, ways.roads)
    while (waiting := of_webhook(office, webhook)[0]).state is DeliveryState.WAITING:
        office.clock.at = waiting.next_at
        deliver_due(office.service, ways.roads)
    assert waiting.state is DeliveryState.DEAD
    assert waiting.error == "answered_500"
    waits = [later - earlier for earlier, later in pairwise(tries)]
    assert len(waits) == len(RETRY_AFTER)
    assert all(least <= wait <= least * (1 + JITTER) for least, wait in zip(RETRY_AFTER, waits, strict=True))
    assert sum(RETRY_AFTER, timedelta()) > timedelta(days=3)


def test_a_receiver_that_asks_for_more_time_gets_it(office: OfficeAtWork) -> None:
    webhook = hook(office)
    entered(office)
    ways = FakeRoads()
    ways.webhooks.before = failing(SendFault.ANSWERED, status=503, no_sooner=timedelta(minutes=10))
    deliver_due(office.service, ways.roads)
    assert of_webhook(office, webhook)[0].next_at == office.clock.at + timedelta(minutes=10)


def test_what_is_refused_for_good_is_not_repeated(office: OfficeAtWork) -> None:
    reference, ways = entered(office), FakeRoads()
    ways.email.before = failing(SendFault.REFUSED, status=550, for_good=True)
    deliver_due(office.service, ways.roads)
    letter = of_case(office, reference)[Channel.EMAIL]
    assert (letter.state, letter.error, letter.attempts) == (DeliveryState.DEAD, "refused_550", 1)


def test_later_news_of_a_case_wait_for_earlier_ones_and_other_cases_do_not(office: OfficeAtWork) -> None:
    webhook = hook(office)
    ways = FakeRoads()
    card = office.issue(draft(1))
    ways.webhooks.before = failing()
    queue_news(office.service, office.clock.at, roads=BOTH, quiet=NEVER_QUIET)
    deliver_due(office.service, ways.roads)
    assert [each.attempts for each in of_webhook(office, webhook)] == [1, 0, 0, 0]
    ways.webhooks.before = lambda: None
    other = entered(office, 2)
    deliver_due(office.service, ways.roads)
    assert [json.loads(body)["data"]["reference"] for _, _, body in ways.webhooks.sent] == [other]
    office.clock.advance(minutes=1)
    deliver_due(office.service, ways.roads)
    own = [json.loads(body) for _, _, body in ways.webhooks.sent[1:]]
    assert {each["data"]["reference"] for each in own} == {card.application_reference}
    assert [each["type"] for each in own] == ["case.submitted", "case.checked", "case.approved", "case.issued"]


def test_killed_between_sending_and_noting_it_comes_again_under_the_same_id(office: OfficeAtWork) -> None:
    reference, ways = entered(office), FakeRoads()
    database = office.service.database
    writes = database.write

    def dying_after_the_claim() -> object:
        if ways.sms.sent or ways.email.sent:
            raise KeyboardInterrupt
        return writes()

    database.write = dying_after_the_claim  # type: ignore[method-assign, assignment]
    with pytest.raises(KeyboardInterrupt):
        deliver_due(office.service, ways.roads)
    database.write = writes  # type: ignore[method-assign]
    first = ways.sms.sent[:]
    assert deliver_due(office.service, ways.roads) == 0, "it is in somebody's hand"
    office.clock.at += CLAIM
    deliver_due(office.service, ways.roads)
    assert of_case(office, reference)[Channel.SMS].state is DeliveryState.DELIVERED
    assert [each[2] for each in ways.sms.sent] == [each[2] for each in first] * 2


def test_a_worker_that_comes_back_too_late_changes_nothing(office: OfficeAtWork) -> None:
    webhook = hook(office)
    entered(office)
    slow, fast = FakeRoads(), FakeRoads()

    def overtaken() -> None:
        office.clock.at += CLAIM
        deliver_due(office.service, fast.roads)
        raise NotSent(SendFault.TIMEOUT)

    slow.webhooks.before = overtaken
    deliver_due(office.service, slow.roads)
    [only] = of_webhook(office, webhook)
    assert (only.state, only.attempts) == (DeliveryState.DELIVERED, 2)


def test_two_workers_never_hold_the_same_delivery(office: OfficeAtWork) -> None:
    for index in range(1, 21):
        entered(office, index)
    ways = FakeRoads()
    threads = [threading.Thread(target=deliver_due, args=(office.service, ways.roads)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = [each[2] for each in (*ways.sms.sent, *ways.email.sent)]
    assert len(ids) == len(set(ids)) == 40


def test_what_nobody_wants_any_more_is_not_sent(office: OfficeAtWork) -> None:
    webhook = hook(office)
    reference, ways = entered(office), FakeRoads()
    stop_messages(office.service, reference, officer=CLERK, device=DEVICE)
    with office.service.database.write() as work:
        found = work.webhooks.get(webhook)
        assert found is not None
        work.webhooks.save(found.closed(office.clock.at))
        work.commit()
    deliver_due(office.service, ways.roads)
    assert (ways.webhooks.sent, ways.sms.sent, ways.email.sent) == ([], [], [])
    assert {each.error for each in of_case(office, reference).values()} == {"opted_out"}
    assert [(each.state, each.error) for each in of_webhook(office, webhook)] == [(DeliveryState.DROPPED, "closed")]


def test_a_message_that_failed_in_the_evening_is_repeated_in_the_morning(office: OfficeAtWork) -> None:
    office.clock.advance(hours=8, minutes=59, seconds=57)
    reference = entered(office)
    ways = FakeRoads(quiet=QuietHours(begin=time(21), end=time(8)))
    ways.sms.before = failing()
    deliver_due(office.service, ways.roads)
    message = of_case(office, reference)[Channel.SMS]
    assert message.next_at.hour == 2, "08:00 in Dhaka"
