"""What every database promises about cards and the lists that they stand in."""

from datetime import date
from typing import Any

import pytest

from clearance.credential.claims import StatusRef
from clearance.credential.status import Status
from clearance.domain.lifecycle import ApplicationState
from clearance.domain.staff import Scope
from clearance.issuing.ports import Conflict, Database, UnitOfWork
from tests.contract.steps import write
from tests.fakes.office import DISTRICT, NOW
from tests.fakes.values import URI, application, clearance, intent, revoked


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
