"""Officers' accounts: invitations, passwords, and what takes two administrators."""

from dataclasses import replace
from typing import Any

import pytest

from clearance.domain.audit import AuditAct
from clearance.domain.session import SessionEnd
from clearance.domain.staff import Officer, Role
from clearance.domain.staff_change import ChangeGround, ChangeKind
from clearance.domain.text import BilingualText
from clearance.issuing.fields import FaultKind
from clearance.issuing.invitations import Invited, add_officer, invite_anew, join
from clearance.issuing.people import (
    OPERATOR,
    AccountRefused,
    ChangeRefused,
    NewOfficer,
    block_officer,
    end_sessions,
)
from clearance.issuing.ports import NotOnRecord
from clearance.issuing.sign_in import Step, known_officer, resume
from clearance.issuing.staff_changes import agree, change_at_the_server, propose_change, propose_officer, withdraw
from clearance.issuing.staff_room import staff_room
from tests.fakes.office import APPROVER, CLERK, EVERYTHING, ISSUER, PASSWORD, OfficeAtWork, officer
from tests.unit.issuing.test_sign_in import HERE, password_only, whole

GOOD = "seven wet buffaloes hum"
SECOND = officer("X-2", Role.ADMINISTRATOR)
NEW = NewOfficer(
    number="BMET-1001",
    username="rahima",
    name=BilingualText(en="Rahima Khatun", bn="রহিমা খাতুন"),
    roles=frozenset({Role.CHECKER}),
    office_code="BMET",
)


@pytest.fixture(autouse=True)
def second_administrator(office: OfficeAtWork) -> None:
    with office.service.database.write() as work:
        work.staff.add(SECOND)
        work.commit()


def acts(office: OfficeAtWork, number: str) -> list[tuple[str, str]]:
    with office.service.database.read() as work:
        return [(entry.act, entry.officer_no) for entry in work.audit.entries(subject=number)]


def stored(office: OfficeAtWork, number: str) -> Officer:
    with office.service.database.read() as work:
        found = work.staff.get(number)
    assert found is not None
    return found


def take(office: OfficeAtWork, invited: Invited, **changes: str) -> Any:
    typed = {"username": invited.officer.username, "code": invited.code, "password": GOOD, "repeated": GOOD}
    return join(office.service, **(typed | changes))


def refused(ground: ChangeGround) -> Any:
    return pytest.raises(ChangeRefused, match=f"^{ground.value}$")


class TestInvitations:
    def test_an_invited_officer_chooses_a_password_that_nobody_else_knows(self, office: OfficeAtWork) -> None:
        invited = add_officer(office.service, replace(NEW, username=" RAHIMA "))
        assert known_officer(office.service, username="rahima", password="") is None
        assert take(office, invited) == stored(office, NEW.number)
        assert known_officer(office.service, username="rahima", password=GOOD) is not None
        assert acts(office, NEW.number) == [
            (AuditAct.OFFICER_ADDED, OPERATOR),
            (AuditAct.OFFICER_INVITED, OPERATOR),
            (AuditAct.OFFICER_JOINED, NEW.number),
        ]

    def test_an_invitation_works_once(self, office: OfficeAtWork) -> None:
        invited = add_officer(office.service, NEW)
        assert take(office, invited)
        assert take(office, invited) is None

    def test_an_invitation_runs_out_after_three_days(self, office: OfficeAtWork) -> None:
        invited = add_officer(office.service, NEW)
        office.clock.advance(days=3, seconds=1)
        assert take(office, invited) is None

    def test_a_newer_invitation_takes_the_place_of_the_older(self, office: OfficeAtWork) -> None:
        old = add_officer(office.service, NEW)
        new = invite_anew(office.service, NEW.number, administrator=EVERYTHING)
        assert take(office, old) is None
        assert take(office, new)

    @pytest.mark.parametrize("changes", [{"username": "nobody"}, {"username": "e-1"}, {"code": "aaaa"}, {"code": ""}])
    def test_a_wrong_name_or_code_is_one_answer(self, office: OfficeAtWork, changes: dict[str, str]) -> None:
        assert take(office, add_officer(office.service, NEW), **changes) is None

    @pytest.mark.parametrize(
        ("password", "kind"),
        [
            ("short", FaultKind.TOO_SHORT),
            ("x" * 201, FaultKind.TOO_LONG),
            ("password is this", FaultKind.EASY_TO_GUESS),
            ("my RAHIMA is safe", FaultKind.CONTAINS_NAME),
            ("khatun-khatun-khatun", FaultKind.CONTAINS_NAME),
            ("এটা রহিমা খাতুন", FaultKind.CONTAINS_NAME),
            ("BMET-1001 is my desk", FaultKind.CONTAINS_NAME),
        ],
    )
    def test_a_bad_password_leaves_the_invitation_good(
        self, office: OfficeAtWork, password: str, kind: FaultKind
    ) -> None:
        invited = add_officer(office.service, NEW)
        [fault] = take(office, invited, password=password, repeated=password)
        assert fault.kind is kind
        assert isinstance(take(office, invited), Officer)

    def test_typed_twice_and_differently_is_said(self, office: OfficeAtWork) -> None:
        [fault] = take(office, add_officer(office.service, NEW), repeated="something else")
        assert fault.kind is FaultKind.NOT_THE_SAME

    def test_a_forgotten_password_takes_one_administrator_and_keeps_the_second_factor(
        self, office: OfficeAtWork
    ) -> None:
        token = whole(office).token
        invited = invite_anew(office.service, APPROVER.number, administrator=EVERYTHING)
        assert isinstance(take(office, invited), Officer)
        assert resume(office.service, token=token, place=HERE) is SessionEnd.ACCOUNT_CHANGED
        with office.service.database.read() as work:
            assert work.factors.of_officer(APPROVER.number).passkeys

    def test_a_blocked_officer_is_not_invited_and_an_old_invitation_is_worthless(self, office: OfficeAtWork) -> None:
        invited = add_officer(office.service, NEW)
        block_officer(office.service, number=NEW.number)
        assert take(office, invited) is None
        with refused(ChangeGround.NOTHING_TO_CHANGE):
            invite_anew(office.service, NEW.number, administrator=EVERYTHING)


class TestOpening:
    @pytest.mark.parametrize(
        ("changes", "fields"),
        [
            ({"number": "bmet 1"}, {"number"}),
            ({"username": "e 1"}, {"username"}),
            ({"number": "E-1"}, {"number"}),
            ({"username": "e-1"}, {"username"}),
            ({"office_code": "NOWHERE"}, {"office_code"}),
            ({"roles": frozenset()}, {"roles"}),
            ({"name": BilingualText(en=" ", bn=None)}, {"name_en"}),
            ({"roles": frozenset({Role.AGENCY_CLERK})}, {"licence_no"}),
            ({"licence_no": "RL-9999"}, {"licence_no"}),
        ],
    )
    def test_an_account_that_cannot_be_says_why(
        self, office: OfficeAtWork, changes: dict[str, Any], fields: set[str]
    ) -> None:
        with pytest.raises(AccountRefused) as caught:
            add_officer(office.service, replace(NEW, **changes))
        assert {fault.field for fault in caught.value.faults} == fields

    def test_a_proposed_account_is_closed_until_a_second_administrator_agrees(self, office: OfficeAtWork) -> None:
        change = propose_officer(office.service, NEW, administrator=EVERYTHING)
        assert not stored(office, NEW.number).active
        invited = agree(office.service, change.number, administrator=SECOND)
        assert isinstance(invited, Invited)
        assert isinstance(take(office, invited), Officer)
        assert stored(office, NEW.number).active
        assert [act for act, _by in acts(office, NEW.number)][:2] == [
            AuditAct.STAFF_CHANGE_PROPOSED,
            AuditAct.OFFICER_ADDED,
        ]

    def test_the_server_opens_a_closed_account_again_with_an_invitation(self, office: OfficeAtWork) -> None:
        block_officer(office.service, number=CLERK.number)
        assert isinstance(change_at_the_server(office.service, CLERK.number, ChangeKind.OPEN), Invited)
        assert stored(office, CLERK.number).active


class TestTwoAdministrators:
    def test_roles_change_when_another_administrator_agrees_and_end_the_sessions(self, office: OfficeAtWork) -> None:
        token = whole(office).token
        wanted = frozenset({Role.CHECKER})
        change = propose_change(
            office.service, APPROVER.number, ChangeKind.ROLES, administrator=EVERYTHING, roles=wanted
        )
        assert stored(office, APPROVER.number).roles == APPROVER.roles
        agree(office.service, change.number, administrator=SECOND)
        assert stored(office, APPROVER.number).roles == wanted
        assert resume(office.service, token=token, place=HERE) is SessionEnd.ACCOUNT_CHANGED

    def test_a_lost_second_factor_is_reset_by_two_and_set_up_anew_by_invitation(self, office: OfficeAtWork) -> None:
        change = propose_change(office.service, APPROVER.number, ChangeKind.FACTORS, administrator=EVERYTHING)
        assert password_only(office).step is Step.SHOW_FACTOR
        invited = agree(office.service, change.number, administrator=SECOND)
        assert isinstance(invited, Invited)
        assert password_only(office).step is Step.SET_UP_FACTOR
        assert (AuditAct.OFFICER_FACTORS_RESET, SECOND.number) in acts(office, APPROVER.number)

    def test_nobody_agrees_to_the_own_proposal_or_to_a_change_of_the_own_account(self, office: OfficeAtWork) -> None:
        mine = propose_change(office.service, APPROVER.number, ChangeKind.FACTORS, administrator=EVERYTHING)
        with refused(ChangeGround.OWN_PROPOSAL):
            agree(office.service, mine.number, administrator=EVERYTHING)
        with refused(ChangeGround.OWN_ACCOUNT):
            propose_change(
                office.service, SECOND.number, ChangeKind.ROLES, administrator=SECOND, roles=frozenset({Role.ISSUER})
            )
        about_second = propose_change(
            office.service, SECOND.number, ChangeKind.ROLES, administrator=EVERYTHING, roles=frozenset({Role.ISSUER})
        )
        with refused(ChangeGround.OWN_ACCOUNT):
            agree(office.service, about_second.number, administrator=SECOND)

    @pytest.mark.parametrize("somebody", [CLERK, APPROVER, ISSUER, replace(EVERYTHING, active=False)])
    def test_nobody_but_administrators_does_any_of_it(self, office: OfficeAtWork, somebody: Officer) -> None:
        change = propose_change(office.service, CLERK.number, ChangeKind.ROLES, administrator=SECOND, roles=NEW.roles)
        ground = ChangeGround.NOT_ADMINISTRATOR
        with refused(ground):
            agree(office.service, change.number, administrator=somebody)
        with refused(ground):
            propose_officer(office.service, NEW, administrator=somebody)
        with refused(ground):
            block_officer(office.service, number=ISSUER.number, administrator=somebody)
        with refused(ground):
            invite_anew(office.service, ISSUER.number, administrator=somebody)
        with refused(ground):
            end_sessions(office.service, number=ISSUER.number, administrator=somebody)

    def test_a_proposal_is_settled_once(self, office: OfficeAtWork) -> None:
        change = propose_change(office.service, APPROVER.number, ChangeKind.FACTORS, administrator=EVERYTHING)
        with refused(ChangeGround.ALREADY_PROPOSED):
            propose_change(office.service, APPROVER.number, ChangeKind.FACTORS, administrator=SECOND)
        withdraw(office.service, change.number, administrator=EVERYTHING)
        with refused(ChangeGround.ALREADY_SETTLED):
            agree(office.service, change.number, administrator=SECOND)
        with refused(ChangeGround.ALREADY_SETTLED):
            withdraw(office.service, change.number, administrator=EVERYTHING)

    @pytest.mark.parametrize(
        ("number", "kind", "roles", "ground"),
        [
            (CLERK.number, ChangeKind.OPEN, None, ChangeGround.NOTHING_TO_CHANGE),
            (CLERK.number, ChangeKind.FACTORS, None, ChangeGround.NOTHING_TO_CHANGE),
            (CLERK.number, ChangeKind.ROLES, CLERK.roles, ChangeGround.NOTHING_TO_CHANGE),
            (CLERK.number, ChangeKind.ROLES, frozenset(), ChangeGround.NO_ROLE),
        ],
    )
    def test_what_changes_nothing_is_not_put_down(
        self,
        office: OfficeAtWork,
        number: str,
        kind: ChangeKind,
        roles: frozenset[Role] | None,
        ground: ChangeGround,
    ) -> None:
        with refused(ground):
            propose_change(office.service, number, kind, administrator=EVERYTHING, roles=roles)

    def test_blocking_takes_one_administrator_and_works_at_once(self, office: OfficeAtWork) -> None:
        token = whole(office).token
        block_officer(office.service, number=APPROVER.number, administrator=EVERYTHING)
        assert resume(office.service, token=token, place=HERE) is SessionEnd.ACCOUNT_CHANGED
        assert known_officer(office.service, username=APPROVER.username, password=PASSWORD) is None

    def test_nobody_is_not_on_record(self, office: OfficeAtWork) -> None:
        for act in (
            lambda: block_officer(office.service, number="Z-9"),
            lambda: invite_anew(office.service, "Z-9"),
            lambda: change_at_the_server(office.service, "Z-9", ChangeKind.OPEN),
            lambda: agree(office.service, 99, administrator=SECOND),
            lambda: withdraw(office.service, 99, administrator=SECOND),
            lambda: staff_room(office.service).member("Z-9"),
        ):
            with pytest.raises(NotOnRecord):
                act()


def test_the_staff_room_shows_factors_sessions_and_what_waits(office: OfficeAtWork) -> None:
    whole(office)
    add_officer(office.service, NEW)
    propose_change(office.service, ISSUER.number, ChangeKind.FACTORS, administrator=EVERYTHING)
    room = staff_room(office.service)
    seen, new = room.member(APPROVER.number), room.member(NEW.number)
    assert (len(seen.open_sessions), seen.lacks_factor, seen.last_seen) == (1, False, office.clock.at)
    assert (new.invited, new.lacks_factor, new.last_seen) == (True, True, None)
    assert [change.officer_no for change in room.waiting] == [ISSUER.number]
