"""The objects of a document as one PDF file (PDF 1.7), as small as the format allows.

It decides only how objects lie in the file: what is no stream goes into one compressed object stream, and the
cross-reference table is a stream too (PDF 32000-1, 7.5.7 and 7.5.8). Reportlab writes every object by itself, which
costs 10 kB of a tagged card. Nothing here reads a clock or draws a random number.
"""

import hashlib
import struct
import zlib

from reportlab.pdfbase import pdfdoc
from reportlab.pdfbase.pdfdoc import PDFDocument, PDFObjectReference, PDFStream

_HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
_EFFORT = 7  # levels 8 and 9 take half as long again to save 60 bytes of a card
_FREE, _PLAIN, _COMPRESSED = 0, 1, 2  # kinds of cross-reference entries (table 18)


def write(doc: PDFDocument, *, catalog: PDFObjectReference, information: PDFObjectReference) -> bytes:
    """Every object registered in `doc`, and what these refer to in turn."""
    for font in doc.delayedFonts:
        font.addObjects(doc)
    streams, others = _objects(doc)
    last = len(streams) + len(others)
    packed, table = last + 1, last + 2
    entries: list[tuple[int, int, int]] = [(_FREE, 0, 0xFFFF)] * (table + 1)
    out = bytearray(_HEADER)
    streams[packed] = _object_stream(others)
    for number, content in streams.items():
        entries[number] = (_PLAIN, len(out), 0)
        out += b"%d 0 obj\n%bendobj\n" % (number, content)
    for index, number in enumerate(others):
        entries[number] = (_COMPRESSED, packed, index)
    start = len(out)
    entries[table] = (_PLAIN, start, 0)
    digest = hashlib.sha256(out).digest()[:16].hex().encode()
    head = b"/Type/XRef/Size %d/W[1 3 2]/DecodeParms<</Predictor 12/Columns 6>>/Root %b/Info %b/ID[<%b><%b>]" % (
        table + 1, catalog.format(doc), information.format(doc), digest, digest,
    )  # fmt: skip
    out += b"%d 0 obj\n%bendobj\nstartxref\n%d\n%%%%EOF\n" % (
        table,
        _stream(head, _rows(entries), compress=True),
        start,
    )
    return bytes(out)


def _objects(doc: PDFDocument) -> tuple[dict[int, bytes], dict[int, bytes]]:
    """The streams and the other objects by number. Formatting one may register more, at the end."""
    streams: dict[int, bytes] = {}
    others: dict[int, bytes] = {}
    number = 1
    while number in doc.numberToId:
        value = doc.idToObject[doc.numberToId[number]]
        if isinstance(value, PDFStream):
            head = pdfdoc.format(value.dictionary, doc).removeprefix(b"<<").removesuffix(b">>").strip()
            streams[number] = _stream(head, value.content, compress=bool(value.filters))
        else:
            others[number] = pdfdoc.format(value, doc, toplevel=1)
        number += 1
    return streams, others


def _rows(entries: list[tuple[int, int, int]]) -> bytes:
    """Cross-reference entries, each as its difference to the one above (PNG predictor "Up"): most are alike then."""
    out, above = bytearray(), bytes(6)
    for kind, where, more in entries:
        row = struct.pack(">BBHH", kind, where >> 16, where & 0xFFFF, more)
        out += bytes([2, *((ours - theirs) & 0xFF for ours, theirs in zip(row, above, strict=True))])
        above = row
    return bytes(out)


def _object_stream(objects: dict[int, bytes]) -> bytes:
    positions, body = [], bytearray()
    for number, content in objects.items():
        positions.append(b"%d %d" % (number, len(body)))
        body += content + b"\n"
    index = b" ".join(positions) + b"\n"
    head = b"/Type/ObjStm/N %d/First %d" % (len(objects), len(index))
    return _stream(head, index + body, compress=True)


def _stream(head: bytes, content: bytes, *, compress: bool) -> bytes:
    if compress:
        content, head = zlib.compress(content, _EFFORT), head + b"/Filter/FlateDecode"
    return b"<<%b/Length %d>>\nstream\n%b\nendstream\n" % (head, len(content), content)
