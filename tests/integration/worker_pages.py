"""The worker's pages over an office that has a card issued, one approved and one entered."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from clearance.credential.status import Status
from clearance.domain.clearance import Revocation
from clearance.issuing.lookup import SecondFactor
from clearance.web.app import create_app
from clearance.web.options import WebOptions
from tests.fakes.office import OfficeAtWork, draft, open_office

READY, APPROVED, ENTERED, UNKNOWN = "A00000001", "A00000002", "A00000003", "A99999999"
BORN = {"day": "14", "month": "3", "year": "1995"}
"""Everybody of the fake office was born on this day."""


def open_app(
    trust: Path,
    *,
    second_factor: SecondFactor = SecondFactor.BIRTH_DATE,
    limiter_storage: str = "memory://",
    trusted_proxies: int = 0,
) -> tuple[OfficeAtWork, Flask]:
    """The office and its application."""
    office = open_office()
    office.issue(draft(1))
    office.approve(draft(2))
    office.enter(draft(3))
    options = WebOptions(
        secret_key=b"k" * 32,
        second_factor=second_factor,
        trust_directory=trust,
        limiter_storage=limiter_storage,
        trusted_proxies=trusted_proxies,
    )
    return office, create_app(office.service, options)


@dataclass
class Phone:
    """A browser that keeps no cookies, at an address of its own."""

    office: OfficeAtWork
    client: FlaskClient
    address: str = "192.0.2.1"

    def get(self, path: str, **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.get(path, headers=named, environ_base={"REMOTE_ADDR": self.address}, buffered=True)

    def post(self, path: str, **data: str) -> TestResponse:
        return self.client.post(path, data=data, environ_base={"REMOTE_ADDR": self.address})

    def ask(self, passport_no: str, *, lang: str = "en", **typed: str) -> TestResponse:
        return self.post(f"/card?lang={lang}", **{"passport_no": passport_no, **BORN, **typed})

    def download(self, page: TestResponse, **asked: str) -> TestResponse:
        """The file of an answer page, or the page that comes in its place."""
        answer = self.post("/card/download?lang=en", ticket=ticket_in(page), **asked)
        return self.get(answer.headers["Location"]) if answer.status_code == 303 else answer

    def at(self, address: str) -> "Phone":
        """The same service from elsewhere."""
        return replace(self, address=address)


def ticket_in(page: TestResponse) -> str:
    """The sealed question of a page."""
    found = re.search(r'name="ticket" value="([^"]+)"', page.text)
    assert found
    return found[1]


def set_status(office: OfficeAtWork, number: str, status: Status, revocation: Revocation | None = None) -> None:
    """Change the standing of the one card of a passport."""
    with office.service.database.write() as work:
        clearance = work.clearances.active_for_passport(number)
        assert clearance
        work.clearances.set_status(replace(clearance, status=status, revocation=revocation))
        work.commit()
