"""Who gets in to the officers' pages, and for how long."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from werkzeug.routing import Rule

from clearance.domain.lifecycle import ApplicationState
from clearance.issuing import sign_in
from clearance.web.staff.access import own_path
from tests.fakes.office import APPROVER, CLERK, EVERYTHING, ISSUER, PASSWORD
from tests.integration.staff_pages import Desk, Workplace, open_workplace

OPEN = {"staff.sign_in_page", "staff.try_to_sign_in"}


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    with open_workplace(tmp_path) as workplace:
        yield workplace


def staff_rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("staff.")]


def paths_of(app: Flask) -> list[tuple[str, str]]:
    """Every method and path of the officers' pages, with made-up numbers."""
    paths = []
    for rule in staff_rules(app):
        path = re.sub("<[^>]+>", "X", rule.rule)
        if rule.endpoint not in OPEN:
            paths += [(method, path) for method in sorted((rule.methods or set()) & {"GET", "POST"})]
    return paths


def test_whoever_is_not_signed_in_is_sent_to_the_sign_in_page_from_every_route(workplace: Workplace) -> None:
    paths = paths_of(workplace.app)
    assert len(paths) >= 13
    for method, path in paths:
        desk = Desk(workplace.app)
        answer = desk.get(path) if method == "GET" else desk.post(path, at="/staff/sign-in")
        assert answer.status_code == 303, path
        assert urlsplit(answer.location).path == "/staff/sign-in", path


def test_after_signing_in_an_officer_lands_where_the_way_began(workplace: Workplace) -> None:
    desk = Desk(workplace.app)
    sent_away = desk.get("/staff/queue?state=approved&text=A0000")
    wanted = parse_qs(urlsplit(sent_away.location).query)["next"][0]
    assert desk.sign_in(APPROVER, wanted=wanted).location == "/staff/queue?state=approved&text=A0000"


def test_approvers_start_with_new_cases_and_issuers_with_approved_ones(workplace: Workplace) -> None:
    for officer, state in ((APPROVER, "submitted"), (ISSUER, "approved"), (EVERYTHING, "submitted")):
        desk = workplace.desk_of(officer)
        assert desk.get("/staff/").location == f"/staff/queue?state={state}"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.test/staff/",
        "//evil.test/staff/",
        "/\\evil.test",
        "/staff/\\evil",
        "/staffing",
        "/",
        "javascript:alert(1)",
        "staff/queue",
        "/staff/\r\nSet-Cookie: a=b",
        "/staff/ছ",
    ],
)
def test_nobody_is_sent_elsewhere_after_signing_in(workplace: Workplace, elsewhere: str) -> None:
    assert own_path(elsewhere) is None
    assert Desk(workplace.app).sign_in(APPROVER, wanted=elsewhere).location == "/staff/"


def test_an_unknown_name_a_wrong_password_and_a_blocked_account_get_one_answer(workplace: Workplace) -> None:
    sign_in.block_officer(workplace.office.service, number=ISSUER.number)
    nobody = replace(CLERK, username="nobody")
    answers = [
        Desk(workplace.app).sign_in(nobody),
        Desk(workplace.app).sign_in(CLERK, password="wrong"),
        Desk(workplace.app).sign_in(ISSUER),
    ]
    assert {answer.status_code for answer in answers} == {403}
    texts = {re.sub(r'value="[^"]*"', "", answer.text) for answer in answers}
    assert len(texts) == 1
    assert "do not go together" in texts.pop()


def test_a_failed_sign_in_keeps_the_name_and_never_the_password(workplace: Workplace) -> None:
    answer = Desk(workplace.app).sign_in(CLERK, password="secret-typed-here")
    assert f'value="{CLERK.username}"' in answer.text
    assert "secret-typed-here" not in answer.text


def test_signing_in_begins_a_new_session(workplace: Workplace) -> None:
    desk = Desk(workplace.app)
    before = desk.token("/staff/sign-in")
    assert desk.send("/staff/sign-in", username=CLERK.username, password=PASSWORD, csrf_token=before).status_code == 303
    assert desk.send("/staff/sign-out", csrf_token=before).status_code == 400


def test_signing_out_ends_the_session(workplace: Workplace) -> None:
    desk = workplace.desk_of(CLERK)
    assert desk.post("/staff/sign-out").status_code == 303
    assert desk.get("/staff/queue").status_code == 303


def test_a_blocked_officer_is_out_with_the_next_request(workplace: Workplace) -> None:
    case = workplace.office.enter()
    desk = workplace.desk_of(APPROVER)
    token = desk.token("/staff/cards")
    assert desk.get("/staff/queue").status_code == 200
    sign_in.block_officer(workplace.office.service, number=APPROVER.number)
    assert desk.get("/staff/queue").status_code == 303
    answer = desk.send(f"/staff/cases/{case.reference}/approve", csrf_token=token, version="1")
    assert answer.status_code == 303
    assert workplace.office.stored(case.reference).state is ApplicationState.SUBMITTED


def test_the_session_cookie_is_for_this_site_and_no_script(workplace: Workplace) -> None:
    cookies = Desk(workplace.app).sign_in(CLERK).headers.getlist("Set-Cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {"__Host-session", "__Host-device"}
    for cookie in cookies:
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}


def test_guessing_one_account_is_slowed_down_without_locking_it_elsewhere(workplace: Workplace) -> None:
    attacker = Desk(workplace.app, address="198.51.100.1")
    tries = [attacker.sign_in(CLERK, password=f"guess {number}").status_code for number in range(6)]
    assert tries == [403] * 5 + [429]
    assert attacker.sign_in(CLERK).status_code == 429
    assert attacker.sign_in(APPROVER).status_code == 303
    assert Desk(workplace.app, address="198.51.100.2").sign_in(CLERK).status_code == 303


def test_the_brake_looks_through_case_and_spaces(workplace: Workplace) -> None:
    attacker = Desk(workplace.app)
    spellings = ["e-1", "E-1", " e-1", "e-1 ", " E-1 ", "E-1"]
    tries = [attacker.sign_in(replace(CLERK, username=name), password="guess").status_code for name in spellings]
    assert tries[-1] == 429


def test_trying_one_password_on_many_accounts_is_slowed_down(workplace: Workplace) -> None:
    attacker = Desk(workplace.app)
    tries = [attacker.sign_in(replace(CLERK, username=f"officer{number}"), password="x") for number in range(31)]
    assert [answer.status_code for answer in tries] == [403] * 30 + [429]
    assert "Retry-After" in tries[-1].headers


def test_an_officer_who_signs_in_often_is_not_slowed_down(workplace: Workplace) -> None:
    assert [Desk(workplace.app).sign_in(CLERK).status_code for _ in range(12)] == [303] * 12
