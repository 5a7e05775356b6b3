"""A text into lines: wrap at the size wanted, then shrink to no less than 80 %, then take the lines it needs.

It decides sizes and line breaks; where the lines stand is the business of `layout`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from clearance.card.typeface import Weight, typeface

MM_PER_INCH = 25.4
MM_PER_POINT = MM_PER_INCH / 72

LATIN = (0.85, 0.3)
BENGALI = {Weight.REGULAR: (0.95, 0.35), Weight.SEMIBOLD: (1.03, 0.4)}
"""How far ink reaches above and below the baseline, in em: lines set this close never touch."""

SCALES = (1.0, 0.95, 0.9, 0.85, 0.8)
"""Text is made smaller in these steps; below 80 % it would not be read, so then the box grows instead."""

_BREAKS = re.compile(r"[^\s/-]*[/-]+(?=\S)|\S+")


class Align(Enum):
    """Where a line stands in its box."""

    LEFT = 0.0
    CENTRE = 0.5
    RIGHT = 1.0


@dataclass(frozen=True, kw_only=True)
class Style:
    """How a text looks: `size` in points, `colour` as `#rrggbb`, `lines` it may wrap to before it is shrunk.

    `air` is white above each line beyond what the letters need, in em. `latin` sets lines that hold no Bengali closer;
    without it, neighbours in a row share a baseline whatever their script.
    """

    size: float
    weight: Weight = Weight.REGULAR
    colour: str
    lines: int = 1
    air: float = 0.0
    latin: bool = False
    align: Align = Align.LEFT


@lru_cache(maxsize=16_384)  # labels recur on every card, and every text in every trial of a page
def fit(text: str, style: Style, width: float, scale: float = 1.0) -> tuple[float, tuple[str, ...]]:
    """Size in points and lines of `text` in `width` millimetres.

    It wraps to the lines its style allows; then it shrinks to 80 %; then it takes the lines it needs.
    """
    sizes = [style.size * step for step in SCALES if step <= scale]
    for size in sizes:
        lines = _wrap(text, style, size, width)
        if len(lines) <= style.lines:
            break
    return size, tuple(lines)


def reach(style: Style) -> tuple[float, float]:
    """Room a line needs above and below its baseline, in em."""
    above, below = LATIN if style.latin else BENGALI[style.weight]
    return above + style.air, below


def _wrap(text: str, style: Style, size: float, width: float) -> list[str]:
    """Lines no wider than `width`, broken at spaces, then after hyphens and slashes, then between syllables."""
    if width_of(text, style, size) <= width:
        return [text]
    lines: list[str] = []
    line = ""
    for piece in _pieces(text, style, size, width):
        if line and width_of(line + piece.rstrip(), style, size) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return [*lines, line.rstrip()]


def _pieces(text: str, style: Style, size: float, width: float) -> Iterator[str]:
    """Parts of `text` between which a line may break; a word keeps the space behind it."""
    for word in text.split():
        parts = [word] if width_of(word, style, size) <= width else _BREAKS.findall(word)
        for number, part in enumerate(parts):
            last = " " if number == len(parts) - 1 else ""
            if width_of(part, style, size) <= width:
                yield part + last
            else:
                syllables = [syllable.text for syllable in typeface(style.weight).shape(part)]
                yield from syllables[:-1]
                yield syllables[-1] + last


def width_of(text: str, style: Style, size: float) -> float:
    """Width in millimetres at `size` points."""
    face = typeface(style.weight)
    return face.width(text) * size * MM_PER_POINT / face.metrics.units_per_em
