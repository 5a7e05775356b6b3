"""What an attacker would try on the web tier besides the pages' own rules."""

import io
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import structlog

from clearance import logs
from clearance.issuing.lookup import SecondFactor
from clearance.issuing.ports import Database, UnitOfWork
from clearance.web.app import create_app
from clearance.web.options import WebOptions
from tests.fakes.office import APPROVER
from tests.integration.staff_pages import open_workplace
from tests.integration.worker_pages import READY, Phone, open_app

WRONG_BIRTH_YEAR = "1970"


@pytest.fixture
def phone(tmp_path: Path) -> Phone:
    office, app = open_app(tmp_path)
    return Phone(office=office, client=app.test_client(use_cookies=False))


def test_officers_sign_in_over_https_although_browsers_send_no_referrer(tmp_path: Path) -> None:
    with open_workplace(tmp_path) as workplace:
        desk = workplace.desk_of(APPROVER)
        assert desk.get("/staff/queue").status_code == 200


def test_an_oversized_post_does_not_set_the_counters_back(phone: Phone) -> None:
    for _ in range(5):
        phone.ask(READY, year=WRONG_BIRTH_YEAR)
    assert phone.ask(READY).status_code == 429
    assert phone.post("/card", passport_no=READY, padding="x" * 70_000).status_code == 413
    assert phone.ask(READY).status_code == 429


def test_neighbouring_ipv6_addresses_count_as_one_visitor(phone: Phone) -> None:
    answers = [
        phone.at(f"2001:db8:1:2::{number:x}").ask(f"A{number:08d}").status_code for number in range(10_000, 10_061)
    ]
    assert answers[-1] == 429
    assert phone.at("2001:db8:1:3::1").ask("A00020000").status_code != 429


def test_answers_do_not_tell_what_is_left_of_a_limit(phone: Phone) -> None:
    names = {name.lower() for name, _ in phone.ask(READY).headers}
    assert not {name for name in names if "ratelimit" in name}
    assert "retry-after" not in names


@dataclass(frozen=True)
class BrokenDatabase:
    """A database that fails in a way nobody foresaw."""

    real: Database

    def read(self) -> UnitOfWork:
        raise RuntimeError(f"unforeseen with {READY}")

    def write(self) -> UnitOfWork:
        return self.real.write()


def test_an_unforeseen_error_leaves_no_personal_data_in_the_log(tmp_path: Path) -> None:
    office, _ = open_app(tmp_path)
    options = WebOptions(secret_key=b"k" * 32, second_factor=SecondFactor.BIRTH_DATE, trust_directory=tmp_path)
    app = create_app(replace(office.service, database=BrokenDatabase(office.service.database)), options)
    phone = Phone(office=office, client=app.test_client(use_cookies=False))
    said = io.StringIO()
    logs.begin("web", form=logs.LogFormat.JSON, to=said)
    try:
        assert phone.ask(READY, year="1995").status_code == 500
    finally:
        structlog.reset_defaults()
    assert "unforeseen error" in said.getvalue()
    assert READY not in said.getvalue()
    assert "1995" not in said.getvalue()
