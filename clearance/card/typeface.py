"""Bengali and Latin text as the font draws it: HarfBuzz shaping, one value for each orthographic syllable.

It decides how a text is cut into runs of one script, which syllables it has and how wide they are, and what the fonts
cannot set. Embedding the syllables in a PDF is the business of `syllable_font`, where they stand that of `layout`.
"""

import hashlib
import io
import re
import struct
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

import uharfbuzz as hb
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph

DOTTED_CIRCLE = "\u25cc"
"""HarfBuzz draws it under a vowel sign that stands on no consonant."""

JOINERS = "\u200c\u200d"
"""ZWNJ and ZWJ carry meaning in Bengali; every other format character is refused."""

# A run that starts with Latin must not be shaped as Latin to its end. Spaces are runs of their own, so that each word
# is shaped once however it is wrapped, and the width of a line is the sum of its words.
_RUNS = re.compile(
    r"(?P<bengali>[\u0980-\u09FF\u200C\u200D\u25CC\u0964\u0965]+)|\s+|[^\s\u0980-\u09FF\u200C\u200D\u25CC\u0964\u0965]+"
)


class Weight(Enum):
    """The two cuts of Hind Siliguri that the card uses: file name and SHA-256 of the vendored font."""

    REGULAR = ("HindSiliguri-Regular.ttf", "45071a7da902a74877f432722f525d00502d61aef71fca4cab3da8a23156c33d")
    SEMIBOLD = ("HindSiliguri-SemiBold.ttf", "92a9a68240883467830b87b2568242a59e68d4535e9e15f087650e12c4aaca83")


class Component(NamedTuple):
    """One shaped glyph of a syllable and its offset in font units."""

    glyph: int
    dx: int
    dy: int


class Syllable(NamedTuple):
    """One HarfBuzz cluster: its text in logical order, the glyphs that draw it, its advance in font units."""

    text: str
    components: tuple[Component, ...]
    advance: int


class Outline(NamedTuple):
    """One glyph as TrueType stores it, without hints, and its box in font units; `data` is empty for a blank."""

    data: bytes
    x_min: int
    y_min: int
    x_max: int
    y_max: int


@dataclass(frozen=True, kw_only=True)
class Metrics:
    """What a PDF font descriptor and the TrueType headers ask for, in font units."""

    name: str
    units_per_em: int
    ascent: int
    descent: int
    cap_height: int
    box: tuple[int, int, int, int]
    most_points: int
    most_contours: int


class UnprintableTextError(ValueError):
    """A text has characters that the fonts cannot set; `characters` names them."""

    def __init__(self, characters: str) -> None:
        super().__init__(f"the card's fonts cannot set {' '.join(f'U+{ord(c):04X}' for c in characters)}")
        self.characters = characters


class Typeface:
    """One weight of the font: shapes text and hands out outlines. Immutable once made, so threads may share it."""

    def __init__(self, weight: Weight) -> None:
        """Load the vendored font. Raises ValueError when its bytes are not the pinned ones."""
        name, digest = weight.value
        data = files("clearance.card").joinpath("fonts", name).read_bytes()
        if hashlib.sha256(data).hexdigest() != digest:
            raise ValueError(f"{name} is not the font this program was tested with")
        font = TTFont(io.BytesIO(data), lazy=True)
        self.weight = weight
        self.metrics = _metrics(font)
        self.outlines = _outlines(font)
        self.characters = frozenset(font.getBestCmap()) - {ord(DOTTED_CIRCLE)}
        self.advances = tuple(font["hmtx"][glyph][0] for glyph in font.getGlyphOrder())
        self.shaper = hb.Font(hb.Face(data))
        self._dotted_circle = self.shaper.get_nominal_glyph(ord(DOTTED_CIRCLE))

    def shape(self, text: str) -> tuple[Syllable, ...]:
        """The syllables of `text` (NFC) from left to right. Raises UnprintableTextError."""
        return tuple(syllable for run, bengali in _runs(text) for syllable in _printable(self, run, bengali))

    def width(self, text: str) -> int:
        """Advance width of `text` in font units. Raises UnprintableTextError."""
        return _width(self, text)

    def missing(self, text: str) -> str:
        """The characters of `text` that this font cannot set, each once, in order of appearance; "" where it can."""
        text = unicodedata.normalize("NFC", text)
        missing = dict.fromkeys(c for c in text if not self._has(c))
        if not missing:
            shaped = (syllable for run, bengali in _runs(text) for syllable in _shape(self, run, bengali))
            missing = dict.fromkeys(c for syllable in shaped if self.is_broken(syllable) for c in syllable.text)
        return "".join(missing)

    def ink(self, text: str) -> tuple[int, int]:
        """Lowest and highest point of the drawn text relative to the baseline, in font units."""
        drawn = [
            (self.outlines[part.glyph].y_min + part.dy, self.outlines[part.glyph].y_max + part.dy)
            for syllable in self.shape(text)
            for part in syllable.components
            if self.outlines[part.glyph].data
        ]
        return (min(low for low, _ in drawn), max(high for _, high in drawn)) if drawn else (0, 0)

    def is_broken(self, syllable: Syllable) -> bool:
        """A glyph is missing, or a sign stands on nothing (HarfBuzz then draws a dotted circle under it)."""
        return any(part.glyph in (0, self._dotted_circle) for part in syllable.components)

    def _has(self, character: str) -> bool:
        visible = unicodedata.category(character) not in {"Cc", "Cf"} or character in JOINERS
        return visible and ord(character) in self.characters


@cache
def typeface(weight: Weight) -> Typeface:
    """The typeface of one weight; parsed once in a process (about 0.15 s)."""
    return Typeface(weight)


def _runs(text: str) -> Iterator[tuple[str, bool]]:
    """The runs of one script and whether that script is Bengali."""
    return ((run[0], run["bengali"] is not None) for run in _RUNS.finditer(text))


@lru_cache(maxsize=16_384)
def _width(face: Typeface, text: str) -> int:
    return sum(syllable.advance for syllable in face.shape(text))


@lru_cache(maxsize=16_384)
def _printable(face: Typeface, run: str, bengali: bool) -> tuple[Syllable, ...]:
    syllables = _shape(face, run, bengali)
    if any(face.is_broken(syllable) for syllable in syllables):
        raise UnprintableTextError(face.missing(run))
    return syllables


def _shape(face: Typeface, run: str, bengali: bool) -> tuple[Syllable, ...]:
    """HarfBuzz on one run of one script. Its clusters come in logical order, each with the text up to the next."""
    buffer = hb.Buffer()
    buffer.add_str(run)
    buffer.direction, buffer.script, buffer.language = "ltr", *(("Beng", "bn") if bengali else ("Latn", "en"))
    hb.shape(face.shaper, buffer, {"kern": True, "liga": True})
    starts: dict[int, tuple[list[Component], int]] = {}
    for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        parts, advance = starts.get(info.cluster, ([], 0))
        parts.append(Component(info.codepoint, advance + position.x_offset, position.y_offset))
        starts[info.cluster] = (parts, advance + position.x_advance)
    ends = [*list(starts)[1:], len(run)]
    return tuple(
        Syllable(run[start:end], tuple(parts), advance)
        for (start, (parts, advance)), end in zip(starts.items(), ends, strict=True)
    )


def _metrics(font: TTFont) -> Metrics:
    head, hhea, maxp = font["head"], font["hhea"], font["maxp"]
    return Metrics(
        name=font["name"].getDebugName(6),
        units_per_em=head.unitsPerEm,
        ascent=hhea.ascent,
        descent=hhea.descent,
        cap_height=font["OS/2"].sCapHeight,
        box=(head.xMin, head.yMin, head.xMax, head.yMax),
        most_points=maxp.maxPoints,
        most_contours=maxp.maxContours,
    )


def _outlines(font: TTFont) -> tuple[Outline, ...]:
    """Every glyph without hints. The pinned fonts hold simple glyphs only, so none needs taking apart."""
    compact = font["glyf"].glyphs
    return tuple(_outline(compact[name]) for name in font.getGlyphOrder())


def _outline(glyph: Glyph) -> Outline:
    glyph.trim(remove_hinting=True)
    data = bytes(getattr(glyph, "data", b""))  # a blank has none
    return Outline(data, *(struct.unpack_from(">4h", data, 2) if data else (0, 0, 0, 0)))
