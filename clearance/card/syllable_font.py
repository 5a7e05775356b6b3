"""A TrueType font made for one document: one glyph for each syllable the document uses.

Each orthographic syllable becomes one CID. Its glyph is a composite of the shaped glyphs at their shaped offsets, its
ToUnicode entry the whole syllable in logical order. A page then shows what HarfBuzz shaped, and every reader extracts,
searches and reads aloud exactly the text that was set, without ActualText or private code points (docs/adr/0010).
"""

import struct
from dataclasses import dataclass
from itertools import accumulate

from clearance.card.typeface import Component, Outline, Syllable, Typeface

# Composite glyph flags (OpenType `glyf` table).
_WORD_OFFSETS, _OFFSETS_NOT_POINTS, _MORE_COMPONENTS = 0x0001, 0x0002, 0x0020

_CHECKSUM_MAGIC = 0xB1B0AFBA
_HEAD_MAGIC = 0x5F0F3CF5

_CMAP_HEAD = b"""/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def
/CMapName/Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000><FFFF>
endcodespacerange
"""
_CMAP_TAIL = b"endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"


@dataclass(frozen=True, kw_only=True)
class EmbeddedFont:
    """What a PDF embeds: the TrueType file, the advance of each CID in 1/1000 em, the ToUnicode CMap."""

    truetype: bytes
    widths: tuple[int, ...]
    to_unicode: bytes


class SyllableFont:
    """The syllables that one document has used so far, in order of first use; CID 0 is the font's missing glyph."""

    def __init__(self, face: Typeface) -> None:
        self._face = face
        self._cids: dict[Syllable, int] = {}
        self._encoded: dict[str, bytes] = {}

    def encode(self, text: str) -> bytes:
        """Two-byte CIDs that show `text`. Raises UnprintableTextError."""
        codes = self._encoded.get(text)
        if codes is None:
            cids, syllables = self._cids, self._face.shape(text)
            numbers = [cids.setdefault(syllable, len(cids) + 1) for syllable in syllables]
            codes = self._encoded[text] = struct.pack(f">{len(numbers)}H", *numbers)
        return codes

    def build(self) -> EmbeddedFont:
        """The font for everything encoded so far. The same texts in the same order give the same bytes."""
        glyphs, advances, deepest = self._glyphs()
        scale = 1000 / self._face.metrics.units_per_em
        return EmbeddedFont(
            truetype=_truetype(self._face, glyphs, advances, deepest),
            widths=tuple(round(advance * scale) for advance in advances),
            to_unicode=_to_unicode([syllable.text for syllable in self._cids]),
        )

    def _glyphs(self) -> tuple[list[bytes], list[int], int]:
        """Glyphs (CIDs first, the parts they are made of behind), advances of the CIDs, the longest composite."""
        outlines = self._face.outlines
        glyphs: list[bytes] = [outlines[0].data]
        advances = [self._face.advances[0]]
        drawn: dict[int, int] = {}  # source glyph -> the glyph here that is nothing but it
        composites: list[tuple[int, tuple[Component, ...]]] = []
        for syllable, cid in self._cids.items():
            parts = tuple(part for part in syllable.components if outlines[part.glyph].data)
            advances.append(syllable.advance)
            if len(parts) == 1 and parts[0][1:] == (0, 0) and parts[0].glyph not in drawn:
                drawn[parts[0].glyph] = cid
                glyphs.append(outlines[parts[0].glyph].data)
            else:
                glyphs.append(b"")
                composites.append((cid, parts))
        for cid, parts in composites:
            for part in parts:
                if part.glyph not in drawn:
                    drawn[part.glyph] = len(glyphs)
                    glyphs.append(outlines[part.glyph].data)
            glyphs[cid] = _composite([(outlines[part.glyph], drawn[part.glyph], part) for part in parts])
        return glyphs, advances, max((len(parts) for _, parts in composites), default=1)


def _composite(parts: list[tuple[Outline, int, Component]]) -> bytes:
    if not parts:
        return b""
    header = struct.pack(
        ">5h",
        -1,
        min(outline.x_min + part.dx for outline, _, part in parts),
        min(outline.y_min + part.dy for outline, _, part in parts),
        max(outline.x_max + part.dx for outline, _, part in parts),
        max(outline.y_max + part.dy for outline, _, part in parts),
    )
    more = [_MORE_COMPONENTS] * (len(parts) - 1) + [0]
    return header + b"".join(
        struct.pack(">HHhh", _WORD_OFFSETS | _OFFSETS_NOT_POINTS | flag, glyph, part.dx, part.dy)
        for flag, (_, glyph, part) in zip(more, parts, strict=True)
    )


def _truetype(face: Typeface, glyphs: list[bytes], advances: list[int], deepest: int) -> bytes:
    """The six tables that PDF 32000-1, 9.9 asks of a CIDFontType2 without hints."""
    metrics, count = face.metrics, len(glyphs)
    padded = [glyph + b"\0" * (-len(glyph) % 2) for glyph in glyphs]
    offsets = [0, *accumulate(len(glyph) for glyph in padded)]
    bearings = [struct.unpack_from(">h", glyph, 2)[0] if glyph else 0 for glyph in glyphs]
    limits = (metrics.most_points, metrics.most_contours)
    composite_limits = (metrics.most_points * deepest, metrics.most_contours * deepest)
    return _sfnt({
        b"glyf": b"".join(padded),
        b"head": struct.pack(
            ">IIIIHHQQ4hHHhhh",
            0x00010000, 0x00010000, 0, _HEAD_MAGIC, 0x0003, metrics.units_per_em, 0, 0, *metrics.box, 0, 8, 2, 0, 0,
        ),
        b"hhea": struct.pack(
            ">I3hH3h3h4hhH",
            0x00010000, metrics.ascent, metrics.descent, 0, max(advances),
            0, 0, metrics.box[2], 1, 0, 0, *(0,) * 5, len(advances),
        ),
        b"hmtx": b"".join(struct.pack(">Hh", *pair) for pair in zip(advances, bearings, strict=False))
        + struct.pack(f">{count - len(advances)}h", *bearings[len(advances) :]),  # parts need no advance
        b"loca": struct.pack(f">{count + 1}H", *(offset // 2 for offset in offsets)),
        b"maxp": struct.pack(">I14H", 0x00010000, count, *limits, *composite_limits, 2, *(0,) * 6, deepest, 1),
    })  # fmt: skip


def _sfnt(tables: dict[bytes, bytes]) -> bytes:
    """Tables in one TrueType file (OpenType `Table Directory`)."""
    power = len(tables).bit_length() - 1
    head = struct.pack(">IHHHH", 0x00010000, len(tables), 16 << power, power, (len(tables) - (1 << power)) * 16)
    offset = len(head) + 16 * len(tables)
    directory, body = b"", b""
    for tag, data in tables.items():
        padded = data + b"\0" * (-len(data) % 4)
        directory += struct.pack(">4sIII", tag, _checksum(padded), offset + len(body), len(data))
        body += padded
    adjustment = (_CHECKSUM_MAGIC - _checksum(head + directory + body)) & 0xFFFFFFFF
    at = len(tables[b"glyf"]) + (-len(tables[b"glyf"]) % 4) + 8
    return head + directory + body[:at] + adjustment.to_bytes(4, "big") + body[at + 4 :]


def _checksum(padded: bytes) -> int:
    words: tuple[int, ...] = struct.unpack(f">{len(padded) // 4}I", padded)
    return sum(words) & 0xFFFFFFFF


def _to_unicode(texts: list[str]) -> bytes:
    """The CMap that gives CID 1 and those that follow their texts; a range keeps to one first byte (9.10.3)."""
    ranges = []
    for row in range(0, len(texts) + 1, 256):
        cids = range(max(row, 1), min(row + 256, len(texts) + 1))
        strings = "".join(f"<{texts[cid - 1].encode('utf-16-be').hex().upper()}>" for cid in cids)
        ranges.append(f"<{cids.start:04X}><{cids.stop - 1:04X}>[{strings}]\n")
    return _CMAP_HEAD + f"{len(ranges)} beginbfrange\n{''.join(ranges)}endbfrange\n".encode("ascii") + _CMAP_TAIL
