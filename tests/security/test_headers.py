"""What every answer carries, whatever was asked, however it ended: both programs, every address, every method."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from flask import abort
from werkzeug.test import TestResponse

from clearance.issuing.ports import Unavailable
from clearance.web.app import create_app
from clearance.web.security import CONTENT_SECURITY_POLICY
from tests.fakes.office import CLERK
from tests.integration.staff_pages import SITE, Desk
from tests.integration.test_web_hardening import BrokenDatabase
from tests.security.desk_programs import PROGRAMS
from tests.security.walk import METHODS, Issuer, open_issuer
from verifier.web import guard

DESK = "http://127.0.0.1:8100"

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
ANY_SITE = {
    *("trust.bundle", "trust.root", "trust.status", "trust.checkpoint"),
    *("well_known.keys", "well_known.security"),
}
"""Endpoints whose answers pages of other sites may read: public by nature, and without a cookie."""
INLINE = re.compile(
    r"<style|\sstyle\s*=|<script(?![^>]*\ssrc=)|<[^>]+\son[a-z]+\s*=|(?:href|src|action)\s*=\s*[\"']\s*(?:javascript|data:text)"
    r"|<(?:iframe|object|embed|base|applet)\b|https?://(?!clearance)[^\"'<\s]+[\"'][^>]*\ssrc",
    re.I,
)
"""What the policy would have to allow, or what pages of ours never need."""


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuer]:
    with open_issuer(tmp_path_factory.mktemp("issuer")) as opened:
        yield opened


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One answer of the walk, and to what."""

    endpoint: str
    where: str
    answer: TestResponse


@pytest.fixture(scope="module")
def walked(issuer: Issuer) -> list[Asked]:
    """Every address with every method, asked by a stranger; the staff's by an officer who may do everything, too."""
    desk, found = issuer.signed_in(), []
    for rule, path in issuer.rules():
        if rule.endpoint == "staff.sign_out_here":
            continue  # ends the walk of the officer; its answer has a test of its own
        for method in METHODS:
            for who in (desk, None) if rule.rule.startswith("/staff") else (None,):
                answer = issuer.ask(method, path, who)
                found.append(Asked(endpoint=rule.endpoint, where=f"{method} {path}", answer=answer))
    return found


def test_every_answer_of_the_issuer_carries_the_headers(walked: list[Asked]) -> None:
    for each in walked:
        require_headers(each.answer, each.endpoint, each.where)
        assert each.answer.status_code < 500 or each.answer.status_code == 503, each.where
    assert {200, 302, 303, 400, 401, 404, 405, 422} <= {each.answer.status_code for each in walked}


def test_answers_to_what_went_wrong_carry_them_too(issuer: Issuer) -> None:
    large = {"data": {"passport_no": "A" * (70 << 10)}}
    answers = {
        404: issuer.ask("GET", "/nothing/of/the/kind"),
        405: issuer.ask("DELETE", "/card"),
        413: issuer.ask("POST", "/card", **large),
    }
    tries = [Desk(issuer.app, address="192.0.2.99").sign_in(replace(CLERK, username="nobody")) for _ in range(6)]
    answers[429] = tries[-1]
    for status, answer in answers.items():
        assert answer.status_code == status
        require_headers(answer, None, str(status))
    program = issuer.ask("GET", "/api/v1/nothing")
    assert (program.status_code, program.mimetype) == (404, "application/problem+json")
    require_headers(program, None, "problem")


def test_answers_of_a_broken_service_carry_them_too(issuer: Issuer) -> None:
    service = issuer.workplace.office.service
    broken = create_app(replace(service, database=BrokenDatabase(service.database)), issuer.workplace.options)
    broken.add_url_rule("/unavailable", "unavailable", lambda: raise_unavailable())
    broken.add_url_rule("/busy", "busy", lambda: abort(503))
    typed = {"passport_no": "A00000001", "day": "14", "month": "3", "year": "1995"}
    client = broken.test_client()
    for path, form, status in (("/card", typed, 500), ("/unavailable", None, 503), ("/busy", None, 503)):
        answer = client.post(path, data=form, base_url=SITE) if form else client.get(path, base_url=SITE)
        assert answer.status_code == status
        require_headers(answer, None, path)
        assert "Traceback" not in answer.text


def raise_unavailable() -> str:
    raise Unavailable("the database")


def test_https_is_asked_for_wherever_the_office_is_reached_over_it(issuer: Issuer) -> None:
    for url, wanted in (("https://clearance.bmet.gov.bd", True), ("http://127.0.0.1:8000", False)):
        app = create_app(issuer.workplace.office.service, replace(issuer.workplace.options, public_url=url))
        answer = app.test_client().get("/")
        assert ("Strict-Transport-Security" in answer.headers) is wanted
    strict = issuer.ask("GET", "/nothing").headers["Strict-Transport-Security"]
    assert int(re.findall(r"max-age=(\d+)", strict)[0]) >= 31_536_000
    assert "includeSubDomains" in strict


def test_no_page_holds_what_the_policy_forbids(walked: list[Asked]) -> None:
    pages = [each for each in walked if each.answer.mimetype == "text/html" and each.answer.data]
    assert len(pages) > 300
    assert [each.where for each in pages if INLINE.search(each.answer.text)] == []


def test_the_policy_lets_run_nothing_but_our_own_files() -> None:
    rules = dict(part.strip().split(" ", 1) for part in CONTENT_SECURITY_POLICY.split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["frame-ancestors"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == "'self'"
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "http" not in CONTENT_SECURITY_POLICY


def test_every_cookie_is_for_this_host_over_https_and_for_no_script(issuer: Issuer) -> None:
    desk = Desk(issuer.app, address="192.0.2.98")
    asked = [desk.get("/staff/sign-in?lang=en"), desk.sign_in(CLERK), desk.get("/staff/cards?lang=bn")]
    cookies = [text for answer in asked for text in answer.headers.getlist("Set-Cookie")]
    names = set()
    for text in cookies:
        for name, cookie in SimpleCookie(text).items():
            names.add(name)
            assert name.startswith("__Host-"), text
            assert cookie["secure"], text
            assert cookie["httponly"], text
            assert cookie["samesite"] in {"Lax", "Strict"}, text
            assert cookie["path"] == "/", text
            assert not cookie["domain"], text
    assert names == {"__Host-session", "__Host-device", "__Host-lang"}


def test_signing_out_asks_the_browser_to_forget(issuer: Issuer) -> None:
    desk = Desk(issuer.app, address="192.0.2.97")
    desk.sign_in(CLERK)
    assert desk.post("/staff/sign-out", at="/staff/queue").headers["Clear-Site-Data"] == '"cache", "storage"'


def require_headers(answer: TestResponse, endpoint: str | None, where: str) -> None:
    """Raises AssertionError where a header is missing or too weak."""
    headers = answer.headers
    assert {name: headers.get(name) for name in ALWAYS} == ALWAYS, where
    assert headers.get("Content-Security-Policy") == CONTENT_SECURITY_POLICY, where
    assert "Strict-Transport-Security" in headers, where
    assert len(headers.getlist("Cache-Control")) == 1, where
    assert {"camera=()", "geolocation=()", "microphone=()"} <= set(headers.get("Permissions-Policy", "").split(", ")), (
        where
    )
    if endpoint in ANY_SITE and answer.status_code in {200, 304} and not where.startswith("OPTIONS"):
        assert headers.get("Access-Control-Allow-Origin") == "*", where
        assert "Set-Cookie" not in headers, where
    else:
        assert "Access-Control-Allow-Origin" not in headers, where
        assert headers.get("Cross-Origin-Resource-Policy") == "same-origin", where
    if answer.data and (answer.mimetype.startswith("text/") or answer.mimetype.endswith("xml")):
        assert "charset=utf-8" in headers["Content-Type"].lower() or answer.mimetype == "image/svg+xml", where
    assert not {"X-Powered-By", "Server"} & set(headers.keys()), where


# --- the desk's programs


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_answer_of_the_desk_carries_the_headers(program: str, tmp_path: Path) -> None:
    with PROGRAMS[program](tmp_path) as app:
        client, seen = app.test_client(), set()
        for rule in app.url_map.iter_rules():
            path = rule.rule.replace("<path:filename>", "desk/desk.js")
            for method in METHODS:
                for asked in ({}, {"X-Desk": "1", "Content-Type": "application/json"}):
                    answer = client.open(path, method=method, headers=asked, base_url=DESK, buffered=True)
                    seen.add(answer.status_code)
                    require_desk_headers(answer, f"{method} {path}")
        door = "/scan" if program == "page" else "/code"
        large = client.post(door, data=b"x" * 5_000_000, headers={"X-Desk": "1"}, base_url=DESK)
        for answer in (client.get("/no", base_url=DESK), client.get("/", base_url="http://elsewhere.example"), large):
            seen.add(answer.status_code)
            require_desk_headers(answer, "wrong")
        assert {200, 400, 403, 404, 405, 413} <= seen


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_desks_pages_hold_nothing_inline(program: str, tmp_path: Path) -> None:
    with PROGRAMS[program](tmp_path) as app:
        page = app.test_client().get("/", base_url=DESK)
        assert page.status_code == 200
        assert not INLINE.search(page.text)


def require_desk_headers(answer: TestResponse, where: str) -> None:
    for name, value in guard.HEADERS.items():
        assert answer.headers.get(name) == value, where
    assert "unsafe" not in answer.headers["Content-Security-Policy"], where
    assert "Access-Control-Allow-Origin" not in answer.headers, where
    assert "Cache-Control" in answer.headers, where
