"""What every database promises about plans to sign, and about cards that are made anew."""

from datetime import date, timedelta
from typing import Any

import pytest

from clearance.credential.claims import StatusRef
from clearance.credential.status import Status
from clearance.domain.lifecycle import ApplicationState
from clearance.domain.reissue import Reissue, ReissueTally
from clearance.issuing.ports import Conflict, Database, NotOnRecord, UnitOfWork
from tests.contract.steps import write
from tests.fakes.office import NOW, PERMIT
from tests.fakes.values import URI, application, clearance, intent, revoked


class TestIntents:
    @pytest.fixture(autouse=True)
    def _cases(self, database: Database) -> None:
        def add(work: UnitOfWork) -> None:
            for index in range(3):
                work.applications.add(application(index, state=ApplicationState.APPROVED))

        write(database, add)

    def test_an_intent_comes_back_as_it_was(self, database: Database) -> None:
        write(database, lambda work: work.intents.plan(intent()))
        with database.read() as work:
            assert work.intents.for_application("APP-00000000") == intent()
            assert work.intents.for_application("APP-00000001") is None

    def test_a_renewed_intent_takes_the_place_of_the_first(self, database: Database) -> None:
        renewed = intent(planned_at=NOW.replace(microsecond=0) + timedelta(days=100), payload_sha256="cd" * 32)
        write(database, lambda work: work.intents.plan(intent()))
        write(database, lambda work: work.intents.plan(renewed))
        with database.read() as work:
            assert work.intents.for_application("APP-00000000") == renewed

    @pytest.mark.parametrize(
        "changes",
        [{"clearance_no": intent(0).clearance_no}, {"status_ref": intent(0).status_ref}],
        ids=lambda changes: next(iter(changes)),
    )
    def test_a_number_or_index_once_planned_is_nobody_elses(self, database: Database, changes: dict[str, Any]) -> None:
        write(database, lambda work: work.intents.plan(intent(0)))
        with pytest.raises(Conflict):
            write(database, lambda work: work.intents.plan(intent(1, **changes)))

    def test_an_index_is_free_until_planned_or_used(self, database: Database) -> None:
        def add(work: UnitOfWork) -> None:
            work.intents.plan(intent(0))
            work.applications.add(application(9, state=ApplicationState.ISSUED))
            work.clearances.add(clearance(9))

        write(database, add)
        with database.read() as work:
            assert not work.intents.index_is_free(StatusRef(uri=URI, idx=1000))
            assert not work.intents.index_is_free(StatusRef(uri=URI, idx=1009))
            assert work.intents.index_is_free(StatusRef(uri=URI, idx=1001))
            assert work.intents.index_is_free(StatusRef(uri="https://s.bmet.gov.bd/27a", idx=1000))

    def test_approved_cases_with_an_intent_hold_a_place_of_their_permit(self, database: Database) -> None:
        def add(work: UnitOfWork) -> None:
            work.intents.plan(intent(0))
            work.intents.plan(intent(1))
            work.applications.add(application(9, state=ApplicationState.ISSUED))
            work.intents.plan(intent(9))

        write(database, add)
        with database.read() as work:
            assert work.intents.promised(PERMIT.number, besides="") == 2
            assert work.intents.promised(PERMIT.number, besides="APP-00000001") == 1
            assert work.intents.promised("EA-OTHER", besides="") == 0

    def test_an_intent_given_up_is_abandoned_for_good(self, database: Database) -> None:
        write(database, lambda work: work.intents.plan(intent(0)))
        before = intent(0).status_ref
        write(database, lambda work: work.intents.abandon("APP-00000000"))
        write(database, lambda work: work.intents.abandon("APP-00000000"))
        later = intent(0, clearance_no="BMET-2026-LATER", status_ref=StatusRef(uri=URI, idx=77))
        write(database, lambda work: work.intents.plan(later))
        with database.read() as work:
            assert work.intents.for_application("APP-00000000") == later
            assert list(work.intents.abandoned(URI)) == [before.idx]
            assert list(work.intents.abandoned("https://s.bmet.gov.bd/27a")) == []
            assert not work.intents.index_is_free(before)
            assert work.intents.drawn(URI) == 2


class TestReissues:
    KID, OTHER, DAY = b"\x01" * 8, b"\x02" * 8, date(2027, 1, 1)

    @pytest.fixture(autouse=True)
    def _cards(self, database: Database) -> None:
        cards = (
            clearance(0),
            clearance(1, status=Status.SUSPENDED),
            revoked(clearance(2)),
            clearance(3).superseded(),
            clearance(4, valid_until=date(2026, 12, 31)),
            clearance(5, kid=self.OTHER),
            clearance(6, valid_until=self.DAY),
        )

        def add(work: UnitOfWork) -> None:
            for index, card in enumerate(cards):
                work.applications.add(application(index, state=ApplicationState.ISSUED))
                work.clearances.add(card)

        write(database, add)

    def queue(self, database: Database, kid: bytes = KID) -> int:
        with database.write() as work:
            number = work.reissues.queue(kid, on=self.DAY, at=NOW)
            work.commit()
        return number

    def settle(self, database: Database, *entries: Reissue) -> None:
        def settle(work: UnitOfWork) -> None:
            for each in entries:
                work.reissues.settle(each)

        write(database, settle)

    def waiting(self, database: Database, *, after: str = "", limit: int = 100) -> list[str]:
        with database.read() as work:
            return [each.clearance_no for each in work.reissues.waiting(after=after, limit=limit)]

    def test_the_cards_of_a_key_that_stand_and_run_are_put_down_once(self, database: Database) -> None:
        assert self.queue(database) == 3
        assert self.queue(database) == 0
        assert self.waiting(database) == [clearance(index).clearance_no for index in (0, 1, 6)]

    def test_the_affected_cards_of_a_key_are_read_in_pages(self, database: Database) -> None:
        with database.read() as work:
            first = work.clearances.standing_of_key(self.KID, on=self.DAY, after="", limit=2)
            rest = work.clearances.standing_of_key(self.KID, on=self.DAY, after=first[-1].clearance_no, limit=2)
        assert [card.clearance_no for card in (*first, *rest)] == [clearance(i).clearance_no for i in (0, 1, 6)]

    def test_a_planned_successor_of_a_revoked_card_is_abandoned_until_it_is_recorded(self, database: Database) -> None:
        """Cards 0 and 2 were to be replaced; 2 was revoked meanwhile. The plans of 3 and 5 are those of the cards."""

        def plan(work: UnitOfWork) -> None:
            for index in (0, 2):
                number = f"BMET-2026-9{index:010d}"
                work.intents.plan(intent(index, clearance_no=number, status_ref=StatusRef(uri=URI, idx=9000 + index)))
            for index in (3, 5):
                work.intents.plan(intent(index))

        write(database, plan)
        with database.read() as work:
            assert list(work.intents.abandoned(URI)) == [9002]
            assert list(work.intents.abandoned("https://s.bmet.gov.bd/27a")) == []

    def test_what_waits_comes_in_pages(self, database: Database) -> None:
        self.queue(database)
        assert self.waiting(database, limit=2) == [clearance(index).clearance_no for index in (0, 1)]
        assert self.waiting(database, after=clearance(1).clearance_no) == [clearance(6).clearance_no]

    def test_a_settled_entry_waits_no_more_and_is_not_put_down_again(self, database: Database) -> None:
        self.queue(database)
        with database.read() as work:
            first, second, third = work.reissues.waiting(after="", limit=9)
        done = first.done(clearance(5).clearance_no, at=NOW)
        refused = second.refused("visa_expired", at=NOW)
        self.settle(database, done, refused)
        assert self.queue(database) == 0
        assert self.waiting(database) == [third.clearance_no]
        with database.read() as work:
            assert work.reissues.get(first.clearance_no) == done
            assert work.reissues.refused(limit=9) == [refused]

    def test_what_was_refused_may_wait_again(self, database: Database) -> None:
        self.queue(database)
        with database.read() as work:
            first, *_ = work.reissues.waiting(after="", limit=9)
        self.settle(database, first.refused("licence_suspended", at=NOW))
        with database.write() as work:
            assert work.reissues.reopen_refused() == 1
            work.commit()
        assert self.waiting(database)[0] == first.clearance_no

    def test_the_tally_says_how_far_the_cards_of_each_key_have_come(self, database: Database) -> None:
        self.queue(database)
        self.queue(database, self.OTHER)
        with database.read() as work:
            first, *_ = work.reissues.waiting(after="", limit=9)
        self.settle(database, first.refused("visa_expired", at=NOW))
        with database.read() as work:
            assert work.reissues.tallies() == [
                ReissueTally(kid=self.KID, waiting=2, done=0, refused=1),
                ReissueTally(kid=self.OTHER, waiting=1, done=0, refused=0),
            ]

    def test_an_entry_that_is_not_there_cannot_be_settled(self, database: Database) -> None:
        with pytest.raises(NotOnRecord):
            self.settle(database, Reissue(clearance_no="BMET-0", kid=self.KID, queued_at=NOW))
