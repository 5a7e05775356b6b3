"""The rest of the world: clock, documents, paper, passwords, publication."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from clearance.credential.checkpoint import Checkpoint
from clearance.credential.status import Status
from clearance.domain.audit import AuditHead
from clearance.domain.person import PhotoRemark
from clearance.domain.printed_card import PrintedCard
from clearance.domain.readability import COARSE, Treatment
from clearance.issuing.ports import DoesNotFit, PhotoGround, PhotoRefused, Portrait
from clearance.reading.findings import Paper
from clearance.reading.paper import read_paper, roots_in

PAPER = b"%PAPER\n"
PORTRAIT = b"\xff\xd8 a portrait"


@dataclass
class FakeClock:
    """Stands still until it is told to move."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def advance(self, **span: float) -> None:
        self.at += timedelta(**span)


@dataclass
class FakeDocuments:
    contents: dict[str, bytes] = field(default_factory=dict)

    def put(self, content: bytes) -> str:
        sha256 = hashlib.sha256(content).hexdigest()
        self.contents[sha256] = content
        return sha256

    def get(self, sha256: str) -> bytes:
        content = self.contents[sha256]
        if hashlib.sha256(content).hexdigest() != sha256:
            raise KeyError(sha256)
        return content

    def drop(self, sha256: str) -> None:
        self.contents.pop(sha256, None)


@dataclass
class FakePrinter:
    """Draws a card as its texts, one QR a page; `smudged` pages read back as something else, all `lost` looks too."""

    pages: int = 2
    smudged: frozenset[int] = frozenset()
    lost: frozenset[tuple[int, Treatment]] = frozenset()
    lacking: str = ""
    too_long: frozenset[str] = frozenset()

    def get_ready(self) -> None:
        """There is nothing to load."""

    def render(self, card: PrintedCard) -> bytes:
        texts = {"qr_text": card.qr_text, "name": card.name.en, "number": card.clearance_no, "by": card.issued_by}
        return PAPER + json.dumps(texts).encode()

    def read_back(self, pdf: bytes, *, dpi: int = COARSE, treatment: Treatment = Treatment.NONE) -> tuple[str, ...]:
        text = json.loads(pdf.removeprefix(PAPER))["qr_text"]
        lost = (dpi, treatment) in self.lost
        return tuple("SMUDGE" if lost or page in self.smudged else text for page in range(1, self.pages + 1))

    def render_plastic(self, cards: Sequence[PrintedCard]) -> bytes:
        if any(card.name.en in self.too_long for card in cards):
            raise DoesNotFit("a name")
        return PAPER + json.dumps([card.qr_text for card in cards]).encode()

    def render_sheets(self, cards: Sequence[PrintedCard]) -> bytes:
        return self.render_plastic(cards) + b"\n"

    def codes(self, pdf: bytes) -> tuple[tuple[str, ...], ...]:
        texts = json.loads(pdf.removeprefix(PAPER))
        return tuple((() if page in self.smudged else (text,)) for page, text in enumerate(texts, start=1))

    def seal(self, pdf: bytes, *, at: datetime) -> bytes:
        return pdf + b"\n%SEALED " + at.isoformat().encode()

    def code_png(self, text: str) -> bytes:
        return b"\x89PNG " + text.encode()

    def code_svg(self, text: str) -> bytes:
        return b"<svg>" + text.encode()

    def address_svg(self, text: str) -> bytes:
        return self.code_svg(text)

    def picture(self, pdf: bytes, *, text: str) -> bytes:
        assert json.loads(pdf.removeprefix(PAPER).partition(b"\n")[0])["qr_text"] == text
        return b"\x89PNG picture " + text.encode()

    def missing_characters(self, text: str) -> str:
        return "".join(character for character in text if character in self.lacking)


class FakePasswords:
    def hash(self, password: str) -> str:
        return f"hash of {password}"

    def verify(self, password_hash: str | None, password: str) -> bool:
        return password_hash == self.hash(password)

    def outdated(self, password_hash: str) -> bool:
        return not password_hash.startswith("hash of ")

    def easily_guessed(self, password: str, *, about: Iterable[str]) -> bool:
        return password.startswith("password") or password in about


@dataclass
class FakePublisher:
    """Remembers every edition that was published; `broken` makes it fail as a full disk would."""

    uris: tuple[str, ...] = ("https://s.bmet.gov.bd/26a",)
    published: list[Mapping[int, Status]] = field(default_factory=list)
    trust_editions: int = 1
    broken: bool = False
    checkpoint: Checkpoint | None = None

    def publish_lists(self, values_of: Callable[[str], Mapping[int, Status]], *, at: int) -> None:
        if self.broken:
            raise OSError("No space left on device")
        self.published.append(dict(values_of(self.uris[-1])))

    def name_lists(self, uris: Sequence[str], *, at: int) -> None:
        self.republish_trust(at)
        self.uris = tuple(uris)

    def republish_trust(self, at: int) -> None:
        if self.broken:
            raise OSError("No space left on device")
        self.trust_editions += 1

    def publish_checkpoint(self, head_after: Callable[[Checkpoint | None], AuditHead], *, at: int) -> None:
        head = head_after(self.checkpoint)
        digest = bytes.fromhex(head.digest)
        self.checkpoint = Checkpoint(issuer="bmet.gov.bd", number=head.number, digest=digest, issued_at=at)

    @property
    def newest(self) -> Mapping[int, Status]:
        """The list as desks hold it."""
        return self.published[-1] if self.published else {}


def prepare_photo(upload: bytes) -> Portrait:
    """Takes what starts like a JPEG; a face is on it unless it says otherwise."""
    if not upload.startswith(b"\xff\xd8"):
        raise PhotoRefused(PhotoGround.NOT_AN_IMAGE)
    return Portrait(jpeg=upload, remark=PhotoRemark.NO_FACE if b"faceless" in upload else None)


def read_file(data: bytes, *, root_pem: bytes) -> Paper:
    """The real reader without a process of its own."""
    return read_paper(data, roots=roots_in(root_pem))
