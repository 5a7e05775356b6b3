"""The interface for programs, through the web application: what is asked, what is answered, what is refused."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from clearance.domain.client import ClientScope
from clearance.issuing import clients
from clearance.issuing.lookup import SecondFactor
from clearance.issuing.rows import COLUMNS, EXAMPLE
from clearance.web.app import create_app
from clearance.web.options import WebOptions
from tests.fakes.office import AGENCY_CLERK, OfficeAtWork, open_office
from tests.fakes.outside import PORTRAIT

ROW = {name: EXAMPLE[name] for name in COLUMNS} | {"photo": base64.b64encode(PORTRAIT).decode()}


@dataclass
class Program:
    """An agency's program at the other end of the line."""

    office: OfficeAtWork
    client: FlaskClient
    token: str
    client_id: str
    keys: int = field(default=0)

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {self.token}", **headers})

    def post(self, path: str, body: object = None, *, key: str | None = None, **headers: str) -> TestResponse:
        self.keys += 1
        sent = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key or f"key-{self.keys}", **headers}
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        if body is not None:
            sent = {"Content-Type": "application/json", **sent}
        return self.client.post(f"/api/v1{path}", data=data, headers={k: v for k, v in sent.items() if v})

    def submit(self, index: int = 1, *, key: str | None = None, **changes: str) -> TestResponse:
        row = ROW | {"passport_no": f"A{index:08d}", "receipt_no": f"CH-99-{index:06d}", "visa_no": f"77{index:08d}"}
        return self.post("/applications", row | changes, key=key)


def open_api(folder: Path) -> tuple[OfficeAtWork, Flask]:
    office = open_office()
    options = WebOptions(secret_key=b"k" * 32, second_factor=SecondFactor.BIRTH_DATE, trust_directory=folder)
    return office, create_app(office.service, options)


def program(office: OfficeAtWork, app: Flask, *scopes: ClientScope, officer_no: str = AGENCY_CLERK.number) -> Program:
    made = clients.register(
        office.service, name=f"p{len(clients.registered(office.service))}", officer_no=officer_no, scopes=scopes
    )
    return Program(office, app.test_client(), made.token, made.client.id)


@pytest.fixture
def opened(tmp_path: Path) -> tuple[OfficeAtWork, Flask]:
    return open_api(tmp_path)


@pytest.fixture
def agency(opened: tuple[OfficeAtWork, Flask]) -> Program:
    return program(*opened, *ClientScope)


def said(answer: TestResponse) -> Mapping[str, Any]:
    told: Mapping[str, Any] = json.loads(answer.data)
    return told


def problem(answer: TestResponse) -> str:
    assert answer.mimetype == "application/problem+json"
    told = said(answer)
    assert told["status"] == answer.status_code
    assert told["messages"]["bn"] != told["messages"]["en"]
    return str(told["code"])


class TestSubmitting:
    def test_an_application_is_submitted_in_the_name_of_the_account_and_from_the_client(self, agency: Program) -> None:
        answer = agency.submit(1)
        assert answer.status_code == 201, answer.text
        told = said(answer)
        assert told["state"] == "submitted"
        assert answer.headers["Location"] == f"/api/v1/applications/{told['reference']}"
        stored = agency.office.stored(told["reference"])
        assert stored.entered.officer_no == AGENCY_CLERK.number
        assert stored.entered.device == f"client:{agency.client_id}"
        assert stored.draft.worker.passport.number == "A00000001"
