"""What a desk may tell the office, and what is not listened to."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from clearance.domain.desk import Airport, Holding
from clearance.issuing import desks
from clearance.web.desk_api import MAX_BODY
from tests.fakes.office import OfficeAtWork
from tests.integration.worker_pages import open_app

SAID = {"trust_sequence": 7, "lists": {"https://s.bmet.gov.bd/26a": 1_795_327_200}, "software": "0.1.0"}


class Desk:
    """An enrolled desk at the other end of the line."""

    def __init__(self, office: OfficeAtWork, client: FlaskClient) -> None:
        self.office, self.client = office, client
        self.enrolled = desks.enrol(office.service, airport=Airport.CHATTOGRAM, counter="2")
        self.headers = {
            "Authorization": f"Bearer {self.enrolled.token}",
            "Content-Type": "application/json",
        }

    def post(self, body: object = SAID, **headers: str | None) -> TestResponse:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {name: value for name, value in {**self.headers, **named}.items() if value is not None}
        return self.client.post("/api/desks/report", data=data, headers=sent)

    @property
    def holding(self) -> Holding | None:
        [desk] = desks.enrolled(self.office.service)
        return desk.holding


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    office, app = open_app(tmp_path)
    return Desk(office, app.test_client())


def test_what_a_desk_reports_is_kept(desk: Desk) -> None:
    answer = desk.post()
    assert (answer.status_code, answer.data) == (204, b"")
    assert desk.holding == Holding(**SAID)
    [known] = desks.enrolled(desk.office.service)
    assert known.last_seen == desk.office.clock.at


def test_a_desk_is_told_who_it_is(desk: Desk) -> None:
    answer = desk.client.get("/api/desks/self", headers=desk.headers)
    assert answer.json == {"name": "CGP-2", "airport": "CGP", "counter": "2"}
    assert desk.client.get("/api/desks/self").status_code == 401


def test_a_desk_without_trust_data_says_so(desk: Desk) -> None:
    assert desk.post({"trust_sequence": None, "lists": {}, "software": "0.1.0"}).status_code == 204
    assert desk.holding == Holding(trust_sequence=None, lists={}, software="0.1.0")


def test_the_type_may_name_its_charset(desk: Desk) -> None:
    assert desk.post(Content_Type="application/json; charset=utf-8").status_code == 204


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer nonsense",
        "Bearer DSK-00000000-" + "0" * 32,
        "Basic RFNLOkRTSw==",
        "Bearer \u00e9",
    ],
)
def test_without_its_token_a_desk_is_not_heard(desk: Desk, authorization: str | None) -> None:
    answer = desk.post(Authorization=authorization)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert desk.holding is None


def test_the_token_of_a_withdrawn_desk_opens_nothing(desk: Desk) -> None:
    desks.withdraw(desk.office.service, "CGP-2")
    assert desk.post().status_code == 401


def test_a_stranger_learns_nothing_about_the_message(desk: Desk) -> None:
    answers = {
        desk.post(body, Authorization="Bearer DSK-00000000-" + "0" * 32, Content_Type=kind).status_code
        for body, kind in ((SAID, "application/json"), (b"x" * (MAX_BODY + 1), "text/plain"), (b"", None))
    }
    assert answers == {401}


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded", "application/cose"])
def test_anything_but_json_is_refused(desk: Desk, kind: str | None) -> None:
    assert desk.post(Content_Type=kind).status_code == 415


def test_a_message_that_is_too_large_is_refused(desk: Desk) -> None:
    assert desk.post(json.dumps(SAID).encode() + b" " * MAX_BODY).status_code == 413
    assert desk.holding is None


def changed(**values: object) -> Mapping[str, object]:
    return {**SAID, **values}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"trust_sequence": NaN, "lists": {}, "software": "1"}',
        b"[" * 8_000,
        {},
        changed(extra=1),
        changed(trust_sequence="7"),
        changed(trust_sequence=7.0),
        changed(trust_sequence=True),
        changed(trust_sequence=-1),
        changed(trust_sequence=1 << 53),
        changed(lists=[]),
        changed(lists={"": 1}),
        changed(lists={"https://s.bmet.gov.bd/26a": None}),
        changed(lists={"https://s.bmet.gov.bd/26a": -1}),
        changed(lists={"a" * 65: 1}),
        changed(lists={"with space": 1}),
        changed(lists={str(number): 1 for number in range(65)}),
        changed(software=""),
        changed(software="x" * 41),
        changed(software="<b>"),
        changed(software="1\n"),
        changed(software="১.০"),
        changed(software=None),
    ],
    ids=lambda body: repr(body)[:50],
)
def test_a_message_of_any_other_shape_is_refused_whole(desk: Desk, body: object) -> None:
    assert desk.post(body).status_code == 422
    assert desk.holding is None


def test_there_is_nothing_to_read(desk: Desk) -> None:
    assert desk.client.get("/api/desks/report", headers=desk.headers).status_code == 405


def test_no_cookie_comes_of_it_and_no_form_token_is_asked_for(desk: Desk) -> None:
    assert "Set-Cookie" not in desk.post().headers


def test_a_burst_is_braked(desk: Desk) -> None:
    answers = [desk.post().status_code for _ in range(125)]
    assert answers[:100] == [204] * 100
    assert answers[-1] == 429
