"""An agency's program at the other end of the line."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

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

AGENCYS = frozenset(ClientScope) - {ClientScope.STATISTICS}
"""What an agency's program is given."""
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
        row = ROW | {
            "passport_no": f"A{index:08d}",
            "receipt_no": f"CH-99-{index:06d}",
            "pay_order_no": f"PO-99-{index:06d}",
            "visa_no": f"77{index:08d}",
        }
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


def said(answer: TestResponse) -> Mapping[str, Any]:
    told: Mapping[str, Any] = json.loads(answer.data)
    return told


def problem(answer: TestResponse) -> str:
    assert answer.mimetype == "application/problem+json"
    told = said(answer)
    assert told["status"] == answer.status_code
    assert told["messages"]["bn"] != told["messages"]["en"]
    return str(told["code"])
