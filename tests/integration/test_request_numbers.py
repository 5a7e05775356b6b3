"""The number of a request: whom it is believed from, where it is told, and what its line holds."""

import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import structlog
from flask.testing import FlaskClient

from clearance import logs
from clearance.issuing.lookup import SecondFactor
from clearance.web.app import create_app
from clearance.web.options import WebOptions
from tests.integration.worker_pages import READY, open_app

OWN = re.compile(r"[0-9a-f]{12}")


@pytest.fixture
def client_of(tmp_path: Path) -> Callable[..., FlaskClient]:
    office, _ = open_app(tmp_path)
    options = WebOptions(
        secret_key=b"k" * 32, second_factor=SecondFactor.BIRTH_DATE, trust_directory=tmp_path, log_requests=True
    )

    def made(*, trusted_proxies: int = 0) -> FlaskClient:
        return create_app(office.service, replace(options, trusted_proxies=trusted_proxies)).test_client()

    return made


@pytest.fixture
def said() -> Iterator[io.StringIO]:
    to = io.StringIO()
    logs.begin("web", form=logs.LogFormat.JSON, to=to)
    yield to
    structlog.reset_defaults()


def lines_of(said: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in said.getvalue().splitlines()]


def test_every_answer_bears_a_number_of_its_own(client_of: Callable[..., FlaskClient], said: io.StringIO) -> None:
    client = client_of()
    numbers = [client.get(path).headers["X-Request-ID"] for path in ("/", "/", "/nowhere", "/api/v1/self", "/static/x")]
    assert all(OWN.fullmatch(number) for number in numbers)
    assert len(set(numbers)) == len(numbers)
    assert [line["request"] for line in lines_of(said)] == numbers


def test_a_number_is_believed_from_our_own_proxy_and_only_if_it_is_one(
    client_of: Callable[..., FlaskClient], said: io.StringIO
) -> None:
    given = {"X-Request-ID": "3f9c12ab77e0", "X-Forwarded-For": "192.0.2.1"}
    assert client_of(trusted_proxies=1).get("/", headers=given).headers["X-Request-ID"] == "3f9c12ab77e0"
    assert client_of().get("/", headers=given).headers["X-Request-ID"] != "3f9c12ab77e0"
    for forged in ("short", "x" * 65, "a" * 12 + ' {"level":"info"}', "abcdefgh\x1b[2J", "১২৩৪৫৬৭৮", "a b c d e f"):
        answer = client_of(trusted_proxies=1).get("/", headers={"X-Request-ID": forged})
        assert OWN.fullmatch(answer.headers["X-Request-ID"]), forged
    assert "\x1b" not in said.getvalue()


@pytest.mark.parametrize(("language", "words"), [("en", "Number of this answer"), ("bn", "ফোন করলে এই নম্বরটি বলুন")])
def test_who_is_told_of_trouble_is_told_its_number(
    client_of: Callable[..., FlaskClient], said: io.StringIO, language: str, words: str
) -> None:
    answer = client_of().get(f"/nowhere?lang={language}")
    assert answer.status_code == 404
    assert words in answer.text
    assert answer.headers["X-Request-ID"] in answer.text


def test_a_line_tells_the_rule_of_an_address_and_never_the_address(
    client_of: Callable[..., FlaskClient], said: io.StringIO
) -> None:
    client = client_of()
    client.get(f"/card/file/pdf/{READY}-secret-ticket?passport={READY}")
    client.post("/card", data={"passport_no": READY, "day": "1", "month": "2", "year": "1995"})
    client.get(f"/{READY}")
    client.open("/", method=READY)
    file, card, nowhere, odd = lines_of(said)
    assert file["route"] == "/card/file/<form>/<ticket>"
    assert (card["route"], card["method"], card["status"]) == ("/card", "POST", 200)
    assert (nowhere["route"], nowhere["status"]) == ("none", 404)
    assert odd["method"] == "none"
    assert {"time", "level", "program", "request", "ms", "bytes"} <= set(card)
    assert READY not in said.getvalue()
    assert "secret" not in said.getvalue()


def test_a_proxy_that_no_setting_counts_is_told_of_once(
    client_of: Callable[..., FlaskClient], said: io.StringIO
) -> None:
    for trusted in (0, 1):
        client = client_of(trusted_proxies=trusted)
        for _ in range(3):
            client.get("/", headers={"X-Forwarded-For": "192.0.2.1"})
    assert [line["level"] for line in lines_of(said) if "trusted_proxies" in str(line["event"])] == ["warning"]
    assert "192.0.2.1" not in said.getvalue()
