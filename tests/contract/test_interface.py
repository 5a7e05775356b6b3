"""What every database promises about clients, their requests, webhooks and deliveries."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from clearance.domain.client import ApiClient, ClientScope, ClientToken
from clearance.domain.delivery import CaseEvent, Channel, Delivery, DeliveryState, Webhook
from clearance.domain.lifecycle import ApplicationState
from clearance.issuing.ports import Conflict, Database, KeyedRequest, NotOnRecord, StoredAnswer, UnitOfWork
from tests.contract.steps import write
from tests.fakes.office import CLERK, NOW
from tests.fakes.values import application

CLIENT = ApiClient(
    id="CLT-00000000", name="meghna", officer_no=CLERK.number, scopes=frozenset({ClientScope.SUBMIT}), created_at=NOW
)
HOOK = Webhook(id="hook_a", client_id=CLIENT.id, url="https://agency.example/in", secret_number=1, created_at=NOW)
REQUEST = KeyedRequest(
    client_id=CLIENT.id, key="k", fingerprint="f" * 64, lease="l1", reserved_until=NOW + timedelta(seconds=30)
)
ANSWER = StoredAnswer(status=201, body='{"a":"মোঃ"}', location="/api/v1/applications/APP-1")
SOON = NOW + timedelta(minutes=2)


def message(number: int, **changes: Any) -> Delivery:
    delivery = Delivery(
        id=f"msg_{number}",
        channel=Channel.SMS,
        webhook_id=None,
        event=CaseEvent.SUBMITTED,
        reference="APP-00000000",
        case_state=ApplicationState.SUBMITTED,
        clearance_no=None,
        audit_number=number,
        occurred_at=NOW,
        next_at=NOW,
    )
    return replace(delivery, **changes)


def hooked(number: int, **changes: Any) -> Delivery:
    return message(number, **{"channel": Channel.WEBHOOK, "webhook_id": HOOK.id, **changes})


def queue(database: Database, *deliveries: Delivery) -> None:
    def step(work: UnitOfWork) -> None:
        if work.clients.get(CLIENT.id) is None:
            work.clients.add(CLIENT)
            work.webhooks.add(HOOK)
        for delivery in deliveries:
            assert work.deliveries.queue(delivery)

    write(database, step)


def claim(database: Database, *, at: timedelta = timedelta(0), limit: int = 10) -> list[Delivery]:
    with database.write() as work:
        claimed = work.deliveries.claim(now=NOW + at, until=SOON + at, limit=limit)
        work.commit()
    return list(claimed)


class TestClients:
    def test_a_client_comes_back_as_it_was_written(self, database: Database) -> None:
        write(database, lambda work: work.clients.add(CLIENT))
        with database.read() as work:
            assert work.clients.get(CLIENT.id) == CLIENT
            assert work.clients.open() == [CLIENT]
            assert work.clients.get("CLT-00000001") is None

    def test_one_open_client_has_a_name(self, database: Database) -> None:
        write(database, lambda work: work.clients.add(CLIENT))
        with pytest.raises(Conflict):
            write(database, lambda work: work.clients.add(replace(CLIENT, id="CLT-00000001")))
        write(database, lambda work: work.clients.save(CLIENT.revoked(NOW)))
        write(database, lambda work: work.clients.add(replace(CLIENT, id="CLT-00000001")))
        with database.read() as work:
            assert [client.id for client in work.clients.open()] == ["CLT-00000001"]

    def test_nobody_saves_a_client_that_is_not_there(self, database: Database) -> None:
        with pytest.raises(NotOnRecord):
            write(database, lambda work: work.clients.save(CLIENT))

    def test_ending_tokens_shortens_and_never_lengthens(self, database: Database) -> None:
        long, short = (
            ClientToken(sha256=letter * 64, client_id=CLIENT.id, issued_at=NOW, expires_at=NOW + timedelta(days=days))
            for letter, days in (("a", 30), ("b", 1))
        )

        def step(work: UnitOfWork) -> None:
            work.clients.add(CLIENT)
            work.clients.add_token(long)
            work.clients.add_token(short)
            work.clients.end_tokens(CLIENT.id, by=NOW + timedelta(days=7))

        write(database, step)
        with database.read() as work:
            assert [token.expires_at - NOW for token in work.clients.tokens(CLIENT.id)] == [
                timedelta(days=7),
                timedelta(days=1),
            ]


class TestKeyedRequests:
    def test_an_answer_is_kept_for_whoever_holds_the_lease(self, database: Database) -> None:
        def step(work: UnitOfWork) -> None:
            work.clients.add(CLIENT)
            work.keyed_requests.reserve(REQUEST)
            work.keyed_requests.answer(REQUEST, ANSWER)

        write(database, step)
        with database.read() as work:
            assert work.keyed_requests.get(CLIENT.id, "k") == replace(REQUEST, answer=ANSWER)
            assert work.keyed_requests.get(CLIENT.id, "other") is None

    def test_who_was_too_slow_cannot_answer(self, database: Database) -> None:
        def step(work: UnitOfWork) -> None:
            work.clients.add(CLIENT)
            work.keyed_requests.reserve(REQUEST)
            work.keyed_requests.reserve(replace(REQUEST, lease="l2"))

        write(database, step)
        with pytest.raises(Conflict):
            write(database, lambda work: work.keyed_requests.answer(REQUEST, ANSWER))
        write(database, lambda work: work.keyed_requests.answer(replace(REQUEST, lease="l2"), ANSWER))
        with pytest.raises(Conflict):
            write(database, lambda work: work.keyed_requests.answer(replace(REQUEST, lease="l2"), ANSWER))

    def test_old_requests_are_forgotten(self, database: Database) -> None:
        def step(work: UnitOfWork) -> None:
            work.clients.add(CLIENT)
            work.keyed_requests.reserve(REQUEST)
            work.keyed_requests.reserve(replace(REQUEST, key="young", reserved_until=NOW + timedelta(days=9)))

        write(database, step)
        forgotten = []
        write(
            database,
            lambda work: forgotten.append(work.keyed_requests.forget(reserved_before=NOW + timedelta(days=1))),
        )
        assert forgotten == [1]
        with database.read() as work:
            assert work.keyed_requests.get(CLIENT.id, "k") is None
            assert work.keyed_requests.get(CLIENT.id, "young") is not None


class TestWebhooks:
    def test_a_webhook_lives_until_it_is_closed(self, database: Database) -> None:
        queue(database)
        with database.read() as work:
            assert work.webhooks.open() == [HOOK]
        rotated = HOOK.rotated(overlap_until=SOON)
        write(database, lambda work: work.webhooks.save(rotated))
        with database.read() as work:
            assert work.webhooks.get(HOOK.id) == rotated
        write(database, lambda work: work.webhooks.save(rotated.closed(NOW)))
        with database.read() as work:
            assert work.webhooks.open() == []

    def test_nobody_saves_a_webhook_that_is_not_there(self, database: Database) -> None:
        with pytest.raises(NotOnRecord):
            write(database, lambda work: work.webhooks.save(HOOK))


class TestDeliveries:
    def test_an_entry_of_the_record_goes_to_a_receiver_once(self, database: Database) -> None:
        queue(database, message(1), hooked(2, audit_number=1), message(3, audit_number=1, channel=Channel.EMAIL))
        with database.write() as work:
            assert not work.deliveries.queue(message(4, audit_number=1))
            assert not work.deliveries.queue(hooked(5, audit_number=1))

    def test_every_ping_is_sent(self, database: Database) -> None:
        ping = hooked(1, event=CaseEvent.PING, audit_number=None)
        queue(database, ping, replace(ping, id="msg_2"))

    def test_what_is_claimed_is_nobody_elses_until_the_claim_runs_out(self, database: Database) -> None:
        queue(database, message(1))
        [mine] = claim(database)
        assert (mine.attempts, mine.next_at) == (1, SOON)
        assert claim(database) == []
        [theirs] = claim(database, at=timedelta(minutes=2))
        assert theirs.attempts == 2
        with pytest.raises(Conflict):
            write(database, lambda work: work.deliveries.settle(mine.delivered(NOW)))
        write(database, lambda work: work.deliveries.settle(theirs.delivered(NOW)))
        with database.read() as work:
            assert work.deliveries.get("msg_1") == theirs.delivered(NOW)
            assert work.deliveries.get("msg_2") is None

    def test_changes_of_one_case_wait_for_each_other_and_for_no_other_receiver(self, database: Database) -> None:
        other_case = message(4, reference="APP-00000001")
        queue(database, hooked(1), hooked(2), message(3), other_case)
        assert {one.id for one in claim(database)} == {"msg_1", "msg_3", "msg_4"}

    def test_the_next_change_goes_out_when_the_one_before_is_settled(self, database: Database) -> None:
        queue(database, hooked(1), hooked(2))
        [first] = claim(database)
        again = first.failed(NOW, why="timeout", jitter=0.0)
        write(database, lambda work: work.deliveries.settle(again))
        assert claim(database) == []
        [first] = claim(database, at=timedelta(seconds=5))
        write(database, lambda work: work.deliveries.settle(first.given_up(NOW, why="answered_404")))
        [second] = claim(database, at=timedelta(seconds=5))
        assert second.id == "msg_2"

    def test_no_more_are_claimed_than_asked_for_and_none_before_its_time(self, database: Database) -> None:
        queue(
            database,
            message(1, reference="A", next_at=NOW + timedelta(seconds=1)),
            message(2, reference="B"),
            message(3, reference="C"),
        )
        assert len(claim(database, limit=1)) == 1
        assert len(claim(database)) == 1
        assert len(claim(database, at=timedelta(seconds=1))) == 1

    def test_only_what_was_given_up_is_revived(self, database: Database) -> None:
        queue(database, hooked(1))
        [one] = claim(database)
        with pytest.raises(Conflict):
            write(database, lambda work: work.deliveries.revive(one.again(NOW)))
        dead = one.given_up(NOW, why="answered_404")
        write(database, lambda work: work.deliveries.settle(dead))
        write(database, lambda work: work.deliveries.revive(dead.again(NOW)))
        [again] = claim(database)
        assert again.attempts == 1

    def test_the_same_news_waiting_last_is_known(self, database: Database) -> None:
        queue(database, message(1), hooked(2))
        with database.read() as work:
            assert work.deliveries.repeats_the_last(message(9))
            assert work.deliveries.repeats_the_last(hooked(9))
            assert not work.deliveries.repeats_the_last(message(9, event=CaseEvent.ISSUED))
            assert not work.deliveries.repeats_the_last(message(9, channel=Channel.EMAIL))
            assert not work.deliveries.repeats_the_last(message(9, reference="APP-00000001"))
        queue(database, message(3, event=CaseEvent.RELEASED))
        with database.read() as work:
            assert not work.deliveries.repeats_the_last(message(9))

    def test_what_was_tried_is_not_taken_for_the_same_news(self, database: Database) -> None:
        queue(database, message(1))
        claim(database)
        with database.read() as work:
            assert not work.deliveries.repeats_the_last(message(9))

    def test_a_case_shows_its_messages_and_a_webhook_its_own(self, database: Database) -> None:
        queue(database, message(1), hooked(2), hooked(3, reference="APP-00000001"))
        [_, dead, _] = sorted(claim(database), key=lambda one: one.id)
        write(database, lambda work: work.deliveries.settle(dead.given_up(NOW, why="answered_404")))
        with database.read() as work:
            assert [one.id for one in work.deliveries.of_case("APP-00000000")] == ["msg_1"]
            own = work.deliveries.of_webhook(HOOK.id, state=None, limit=10)
            assert [one.id for one in own] == ["msg_3", "msg_2"]
            given_up = work.deliveries.of_webhook(HOOK.id, state=DeliveryState.DEAD, limit=10)
            assert [one.id for one in given_up] == ["msg_2"]
            assert len(work.deliveries.of_webhook(HOOK.id, state=None, limit=1)) == 1

    def test_opting_out_holds_until_it_is_taken_back(self, database: Database) -> None:
        write(database, lambda work: work.applications.add(application()))
        reference = application().reference
        for _ in range(2):
            write(
                database,
                lambda work: work.deliveries.opt_out(reference, officer_no=CLERK.number, at=NOW),
            )
        with database.read() as work:
            assert work.deliveries.opted_out(reference)
        write(database, lambda work: work.deliveries.opt_in(reference))
        with database.read() as work:
            assert not work.deliveries.opted_out(reference)


def test_readers_of_the_record_remember_where_they_were(database: Database) -> None:
    with database.read() as work:
        assert work.feed_places.get("deliveries") == 0
    write(database, lambda work: work.feed_places.move("deliveries", 3))
    write(database, lambda work: work.feed_places.move("deliveries", 7))
    with database.read() as work:
        assert work.feed_places.get("deliveries") == 7
        assert work.feed_places.get("another") == 0
