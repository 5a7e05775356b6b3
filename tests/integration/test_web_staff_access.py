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
from clearance.issuing.people import block_officer
from clearance.web.staff.access import own_path
from tests.fakes.office import APPROVER, CLERK, EVERYTHING, ISSUER, PASSWORD
from tests.integration.staff_pages import Desk, Workplace, found, hidden_fields, open_workplace, words

OPEN = {"staff.sign_in_page", "staff.try_to_sign_in", "staff.join_page", "staff.join_office"}


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    with open_workplace(tmp_path) as workplace:
        yield workplace


def staff_rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("staff.")]


def path_of(rule: Rule) -> str:
    """A path that a rule takes: any number, the first of a choice, any text."""
    path = re.sub("<int:[^>]+>", "1", rule.rule)
    path = re.sub(r"<any\(([^,)]+)[^>]*>", r"\1", path)
    return re.sub("<[^>]+>", "X", path)


def paths_of(app: Flask) -> list[tuple[str, str]]:
    """Every method and path of the officers' pages, with made-up numbers."""
    paths = []
    for rule in staff_rules(app):
        if rule.endpoint not in OPEN:
            paths += [(method, path_of(rule)) for method in sorted((rule.methods or set()) & {"GET", "POST"})]
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


def test_approvers_start_with_checked_cases_and_issuers_with_approved_ones(workplace: Workplace) -> None:
    for officer, state in ((APPROVER, "checked"), (ISSUER, "approved")):
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
    block_officer(workplace.office.service, number=ISSUER.number)
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
    block_officer(workplace.office.service, number=APPROVER.number)
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


DECIDING = re.compile("approve|issue|revoke|void|consent|agree|correct_card|renew_card|order|block|propose|recovery")
"""What endpoints that cannot be undone are called: a new one is found by its name."""
HARMLESS = re.compile("withdraw|carry_on")
"""Taking a proposal back, and going on with what two officers agreed on already."""


def marked(app: Flask) -> set[str]:
    return {name for name, view in app.view_functions.items() if getattr(view, "needs_fresh_factor", False)}


def test_every_route_that_cannot_be_undone_asks_for_a_fresh_factor(workplace: Workplace) -> None:
    deciding = {
        rule.endpoint
        for rule in staff_rules(workplace.app)
        if "POST" in (rule.methods or ()) and DECIDING.search(rule.endpoint) and not HARMLESS.search(rule.endpoint)
    }
    assert {"staff.approve_case", "staff.issue_case", "staff.revoke_card", "staff.agree_to_change"} <= deciding
    assert deciding <= marked(workplace.app)


def test_no_route_works_with_the_password_alone(workplace: Workplace) -> None:
    desk = Desk(workplace.app)
    asked = desk.show_password(APPROVER)
    token = found(r'name="csrf_token" value="([^"]+)"', asked.text)
    half_way = {"/staff/second-factor", "/staff/sign-out"}
    for method, path in paths_of(workplace.app):
        if path in half_way:
            continue
        answer = desk.get(path) if method == "GET" else desk.send(path, csrf_token=token)
        assert (answer.status_code, urlsplit(answer.location or "").path) == (303, "/staff/second-factor"), path


def test_no_route_works_before_the_first_factor_is_set_up(workplace: Workplace) -> None:
    with workplace.office.service.database.write() as work:
        work.factors.remove_all(APPROVER.number)
        work.commit()
    desk = Desk(workplace.app)
    assert desk.sign_in(APPROVER).location == "/staff/second-factor/new"
    token = desk.token("/staff/second-factor/new")
    for method, path in paths_of(workplace.app):
        if path.startswith("/staff/second-factor/new") or path == "/staff/sign-out":
            continue
        answer = desk.get(path) if method == "GET" else desk.send(path, csrf_token=token)
        assert (answer.status_code, urlsplit(answer.location or "").path) == (303, "/staff/second-factor/new"), path


def test_every_marked_route_asks_again_after_ten_minutes(workplace: Workplace) -> None:
    desk = workplace.desk_of(EVERYTHING)
    token = desk.token("/staff/account")
    workplace.office.clock.advance(minutes=11)
    asked = 0
    for rule in staff_rules(workplace.app):
        if rule.endpoint in marked(workplace.app) and "POST" in (rule.methods or ()):
            answer = desk.send(path_of(rule), csrf_token=token)
            assert (answer.status_code, "Is it still you?" in answer.text) == (403, True), rule.rule
            asked += 1
    assert asked >= 10


def test_what_was_to_be_done_happens_when_the_factor_is_shown_again(workplace: Workplace) -> None:
    case = workplace.office.check()
    desk = workplace.desk_of(APPROVER)
    token = desk.token("/staff/account")
    workplace.office.clock.advance(minutes=11)
    path = f"/staff/cases/{case.reference}/approve"
    asked = desk.send(path, csrf_token=token, version=str(case.version), note='a <b> "note"')
    assert hidden_fields(asked)["note"] == 'a <b> "note"'
    assert workplace.office.stored(case.reference).state is ApplicationState.CHECKED
    wrong = desk.send(path, **hidden_fields(asked) | {"factor_code": "000000"})
    assert (wrong.status_code, "That was not right" in wrong.text) == (403, True)
    assert workplace.office.stored(case.reference).state is ApplicationState.CHECKED
    assert desk.show_passkey(wrong, APPROVER).status_code == 303
    assert workplace.office.stored(case.reference).state is ApplicationState.APPROVED
    desk.get("/staff/queue")
    assert desk.get("/staff/second-factor/new").status_code == 200, "the factor is fresh now"


def test_a_copied_cookie_is_worth_nothing_in_another_browser_and_the_owner_is_told(workplace: Workplace) -> None:
    owner, thief = workplace.desk_of(APPROVER), Desk(workplace.app, address="198.51.100.66")
    stolen = owner.client.get_cookie("__Host-session", domain="clearance.test")
    assert stolen is not None
    thief.client.set_cookie("__Host-session", stolen.value, domain="clearance.test", secure=True)
    assert thief.get("/staff/queue").status_code == 303
    sent_away = owner.get("/staff/queue")
    assert sent_away.status_code == 303
    assert "cookie may have been copied" in words(owner.get(sent_away.location))
    owner.sign_in(APPROVER)
    assert "turned up in another browser" in words(owner.get("/staff/account"))


def test_a_made_up_device_cookie_is_not_believed(workplace: Workplace) -> None:
    owner = workplace.desk_of(APPROVER)
    device = owner.client.get_cookie("__Host-device", domain="clearance.test")
    assert device is not None
    owner.client.set_cookie("__Host-device", device.value[:-1] + "x", domain="clearance.test", secure=True)
    assert owner.get("/staff/queue").status_code == 303


def test_a_form_that_was_sent_too_late_comes_back_after_signing_in(workplace: Workplace) -> None:
    case = workplace.office.check()
    desk = workplace.desk_of(APPROVER)
    token = desk.token("/staff/account")
    workplace.office.clock.advance(minutes=31)
    path = f"/staff/cases/{case.reference}/reject"
    late = desk.send(path, csrf_token=token, version=str(case.version), reason="ভিসার কপি অস্পষ্ট")
    assert "The form that you sent is kept" in words(late)
    fields = hidden_fields(late) | {"username": APPROVER.username, "password": PASSWORD}
    back = desk.show_passkey(desk.send("/staff/sign-in", **fields), APPROVER)
    assert "Your form was kept" in back.text
    assert hidden_fields(back)["reason"] == "ভিসার কপি অস্পষ্ট"
    assert workplace.office.stored(case.reference).state is ApplicationState.CHECKED
    assert desk.send(path, **hidden_fields(back)).status_code == 303
    assert workplace.office.stored(case.reference).state is ApplicationState.REJECTED


def test_a_kept_form_is_not_handed_to_somebody_else(workplace: Workplace) -> None:
    desk = workplace.desk_of(APPROVER)
    token = desk.token("/staff/account")
    workplace.office.clock.advance(minutes=31)
    late = desk.send("/staff/cases/X/reject", csrf_token=token, reason="for my eyes")
    fields = hidden_fields(late) | {"username": CLERK.username, "password": PASSWORD}
    assert desk.send("/staff/sign-in", **fields).location == "/staff/"


def test_a_form_without_our_token_is_never_kept(workplace: Workplace) -> None:
    desk = workplace.desk_of(APPROVER)
    workplace.office.clock.advance(minutes=31)
    assert desk.send("/staff/cases/X/reject", reason="forged").status_code == 400


def test_spraying_from_many_addresses_opens_nothing_and_locks_nobody_out(workplace: Workplace) -> None:
    owner = workplace.desk_of(APPROVER)
    for number in range(20):
        attacker = Desk(workplace.app, address=f"203.0.113.{number}")
        for username in (APPROVER.username, ISSUER.username):
            guess = attacker.show_password(replace(APPROVER, username=username), password="Bangladesh1971")
            assert guess.status_code == 403
    assert Desk(workplace.app, address="198.51.100.2").sign_in(ISSUER).status_code == 303
    owner.post("/staff/sign-out", at="/staff/account")
    assert owner.sign_in(APPROVER).status_code == 303


def test_whoever_sits_at_the_same_address_cannot_use_up_the_tries_of_a_known_browser(workplace: Workplace) -> None:
    owner = workplace.desk_of(CLERK)
    owner.post("/staff/sign-out", at="/staff/account")
    neighbour = Desk(workplace.app, address=owner.address)
    for number in range(31):
        neighbour.show_password(replace(CLERK, username=f"officer{number}"), password="guess")
    assert neighbour.show_password(CLERK).status_code == 429
    assert owner.sign_in(CLERK).status_code == 303


def test_guessing_codes_is_slowed_down_for_the_account_and_not_for_its_own_browser(workplace: Workplace) -> None:
    owner = workplace.desk_of(APPROVER)
    owner.post("/staff/sign-out", at="/staff/account")
    tries = []
    for number in range(7):
        attacker = Desk(workplace.app, address=f"203.0.113.{number}")
        asked = attacker.show_password(APPROVER)  # the password leaked
        fields = hidden_fields(asked) | {"factor_code": f"{number:06}"}
        tries.append(attacker.send("/staff/second-factor", **fields).status_code)
    assert tries == [403] * 6 + [429]
    asked = owner.show_password(APPROVER)
    assert owner.send("/staff/second-factor", **hidden_fields(asked) | {"factor_code": "000000"}).status_code == 403
    assert owner.show_passkey(asked, APPROVER).status_code == 403, "a wrong code asked a new question"
    assert owner.sign_in(APPROVER).status_code == 303


def test_the_device_of_a_request_is_the_same_for_a_browser_and_not_its_cookie(workplace: Workplace) -> None:
    desk = workplace.desk_of(CLERK)
    desk.post("/staff/sign-out", at="/staff/account")
    desk.sign_in(CLERK)
    with workplace.office.service.database.read() as work:
        devices = {entry.facts["device"] for entry in work.audit.entries(subject=CLERK.number)}
    [device] = devices
    assert re.fullmatch(r"browser:[A-Za-z0-9_-]{16}", str(device))
    cookie = desk.client.get_cookie("__Host-device", domain="clearance.test")
    assert cookie is not None
    assert cookie.value != device
