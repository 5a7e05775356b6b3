"""Plastic cards as print files: two pages a card for a card printer, or sheets of A4 for an office printer.

It decides how faces come onto pages and what the file asks of a printer: no scaling, both sides. Such a file is printed
and thrown away, so it is neither sealed nor tagged (docs/adr/0014); what proves a plastic card is its QR code.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reportlab.pdfbase import pdfdoc
from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFDocument, PDFObjectReference, PDFStream

from clearance.card import container, words
from clearance.card.compose import PlacedPage, compose
from clearance.card.document import PRODUCER, define_pictures, resources
from clearance.card.fitting import MM_PER_POINT
from clearance.card.layout import Box, Rect
from clearance.card.office_sheet import CARDS, PAPER, sides
from clearance.card.page_parts import Face
from clearance.card.pages_plastic import BACK, FRONT
from clearance.card.qr import MASKS
from clearance.card.read_back import codes
from clearance.card.sheet import DrawnPage, Pictures, draw
from clearance.domain.printed_card import PrintedCard

_NO_PICTURES = Pictures(qr_side=1, watermark=None)


def faces(cards: Sequence[PrintedCard]) -> bytes:
    """Front and back of each card, a page each of a card's own size.

    The first QR mask with which every code reads back is taken, and the last one where none does: whoever hands cards
    out proof-reads them. Raises DoesNotFit, UnprintableTextError, ValueError (a text that no QR code holds).
    """
    whole = Rect(x=0, y=0, width=FRONT.width, height=FRONT.height)

    def lay_out(file: _PrintFile) -> None:
        for card in file.cards:
            file.page(whole, [(card.front, whole)])
            file.page(whole, [(card.back, whole)])

    return _readable(cards, lay_out)


def sheets(cards: Sequence[PrintedCard]) -> bytes:
    """The same faces on sheets of A4, the backs of a sheet behind its fronts. Raises as `faces` does."""

    def lay_out(file: _PrintFile) -> None:
        for start in range(0, len(file.cards), CARDS):
            on_sheet = file.cards[start : start + CARDS]
            fronts, backs = sides(len(on_sheet))
            file.page(PAPER, list(zip((card.front for card in on_sheet), fronts.cards, strict=True)), fronts.boxes)
            file.page(PAPER, list(zip((card.back for card in on_sheet), backs.cards, strict=True)), backs.boxes)

    return _readable(cards, lay_out)


@dataclass(frozen=True, kw_only=True)
class _DrawnCard:
    """Both faces of one card as forms (PDF 32000-1, 8.10): drawn once, placed anywhere."""

    front: PDFObjectReference
    back: PDFObjectReference


class _PrintFile:
    """A file under construction: drawn cards, and the pages they are laid out on."""

    def __init__(self, cards: Sequence[PrintedCard], mask: int) -> None:
        self._doc = PDFDocument(invariant=1)
        self._pages: list[PDFObjectReference] = []
        self.cards = [self._draw(card, number, mask) for number, card in enumerate(cards)]

    def page(self, paper: Rect, forms: Sequence[tuple[PDFObjectReference, Rect]], around: tuple[Box, ...] = ()) -> None:
        """Add a page with `forms` at their places and `around` drawn between them."""
        number = len(self._pages)
        drawn = draw(
            PlacedPage(width=paper.width, height=paper.height, boxes=around, watermark=0), _NO_PICTURES, self._doc
        )
        names = {f"Card{place}": form for place, (form, _) in enumerate(forms)}
        placing = [
            f"q 1 0 0 1 {_points(rect.x)} {_points(paper.height - rect.bottom)} cm /Card{place} Do Q"
            for place, (_, rect) in enumerate(forms)
        ]
        content = drawn.content + "\n".join(["", *placing]).encode("ascii")
        dictionary = {
            "Type": pdfdoc.PDFName("Page"),
            "Parent": PDFObjectReference("pages"),
            "MediaBox": pdfdoc.PDFArray((0, 0, drawn.width, drawn.height)),
            "Resources": resources(names),
            "Contents": self._doc.Reference(PDFStream(PDFDictionary({}), content, [pdfdoc.PDFZCompress])),
        }
        self._pages.append(self._doc.Reference(PDFDictionary(dictionary), f"page.{number}"))

    def finish(self) -> bytes:
        """The file. Viewers are asked to print it at its own size and on both sides."""
        kids = {"Type": pdfdoc.PDFName("Pages"), "Kids": pdfdoc.PDFArray(self._pages), "Count": len(self._pages)}
        catalog = {
            "Type": pdfdoc.PDFName("Catalog"),
            "Pages": self._doc.Reference(PDFDictionary(kids), "pages"),
            "ViewerPreferences": PDFDictionary({
                "DisplayDocTitle": "true",
                "PrintScaling": pdfdoc.PDFName("None"),
                "Duplex": pdfdoc.PDFName("DuplexFlipLongEdge"),
                "PickTrayByPDFSize": "true",
            }),
        }  # fmt: skip
        information = {"Title": pdfdoc.PDFString(words.TITLE.en), "Producer": pdfdoc.PDFString(PRODUCER)}
        return container.write(
            self._doc,
            catalog=self._doc.Reference(PDFDictionary(catalog), "catalog"),
            information=self._doc.Reference(PDFDictionary(information), "information"),
        )

    def _draw(self, card: PrintedCard, number: int, mask: int) -> _DrawnCard:
        prefix = f"card.{number}."
        pictures, drawings = define_pictures(self._doc, card, mask=mask, level=BACK.level, prefix=prefix)

        def form(face: Face, name: str) -> PDFObjectReference:
            return self._form(draw(compose(face, card), pictures, self._doc), drawings, prefix + name)

        return _DrawnCard(front=form(FRONT, "front"), back=form(BACK, "back"))

    def _form(self, face: DrawnPage, drawings: dict[str, PDFObjectReference], name: str) -> PDFObjectReference:
        dictionary = {
            "Type": pdfdoc.PDFName("XObject"),
            "Subtype": pdfdoc.PDFName("Form"),
            "BBox": pdfdoc.PDFArray((0, 0, face.width, face.height)),
            "Resources": resources(drawings),
        }
        return self._doc.Reference(PDFStream(PDFDictionary(dictionary), face.content, [pdfdoc.PDFZCompress]), name)


def _readable(cards: Sequence[PrintedCard], lay_out: Callable[[_PrintFile], None]) -> bytes:
    expected = Counter(card.qr_text for card in cards)
    for mask in MASKS:
        file = _PrintFile(cards, mask)
        lay_out(file)
        pdf = file.finish()
        if Counter(text for page in codes(pdf) for text in page) == expected:
            break
    return pdf


def _points(millimetres: float) -> str:
    return f"{millimetres / MM_PER_POINT:.3f}"
