"""What every database of this product promises to the use cases."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from clearance.credential.claims import StatusRef
from clearance.credential.status import Status
from clearance.domain.application import Application, VisaCheck
from clearance.domain.desk import Desk, Holding
from clearance.domain.lifecycle import ApplicationState
from clearance.domain.person import NextOfKin
from clearance.domain.reissue import Reissue, ReissueTally
from clearance.domain.signing import SignedLately, SigningStop
from clearance.domain.staff import Role, Scope
from clearance.issuing.ports import Conflict, Database, NotOnRecord, Sought, UnitOfWork
from tests.fakes.office import (
    AGENCY_CLERK,
    APPROVER,
    CHECKER,
    CLERK,
    DISTRICT,
    EVERYTHING,
    ISSUER,
    NOW,
    PERMIT,
    STAFF,
    TODAY,
    draft,
    officer,
)
from tests.fakes.values import URI, acted_by, application, clearance, desk, entry, intent, revoked

STORED = tuple(state for state in ApplicationState if state is not ApplicationState.EXPIRED)
DESK = desk(0)
"""The desk of the departures in these tests."""


def sought(**wanted: Any) -> Sought:
    return Sought(**{"states": frozenset(ApplicationState), "on": TODAY, **wanted})


def write(database: Database, step: Callable[[UnitOfWork], None]) -> None:
    with database.write() as work:
        step(work)
        work.commit()


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


class TestApplications:
    @pytest.fixture(autouse=True)
    def _desk(self, database: Database) -> None:
        write(database, lambda work: work.desks.add(DESK))

    @pytest.mark.parametrize("state", STORED)
    def test_a_case_comes_back_as_it_was(self, database: Database, state: ApplicationState) -> None:
        stored = application(7, state=state)
        write(database, lambda work: work.applications.add(stored))
        with database.read() as work:
            assert work.applications.get(stored.reference) == stored

    def test_a_case_without_its_optional_parts_comes_back_as_it_was(self, database: Database) -> None:
        full = application().draft
        worker = replace(full.worker, name_bn=None, fingerprint_taken_on=None)
        bare = replace(
            full,
            worker=worker,
            visa=replace(full.visa, check=None),
            job=replace(full.job, salary=None, occupation=replace(full.job.occupation, bn=None)),
            licence_no=None,
            orientation=replace(full.orientation, days=(), certificate_no=None),
        )
        stored = replace(application(), draft=bare)
        write(database, lambda work: work.applications.add(stored))
        with database.read() as work:
            assert work.applications.get(stored.reference) == stored

    def test_a_case_that_is_not_there_is_none(self, database: Database) -> None:
        with database.read() as work:
            assert work.applications.get("APP-ZZZZZZZZ") is None
            assert work.applications.by_receipt("CH-0") is None

    def test_a_receipt_serves_one_case(self, database: Database) -> None:
        write(database, lambda work: work.applications.add(application(1)))
        same_receipt = replace(application(2), draft=replace(draft(2), payment=draft(1).payment))
        with pytest.raises(Conflict):
            write(database, lambda work: work.applications.add(same_receipt))
        with database.read() as work:
            assert work.applications.by_receipt(draft(1).payment.receipt_no) == application(1)

    def test_a_case_with_everything_there_can_be_comes_back_as_it_was(self, database: Database) -> None:
        plain = application().draft
        full = replace(
            plain,
            worker=replace(
                plain.worker,
                passport=replace(plain.worker.passport, previous_numbers=("BX0000001", "C00000002")),
                fingerprint_office="DEMO-RNG",
                mobile="+8801712345678",
                email="rahim@example.com",
            ),
            visa=replace(
                plain.visa,
                check=VisaCheck(on=TODAY, by="Karim", site="visa.mofa.gov.sa", result="valid", evidence="ab" * 32),
                advice_no="13012345",
                sponsor_id="70012345",
            ),
            orientation=replace(plain.orientation, venue="TTC Rangpur"),
            payment=replace(plain.payment, pay_order_no="PO-1", bank="PKB"),
            next_of_kin=NextOfKin(name="AMENA BEGUM", relation="wife", phone="+8801812345678"),
        )
        stored = replace(application(), draft=full, forwarded=True, replaces="BMET-2026-OLD")
        write(database, lambda work: work.applications.add(stored))
        with database.read() as work:
            assert work.applications.get(stored.reference) == stored
            assert work.applications.of_person("C00000002", birth_date=plain.worker.birth_date) == [stored]

    def test_a_pay_order_serves_one_case_and_a_correction_pays_nothing(self, database: Database) -> None:
        paid = replace(draft(1), payment=replace(draft(1).payment, pay_order_no="PO-1"))
        write(database, lambda work: work.applications.add(replace(application(1), draft=paid)))
        again = replace(draft(2), payment=replace(draft(2).payment, pay_order_no="PO-1"))
        with pytest.raises(Conflict):
            write(database, lambda work: work.applications.add(replace(application(2), draft=again)))
        correction = replace(application(3), draft=paid, replaces="BMET-2026-OLD")
        write(database, lambda work: work.applications.add(correction))
        with database.read() as work:
            first = work.applications.by_pay_order("PO-1")
            assert first is not None
            assert first == work.applications.by_receipt(paid.payment.receipt_no)
            assert first.reference == application(1).reference

    def test_cases_are_found_within_a_scope(self, database: Database) -> None:
        def add(work: UnitOfWork) -> None:
            work.applications.add(replace(application(0), draft=replace(draft(0), office_code=DISTRICT.code)))
            work.applications.add(replace(application(1), draft=replace(draft(1), licence_no=None)))
            work.applications.add(application(2))

        def found(scope: Scope) -> list[str]:
            with database.read() as work:
                cases = work.applications.find(sought(scope=scope), limit=9, offset=0)
                assert work.applications.count(sought(scope=scope)) == len(cases)
                return [each.reference[-1] for each in cases]

        write(database, add)
        assert found(Scope()) == ["0", "1", "2"]
        assert found(Scope(office_code=DISTRICT.code)) == ["0"]
        assert found(Scope(licence_no="RL-1234")) == ["0", "2"]

    def test_the_pool_holds_what_a_district_cannot_sign_itself(self, database: Database) -> None:
        here = {"office_code": DISTRICT.code}
        local, other = officer("D-1", Role.CHECKER, **here), officer("D-2", Role.APPROVER, **here)

        def in_district(index: int, **changes: Any) -> Application:
            case = application(index, state=changes.pop("state", ApplicationState.SUBMITTED))
            return replace(case, draft=replace(draft(index), office_code=DISTRICT.code), **changes)

        def add(work: UnitOfWork) -> None:
            work.staff.add(local)
            work.staff.add(other)
            work.applications.add(application(0))
            work.applications.add(in_district(1))
            work.applications.add(acted_by(in_district(2), submit=local.number))
            work.applications.add(in_district(3, forwarded=True))
            work.applications.add(in_district(4, state=ApplicationState.CHECKED))
            work.applications.add(acted_by(in_district(5, state=ApplicationState.CHECKED), check=other.number))
            work.applications.add(in_district(6, state=ApplicationState.APPROVED))

        write(database, add)
        pool = {
            ApplicationState.SUBMITTED: frozenset({local.number, CHECKER.number}),
            ApplicationState.CHECKED: frozenset({other.number, APPROVER.number}),
            ApplicationState.APPROVED: frozenset({ISSUER.number}),
        }
        with database.read() as work:
            cases = work.applications.find(sought(pool=pool), limit=9, offset=0)
        # 1 and 4 wait for the district's own officers; 2 and 5 were acted on by them, 6 has no issuer there.
        assert [each.reference[-1] for each in cases] == ["0", "2", "3", "5", "6"]

    def test_a_case_runs_out_by_its_date_alone(self, database: Database) -> None:
        issued = application(state=ApplicationState.ISSUED)
        write(database, lambda work: work.applications.add(issued))
        assert issued.valid_until is not None
        for day, told in ((issued.valid_until, "issued"), (issued.valid_until + timedelta(days=1), "expired")):
            with database.read() as work:
                assert work.applications.tally(sought(on=day)) == {ApplicationState(told): 1}
                for state in (ApplicationState.ISSUED, ApplicationState.EXPIRED):
                    count = work.applications.count(sought(on=day, states=frozenset({state})))
                    assert count == (state.value == told)

    def test_cases_are_counted_by_state(self, database: Database) -> None:
        def add(work: UnitOfWork) -> None:
            work.applications.add(application(0))
            work.applications.add(application(1))
            work.applications.add(application(2, state=ApplicationState.REJECTED))

        write(database, add)
        with database.read() as work:
            tally = work.applications.tally(sought())
        assert tally == {ApplicationState.SUBMITTED: 2, ApplicationState.REJECTED: 1}

    def test_a_move_is_written_only_over_the_version_that_was_read(self, database: Database) -> None:
        write(database, lambda work: work.applications.add(application()))
        moved = application(state=ApplicationState.CHECKED)
        write(database, lambda work: work.applications.save(moved))
        with pytest.raises(Conflict):
            write(database, lambda work: work.applications.save(moved))
        with pytest.raises(Conflict):
            write(database, lambda work: work.applications.save(application(state=ApplicationState.ISSUED)))
        with database.read() as work:
            assert work.applications.get(moved.reference) == moved

    def test_cases_are_found_oldest_first_and_by_page(self, database: Database) -> None:
        def add(work: UnitOfWork) -> None:
            for index, minutes in enumerate((30, 10, 20)):
                work.applications.add(application(index, minutes=minutes))

        write(database, add)
        with database.read() as work:
            found = work.applications.find(sought(), limit=2, offset=1)
            assert [each.reference for each in found] == ["APP-00000002", "APP-00000000"]

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("A00000001", 1),
            ("0000001", 1),
            ("BIDN20260000001", 1),
            ("APP-00000001", 1),
            ("RAHIM", 2),
            ("উদ্দিন", 2),
            ("%", 0),
            ("_", 0),
            ("\\", 0),
            ("KARIM", 0),
        ],
    )
    def test_cases_are_found_by_part_of_a_number_or_name(self, database: Database, text: str, found: int) -> None:
        def add(work: UnitOfWork) -> None:
            work.applications.add(application(1))
            work.applications.add(application(20))

        write(database, add)
        with database.read() as work:
            assert work.applications.count(sought(text=text)) == found
            assert len(work.applications.find(sought(text=text), limit=50, offset=0)) == found

    def test_cases_are_found_by_state(self, database: Database) -> None:
        def add(work: UnitOfWork) -> None:
            for index, state in enumerate(STORED):
                work.applications.add(application(index, state=state))

        write(database, add)
        with database.read() as work:
            for index, state in enumerate(STORED):
                found = work.applications.find(sought(states=frozenset({state})), limit=50, offset=0)
                assert [each.reference for each in found] == [f"APP-{index:08d}"]
            assert work.applications.count(sought(states=frozenset())) == 0

    def test_the_cases_of_a_person_need_the_right_birth_date(self, database: Database) -> None:
        old, new = application(1), replace(application(2, minutes=5), draft=replace(draft(2), worker=draft(1).worker))

        def add(work: UnitOfWork) -> None:
            work.applications.add(old)
            work.applications.add(new)

        write(database, add)
        with database.read() as work:
            person = draft(1).worker
            number = person.passport.number
            assert work.applications.of_person(number, birth_date=person.birth_date) == [new, old]
            assert work.applications.of_person(number, birth_date=None) == [new, old]
            assert work.applications.of_person(number, birth_date=date(1995, 3, 15)) == []
            assert work.applications.of_person("A99999999", birth_date=person.birth_date) == []


class TestClearances:
    @pytest.fixture(autouse=True)
    def _cases(self, database: Database) -> None:
        def add(work: UnitOfWork) -> None:
            for index in range(4):
                work.applications.add(application(index, state=ApplicationState.ISSUED))

        write(database, add)

    def test_a_clearance_comes_back_as_it_was(self, database: Database) -> None:
        write(database, lambda work: work.clearances.add(clearance()))
        with database.read() as work:
            assert work.clearances.get(clearance().clearance_no) == clearance()
            assert work.clearances.for_application("APP-00000000") == clearance()
            assert work.clearances.active_for_passport("A00000000") == clearance()

    def test_a_clearance_that_is_not_there_is_none(self, database: Database) -> None:
        with database.read() as work:
            assert work.clearances.get("BMET-2026-ZZZZZZZZZZZ") is None
            assert work.clearances.for_application("APP-00000000") is None
            assert work.clearances.active_for_passport("A00000000") is None

    @pytest.mark.parametrize("standing", [Status.VALID, Status.SUSPENDED])
    def test_a_passport_has_one_standing_clearance(self, database: Database, standing: Status) -> None:
        write(database, lambda work: work.clearances.add(clearance(0, status=standing)))
        with pytest.raises(Conflict):
            write(database, lambda work: work.clearances.add(clearance(1, passport_no="A00000000")))

    def test_a_passport_may_be_cleared_again_after_the_first_was_taken_back(self, database: Database) -> None:
        second = clearance(1, passport_no="A00000000")
        third = clearance(2, passport_no="A00000000")
        write(database, lambda work: work.clearances.add(revoked(clearance(0))))
        write(database, lambda work: work.clearances.add(second.superseded()))
        write(database, lambda work: work.clearances.add(third))
        with database.read() as work:
            assert work.clearances.active_for_passport("A00000000") == third

    @pytest.mark.parametrize(
        "changes",
        [
            {"clearance_no": clearance(0).clearance_no},
            {"status_ref": clearance(0).status_ref},
            {"application_reference": "APP-00000000"},
        ],
        ids=lambda changes: next(iter(changes)),
    )
    def test_numbers_indices_and_cases_are_used_once(self, database: Database, changes: dict[str, Any]) -> None:
        write(database, lambda work: work.clearances.add(clearance(0)))
        with pytest.raises(Conflict):
            write(database, lambda work: work.clearances.add(clearance(1, **changes)))

    def test_a_case_may_be_issued_anew_once_its_clearance_is_superseded(self, database: Database) -> None:
        anew = clearance(1, application_reference="APP-00000000", passport_no="A00000000")
        write(database, lambda work: work.clearances.add(clearance(0)))
        with pytest.raises(Conflict):
            write(database, lambda work: work.clearances.add(anew))
        write(database, lambda work: work.clearances.set_status(clearance(0).superseded()))
        write(database, lambda work: work.clearances.add(anew))
        with database.read() as work:
            assert work.clearances.for_application("APP-00000000") == anew

    def test_of_a_case_issued_anew_the_revoked_card_counts_and_not_the_superseded(self, database: Database) -> None:
        anew = revoked(clearance(1, application_reference="APP-00000000", issued_at=NOW.replace(microsecond=0)))
        write(database, lambda work: work.clearances.add(clearance(0).superseded()))
        write(database, lambda work: work.clearances.add(anew))
        with database.read() as work:
            assert work.clearances.for_application("APP-00000000") == anew
        with pytest.raises(Conflict):
            write(database, lambda work: work.clearances.add(clearance(2, application_reference="APP-00000000")))

    def test_a_revocation_is_kept_with_its_reason_and_is_final(self, database: Database) -> None:
        write(database, lambda work: work.clearances.add(clearance()))
        write(database, lambda work: work.clearances.set_status(revoked(clearance())))
        for after in (clearance(), clearance(status=Status.SUSPENDED), revoked(clearance())):
            with pytest.raises(Conflict), database.write() as work:
                work.clearances.set_status(after)
        with database.read() as work:
            assert work.clearances.get(clearance().clearance_no) == revoked(clearance())

    def test_setting_a_status_changes_nothing_else(self, database: Database) -> None:
        write(database, lambda work: work.clearances.add(clearance()))
        forged = clearance(status=Status.SUSPENDED, valid_until=date(2099, 1, 1), pdf_sha256="f" * 64)
        write(database, lambda work: work.clearances.set_status(forged))
        with database.read() as work:
            assert work.clearances.get(clearance().clearance_no) == clearance(status=Status.SUSPENDED)

    def test_a_status_of_nothing_cannot_be_set(self, database: Database) -> None:
        with pytest.raises(Conflict):
            write(database, lambda work: work.clearances.set_status(clearance()))

    def test_the_list_names_every_index_that_is_not_valid(self, database: Database) -> None:
        def add(work: UnitOfWork) -> None:
            work.clearances.add(clearance(0))
            work.clearances.add(revoked(clearance(1)))
            work.clearances.add(clearance(2, status=Status.SUSPENDED))
            elsewhere = StatusRef(uri="https://s.bmet.gov.bd/27a", idx=5)
            work.clearances.add(revoked(clearance(3, status_ref=elsewhere)))

        write(database, add)
        with database.read() as work:
            assert work.clearances.statuses(URI) == {1001: Status.INVALID, 1002: Status.SUSPENDED}

    def test_cards_are_counted_by_the_key_that_signed(self, database: Database) -> None:
        def add(work: UnitOfWork) -> None:
            work.clearances.add(clearance(0))
            work.clearances.add(revoked(clearance(1)))
            work.clearances.add(clearance(2, kid=b"\x02" * 8))

        write(database, add)
        with database.read() as work:
            assert work.clearances.signed_by_key() == {b"\x01" * 8: 2, b"\x02" * 8: 1}

    @pytest.mark.parametrize(("text", "found"), [("", [2, 1, 0]), ("A00000001", [1]), ("00000002", [2]), ("%", [])])
    def test_cards_are_found_newest_first(self, database: Database, text: str, found: list[int]) -> None:
        def add(work: UnitOfWork) -> None:
            for index in range(3):
                work.clearances.add(clearance(index))

        write(database, add)
        with database.read() as work:
            cards = work.clearances.find(text=text, scope=Scope(), limit=10, offset=0)
            assert [card.clearance_no for card in cards] == [clearance(index).clearance_no for index in found]
            assert work.clearances.count(text=text, scope=Scope()) == len(found)
            assert work.clearances.find(text=text, scope=Scope(), limit=10, offset=len(found)) == []
            elsewhere = Scope(office_code=DISTRICT.code)
            assert work.clearances.find(text=text, scope=elsewhere, limit=10, offset=0) == []
            assert work.clearances.count(text=text, scope=elsewhere) == 0
            assert work.clearances.count(text=text, scope=Scope(licence_no="RL-1234")) == len(found)


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


class TestDrawnLists:
    def test_a_list_counts_the_indices_that_are_taken_and_says_how_long_its_cards_run(self, database: Database) -> None:
        def add(work: UnitOfWork) -> None:
            for index in range(3):
                work.applications.add(application(index, state=ApplicationState.ISSUED))
                work.intents.plan(intent(index))
            work.clearances.add(clearance(0, valid_until=date(2027, 5, 1)))
            work.clearances.add(clearance(1))

        write(database, add)
        with database.read() as work:
            assert (work.intents.drawn(URI), work.intents.drawn("https://s.bmet.gov.bd/27a")) == (3, 0)
            assert work.clearances.last_valid_day(URI) == date(2027, 5, 1)
            assert work.clearances.last_valid_day("https://s.bmet.gov.bd/27a") is None


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
