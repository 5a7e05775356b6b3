"""Requests that mean no good, or make no sense; and a journal that cannot be written."""

import re
import sqlite3
from contextlib import closing

import pytest

from tests.integration.desk.counter import HOST, OWN, Counter
from tests.unit.desk.bureau import Bureau
from verifier.web.guard import MAX_BODY_BYTES


def test_when_the_scan_cannot_be_saved_there_is_no_verdict(counter: Counter, bureau: Bureau) -> None:
    counter.desk.journal._db.execute("PRAGMA max_page_count = 1")
    cards = [bureau.card(clearance_no=f"BMET-26-{number}") for number in range(3)]
    responses = [
        counter.client.post("/scan", json={"candidates": [card] * 4, "source": "keyboard"}, headers=OWN, **HOST)
        for card in cards * 10
    ]
    last = responses[-1]
    assert (last.status_code, last.json["code"], last.json["look"]) == (503, "not_recorded", "stop")
    assert "স্ক্যান সংরক্ষণ হচ্ছে না" in last.json["screen"]
    assert "MD KARIM" not in last.text
    assert len(counter.rows()) == sum(response.status_code == 200 for response in responses)


def test_a_locked_journal_is_a_message_too(counter: Counter, bureau: Bureau) -> None:
    counter.desk.journal._db.execute("PRAGMA busy_timeout = 50")
    with closing(sqlite3.connect(counter.desk.config.journal, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        said = {"candidates": [bureau.card()], "source": "keyboard"}
        response = counter.client.post("/scan", json=said, headers=OWN, **HOST)
        other.execute("ROLLBACK")
    assert response.json["code"] == "not_recorded"
    assert counter.scan(bureau.card())["reason"] == "valid"


def test_five_megabytes_of_garbage_get_a_clear_answer_and_do_no_harm(counter: Counter, bureau: Bureau) -> None:
    said = {"candidates": ["x" * 5_000_000], "source": "keyboard"}
    response = counter.client.post("/scan", json=said, headers=OWN, **HOST)
    assert (response.status_code, response.json["code"]) == (413, "too_large")
    assert counter.scan("x" * 4_096)["reason"] == "unreadable"
    assert counter.scan(bureau.card())["reason"] == "valid"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"{", b'"NCF"', b'{"candidates": "NCF", "source": "keyboard"}', b'{"candidates": ["A"]}',
        b'{"candidates": [1], "source": "keyboard"}', b'{"candidates": ["A"], "source": "telepathy"}',
        b"[" * 50_000, b'{"candidates": ["\xff"], "source": "keyboard"}',
    ],
)  # fmt: skip
def test_a_scan_that_is_none_is_refused_in_words(counter: Counter, body: bytes) -> None:
    response = counter.client.post("/scan", data=body, content_type="application/json", headers=OWN, **HOST)
    assert (response.status_code, response.json["code"]) == (400, "not_understood")
    assert counter.rows() == []


def test_a_lone_surrogate_is_unreadable_and_written_down(counter: Counter) -> None:
    body = b'{"candidates": ["\\ud800"], "source": "keyboard"}'
    response = counter.client.post("/scan", data=body, content_type="application/json", headers=OWN, **HOST)
    assert response.json["reason"] == "unreadable"
    assert len(counter.rows()) == 1


@pytest.mark.parametrize("path", ["/scan", "/frame", "/file", "/passport", "/act", "/hear", "/port", "/sync"])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {**OWN, "Origin": "https://evil.example"},
        {**OWN, "Origin": "null"},
        {**OWN, "Origin": "http://127.0.0.1:8000"},
        {**OWN, "Origin": "http://localhost:8100"},
        {**OWN, "Sec-Fetch-Site": "cross-site"},
        {**OWN, "Sec-Fetch-Site": "same-site"},
    ],
    ids=["no own header", "foreign", "null", "other port", "other name", "cross-site", "same-site"],
)
def test_another_page_cannot_make_the_desk_act(counter: Counter, path: str, headers: dict[str, str]) -> None:
    response = counter.client.post(path, data=b"x", headers=headers, **HOST)
    assert (response.status_code, response.json["code"]) == (403, "not_allowed")
    assert counter.rows() == []


@pytest.mark.parametrize("path", ["/", "/state", "/static/desk/desk.js"])
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8100", "192.168.1.7:8100", "bmet.gov.bd"])
def test_a_foreign_name_that_leads_here_is_refused(counter: Counter, path: str, host: str) -> None:
    assert counter.client.get(path, base_url=f"http://{host}").status_code == 400


def test_the_page_s_own_request_is_let_in(counter: Counter, bureau: Bureau) -> None:
    own = {**OWN, "Origin": "http://127.0.0.1:8100", "Sec-Fetch-Site": "same-origin"}
    said = {"candidates": [bureau.card()], "source": "keyboard"}
    assert counter.client.post("/scan", json=said, headers=own, **HOST).status_code == 200


@pytest.mark.parametrize("endpoint", sorted(MAX_BODY_BYTES))
def test_every_door_has_a_cap_on_what_it_takes(counter: Counter, endpoint: str) -> None:
    too_much = b"x" * (MAX_BODY_BYTES[endpoint] + 1)
    content_type = "multipart/form-data; boundary=x" if endpoint == "file" else "application/json"
    response = counter.client.post(f"/{endpoint}", data=too_much, content_type=content_type, headers=OWN, **HOST)
    assert response.status_code == 413
    assert response.json["code"] == "too_large"


def test_the_page_runs_its_own_scripts_only_and_is_kept_nowhere(counter: Counter) -> None:
    response = counter.client.get("/", **HOST)
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["Cache-Control"] == "no-store"
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|<style", response.text)
