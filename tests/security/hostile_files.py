"""Files that mean no good: what they seem, what they are, and how large they become."""

import io
import stat
import zipfile
import zlib

from PIL import Image

HTML = b"<!doctype html><script>alert(1)</script>"
PROGRAM = b"MZ\x90\x00" + b"\0" * 60 + b"This program cannot be run in DOS mode."
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
XML_BOMB = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><l>&b;</l>'
GIF_AND_SCRIPT = b"GIF89a/*" + b"\0" * 40 + b"*/=1;alert(1)//"


def picture(kind: str = "PNG", size: tuple[int, int] = (600, 800)) -> bytes:
    """A plain picture that is one."""
    out = io.BytesIO()
    Image.new("RGB", size, (120, 90, 60)).save(out, kind)
    return out.getvalue()


def png_of(width: int, height: int, body: bytes = b"\0" * 1_000) -> bytes:
    """A PNG that says how large it is, in a few hundred bytes."""
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes((8, 0, 0, 0, 0))
    chunks = (_chunk(b"IHDR", head), _chunk(b"IDAT", zlib.compress(body, 9)), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def text_bomb_png() -> bytes:
    """A small picture with a text that unpacks to 50 MB."""
    text = _chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"\0" * (50 << 20), 9))
    plain = picture()
    return plain[:33] + text + plain[33:]


def pdf_of(width: int, height: int, *, inflated: int = 1_000) -> bytes:
    """A PDF of one page that is one grey picture, which unpacks to so many bytes."""
    pixels = zlib.compress(b"\0" * inflated, 9)
    drawn = b"q 200 0 0 200 0 0 cm /I Do Q"
    image = b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray" % (width, height)
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn),
        image + b"/BitsPerComponent 8/Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(pixels), pixels),
    )
    body, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj" % number + content + b"endobj\n"
    table = b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return body + table + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(body)


def archive(parts: dict[str, bytes], *, links: dict[str, str] | None = None) -> bytes:
    """A ZIP archive; `links` are entries that call themselves symbolic links."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for name, content in parts.items():
            packed.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
        for name, target in (links or {}).items():
            link = zipfile.ZipInfo(name)
            link.create_system = 3
            link.external_attr = (stat.S_IFLNK | 0o777) << 16
            packed.writestr(link, target)
    return out.getvalue()


def workbook_bomb(*, megabytes: int = 210) -> bytes:
    """A workbook of a few hundred kilobytes whose sheet unpacks to more than any list."""
    rows = b"<worksheet><sheetData>" + b" " * (megabytes << 20)
    return archive({"[Content_Types].xml": b"<Types/>", "xl/worksheets/sheet1.xml": rows})


def far_workbook() -> bytes:
    """A workbook with one cell in its last corner, for which a careless reader makes room for all before it."""
    corner = b'<worksheet><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    return archive({"[Content_Types].xml": b"<Types/>", "xl/worksheets/sheet1.xml": corner})


def two_kinds(first: bytes, second: bytes) -> bytes:
    """One file that two programs take for two things."""
    return first + second


def _chunk(kind: bytes, content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")
