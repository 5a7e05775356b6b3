"""The first run: what the set-up page takes, what it asks the office, and what the next start finds."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.integration.desk.counter import HOST, NOBODY, OWN
from tests.unit.desk.bureau import NOW
from tests.unit.desk.pictures import in_view, jpeg, qr_image
from verifier import enrolment
from verifier.config import DeskConfig, settings
from verifier.line import Line
from verifier.relay_cli import serving
from verifier.relay_link import known_relay
from verifier.scan.camera import Watch
from verifier.setup_steps import SetUp
from verifier.web.setup import MAX_BODY_BYTES, SetupServices, create_setup

TOKEN = "DSK-01234567-" + "0123456789ABCDEF" * 2
CHOSEN = {"airport": "ZYL", "counter": "e3"}
NOTHING = {"airport": "", "counter": ""}


@dataclass
class Office:
    """What answers at the office's address."""

    url: str
    status: int = 200
    body: bytes = b'{"name": "CGP-2", "airport": "CGP", "counter": "2"}'
    asked: str = ""


@pytest.fixture
def office() -> Iterator[Office]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            office.asked = f"{self.path} {self.headers['Authorization']}"
            self.send_response(office.status)
            self.end_headers()
            self.wfile.write(office.body)

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        office = Office(url=f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield office
        server.shutdown()
        thread.join()


@dataclass(kw_only=True)
class FirstRun:
    config: DeskConfig
    done: Event
    client: FlaskClient

    def post(self, path: str, **said: object) -> TestResponse:
        return self.client.post(f"/{path}", json=said, headers=OWN, **HOST)

    def says(self, code: str, chosen: dict[str, str] = NOTHING) -> str:
        answer = self.post("code", codes=[code], **chosen)
        assert answer.status_code == 200
        return str(answer.json["step"])

    def next_start(self) -> tuple[str, str, str | None]:
        """Name, office and token as the next start finds them."""
        config = settings({}, home=self.config.home)
        return config.desk, config.issuer_url, enrolment.token(config.token)


@pytest.fixture
def first(tmp_path: Path) -> FirstRun:
    config = DeskConfig(home=tmp_path, issuer_url=NOBODY)
    done = Event()
    steps = SetUp(
        token=config.token,
        kept=config.kept,
        relay=config.relay,
        issuer_url=config.issuer_url,
        done=done,
        line=lambda url, token: Line(name="office", url=url, token=lambda: token),
    )
    services = SetupServices(
        hear=steps.hear, open=steps.open, camera=Watch(), ticks=lambda: 0.0, chosen=None, demo=False, version="0"
    )
    return FirstRun(config=config, done=done, client=create_setup(services).test_client())


def test_the_office_says_who_the_desk_is(first: FirstRun, office: Office) -> None:
    assert first.says(f"ENROL {office.url} {TOKEN}\n", CHOSEN) == "enrolled"
    assert office.asked == f"/api/desks/self Bearer {TOKEN}"
    assert first.next_start() == ("CGP-2", office.url, TOKEN)
    assert first.done.is_set()


def test_out_of_reach_of_the_office_what_was_chosen_counts(first: FirstRun) -> None:
    assert first.says(TOKEN) == "which_counter"
    assert not first.done.is_set()
    assert first.next_start()[2] is None
    assert first.says(TOKEN, CHOSEN) == "enrolled"
    assert first.next_start() == ("ZYL-E3", NOBODY, TOKEN)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"name": 7}', b'{"name": "../../etc"}', b"<html>captive portal"])
def test_an_answer_that_names_no_desk_is_none(first: FirstRun, office: Office, body: bytes) -> None:
    office.body = body
    assert first.says(f"ENROL {office.url} {TOKEN}", CHOSEN) == "enrolled"
    assert first.next_start()[0] == "ZYL-E3"


def test_a_token_that_the_office_does_not_know_is_not_kept(first: FirstRun, office: Office) -> None:
    office.status = 401
    assert first.says(f"ENROL {office.url} {TOKEN}", CHOSEN) == "not_known"
    assert first.next_start()[2] is None
    assert not first.done.is_set()


def test_a_token_is_not_sent_where_the_network_could_read_it(first: FirstRun) -> None:
    assert first.says(f"ENROL http://office.example {TOKEN}", CHOSEN) == "not_confidential"
    assert first.next_start()[2] is None


@pytest.mark.parametrize(
    "code",
    ["", "DSK-1", "NCF1:HELLO", f"ENROL ftp://office.example {TOKEN}", f"ENROL https:// {TOKEN}", TOKEN.lower(),
     f"ENROL https://office.example/?x=1 {TOKEN}", f"ENROL https://office.example {TOKEN} more", "RELAY me", "\ud800"],
)  # fmt: skip
def test_what_is_no_code_is_said_to_be_none(first: FirstRun, code: str) -> None:
    assert first.says(code, CHOSEN) == "not_a_code"
    assert not list(first.config.home.iterdir())


def test_of_several_readings_of_one_scan_the_right_one_counts(first: FirstRun) -> None:
    answer = first.post("code", codes=[TOKEN.lower(), TOKEN], **CHOSEN)
    assert answer.json["step"] == "enrolled"


def test_a_desk_can_work_without_enrolment_and_keeps_its_name(first: FirstRun) -> None:
    assert first.post("unenrolled", **NOTHING).json["step"] == "which_counter"
    assert first.post("unenrolled", airport="LHR", counter="1").json["step"] == "which_counter"
    assert first.post("unenrolled", airport="DAC", counter="../1").json["step"] == "which_counter"
    assert not first.done.is_set()
    assert first.post("unenrolled", **CHOSEN).json["step"] == "opened"
    assert first.done.is_set()
    assert first.next_start() == ("ZYL-E3", "http://127.0.0.1:8000", None)


def test_a_counter_may_be_typed_in_bengali_digits(first: FirstRun) -> None:
    assert first.post("unenrolled", airport="CGP", counter=" ১২ ").json["step"] == "opened"
    assert first.next_start()[0] == "CGP-12"


def test_the_line_of_a_relay_is_taken_and_the_screen_stays(first: FirstRun, tmp_path: Path) -> None:
    with serving(tmp_path / "relay-home", listen="127.0.0.1", port=0, now=NOW) as line:
        assert first.says(line) == "relay"
        other = line.split()
        assert first.says(" ".join([*other[:2], "0" * 64, other[3]])) == "no_relay"
    known = known_relay(first.config.relay)
    assert known is not None
    assert known.url == line.split()[1]
    assert not first.done.is_set()


def test_the_camera_sees_the_code_and_no_card(first: FirstRun) -> None:
    def seen(text: str) -> list[str]:
        answer = first.client.post("/frame", data=jpeg(in_view(qr_image(text))), headers=OWN, **HOST)
        codes: list[str] = answer.json["codes"]
        return codes

    assert seen(f"ENROL https://office.example {TOKEN}") == [f"ENROL https://office.example {TOKEN}"]
    assert seen("https://evil.example/") == []
    assert not first.done.is_set()


def test_what_cannot_be_saved_is_said(first: FirstRun) -> None:
    first.config.kept.with_name(".desk.json.new").mkdir()
    assert first.says(TOKEN, CHOSEN) == "not_kept"
    assert first.post("unenrolled", **CHOSEN).json["step"] == "not_kept"
    assert not first.done.is_set()
    assert first.next_start()[2] is None


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"codes": []}', b'{"codes": ["A"]}', b'{"codes": "A"}'])
@pytest.mark.parametrize("path", ["code", "unenrolled"])
def test_a_request_that_is_none_is_refused(first: FirstRun, path: str, body: bytes) -> None:
    response = first.client.post(f"/{path}", data=body, content_type="application/json", headers=OWN, **HOST)
    assert response.status_code == 400


@pytest.mark.parametrize("path", sorted(MAX_BODY_BYTES))
@pytest.mark.parametrize(
    "headers",
    [{}, {**OWN, "Origin": "https://evil.example"}, {**OWN, "Sec-Fetch-Site": "cross-site"}],
    ids=["no own header", "foreign", "cross-site"],
)
def test_another_page_cannot_enrol_the_desk(first: FirstRun, path: str, headers: dict[str, str]) -> None:
    said = {"codes": [TOKEN], **CHOSEN}
    assert first.client.post(f"/{path}", json=said, headers=headers, **HOST).status_code == 403
    too_much = b"x" * (MAX_BODY_BYTES[path] + 1)
    response = first.client.post(f"/{path}", data=too_much, content_type="application/json", headers=OWN, **HOST)
    assert response.status_code == 413
    assert first.client.get("/", base_url="http://evil.example").status_code == 400
    assert not list(first.config.home.iterdir())


def test_the_page_is_guarded_like_the_desk_s(first: FirstRun) -> None:
    page = first.client.get("/", **HOST)
    assert page.status_code == 200
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"


def test_a_file_that_was_spoiled_is_no_reason_not_to_start(first: FirstRun) -> None:
    for spoiled in (b"", b"[1]", b'{"desk": "\\n", "issuer_url": "ftp://x"}', b"\xff"):
        first.config.kept.write_bytes(spoiled)
        assert first.next_start() == ("DAC-1", "http://127.0.0.1:8000", None)


def test_what_is_said_at_the_start_goes_before_what_was_told(first: FirstRun) -> None:
    first.post("unenrolled", **CHOSEN)
    config = settings({"VERIFIER_ISSUER_URL": "https://other.example"}, home=first.config.home, desk="DAC-9")
    assert (config.desk, config.issuer_url, config.told) == ("DAC-9", "https://other.example", True)
