"""The syllable font as a reportlab font, so that a reportlab document embeds what our pages show.

It decides only how reportlab's interface for dynamic fonts (reportlab.pdfbase.ttfonts) is met; reportlab asks for the
attributes and methods below by these names. Page content names a font by `resource` and shows text by `show`.
"""

from functools import cache
from weakref import WeakKeyDictionary

from reportlab.pdfbase import pdfdoc, pdfmetrics

from clearance.card.syllable_font import SyllableFont
from clearance.card.typeface import Weight, typeface

_SYMBOLIC = 4  # PDF 32000-1, table 123: the font's codes are its own
_ESCAPES = str.maketrans({"\\": r"\\", "(": r"\(", ")": r"\)", "\r": r"\r"})  # PDF 32000-1, 7.3.4.2
_STEM_WIDTH = {Weight.REGULAR: 80, Weight.SEMIBOLD: 120}


class ReportlabFont:
    """One weight, registered once in a process; each document has a syllable font of its own."""

    _dynamicFont = 1  # noqa: N815
    _multiByte = 1  # noqa: N815

    def __init__(self, weight: Weight) -> None:
        self._typeface = typeface(weight)
        self._documents: WeakKeyDictionary[pdfdoc.PDFDocument, SyllableFont] = WeakKeyDictionary()
        self.fontName = self.name = self._typeface.metrics.name
        self.face = self

    def resource(self, doc: pdfdoc.PDFDocument) -> str:
        """The name by which page content calls the font; the font is written when the document is saved."""
        if self.fontName not in doc.fontMapping:
            doc.fontMapping[self.fontName] = f"/F{len(doc.fontMapping) + 1}"
            doc.delayedFonts.append(self)
        name: str = doc.fontMapping[self.fontName]
        return name

    def show(self, text: str, doc: pdfdoc.PDFDocument) -> str:
        """The operator that shows `text` (NFC) in this font, its bytes as Latin-1. Raises UnprintableTextError."""
        font = self._documents.setdefault(doc, SyllableFont(self._typeface))
        codes = font.encode(text).decode("latin-1").translate(_ESCAPES)
        return f"({codes})Tj"

    def addObjects(self, doc: pdfdoc.PDFDocument) -> None:  # noqa: N802
        """Write the font of a finished document as a Type 0 font (PDF 32000-1, 9.7)."""
        metrics = self._typeface.metrics
        embedded = self._documents.pop(doc).build()
        key = self.resource(doc)[1:]
        base = pdfdoc.PDFName(f"CLEARC+{metrics.name}")
        descriptor = {
            "Type": pdfdoc.PDFName("FontDescriptor"),
            "FontName": base,
            "Flags": _SYMBOLIC,
            "FontBBox": pdfdoc.PDFArray(metrics.box),
            "ItalicAngle": 0,
            "Ascent": metrics.ascent,
            "Descent": metrics.descent,
            "CapHeight": metrics.cap_height,
            "StemV": _STEM_WIDTH[self._typeface.weight],
            "FontFile2": _stream(doc, f"{key}.file", embedded.truetype, Length1=len(embedded.truetype)),
        }
        descendant = {
            "Type": pdfdoc.PDFName("Font"),
            "Subtype": pdfdoc.PDFName("CIDFontType2"),
            "BaseFont": base,
            "CIDSystemInfo": pdfdoc.PDFDictionary(
                {
                    "Registry": pdfdoc.PDFString("Adobe"),
                    "Ordering": pdfdoc.PDFString("Identity"),
                    "Supplement": 0,
                }
            ),
            "CIDToGIDMap": pdfdoc.PDFName("Identity"),
            "DW": 0,
            "W": f"[0 [{' '.join(map(str, embedded.widths))}]]",  # text, because PDFArray takes 1 ms for so many
            "FontDescriptor": doc.Reference(pdfdoc.PDFDictionary(descriptor), f"{key}.descriptor"),
        }
        font = {
            "Type": pdfdoc.PDFName("Font"),
            "Subtype": pdfdoc.PDFName("Type0"),
            "BaseFont": base,
            "Encoding": pdfdoc.PDFName("Identity-H"),
            "DescendantFonts": pdfdoc.PDFArray([doc.Reference(pdfdoc.PDFDictionary(descendant), f"{key}.descendant")]),
            "ToUnicode": _stream(doc, f"{key}.unicode", embedded.to_unicode),
        }
        doc.idToObject["BasicFonts"].dict[key] = doc.Reference(pdfdoc.PDFDictionary(font), key)


@cache
def reportlab_font(weight: Weight) -> ReportlabFont:
    """The font of one weight, known to reportlab by its `fontName`."""
    font = ReportlabFont(weight)
    pdfmetrics.registerFont(font)
    return font


def _stream(doc: pdfdoc.PDFDocument, key: str, content: bytes, **entries: int) -> pdfdoc.PDFObjectReference:
    stream = pdfdoc.PDFStream(pdfdoc.PDFDictionary(entries), content, [pdfdoc.PDFZCompress])
    return doc.Reference(stream, key)
