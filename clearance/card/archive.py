"""What makes the file fit for an archive (PDF/A-3, ISO 19005-3): metadata that every reader finds, what colours mean.

It decides the words of the metadata and the colour profile; both are the same bytes for the same card. What else the
standard asks for (embedded fonts, tags, no encryption, no transparency) is kept by whoever draws and writes the file.
Conformance is claimed in the metadata and was not proven by a validator (docs/adr/0017).
"""

import struct
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfdoc

_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
<xmp:CreatorTool>{creator}</xmp:CreatorTool><pdf:Producer>{producer}</pdf:Producer>
<xmp:CreateDate>{at}</xmp:CreateDate><xmp:ModifyDate>{at}</xmp:ModifyDate>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""


@dataclass(frozen=True, kw_only=True)
class Description:
    """What the file says of itself. `at` is aware; `language` is a BCP 47 tag."""

    title: str
    author: str
    creator: str
    producer: str
    language: str
    at: datetime


def information(description: Description) -> pdfdoc.PDFDictionary:
    """The information dictionary (PDF 32000-1, 14.3.3); it says the same as the XMP metadata."""
    date = pdf_date(description.at)
    return pdfdoc.PDFDictionary({
        "Title": pdfdoc.PDFString(description.title),
        "Author": pdfdoc.PDFString(description.author),
        "Creator": pdfdoc.PDFString(description.creator),
        "Producer": pdfdoc.PDFString(description.producer),
        "CreationDate": date,
        "ModDate": date,
    })  # fmt: skip


def metadata(description: Description) -> pdfdoc.PDFStream:
    """The same as XMP (ISO 19005-3, 6.6.2)."""
    xmp = _XMP.format(
        title=escape(description.title),
        author=escape(description.author),
        creator=escape(description.creator),
        producer=escape(description.producer),
        language=description.language,
        at=description.at.isoformat(),
    )
    entries = {"Type": pdfdoc.PDFName("Metadata"), "Subtype": pdfdoc.PDFName("XML")}
    return pdfdoc.PDFStream(pdfdoc.PDFDictionary(entries), xmp.encode(), [pdfdoc.PDFZCompress])


def output_intent(doc: pdfdoc.PDFDocument) -> pdfdoc.PDFDictionary:
    """That the colours are those of sRGB (ISO 19005-3, 6.2.3)."""
    profile = pdfdoc.PDFStream(pdfdoc.PDFDictionary({"N": 3}), srgb_profile(), [pdfdoc.PDFZCompress])
    return pdfdoc.PDFDictionary({
        "Type": pdfdoc.PDFName("OutputIntent"),
        "S": pdfdoc.PDFName("GTS_PDFA1"),
        "OutputConditionIdentifier": pdfdoc.PDFString("sRGB IEC61966-2.1"),
        "DestOutputProfile": doc.Reference(profile, "srgb"),
    })  # fmt: skip


def pdf_date(at: datetime) -> pdfdoc.PDFString:
    """An aware time as PDF 32000-1, 7.9.4 has it."""
    zone = at.strftime("%z")
    return pdfdoc.PDFString(f"{at:D:%Y%m%d%H%M%S}{zone[:3]}'{zone[3:5]}'")


@cache
def srgb_profile() -> bytes:
    """An ICC profile of sRGB (ICC.1:2004-10, version 4.2), built here because ready-made ones carry their date.

    Primaries are those of IEC 61966-2-1 adapted to D50 (Bradford), the curve is its piecewise one.
    """
    curve = b"para" + struct.pack(">4xHxx", 3) + _fixed(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    adaptation = (1.0478, 0.0229, -0.0501, 0.0295, 0.9905, -0.0171, -0.0092, 0.0150, 0.7517)
    tags = {
        b"desc": _text("sRGB"),
        b"cprt": _text("CC0"),
        b"wtpt": _xyz(0.9642, 1.0, 0.8249),
        b"chad": b"sf32" + bytes(4) + _fixed(*adaptation),
        b"rXYZ": _xyz(0.43607, 0.22249, 0.01392),
        b"gXYZ": _xyz(0.38515, 0.71687, 0.09708),
        b"bXYZ": _xyz(0.14307, 0.06061, 0.71410),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    directory, body = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    placed: dict[bytes, int] = {}
    for name, data in tags.items():
        if data not in placed:
            placed[data] = start + len(body)
            body += data + bytes(-len(data) % 4)
        directory += struct.pack(">4sII", name, placed[data], len(data))
    size = start + len(body)
    header = struct.pack(
        ">I4xI4s4s4s6H4s4x4x4x4x8xI12s4x16x28x",
        size, 0x04200000, b"mntr", b"RGB ", b"XYZ ", 2000, 1, 1, 0, 0, 0, b"acsp", 0, _fixed(0.9642, 1.0, 0.8249),
    )  # fmt: skip
    return header + directory + body


def _fixed(*values: float) -> bytes:
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def _xyz(*values: float) -> bytes:
    return b"XYZ " + bytes(4) + _fixed(*values)


def _text(text: str) -> bytes:
    content = text.encode("utf-16-be")
    return b"mluc" + struct.pack(">4xII2s2sII", 1, 12, b"en", b"US", len(content), 28) + content
