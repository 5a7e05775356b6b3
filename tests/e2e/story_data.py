"""What the demo wrote down for visitors, and what stands on its cards."""

import re
from dataclasses import dataclass
from pathlib import Path

import zxingcpp

from tests.e2e.film import page_picture


@dataclass(frozen=True)
class Sample:
    """One of the people a visitor may try."""

    passport_no: str
    day: str
    month: str
    year: str


def sample(login: str, title: str) -> Sample:
    """The person whose line in the demo's `login.txt` ends with `title`."""
    found = re.search(rf"(\w+)   (\d\d)-(\d\d)-(\d{{4}})   .*{title}", login)
    assert found, login
    return Sample(*found.groups())


def logins(login: str) -> dict[str, str]:
    """Username -> password of the demo's officers."""
    return dict(re.findall(r"^  (\w+) +([0-9a-f]{4}(?:-[0-9a-f]{4}){2})", login, re.MULTILINE))


def qr_text(card: Path) -> str:
    """What the QR code of a card's first page says."""
    (symbol,) = zxingcpp.read_barcodes(page_picture(card.read_bytes()))
    text: str = symbol.text
    return text
