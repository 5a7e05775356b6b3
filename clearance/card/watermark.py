"""The diagonal DEMO behind a demo card, as shapes.

It is drawn as outlines and not as text, so that whoever copies, searches or listens to the card meets only its facts;
the band on top of every page says the same in words.
"""

from collections.abc import Iterator
from functools import cache
from math import cos, hypot, radians, sin

import uharfbuzz as hb

from clearance.card.typeface import Typeface, Weight, typeface

ANGLE = radians(35)
LEADING = 2.0
"""Distance of the rows in sizes."""
SPACING = 1.25
"""Distance of the words in word lengths."""
WEIGHT = Weight.SEMIBOLD


@cache
def form(text: str, weight: Weight = WEIGHT) -> tuple[bytes, tuple[int, int, int, int]]:
    """PDF operators that fill `text` with the current colour, and their box; the unit is one font unit."""
    face = typeface(weight)
    pen = _Pen()
    x = 0
    for syllable in face.shape(text):
        for part in syllable.components:
            pen.draw(face, part.glyph, x + part.dx, part.dy)
        x += syllable.advance
    _, bottom, _, top = face.metrics.box
    return "\n".join([*pen.operators, "f"]).encode("ascii"), (0, bottom, x, top)


def rows(width: float, height: float, size: float, length: int, *, word: str) -> Iterator[str]:
    """Operators that lay the form `word`, `length` font units long, over a page in rows, each half a word further.

    The unit becomes a font unit along the words, and each word is placed from the last: that takes next to no bytes.
    """
    scale = size / typeface(WEIGHT).metrics.units_per_em
    step, row_step = round(length * SPACING), round(size * LEADING / scale)
    reach = hypot(width, height) / 2 / scale
    count, columns = round(reach / row_step), round(reach / step) + 1
    a, b = cos(ANGLE) * scale, sin(ANGLE) * scale
    yield f"q {a:.5f} {b:.5f} {-b:.5f} {a:.5f} {width / 2:.1f} {height / 2:.1f} cm"
    for row in range(-count, count + 1):
        start = round((row % 2 / 2 - columns) * step)
        yield f"q 1 0 0 1 {start} {row * row_step} cm"
        yield f"/{word} Do{f' 1 0 0 1 {step} 0 cm /{word} Do' * 2 * columns} Q"
    yield "Q"


class _Pen:
    """Collects HarfBuzz outlines as PDF path operators; quadratic curves become cubic ones."""

    def __init__(self) -> None:
        self.operators: list[str] = []
        self._dx = self._dy = 0
        self._at = (0.0, 0.0)
        self._functions = hb.DrawFuncs()
        self._functions.set_move_to_func(lambda x, y, _: self._to("m", x, y))
        self._functions.set_line_to_func(lambda x, y, _: self._to("l", x, y))
        self._functions.set_quadratic_to_func(lambda cx, cy, x, y, _: self._quadratic(cx, cy, x, y))
        self._functions.set_close_path_func(lambda _: self.operators.append("h"))

    def draw(self, face: Typeface, glyph: int, dx: int, dy: int) -> None:
        self._dx, self._dy = dx, dy
        face.shaper.draw_glyph(glyph, self._functions)

    def _to(self, operator: str, x: float, y: float) -> None:
        self._at = (x, y)
        self.operators.append(f"{self._point(x, y)} {operator}")

    def _quadratic(self, cx: float, cy: float, x: float, y: float) -> None:
        (x0, y0), self._at = self._at, (x, y)
        first = self._point(x0 + (cx - x0) * 2 / 3, y0 + (cy - y0) * 2 / 3)
        second = self._point(x + (cx - x) * 2 / 3, y + (cy - y) * 2 / 3)
        self.operators.append(f"{first} {second} {self._point(x, y)} c")

    def _point(self, x: float, y: float) -> str:
        return f"{round(x + self._dx)} {round(y + self._dy)}"
