"""Cards and portraits: where their bytes lie, who draws and who seals them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from clearance.domain.person import PhotoRemark
from clearance.domain.printed_card import PrintedCard
from clearance.domain.readability import COARSE, Treatment


@dataclass(frozen=True, kw_only=True)
class Portrait:
    """A portrait as the card prints it, and what an officer should look at on it."""

    jpeg: bytes
    remark: PhotoRemark | None = None


class Documents(Protocol):
    """Photos and sealed cards, named by the SHA-256 of their bytes, never changed."""

    def put(self, content: bytes) -> str:
        """Store durably and return the lower-case hex SHA-256; storing the same bytes twice is one document."""
        ...

    def get(self, sha256: str) -> bytes:
        """Raises KeyError when it is not there; bytes that no longer match their name count as not there."""
        ...

    def drop(self, sha256: str) -> None:
        """Let a document go that nothing names any more; none is there is no fault."""
        ...


class CardPrinter(Protocol):
    """Paper and plastic: drawing and reading back."""

    def get_ready(self) -> None:
        """Load what the first card needs, so that its officer does not wait."""
        ...

    def render(self, card: PrintedCard) -> bytes:
        """The card as PDF, every page with its QR."""
        ...

    def read_back(self, pdf: bytes, *, dpi: int = COARSE, treatment: Treatment = Treatment.NONE) -> tuple[str, ...]:
        """The QR text of each page, read from its picture; empty where a page shows no readable QR."""
        ...

    def render_plastic(self, cards: Sequence[PrintedCard]) -> bytes:
        """Front and back of each card for a card printer, as a PDF of so many pages twice. Raises DoesNotFit."""
        ...

    def render_sheets(self, cards: Sequence[PrintedCard]) -> bytes:
        """The same cards on sheets of A4 for an office printer, fronts and backs in turn. Raises DoesNotFit."""
        ...

    def codes(self, pdf: bytes) -> tuple[tuple[str, ...], ...]:
        """The text of every readable QR on each page, as a printer of 300 dpi would lay it down."""
        ...

    def code_png(self, text: str) -> bytes:
        """The QR code of a text, alone, for a screen."""
        ...

    def code_svg(self, text: str) -> bytes:
        """The same as shapes, for any size."""
        ...

    def address_svg(self, text: str) -> bytes:
        """The QR code of any text that is no card's, as shapes."""
        ...

    def picture(self, pdf: bytes, *, text: str) -> bytes:
        """A small picture (PNG, at most 40 kB) of a finished card whose code says `text`. Raises ValueError."""
        ...

    def missing_characters(self, text: str) -> str:
        """Those characters of `text` that the card's typeface cannot print."""
        ...


class SealingPrinter(CardPrinter, Protocol):
    """A printer with the seal key: only the signing component has one."""

    def seal(self, pdf: bytes, *, at: datetime) -> bytes:
        """The PDF with our signature on it."""
        ...
