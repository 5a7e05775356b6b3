"""What every database promises about permits and agencies; above all, that a budget is not overdrawn."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from clearance.credential.status import Status
from clearance.domain.application import Application
from clearance.domain.clearance import Clearance
from clearance.domain.lifecycle import ApplicationState
from clearance.domain.permit import CardCount, Permit, PermitChange
from clearance.domain.proposal import ProposalState
from clearance.issuing.ports import Conflict, Database, NotOnRecord, UnitOfWork
from tests.contract.proposals import change, consented
from tests.contract.steps import write
from tests.fakes.office import AGENCY, NOW, PERMIT, TODAY, draft
from tests.fakes.values import application, clearance, desk, revoked

YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
SMALL = replace(PERMIT, number="EA-2", places=2)
ISSUED = ApplicationState.ISSUED


def propose(database: Database, asked: PermitChange) -> None:
    write(database, lambda work: work.permit_changes.propose(asked))


def settle(database: Database, done: PermitChange) -> None:
    write(database, lambda work: work.permit_changes.settle(done))


def permit(database: Database, number: str = PERMIT.number) -> Permit:
    with database.read() as work:
        found = work.permits.get(number)
    assert found is not None
    return found


class TestPermitChanges:
    def test_a_proposal_comes_back_and_changes_nothing_yet(self, database: Database) -> None:
        propose(database, change())
        with database.read() as work:
            assert work.permit_changes.get(1) == change()
            assert work.permit_changes.of_permit(PERMIT.number) == [change()]
            assert work.permit_changes.open() == [change()]
            assert work.permit_changes.next_number() == 2
        assert permit(database) == PERMIT

    def test_with_consent_the_permit_has_the_places(self, database: Database) -> None:
        propose(database, change())
        settle(database, consented(change()))
        assert permit(database).places == 40
        with database.read() as work:
            assert work.permit_changes.get(1) == consented(change())
            assert work.permit_changes.open() == []

    def test_a_rejected_proposal_changes_nothing_and_frees_its_letter(self, database: Database) -> None:
        propose(database, change())
        settle(database, replace(consented(change()), state=ProposalState.REJECTED))
        assert permit(database) == PERMIT
        propose(database, change(2))

    def test_one_proposal_waits_at_a_time(self, database: Database) -> None:
        propose(database, change())
        with pytest.raises(Conflict):
            propose(database, change(2, letter_no="EXP-13/26"))

    def test_a_letter_changes_a_permit_once(self, database: Database) -> None:
        propose(database, change())
        settle(database, consented(change()))
        with pytest.raises(Conflict):
            propose(database, change(2, places_before=40, places=60))

    def test_a_proposal_is_settled_once(self, database: Database) -> None:
        propose(database, change())
        settle(database, consented(change()))
        with pytest.raises(Conflict):
            settle(database, consented(change()))

    def test_consent_to_a_limit_that_is_no_longer_that_of_the_permit_is_refused(self, database: Database) -> None:
        propose(database, change(places_before=30, places=40))
        with pytest.raises(Conflict):
            settle(database, consented(change(places_before=30, places=40)))

    def test_a_permit_cannot_have_fewer_places_than_are_used(self, database: Database) -> None:
        write(database, lambda work: work.permits.add(replace(PERMIT, number="EA-9", used=9, used_before=9)))
        asked = change(permit_no="EA-9", places=8)
        propose(database, asked)
        with pytest.raises(Conflict):
            settle(database, consented(asked))
        assert permit(database, "EA-9").places == 25


def case_on(number: str, index: int, **changes) -> Application:
    of_permit = replace(draft(index), permit_no=number, **changes)
    return replace(application(index, state=ISSUED), draft=of_permit)


def issue(database: Database, case: Application, **changes) -> None:
    """As the signing component does: the case and its card in one transaction."""
    index = int(case.reference[-8:])

    def add(work: UnitOfWork) -> None:
        work.applications.add(case)
        work.clearances.add(clearance(index, **changes))

    write(database, add)


class TestPermits:
    def test_permits_and_agencies_come_back_as_they_were(self, database: Database) -> None:
        without_agency = replace(PERMIT, number="EA-SAU-SELF", licence_no=None, used=3, used_before=3)
        suspended = replace(
            AGENCY, licence_no="RL-77", suspended_on=date(2026, 1, 1), suspended_by="A-1", suspended_reason="order 3"
        )

        def add(work: UnitOfWork) -> None:
            work.permits.add(without_agency)
            work.permits.add_agency(suspended)

        write(database, add)
        with database.read() as work:
            assert work.permits.get(PERMIT.number) == PERMIT
            assert work.permits.get("EA-SAU-SELF") == without_agency
            assert work.permits.get("EA-NONE") is None
            assert list(work.permits.all()) == [PERMIT, without_agency]
            assert work.permits.agency("RL-1234") == AGENCY
            assert work.permits.agency("RL-77") == suspended
            assert work.permits.agency("RL-0") is None
            assert list(work.permits.agencies()) == [AGENCY, suspended]

    def test_an_agency_is_changed_where_there_is_one(self, database: Database) -> None:
        suspended = AGENCY.suspended(on=TODAY, by="A-1", reason="order 3")
        write(database, lambda work: work.permits.save_agency(suspended))
        with database.read() as work:
            assert work.permits.agency(AGENCY.licence_no) == suspended
        write(database, lambda work: work.permits.save_agency(suspended.reinstated()))
        with database.read() as work:
            assert work.permits.agency(AGENCY.licence_no) == AGENCY
        with pytest.raises(NotOnRecord):
            write(database, lambda work: work.permits.save_agency(replace(AGENCY, licence_no="RL-0")))

    @pytest.mark.parametrize("used", [-1, 3])
    def test_a_permit_cannot_be_written_overdrawn(self, database: Database, used: int) -> None:
        overdrawn = replace(SMALL, used=used, used_before=used)
        with pytest.raises(Conflict):
            write(database, lambda work: work.permits.add(overdrawn))

    def test_a_number_is_given_once(self, database: Database) -> None:
        with pytest.raises(Conflict):
            write(database, lambda work: work.permits.add(PERMIT))
        with pytest.raises(Conflict):
            write(database, lambda work: work.permits.add_agency(AGENCY))

    def test_each_card_takes_a_place_and_the_last_one_is_taken_once(self, database: Database) -> None:
        write(database, lambda work: work.permits.add(SMALL))
        issue(database, case_on("EA-2", 1))
        issue(database, case_on("EA-2", 2))
        with pytest.raises(Conflict):
            issue(database, case_on("EA-2", 3))
        assert permit(database, "EA-2").balance == 0
        with database.read() as work:
            assert work.applications.get("APP-00000003") is None

    def test_a_revoked_card_does_not_give_its_place_back(self, database: Database) -> None:
        write(database, lambda work: work.permits.add(SMALL))
        issue(database, case_on("EA-2", 1))
        write(database, lambda work: work.clearances.set_status(revoked(clearance(1))))
        assert permit(database, "EA-2").used == 1

    def test_a_card_issued_anew_takes_over_the_place_of_the_superseded_one(self, database: Database) -> None:
        write(database, lambda work: work.permits.add(replace(SMALL, places=1)))
        issue(database, case_on("EA-2", 1))
        for number in (2, 3):
            anew = clearance(number, application_reference="APP-00000001", passport_no="A00000001")
            before = clearance(number - 1, passport_no="A00000001", application_reference="APP-00000001")

            def reissue(work: UnitOfWork, old: Clearance = before, new: Clearance = anew) -> None:
                work.clearances.set_status(old.superseded())
                work.clearances.add(new)

            write(database, reissue)
        assert permit(database, "EA-2").used == 1

    def test_a_card_that_corrects_another_takes_over_its_place(self, database: Database) -> None:
        write(database, lambda work: work.permits.add(replace(SMALL, places=1)))
        issue(database, case_on("EA-2", 1))
        correcting = replace(case_on("EA-2", 2), replaces=clearance(1).clearance_no)
        with pytest.raises(Conflict):  # the first card still stands: two would be out on one place
            issue(database, correcting)

        def correct(work: UnitOfWork) -> None:
            work.clearances.set_status(clearance(1).superseded())
            work.applications.add(correcting)
            work.clearances.add(clearance(2))

        write(database, correct)
        assert permit(database, "EA-2").used == 1
        other = replace(case_on("EA-2", 3), replaces=clearance(1).clearance_no)
        with pytest.raises(Conflict):  # and nobody else takes it over again
            issue(database, other)

    @pytest.mark.parametrize(
        "changes",
        [{"destination": "QAT"}, {"licence_no": None}, {"permit_no": "EA-NONE"}],
        ids=lambda changes: next(iter(changes)),
    )
    def test_a_card_for_another_agency_or_destination_is_refused(
        self, database: Database, changes: dict[str, str | None]
    ) -> None:
        case = replace(application(1, state=ISSUED), draft=replace(draft(1), **changes))
        with pytest.raises(Conflict):
            issue(database, case)
        assert permit(database).used == 0

    @pytest.mark.parametrize(
        "days", [{"valid_until": TODAY - timedelta(days=1)}, {"valid_from": TODAY + timedelta(days=1)}]
    )
    def test_a_card_outside_the_days_of_its_permit_is_refused(self, database: Database, days: dict[str, date]) -> None:
        write(database, lambda work: work.permits.add(replace(SMALL, **days)))
        with pytest.raises(Conflict):
            issue(database, case_on("EA-2", 1))

    def test_the_last_day_of_a_permit_is_counted_in_dhaka(self, database: Database) -> None:
        write(database, lambda work: work.permits.add(replace(SMALL, valid_until=TODAY)))
        issue(database, case_on("EA-2", 1), issued_at=NOW.replace(hour=17, minute=59))
        with pytest.raises(Conflict):
            issue(database, case_on("EA-2", 2), issued_at=NOW.replace(hour=18, minute=0))

    def test_a_visa_has_one_standing_card(self, database: Database) -> None:
        issue(database, case_on(PERMIT.number, 1))
        same_visa = case_on(PERMIT.number, 2, visa=draft(1).visa)
        with database.read() as work:
            assert (
                work.permits.visa_holder(destination="SAU", visa_no=draft(1).visa.number) == clearance(1).clearance_no
            )
            assert work.permits.visa_holder(destination="QAT", visa_no=draft(1).visa.number) is None
        with pytest.raises(Conflict):
            issue(database, same_visa)
        write(database, lambda work: work.clearances.set_status(revoked(clearance(1))))
        issue(database, same_visa)

    def test_standing_cards_are_counted_by_advice_and_else_by_sponsor(self, database: Database) -> None:
        visas = [
            {"advice_no": "ADV-1", "sponsor_id": "7001"},
            {"advice_no": "ADV-1", "sponsor_id": "7001"},
            {"advice_no": "ADV-2", "sponsor_id": "7001"},
            {"sponsor_id": "7001"},
        ]
        for index, numbers in enumerate(visas):
            issue(database, case_on(PERMIT.number, index, visa=replace(draft(index).visa, **numbers)))
        write(database, lambda work: work.clearances.set_status(revoked(clearance(1))))
        with database.read() as work:
            count = work.permits.cleared_on_advice
            assert count(destination="SAU", advice_no="ADV-1", sponsor_id="7001") == 1
            assert count(destination="SAU", advice_no=None, sponsor_id="7001") == 3
            assert count(destination="QAT", advice_no="ADV-1", sponsor_id=None) == 0
            assert count(destination="SAU", advice_no=None, sponsor_id=None) == 0

    def test_cards_are_counted_without_asking_the_permit(self, database: Database) -> None:
        for index in range(3):
            issue(database, case_on(PERMIT.number, index))
        next_day = NOW + timedelta(days=1)
        issue(database, case_on(PERMIT.number, 3), issued_at=next_day)
        departed = application(4, state=ApplicationState.DEPARTED)

        def more(work: UnitOfWork) -> None:
            work.desks.add(desk())
            work.applications.add(application(5, state=ApplicationState.APPROVED))
            work.applications.add(departed)
            work.clearances.add(clearance(4))
            work.clearances.set_status(revoked(clearance(0)))

        write(database, more)
        with database.read() as work:
            assert work.permits.card_counts() == {
                PERMIT.number: CardCount(
                    waiting=1,
                    issued=5,
                    departed=1,
                    revoked=1,
                    last_day=TOMORROW,
                    days=2,
                    most=4,
                    busiest=TODAY,
                )
            }

    def test_a_superseded_card_never_comes_back(self, database: Database) -> None:
        issue(database, case_on(PERMIT.number, 1))
        write(database, lambda work: work.clearances.set_status(clearance(1).superseded()))
        with database.read() as work:
            stored = work.clearances.get(clearance(1).clearance_no)
            assert stored is not None
            assert stored.status is Status.SUPERSEDED
