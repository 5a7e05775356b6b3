"""Paper, as the use cases see it: draw a card, read it back (the port `CardPrinter`), seal it (`SealingPrinter`).

The libraries that draw and seal take seconds to load. They are loaded by `get_ready` or by the first card, so that
whoever only looks cards up starts at once.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from clearance.domain.printed_card import PrintedCard
from clearance.domain.readability import COARSE, Treatment
from clearance.issuing.ports import SealingKey

if TYPE_CHECKING:
    from clearance.card.seal import Seal


class CardPrinter:
    """Draws cards and reads them back. May be shared by threads."""

    def get_ready(self) -> None:
        """Load what the first card needs."""
        self.missing_characters("")

    def render(self, card: PrintedCard) -> bytes:
        """The card as an unsealed PDF; the same card gives the same bytes.

        The first mask of the QR code that reads back on every page is taken. Where none does, the last drawing is
        returned all the same: whoever releases cards proof-reads them, and says which page cannot be read.
        Raises UnprintableTextError, ValueError (a QR text that no symbol holds).
        """
        from clearance.card import document
        from clearance.card.qr import MASKS

        for mask in MASKS:
            pdf = document.render(card, mask=mask)
            if all(text == card.qr_text for text in self.read_back(pdf)):
                break
        return pdf

    def read_back(self, pdf: bytes, *, dpi: int = COARSE, treatment: Treatment = Treatment.NONE) -> tuple[str, ...]:
        """The QR text of each page as decoded from pixels, "" where none decodes."""
        from clearance.card.read_back import read_back

        return read_back(pdf, dpi=dpi, treatment=treatment)

    def render_plastic(self, cards: Sequence[PrintedCard]) -> bytes:
        """Front and back of each card, for a card printer. Raises DoesNotFit, UnprintableTextError, ValueError."""
        from clearance.card import plastic

        return plastic.faces(cards)

    def render_sheets(self, cards: Sequence[PrintedCard]) -> bytes:
        """The same cards on sheets of A4. Raises as above."""
        from clearance.card import plastic

        return plastic.sheets(cards)

    def codes(self, pdf: bytes) -> tuple[tuple[str, ...], ...]:
        """The text of every readable QR on each page."""
        from clearance.card.read_back import codes

        return codes(pdf)

    def code_png(self, text: str) -> bytes:
        """The QR code alone as a PNG."""
        from clearance.card import wallet

        return wallet.code_png(text)

    def code_svg(self, text: str) -> bytes:
        """The QR code alone as an SVG."""
        from clearance.card import wallet

        return wallet.code_svg(text)

    def address_svg(self, text: str) -> bytes:
        """The QR code of any text, such as an address, as an SVG."""
        from clearance.card import wallet

        return wallet.address_svg(text)

    def picture(self, pdf: bytes, *, text: str) -> bytes:
        """The head of a finished card's first page as a PNG of at most 40 kB."""
        from clearance.card import wallet

        return wallet.picture(pdf, text=text)

    def missing_characters(self, text: str) -> str:
        """The characters of `text` that no card can show, each once; "" where all is well."""
        from clearance.card.typeface import Weight, typeface

        return "".join(dict.fromkeys(character for weight in Weight for character in typeface(weight).missing(text)))


class SealingPrinter(CardPrinter):
    """A printer with the seal key."""

    def __init__(self, sealing_key: SealingKey, root_certificates: Sequence[bytes], *, tsa_url: str = "") -> None:
        """`root_certificates` are DER; the sealing key's chain leads to one of them.

        `tsa_url` is the address of a time stamp authority (RFC 3161), empty for seals without a time stamp.
        """
        self._sealing_key = sealing_key
        self._root_certificates = root_certificates
        self._tsa_url = tsa_url

    def get_ready(self) -> None:
        """Load what the first card needs. Raises UnusableSealingKeyError where the key does not lead to a root."""
        super().get_ready()
        self._seal  # noqa: B018 - loading is what is asked for

    @cached_property
    def _seal(self) -> "Seal":
        from clearance.card.seal import Seal

        return Seal(self._sealing_key, self._root_certificates, tsa_url=self._tsa_url)

    def seal(self, pdf: bytes, *, at: datetime) -> bytes:
        """`pdf` with its seal; `at` is the aware time of sealing."""
        return self._seal.seal(pdf, at=at)
