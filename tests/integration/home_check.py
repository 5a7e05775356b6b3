"""Cards as people send them in: honest, changed, forged, and of another kind altogether."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from clearance.card import document
from clearance.credential.qrtext import unpack
from clearance.credential.status import Status
from tests.fakes.office import OfficeAtWork
from tests.integration.worker_pages import open_app
from tests.unit.card.samples import sample_card
from tests.unit.desk.bureau import NOW, Bureau
from tests.unit.desk.pictures import png, qr_image

REVOKED, SUSPENDED, SUPERSEDED = 7, 8, 9
"""Places in the status list."""
LINK = "https://bmet-clearance.example/card?id=BMET-26-4821-7703"


@dataclass(frozen=True, kw_only=True)
class Home:
    """The service over the trust files of a bureau; one of its cards is on the office's record."""

    bureau: Bureau
    office: OfficeAtWork
    app: Flask
    issued: str
    """The clearance number on record, of passport A00000001."""

    def card(self, **changes: Any) -> str:
        """The QR text of a card that is on record unless it is changed to be another."""
        return self.bureau.card(**{"clearance_no": self.issued, "passport_no": "A00000001", **changes})

    def pdf(self, text: str, *, sealed: bool = True) -> bytes:
        """A drawn card with this code."""
        drawn = document.render(sample_card(qr_text=text, credential=unpack(text)), mask=3)
        return self.bureau.sealed(drawn) if sealed else drawn

    def send(self, content: bytes, *, lang: str = "en", field: str = "file", **typed: str) -> TestResponse:
        """Send a file as a browser does, its body made by hand: Werkzeug's client would lay a large one on the disk."""
        parts = [
            f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n' for name, text in typed.items()
        ]
        head = f'--b\r\nContent-Disposition: form-data; name="{field}"; filename="card.bin"\r\n\r\n'
        body = "".join(parts).encode() + head.encode() + content + b"\r\n--b--\r\n"
        return self.app.test_client(use_cookies=False).post(
            f"/check?lang={lang}", data=body, content_type="multipart/form-data; boundary=b"
        )

    def send_code(self, text: str, **typed: str) -> TestResponse:
        return self.send(png(qr_image(text)), **typed)


def open_home(folder: Path) -> Home:
    """Keys and lists in `folder`."""
    bureau = Bureau(folder / "keys")
    bureau.publish({REVOKED: Status.INVALID, SUSPENDED: Status.SUSPENDED, SUPERSEDED: Status.SUPERSEDED}, at=NOW - 30)
    office, app = open_app(bureau.public)
    with office.service.database.read() as work:
        clearance = work.clearances.active_for_passport("A00000001")
    assert clearance
    return Home(bureau=bureau, office=office, app=app, issued=clearance.clearance_no)


def edited(sealed: bytes) -> bytes:
    """A PDF as it looks after somebody changed a picture in it: the file is still a good PDF."""
    photo = sealed.index(b"/DCTDecode") + 3_000
    return sealed[:photo] + bytes([sealed[photo] ^ 1]) + sealed[photo + 1 :]
