"""Officers at their browsers, over an office on the real database."""

import html
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from werkzeug.test import TestResponse

from clearance.domain.clearance import Clearance
from clearance.domain.staff import Officer
from clearance.issuing.lookup import SecondFactor
from clearance.web.app import create_app
from clearance.web.language import COOKIE
from clearance.web.options import WebOptions
from tests.fakes.office import PASSWORD, OfficeAtWork, open_office
from tests.fakes.passkey import passkey_of, stored_passkey
from tests.fakes.sqlite import sqlite_database

SITE = "https://clearance.test"


@dataclass
class Desk:
    """An officer's browser at an address of its own."""

    app: Flask
    address: str = "192.0.2.7"
    language: str = "en"
    agent: str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

    def __post_init__(self) -> None:
        self.client = self.app.test_client()
        self.client.set_cookie(COOKIE, self.language, domain="clearance.test")

    def get(self, path: str) -> TestResponse:
        return self.client.get(path, base_url=SITE, environ_base=self._place(), buffered=True)

    def post(self, path: str, *, at: str = "/staff/cards", **form: str) -> TestResponse:
        """Send a form with the token of the page `at`; as our Referrer-Policy has it, without a Referer."""
        return self.send(path, csrf_token=self.token(at), **form)

    def send(self, path: str, **form: str) -> TestResponse:
        return self.client.post(path, base_url=SITE, data=form, environ_base=self._place(), buffered=True)

    def token(self, page: str) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(page).text)
        return found[1] if found else ""

    def sign_in(self, officer: Officer, *, password: str = PASSWORD, wanted: str = "") -> TestResponse:
        """Password, and the passkey where the page asks for one; the last answer."""
        asked = self.show_password(officer, password=password, wanted=wanted)
        if "data-passkey=" in asked.text:
            return self.show_passkey(asked, officer)
        return self.show_demo_code(asked) if "data-demo-code" in asked.text else asked

    def show_password(self, officer: Officer, *, password: str = PASSWORD, wanted: str = "") -> TestResponse:
        sign_in_page = "/staff/sign-in"
        return self.post(sign_in_page, at=sign_in_page, username=officer.username, password=password, next=wanted)

    def show_passkey(self, asked: TestResponse, officer: Officer) -> TestResponse:
        """Answer the form of a page that asks for a passkey, as the officer's does it; all other fields as they are."""
        options = json.loads(html.unescape(found(r'data-options="([^"]+)"', asked.text)))
        action = html.unescape(found(r'<main.*?<form method="post" action="([^"]+)"', asked.text))
        return self.send(action, **hidden_fields(asked) | {"factor_passkey": passkey_of(officer, SITE).get(options)})

    def show_demo_code(self, asked: TestResponse) -> TestResponse:
        """Answer with the code that a demo shows on its page."""
        code = found(r"data-demo-code>(\d{6})<", asked.text)
        return self.send("/staff/second-factor", **hidden_fields(asked) | {"factor_code": code})

    def _place(self) -> dict[str, str]:
        return {"REMOTE_ADDR": self.address, "HTTP_USER_AGENT": self.agent}


@dataclass
class Workplace:
    """An office on the real database with its application."""

    office: OfficeAtWork
    app: Flask
    options: WebOptions

    def desk_of(self, officer: Officer, *, language: str = "en") -> Desk:
        desk = Desk(self.app, language=language)
        assert desk.sign_in(officer).status_code == 303
        return desk

    def hire(self, officer: Officer) -> None:
        """One more officer, with a passkey as all others have it."""
        with self.office.service.database.write() as work:
            work.staff.add(officer)
            work.factors.add_passkey(stored_passkey(officer, at=self.office.clock.at))
            work.commit()

    def clearance(self, clearance_no: str) -> Clearance:
        with self.office.service.database.read() as work:
            clearance = work.clearances.get(clearance_no)
        assert clearance is not None
        return clearance


def hidden_fields(page: TestResponse) -> dict[str, str]:
    """The hidden fields of the main part of a page."""
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text.partition("<main")[2])
    return {name: html.unescape(value) for name, value in fields}


def found(pattern: str, text: str) -> str:
    """The first group of a pattern that must be there."""
    match = re.search(pattern, text, re.DOTALL)
    assert match, text
    return match[1]


def words(response: TestResponse) -> str:
    """What a reader sees, on one line."""
    text = re.sub(r"<[^>]+>", " ", response.text)
    return " ".join(html.unescape(text).split())


@contextmanager
def open_workplace(folder: Path) -> Iterator[Workplace]:
    """A furnished office on a database of its own."""
    with sqlite_database(folder) as database:
        office = open_office(database)
        options = WebOptions(secret_key=b"k" * 32, second_factor=SecondFactor.BIRTH_DATE, trust_directory=folder)
        yield Workplace(office=office, app=create_app(office.service, options), options=options)
