"""Permits are raised by two officers and a letter, agencies suspended by one and reinstated by another."""

from dataclasses import replace
from datetime import date

import pytest

from clearance.domain.audit import AuditAct
from clearance.domain.decision import Refused
from clearance.domain.eligibility import Ground
from clearance.domain.permit import CardCount, PermitFlag, flags_of
from clearance.domain.proposal import ProposalState
from clearance.domain.staff import Officer
from clearance.issuing import agencies
from clearance.issuing.permits import PermitFilter, PermitOrder, permit_rows, permit_view, subject_of
from clearance.issuing.permits_change import NewPermit, add_permit, propose_places, settle_places
from clearance.issuing.ports import Conflict, NotOnRecord
from tests.fakes.office import (
    AGENCY,
    AGENCY_CLERK,
    APPROVER,
    CHECKER,
    DEVICE,
    EVERYTHING,
    PERMIT,
    TODAY,
    OfficeAtWork,
    draft,
    expect,
    later,
    open_office,
)

FULL = replace(PERMIT, number="EA-FULL", places=2, used=2, used_before=2)
FOREIGN = replace(PERMIT, number="EA-SELF", licence_no=None, valid_until=later(-1))
CONSENTED, REJECTED, WITHDRAWN = ProposalState.CONSENTED, ProposalState.REJECTED, ProposalState.WITHDRAWN


@pytest.fixture
def office() -> OfficeAtWork:
    return open_office(permits=(PERMIT, FULL, FOREIGN))


def propose(office: OfficeAtWork, *, permit_no: str = FULL.number, places: int = 5, letter_no: str = "EXP-1", **by):
    given = {"officer": EVERYTHING, "device": DEVICE, "reason": "More places granted"} | by
    return propose_places(office.service, permit_no, places=places, letter_no=letter_no, **given)


def settle(office: OfficeAtWork, number: int, outcome: ProposalState = CONSENTED, *, by: Officer = APPROVER, why=""):
    return settle_places(office.service, number, outcome, officer=by, device=DEVICE, reason=why)


def grounds(refused) -> list[Ground]:
    assert isinstance(refused, Refused)
    return [objection.ground for objection in refused.objections]


def places(office: OfficeAtWork, number: str = FULL.number) -> int:
    return permit_view(office.service, number, officer=EVERYTHING).row.permit.places


class TestPlaces:
    def test_they_count_when_a_second_officer_consented(self, office: OfficeAtWork) -> None:
        change = expect(propose(office))
        assert places(office) == 2
        expect(settle(office, change.number))
        assert places(office) == 5
        view = permit_view(office.service, FULL.number, officer=APPROVER)
        assert [(entry.act, entry.officer_no) for entry in view.history] == [
            (AuditAct.PERMIT_CHANGE_PROPOSED, EVERYTHING.number),
            (AuditAct.PERMIT_CHANGE_CONSENTED, APPROVER.number),
        ]
        assert view.history[0].facts["letter"] == "EXP-1"
        assert [each.state for each in view.changes] == [CONSENTED]

    @pytest.mark.parametrize(
        ("changes", "ground"),
        [
            ({"letter_no": " "}, Ground.LETTER_MISSING),
            ({"places": 1}, Ground.PLACES_BELOW_USED),
            ({"places": 2}, Ground.PLACES_UNCHANGED),
            ({"places": 100_001}, Ground.TOO_MANY_PLACES),
            ({"reason": ""}, Ground.REASON_MISSING),
            ({"officer": CHECKER}, Ground.ROLE_MISSING),
        ],
    )
    def test_what_cannot_be_proposed(self, office: OfficeAtWork, changes: dict, ground: Ground) -> None:
        assert grounds(propose(office, **changes)) == [ground]
        assert permit_view(office.service, FULL.number, officer=APPROVER).changes == []

    def test_one_proposal_at_a_time_and_each_letter_once(self, office: OfficeAtWork) -> None:
        change = expect(propose(office))
        assert grounds(propose(office, letter_no="EXP-2")) == [Ground.PROPOSAL_WAITS]
        expect(settle(office, change.number))
        assert grounds(propose(office, places=9)) == [Ground.LETTER_USED]

    @pytest.mark.parametrize(
        ("by", "outcome", "ground"),
        [
            (EVERYTHING, CONSENTED, Ground.SAME_OFFICER_PROPOSED),
            (APPROVER, WITHDRAWN, Ground.NOT_YOUR_PROPOSAL),
            (APPROVER, REJECTED, Ground.REASON_MISSING),
            (CHECKER, CONSENTED, Ground.ROLE_MISSING),
        ],
    )
    def test_only_another_officer_settles_them(
        self, office: OfficeAtWork, by: Officer, outcome: ProposalState, ground: Ground
    ) -> None:
        change = expect(propose(office))
        assert grounds(settle(office, change.number, outcome, by=by)) == [ground]
        assert places(office) == 2

    def test_a_settled_proposal_stays_settled(self, office: OfficeAtWork) -> None:
        change = expect(propose(office))
        expect(settle(office, change.number, REJECTED, why="No such letter"))
        assert grounds(settle(office, change.number)) == [Ground.PROPOSAL_SETTLED]
        with pytest.raises(NotOnRecord):
            settle(office, 99)
        with pytest.raises(NotOnRecord):
            propose(office, permit_no="EA-NONE")

    def test_a_lower_limit_is_judged_again_when_it_is_consented_to(self, office: OfficeAtWork) -> None:
        change = expect(propose(office, permit_no=PERMIT.number, places=1))
        for index in (1, 2):
            office.issue(draft(index))
        assert grounds(settle(office, change.number)) == [Ground.PLACES_BELOW_USED]


class TestNewPermit:
    WANTED = NewPermit(
        number="EA-NEW",
        licence_no=AGENCY.licence_no,
        destination="QAT",
        valid_from=TODAY,
        valid_until=date(2027, 11, 30),
        places=40,
        letter_no="EXP-9",
    )

    def enter(self, office: OfficeAtWork, wanted: NewPermit = WANTED, officer: Officer = EVERYTHING):
        return add_permit(office.service, wanted, officer=officer, device=DEVICE, reason="New permit")

    def test_it_has_no_place_until_another_officer_consented_to_its_letter(self, office: OfficeAtWork) -> None:
        change = expect(self.enter(office))
        assert places(office, "EA-NEW") == 0
        expect(settle(office, change.number))
        assert places(office, "EA-NEW") == 40

    def test_it_is_entered_once_for_an_agency_that_there_is_by_who_may(self, office: OfficeAtWork) -> None:
        expect(self.enter(office))
        with pytest.raises(Conflict):
            self.enter(office)
        with pytest.raises(NotOnRecord):
            self.enter(office, replace(self.WANTED, number="EA-X", licence_no="RL-9"))
        assert grounds(self.enter(office, replace(self.WANTED, number="EA-X"), CHECKER)) == [Ground.ROLE_MISSING]


class TestDashboard:
    def test_it_counts_cases_and_cards_of_each_permit(self, office: OfficeAtWork) -> None:
        office.approve(draft(1))
        office.issue(draft(2))
        [row] = [row for row in permit_rows(office.service, officer=APPROVER) if row.permit.number == PERMIT.number]
        assert (row.count.waiting, row.count.issued, row.permit.used, row.flags) == (1, 1, 1, ())

    @pytest.mark.parametrize(
        ("wanted", "numbers"),
        [
            (PermitFilter.ALL, [FULL.number, PERMIT.number, FOREIGN.number]),
            (PermitFilter.USED_UP, [FULL.number]),
            (PermitFilter.OVER, [FOREIGN.number]),
            (PermitFilter.IN_FORCE, [FULL.number, PERMIT.number]),
            (PermitFilter.FLAGGED, [FULL.number]),
        ],
    )
    def test_it_is_narrowed(self, office: OfficeAtWork, wanted: PermitFilter, numbers: list[str]) -> None:
        expect(propose(office))
        rows = permit_rows(office.service, officer=APPROVER, wanted=wanted, order=PermitOrder.NUMBER)
        assert [row.permit.number for row in rows] == numbers

    @pytest.mark.parametrize(
        ("order", "first"),
        [
            (PermitOrder.FLAGS, FULL.number),
            (PermitOrder.BALANCE, FULL.number),
            (PermitOrder.AGENCY, FOREIGN.number),
            (PermitOrder.END, FOREIGN.number),
        ],
    )
    def test_it_is_sorted(self, office: OfficeAtWork, order: PermitOrder, first: str) -> None:
        expect(propose(office))
        assert permit_rows(office.service, officer=APPROVER, order=order)[0].permit.number == first

    def test_it_is_searched_by_permit_licence_and_name(self, office: OfficeAtWork) -> None:
        for text, count in (("full", 1), ("rl-1234", 2), ("meghna", 2), ("মেঘনা", 2), ("nobody", 0)):
            assert len(permit_rows(office.service, officer=APPROVER, text=text)) == count

    def test_an_agencys_clerk_sees_the_permits_of_the_own_agency_only(self, office: OfficeAtWork) -> None:
        seen = permit_rows(office.service, officer=AGENCY_CLERK)
        assert {row.permit.licence_no for row in seen} == {AGENCY.licence_no}
        with pytest.raises(NotOnRecord):
            permit_view(office.service, FOREIGN.number, officer=AGENCY_CLERK)
        assert subject_of("EA-1") == "permit EA-1"


@pytest.mark.parametrize(
    ("count", "flag"),
    [
        (CardCount(issued=26, last_day=TODAY, days=2, most=13), PermitFlag.OVER_BUDGET),
        (CardCount(issued=4), PermitFlag.MISCOUNTED),
        (CardCount(issued=5, departed=6), PermitFlag.DEPARTED_UNISSUED),
        (CardCount(issued=5, last_day=date(2028, 1, 1)), PermitFlag.AFTER_THE_END),
        (CardCount(issued=5, foreign=1), PermitFlag.FOR_ANOTHER),
        (CardCount(issued=25, days=6, most=20), PermitFlag.SPIKE),
    ],
)
def test_what_cannot_be_right_is_flagged(count: CardCount, flag: PermitFlag) -> None:
    used = min(count.issued, 25) if flag is not PermitFlag.MISCOUNTED else 5
    assert flag in flags_of(replace(PERMIT, used=used), count)


@pytest.mark.parametrize(
    "count",
    [
        CardCount(issued=25, days=4, most=21),
        CardCount(issued=25, days=6, most=19),
        CardCount(issued=25, days=5, most=5),
        CardCount(issued=25, departed=25, revoked=3, last_day=PERMIT.valid_until),
    ],
)
def test_what_may_well_be_is_not_flagged(count: CardCount) -> None:
    assert flags_of(replace(PERMIT, used=25), count) == ()


class TestAgencies:
    def act(self, office: OfficeAtWork, verb, *, by: Officer = EVERYTHING, reason: str = "Order 14/26", **more):
        return verb(office.service, AGENCY.licence_no, officer=by, device=DEVICE, reason=reason, **more)

    def test_a_suspension_holds_at_once_with_who_and_why(self, office: OfficeAtWork) -> None:
        suspended = expect(self.act(office, agencies.suspend))
        assert (suspended.suspended_on, suspended.suspended_by) == (TODAY, EVERYTHING.number)
        assert suspended.suspended_reason == "Order 14/26"
        assert expect(self.act(office, agencies.suspend, by=APPROVER)) == suspended
        view = agencies.agency_view(office.service, AGENCY.licence_no, officer=APPROVER)
        assert [entry.act for entry in view.history] == [AuditAct.AGENCY_SUSPENDED]

    def test_another_officer_lifts_it(self, office: OfficeAtWork) -> None:
        assert grounds(self.act(office, agencies.reinstate)) == [Ground.NOT_SUSPENDED]
        expect(self.act(office, agencies.suspend))
        assert grounds(self.act(office, agencies.reinstate)) == [Ground.SAME_OFFICER_SUSPENDED]
        assert expect(self.act(office, agencies.reinstate, by=APPROVER)) == AGENCY

    @pytest.mark.parametrize(
        ("by", "reason", "ground"),
        [(CHECKER, "why", Ground.ROLE_MISSING), (APPROVER, " ", Ground.REASON_MISSING)],
    )
    def test_who_may_not_suspends_nobody(self, office: OfficeAtWork, by: Officer, reason: str, ground: Ground) -> None:
        assert grounds(self.act(office, agencies.suspend, by=by, reason=reason)) == [ground]

    def test_a_licence_is_renewed_and_agencies_are_entered_once(self, office: OfficeAtWork) -> None:
        renewed = expect(self.act(office, agencies.renew, until=date(2030, 1, 1)))
        assert renewed.licence_valid_until == date(2030, 1, 1)
        new = replace(AGENCY, licence_no="RL-5")
        add = {"officer": EVERYTHING, "device": DEVICE, "reason": "Gazette"}
        assert expect(agencies.add_agency(office.service, new, **add)) == new
        with pytest.raises(Conflict):
            agencies.add_agency(office.service, new, **add)

    def test_its_page_shows_its_permits_and_newest_cards(self, office: OfficeAtWork) -> None:
        card = office.issue(draft(1))
        view = agencies.agency_view(office.service, AGENCY.licence_no, officer=APPROVER)
        assert (view.row.issued, view.row.places, view.row.flagged) == (1, 27, 0)
        assert [each.clearance_no for each in view.cards] == [card.clearance_no]
        assert view.all_cards == 1
        with pytest.raises(NotOnRecord):
            agencies.agency_view(office.service, "RL-0", officer=APPROVER)
