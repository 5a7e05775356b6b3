"""Ten plastic-sized cards on a sheet of A4, for an office printer: fronts on one side, backs on the other.

It decides where each card stands, where the cuts go and what the sheet says of its scale. The cards touch: one cut
serves two neighbours, and since nothing is printed near a card's edge, a cut may miss by two millimetres. The back
of a card is mirrored across the sheet, as paper turns that is flipped on its long edge.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from clearance.card.colours import INK, MUTED
from clearance.card.fitting import Style
from clearance.card.layout import HAIRLINE, JOINT, Box, Rect, Setting, Stack, Words, bottom, place
from clearance.card.page_parts import bn
from clearance.card.pages_plastic import HEIGHT, WIDTH
from clearance.card.words import SHEET_NOTES

PAPER = Rect(x=0, y=0, width=210, height=297)
COLUMNS, ROWS = 2, 5
CARDS = COLUMNS * ROWS
RULER = 50.0
"""Millimetres."""

_LEFT, _TOP = (PAPER.width - COLUMNS * WIDTH) / 2, 15.0
_MARK, _CLEAR = 2.0, 1.0
"""Length of a crop mark and its distance from the cards."""
_EDGE = 5.0
"""What few office printers reach."""
_NOTE = Style(size=7, colour=MUTED)


@dataclass(frozen=True, kw_only=True)
class PlacedSheet:
    """One side of the sheet: where the cards stand in their order, and what is drawn around them."""

    cards: tuple[Rect, ...]
    boxes: tuple[Box, ...]


def sides(count: int) -> tuple[PlacedSheet, PlacedSheet]:
    """Front and back of a sheet with `count` cards, 1 to `CARDS`."""
    fronts = tuple(_place(number) for number in range(count))
    backs = tuple(replace(rect, x=PAPER.width - rect.right) for rect in fronts)
    around = (*_crop_marks(), *_notes())
    return PlacedSheet(cards=fronts, boxes=around), PlacedSheet(cards=backs, boxes=around)


def _place(number: int) -> Rect:
    row, column = divmod(number, COLUMNS)
    return Rect(x=_LEFT + column * WIDTH, y=_TOP + row * HEIGHT, width=WIDTH, height=HEIGHT)


def _crop_marks() -> Iterator[Box]:
    right, low = _LEFT + COLUMNS * WIDTH, _TOP + ROWS * HEIGHT
    for column in range(COLUMNS + 1):
        x = _LEFT + column * WIDTH - HAIRLINE / 2
        for y in (_TOP - _CLEAR - _MARK, low + _CLEAR):
            yield Box(rect=Rect(x=x, y=y, width=HAIRLINE, height=_MARK), fill=INK)
    for row in range(ROWS + 1):
        y = _TOP + row * HEIGHT - HAIRLINE / 2
        for x in (_LEFT - _CLEAR - _MARK, right + _CLEAR):
            yield Box(rect=Rect(x=x, y=y, width=_MARK, height=HAIRLINE), fill=INK)


def _notes() -> Iterator[Box]:
    setting = Setting(facts={}, qr_side=0)
    print_so, measure = SHEET_NOTES
    width = PAPER.width - 2 * _LEFT
    lines = Stack(nodes=tuple(Words(text=text, style=_NOTE) for text in (bn(print_so), print_so.en)), gap=0)
    yield from place(lines, setting, x=_LEFT, y=_EDGE, width=width)
    y = _TOP + ROWS * HEIGHT + _CLEAR + _MARK + 0.6
    text = Words(text=f"{bn(measure)}{JOINT}{measure.en}", style=_NOTE)
    beside = place(text, setting, x=_LEFT + RULER + 3, y=y, width=width - RULER - 3)
    yield from beside
    yield Box(rect=Rect(x=_LEFT, y=(y + bottom(beside, y)) / 2, width=RULER, height=3 * HAIRLINE), fill=INK)
