"""What the card's pages are made of: the two kinds of page, and the parts they share.

It decides how a page says of itself how it may give way. Where things stand on each page is data in `pages_phone`,
`pages_paper` and `pages_plastic`, how text finds its lines is the business of `layout`.
"""

from dataclasses import dataclass, replace

from clearance.card import words
from clearance.card.colours import ACCENT, AMBER, BRAND, INK, MUTED, WHITE
from clearance.card.fitting import Align, Style
from clearance.card.layout import Field, Node, Panel, Role, Row, Stack, Words
from clearance.card.qr import Level
from clearance.card.typeface import Weight
from clearance.card.words import Item
from clearance.domain.text import BilingualText

SEMIBOLD = Weight.SEMIBOLD


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page that grows: full-width bands on top, the card's front, and what hangs at the bottom.

    The front should end at `front`, where the foot starts on the phone and the paper is folded on A4; it grows beyond
    only when its text is at 80 %. `width` and `height` are the nominal size.
    """

    width: float
    height: float
    margin: float
    gap: float
    """Between the bands and the card's front."""
    front: float
    bands: Node
    body: Stack
    back: Node | None
    """What stands below the fold; None where nothing is folded."""
    foot: Node
    watermark: float
    """Size of the diagonal DEMO in points."""
    level: Level = Level.M


@dataclass(frozen=True, kw_only=True)
class Face:
    """One side of a plastic card, which cannot grow: where even text at 80 % does not fit, facts are left off.

    They go in the order of `optional`, and each goes whole: no text is ever cut. Nothing is printed in `margin`, so
    that neither a printer's reach nor a crooked cut takes anything away.
    """

    width: float
    height: float
    margin: float
    body: Stack
    optional: tuple[Item, ...]
    watermark: float
    level: Level = Level.Q


def label_style(size: float) -> Style:
    return Style(size=size, colour=MUTED)


def value_style(size: float, *, lines: int = 1, weight: Weight = Weight.REGULAR) -> Style:
    return Style(size=size, colour=INK, lines=lines, weight=weight)


def latin_style(size: float, *, lines: int = 2, weight: Weight = Weight.REGULAR) -> Style:
    """For lines without Bengali, which may stand closer."""
    return Style(size=size, colour=INK, lines=lines, weight=weight, latin=True)


def bn(text: BilingualText) -> str:
    """The Bengali form of one of the card's fixed texts."""
    assert text.bn, "every fixed text of the card exists in Bengali"
    return text.bn


def title_panel(large: float, small: float, tiny: float, padding: tuple[float, float]) -> Panel:
    """The green band: what the card is on the left, who gives it on the right."""
    white = Style(size=tiny, colour=WHITE, align=Align.RIGHT)
    title = Stack(
        nodes=(
            Words(text=bn(words.TITLE), style=Style(size=large, colour=WHITE), role=Role.TITLE),
            Words(text=words.TITLE.en, style=Style(size=small, colour=WHITE, latin=True), role=Role.TITLE),
        ),
        gap=0,
    )
    office = Stack(
        nodes=tuple(
            Words(text=text, style=replace(white, latin=text == name.en))
            for name in (words.GOVERNMENT, words.BUREAU)
            for text in (bn(name), name.en)
        ),
        gap=0,
    )
    return Panel(node=Row(shares=(44, 56), cells=(title, office), gap=2), fill=BRAND, padding=padding, edge=ACCENT)


def demo_panel(size: float, padding: tuple[float, float], *, lines: int = 1) -> Panel:
    """The amber band of a demo card; nothing on any other."""
    style = Style(size=size, colour=INK, align=Align.CENTRE, lines=lines)
    return Panel(node=Field(item=Item.DEMO, label=None, value=style), fill=AMBER, padding=padding)


def grid(width: float, columns: int, gap: float, *cells: tuple[int, Node]) -> Row:
    """Cells that span some of the equal columns into which `width` is divided."""
    column = (width - gap * (columns - 1)) / columns
    return Row(
        shares=tuple(span * column + (span - 1) * gap for span, _ in cells),
        cells=tuple(cell for _, cell in cells),
        gap=gap,
    )


def foot_panel(size: float, padding: tuple[float, float], *items: Item) -> Panel:
    """The green foot: a sentence a line, in both languages."""
    style = Style(size=size, colour=WHITE, align=Align.CENTRE)
    sentences = tuple(Field(item=item, label=None, value=style) for item in items)
    return Panel(node=Stack(nodes=sentences, gap=0), fill=BRAND, padding=padding)


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """Text sizes of one page in points."""

    label: float
    value: float
    name: float
    name_english: float
    number: float
    journey: float
    journey_english: float

    def field(self, item: Item, *, lines: int = 1) -> Field:
        return Field(item=item, label=label_style(self.label), value=value_style(self.value, lines=lines))

    def name_field(self) -> Field:
        return self._bilingual(Item.NAME, self.name, latin_style(self.name_english))

    def journey_field(self, item: Item) -> Field:
        return self._bilingual(item, self.journey, latin_style(self.journey_english))

    def number_field(self) -> Field:
        value = latin_style(self.number, lines=1, weight=SEMIBOLD)
        return Field(item=Item.PASSPORT_NO, label=label_style(self.label), value=value)

    def _bilingual(self, item: Item, size: float, english: Style) -> Field:
        value = value_style(size, weight=SEMIBOLD, lines=2)
        return Field(item=item, label=label_style(self.label), value=value, english=english)
