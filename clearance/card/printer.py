"""Paper, as the use cases see it: draw a card, read it back, seal it (the `CardPrinter` port)."""

from collections.abc import Sequence
from datetime import datetime

from clearance.card import document
from clearance.card.qr import MASKS
from clearance.card.read_back import read_back
from clearance.card.seal import Seal
from clearance.card.typeface import Weight, typeface
from clearance.domain.printed_card import PrintedCard
from clearance.issuing.ports import SealingKey


class UnreadableCardError(Exception):
    """A drawn card does not read back, whatever the mask of its QR code. It must not be released."""


class CardPrinter:
    """Draws and seals cards. May be shared by threads."""

    def __init__(self, sealing_key: SealingKey, root_certificates: Sequence[bytes]) -> None:
        """`root_certificates` are DER. Raises UnusableSealingKeyError where the key does not lead to one of them."""
        self._seal = Seal(sealing_key, root_certificates)

    def render(self, card: PrintedCard) -> bytes:
        """The card as an unsealed PDF whose QR code reads back on every page; the same card gives the same bytes.

        Raises UnprintableTextError, ValueError (a QR text that no symbol holds), UnreadableCardError.
        """
        for mask in MASKS:
            pdf = document.render(card, mask=mask)
            if all(text == card.qr_text for text in self.read_back(pdf)):
                return pdf
        raise UnreadableCardError

    def read_back(self, pdf: bytes) -> tuple[str, ...]:
        """The QR text of each page as decoded from pixels, "" where none decodes."""
        return read_back(pdf)

    def seal(self, pdf: bytes, *, at: datetime) -> bytes:
        """`pdf` with its seal; `at` is the aware time of sealing."""
        return self._seal.seal(pdf, at=at)

    def missing_characters(self, text: str) -> str:
        """The characters of `text` that no card can show, each once; "" where all is well."""
        return "".join(dict.fromkeys(character for weight in Weight for character in typeface(weight).missing(text)))
