"""What every database of this product promises: transactions, and the smaller registers."""

import threading
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from clearance.domain.desk import Desk, Holding
from clearance.domain.signing import SignedLately, SigningStop
from clearance.domain.staff import Role
from clearance.issuing.ports import Conflict, Database, NotOnRecord, UnitOfWork
from tests.contract.steps import sought, write
from tests.fakes.office import AGENCY_CLERK, CLERK, DISTRICT, EVERYTHING, NOW, PERMIT, STAFF, officer
from tests.fakes.values import URI, application, desk, entry, intent


class TestTransactions:
    def test_what_was_not_committed_was_not_written(self, database: Database) -> None:
        with database.write() as work:
            work.applications.add(application())
        with database.read() as work:
            assert work.applications.get("APP-00000000") is None

    def test_an_error_inside_the_block_writes_nothing(self, database: Database) -> None:
        def fail(work: UnitOfWork) -> None:
            work.applications.add(application())
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            write(database, fail)
        with database.read() as work:
            assert work.applications.count(sought()) == 0

    def test_a_conflict_leaves_everything_as_it_was(self, database: Database) -> None:
        def fail(work: UnitOfWork) -> None:
            work.permits.add(replace(PERMIT, number="EA-2"))
            work.applications.add(application())
            work.applications.add(application())

        with pytest.raises(Conflict):
            write(database, fail)
        with database.read() as work:
            assert work.permits.get("EA-2") is None
            assert work.applications.count(sought()) == 0

    def test_a_read_cannot_be_committed(self, database: Database) -> None:
        with database.read() as work, pytest.raises(RuntimeError):
            work.commit()

    def test_a_reader_sees_one_state_while_another_writes(self, database: Database) -> None:
        with database.read() as reader:
            before = reader.applications.count(sought())
            write(database, lambda work: work.applications.add(application()))
            assert reader.applications.count(sought()) == before
        with database.read() as reader:
            assert reader.applications.count(sought()) == before + 1

    def test_writers_take_turns_from_their_first_read_on(self, database: Database) -> None:
        seen: list[int] = []

        def take_a_turn() -> None:
            with database.write() as work:
                count = work.applications.count(sought())
                seen.append(count)
                work.applications.add(application(count))
                work.commit()

        racers = [threading.Thread(target=take_a_turn) for _ in range(8)]
        for racer in racers:
            racer.start()
        for racer in racers:
            racer.join()
        assert sorted(seen) == list(range(8))


class TestStaff:
    def test_officers_come_back_as_they_were(self, database: Database) -> None:
        with database.read() as work:
            assert work.staff.get("X-1") == EVERYTHING
            assert work.staff.by_username("x-1") == EVERYTHING
            assert work.staff.get("nobody") is None
            assert work.staff.by_username("nobody") is None
            assert work.staff.all() == sorted((*STAFF, AGENCY_CLERK), key=lambda member: member.number)
            assert work.staff.office("DEMO-RNG") == DISTRICT
            assert work.staff.office("DEMO-XXX") is None

    def test_changes_are_kept(self, database: Database) -> None:
        blocked = replace(CLERK, active=False, roles=frozenset({Role.APPROVER, Role.DEMO_OFFICER}))
        write(database, lambda work: work.staff.save(blocked))
        with database.read() as work:
            assert work.staff.get(CLERK.number) == blocked

    def test_an_officer_who_is_not_there_cannot_be_changed(self, database: Database) -> None:
        with pytest.raises(NotOnRecord):
            write(database, lambda work: work.staff.save(officer("Z-9")))

    @pytest.mark.parametrize("changes", [{"number": "E-1"}, {"username": "e-1"}])
    def test_numbers_and_usernames_are_given_once(self, database: Database, changes: dict[str, Any]) -> None:
        with pytest.raises(Conflict):
            write(database, lambda work: work.staff.add(replace(officer("Z-9"), **changes)))

    def test_an_office_is_opened_once(self, database: Database) -> None:
        with pytest.raises(Conflict):
            write(database, lambda work: work.staff.add_office(DISTRICT))


def _add_desk(added: Desk, work: UnitOfWork) -> None:
    work.desks.add(added)


class TestDesks:
    def test_a_desk_comes_back_as_it_was_before_and_after_its_report(self, database: Database) -> None:
        new = desk()
        heard = new.reported(Holding(trust_sequence=7, lists={URI: 1_795_327_200}, software="1.2"), at=NOW)
        write(database, lambda work: work.desks.add(new))
        with database.read() as work:
            assert work.desks.get(new.id) == new
        write(database, lambda work: work.desks.save(heard))
        with database.read() as work:
            assert work.desks.get(new.id) == heard

    def test_a_desk_without_a_bundle_is_kept_so(self, database: Database) -> None:
        bare = desk().reported(Holding(trust_sequence=None, software="1.2"), at=NOW)
        write(database, lambda work: work.desks.add(bare))
        with database.read() as work:
            assert work.desks.get(bare.id) == bare

    def test_open_desks_come_in_order_of_their_names(self, database: Database) -> None:
        for number, name in enumerate(("ZYL-1", "CGP-2", "DAC-1")):
            write(database, partial(_add_desk, desk(number, name=name)))
        write(database, lambda work: work.desks.save(desk(1, name="CGP-2").withdrawn(NOW)))
        with database.read() as work:
            assert [each.name for each in work.desks.open()] == ["DAC-1", "ZYL-1"]

    def test_a_name_serves_one_open_desk_and_is_free_after_it(self, database: Database) -> None:
        write(database, lambda work: work.desks.add(desk(1)))
        with pytest.raises(Conflict):
            write(database, lambda work: work.desks.add(desk(2)))
        write(database, lambda work: work.desks.save(desk(1).withdrawn(NOW)))
        write(database, lambda work: work.desks.add(desk(2)))
        with database.read() as work:
            assert [each.id for each in work.desks.open()] == [desk(2).id]

    def test_an_id_is_never_used_again(self, database: Database) -> None:
        write(database, lambda work: work.desks.add(desk(1).withdrawn(NOW)))
        with pytest.raises(Conflict):
            write(database, lambda work: work.desks.add(desk(1, name="ZYL-9")))

    def test_a_desk_that_is_not_there_cannot_be_saved(self, database: Database) -> None:
        with pytest.raises(NotOnRecord):
            write(database, lambda work: work.desks.save(desk()))


class TestAuditLog:
    def test_entries_come_back_as_they_were_oldest_first(self, database: Database) -> None:
        def add(work: UnitOfWork) -> None:
            work.audit.append(entry(1))
            work.audit.append(entry(2, subject="APP-ELSEWHERE"))
            work.audit.append(entry(3))

        write(database, add)
        with database.read() as work:
            assert work.audit.entries(subject="APP-00000000") == [entry(1), entry(3)]

    def test_an_entry_stands_or_falls_with_its_transaction(self, database: Database) -> None:
        with database.write() as work:
            work.audit.append(entry(1))
        with database.read() as work:
            assert work.audit.entries(subject="APP-00000000") == []
            assert work.audit.head().number == 0

    def test_an_untouched_record_is_whole_and_ends_at_its_head(self, database: Database) -> None:
        def add(work: UnitOfWork) -> None:
            for number in range(1, 6):
                work.audit.append(entry(number))

        write(database, add)
        with database.read() as work:
            report = work.audit.verify(noted=[work.audit.head()])
            assert (report.links, report.faults) == (5, ())
            assert report.head == work.audit.head()

    def test_an_empty_record_is_whole(self, database: Database) -> None:
        with database.read() as work:
            assert work.audit.verify().faults == ()


class TestSigningControls:
    def test_signatures_are_counted_by_the_hour_and_by_the_day(self, database: Database) -> None:
        for number, minutes in enumerate((5, 59, 61, 23 * 60, 2 * 24 * 60)):
            plan = intent(number, planned_at=NOW - timedelta(minutes=minutes))
            write(database, lambda work, plan=plan: work.signing.count(plan))  # type: ignore[misc]
        with database.read() as work:
            assert work.signing.lately(NOW) == SignedLately(in_an_hour=2, in_a_day=4)

    def test_a_stop_stands_until_it_is_lifted_and_another_may_follow(self, database: Database) -> None:
        first = SigningStop(officer_no=CLERK.number, at=NOW, reason="চাবি হারিয়েছে")
        second = SigningStop(officer_no=EVERYTHING.number, at=NOW + timedelta(hours=2), reason="again")
        for order in (first, second):
            with database.read() as work:
                assert work.signing.standing_stop() is None
            write(database, lambda work, order=order: work.signing.stop(order))  # type: ignore[misc]
            with database.read() as work:
                assert work.signing.standing_stop() == order
            write(database, lambda work: work.signing.resume(officer_no=CLERK.number, at=NOW + timedelta(hours=1)))
