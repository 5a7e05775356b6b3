"""The people page, invitations and the officer's own account, as officers meet them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from clearance.domain.staff import Officer, Role
from tests.fakes.office import APPROVER, CLERK, EVERYTHING, PASSWORD, officer
from tests.integration.staff_pages import Desk, Workplace, found, open_workplace, words

SECOND = officer("X-2", Role.ADMINISTRATOR)
GOOD = "seven wet buffaloes hum"
NEW = {
    "number": "bmet-1001",
    "username": "rahima",
    "name_en": "Rahima Khatun",
    "name_bn": "রহিমা খাতুন",
    "office_code": "BMET",
    "roles": "checker",
}


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    with open_workplace(tmp_path) as workplace:
        workplace.hire(SECOND)
        yield workplace


def stored(workplace: Workplace, number: str) -> Officer:
    with workplace.office.service.database.read() as work:
        found = work.staff.get(number)
    assert found is not None
    return found


def test_a_new_officer_comes_in_by_two_administrators_and_an_invitation(workplace: Workplace) -> None:
    first, second = workplace.desk_of(EVERYTHING), workplace.desk_of(SECOND)
    assert first.post("/staff/people", at="/staff/people", **NEW).status_code == 303
    assert "Waiting for a second administrator" in words(first.get("/staff/people"))
    assert "/agree" not in first.get("/staff/people").text, "who put it down is not offered to agree"
    agree = found(r'action="([^"]+/agree)"', second.get("/staff/people").text)
    letter = second.post(agree, at="/staff/people")
    code = found(r">([a-z0-9]{4}(?:-[a-z0-9]{4}){3})<", letter.text)
    desk = Desk(workplace.app)
    typed = {"username": "rahima", "code": code, "password": GOOD, "repeated": GOOD}
    assert desk.post("/staff/join", at="/staff/join", **typed).location == "/staff/sign-in"
    asked = desk.show_password(stored(workplace, "BMET-1001"), password=GOOD)
    assert asked.location == "/staff/second-factor/new"


def test_what_the_form_lacks_is_said_and_nothing_typed_is_lost(workplace: Workplace) -> None:
    desk = workplace.desk_of(EVERYTHING)
    answer = desk.post("/staff/people", at="/staff/people", **NEW | {"username": "e-1"})
    assert answer.status_code == 422
    assert "User name is already in use" in words(answer)
    assert 'value="Rahima Khatun"' in answer.text
    assert re.search(r'value="checker" checked', answer.text)


@pytest.mark.parametrize("somebody", [CLERK, APPROVER])
def test_only_administrators_see_the_people(workplace: Workplace, somebody: Officer) -> None:
    desk = workplace.desk_of(somebody)
    assert desk.get("/staff/people").status_code == 403
    assert "/staff/people" not in desk.get("/staff/queue").text
    assert desk.post("/staff/people/I-1/block", at="/staff/account").status_code == 403
    assert stored(workplace, "I-1").active


def test_a_forged_agreement_to_the_own_proposal_is_refused_in_words(workplace: Workplace) -> None:
    desk = workplace.desk_of(EVERYTHING)
    desk.post("/staff/people/A-1/roles", at="/staff/people/A-1", roles="issuer")
    answer = desk.post("/staff/people/changes/1/agree", at="/staff/people")
    assert answer.status_code == 422
    assert "another administrator must agree" in words(answer)
    assert stored(workplace, "A-1").roles == APPROVER.roles


def test_a_block_ends_the_sessions_of_the_officer(workplace: Workplace) -> None:
    theirs, desk = workplace.desk_of(APPROVER), workplace.desk_of(EVERYTHING)
    assert "Signed in now 1" in words(desk.get("/staff/people/A-1"))
    assert desk.post("/staff/people/A-1/block", at="/staff/people/A-1").status_code == 303
    assert theirs.get("/staff/queue").status_code == 303
    assert "Closed" in words(desk.get("/staff/people/A-1"))


def test_nobody_is_a_page_that_is_not_there(workplace: Workplace) -> None:
    desk = workplace.desk_of(EVERYTHING)
    assert desk.get("/staff/people/Z-9").status_code == 404
    assert desk.post("/staff/people/A-1/fly", at="/staff/people/A-1").status_code == 404


def test_a_password_is_changed_with_the_one_of_today(workplace: Workplace) -> None:
    desk, elsewhere = workplace.desk_of(APPROVER), workplace.desk_of(APPROVER)
    path, page = "/staff/account/password", "/staff/account"
    wrong = desk.post(path, at=page, current="x", password=GOOD, repeated=GOOD)
    assert (wrong.status_code, "not right" in words(wrong)) == (403, True)
    weak = desk.post(path, at=page, current=PASSWORD, password="short", repeated="short")
    assert "at least 12 characters" in words(weak)
    assert desk.post(path, at=page, current=PASSWORD, password=GOOD, repeated=GOOD).status_code == 303
    assert desk.get("/staff/queue").status_code == 200
    assert elsewhere.get("/staff/queue").status_code == 303


def test_the_only_factor_of_somebody_who_decides_stays(workplace: Workplace) -> None:
    desk = workplace.desk_of(APPROVER)
    remove = found(r'action="(/staff/account/factors/[^"]+/remove)"', desk.get("/staff/account").text)
    assert desk.post(remove, at="/staff/account").status_code == 303
    assert "your only second factor" in words(desk.get("/staff/account"))


def test_recovery_codes_are_shown_once(workplace: Workplace) -> None:
    desk = workplace.desk_of(APPROVER)
    page = desk.post("/staff/account/recovery-codes", at="/staff/account")
    codes = re.findall(r'<li class="code">([^<]+)<', page.text)
    assert len(codes) == 10
    assert page.headers["Cache-Control"] == "no-store"
    assert codes[0] not in desk.get("/staff/account").text
