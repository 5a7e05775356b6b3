"""A desk with real keys, a real journal and real decoders, and the requests of its page."""

import io
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from tests.unit.desk.bureau import NOW
from verifier.bootstrap import Desk, join
from verifier.config import DeskConfig
from verifier.web.app import create_app

REVOKED_IDX = 7
NOBODY = "http://127.0.0.1:9"
OWN = {"X-Desk": "page-1"}
HOST = {"base_url": "http://127.0.0.1:8100"}


@dataclass
class Clock:
    now: int = NOW

    def __call__(self) -> int:
        return self.now


@dataclass(kw_only=True)
class Counter:
    """A desk, its page's requests, and the clock on its wall."""

    desk: Desk
    client: FlaskClient
    clock: Clock

    def scan(self, *candidates: str, passport: str | None = None, source: str = "keyboard") -> dict[str, Any]:
        said = {"candidates": candidates, "source": source, "passport": passport}
        return answered(self.client.post("/scan", json=said, headers=OWN, **HOST))

    def frame(self, jpeg: bytes, *, passport: str | None = None) -> dict[str, Any]:
        in_hand = {"X-Passport": passport} if passport else {}
        return answered(self.client.post("/frame", data=jpeg, headers={**OWN, **in_hand}, **HOST))

    def file(self, content: bytes) -> TestResponse:
        boundary, body = encode_multipart({"file": FileStorage(io.BytesIO(content), "card")})
        form = f"multipart/form-data; boundary={boundary}"
        return self.client.post("/file", data=body, content_type=form, headers=OWN, **HOST)

    def post(self, path: str, **said: Any) -> TestResponse:
        return self.client.post(f"/{path}", json=said, headers=OWN, **HOST)

    def acts(self) -> list[tuple[int, str, str | None]]:
        """Scan, act and ground of each act in the journal."""
        with closing(sqlite3.connect(self.desk.config.journal)) as db:
            return db.execute("SELECT scan, act, ground FROM act ORDER BY seq").fetchall()

    def rows(self) -> list[dict[str, Any]]:
        with closing(sqlite3.connect(self.desk.config.journal)) as db:
            db.row_factory = sqlite3.Row
            return [dict(row) for row in db.execute("SELECT * FROM scan ORDER BY seq")]


def answered(response: TestResponse) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    content: dict[str, Any] = response.json
    return content


def counter_with(trust: Path, home: Path) -> Counter:
    shutil.copytree(trust, home / "trust")
    clock = Clock()
    desk = join(DeskConfig(home=home, issuer_url=NOBODY, desk="DAC-2"), clock=clock)
    return Counter(desk=desk, client=create_app(desk.services()).test_client(), clock=clock)
