"""What every database promises about cases: they come back as they were, are found, and nobody is overtaken."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from clearance.domain.application import Application, VisaCheck
from clearance.domain.lifecycle import ApplicationState
from clearance.domain.person import NextOfKin
from clearance.domain.staff import Role, Scope
from clearance.issuing.ports import Conflict, Database, UnitOfWork
from tests.contract.steps import sought, write
from tests.fakes.office import APPROVER, CHECKER, DISTRICT, ISSUER, TODAY, draft, officer
from tests.fakes.values import acted_by, application, desk

STORED = tuple(state for state in ApplicationState if state is not ApplicationState.EXPIRED)
DESK = desk(0)
"""The desk of the departures in these tests."""


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
