"""Pages with given operators on them and nothing else, in our fonts."""

from reportlab.pdfbase import pdfdoc
from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFDocument, PDFObjectReference

from clearance.card import container
from clearance.card.document import resources
from clearance.card.reportlab_font import reportlab_font
from clearance.card.typeface import Weight


class PlainPdf:
    """A PDF under construction; sizes are points."""

    def __init__(self) -> None:
        self._doc = PDFDocument(invariant=1)
        self._pages: list[PDFObjectReference] = []

    def line(self, text: str, weight: Weight, *, size: float, x: float, y: float) -> str:
        """Operators that show one line of text."""
        font = reportlab_font(weight)
        show = font.show(text, self._doc)
        return f"BT {font.resource(self._doc)} {size} Tf {x} {y} Td {show} ET"

    def add(self, operators: str, *, width: float, height: float) -> None:
        """Add a page."""
        content = pdfdoc.PDFStream(PDFDictionary({}), operators.encode("latin-1"), [pdfdoc.PDFZCompress])
        page = {
            "Type": pdfdoc.PDFName("Page"),
            "Parent": PDFObjectReference("pages"),
            "MediaBox": pdfdoc.PDFArray((0, 0, width, height)),
            "Resources": resources({}),
            "Contents": self._doc.Reference(content),
        }
        self._pages.append(self._doc.Reference(PDFDictionary(page)))

    def finished(self) -> bytes:
        """The file."""
        pages = {
            "Type": pdfdoc.PDFName("Pages"),
            "Kids": pdfdoc.PDFArray(self._pages),
            "Count": len(self._pages),
        }
        catalog = {
            "Type": pdfdoc.PDFName("Catalog"),
            "Pages": self._doc.Reference(PDFDictionary(pages), "pages"),
        }
        return container.write(
            self._doc,
            catalog=self._doc.Reference(PDFDictionary(catalog)),
            information=self._doc.Reference(PDFDictionary({})),
        )
