"""From page data to placed boxes: a box is as high as its text needs, and what follows it moves down.

It decides where every line of text stands, in millimetres from the page's top left corner, and draws nothing. What the
pages hold is data in `pages`, how a text finds its lines is in `fitting`, ink on paper is the business of `sheet`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum, StrEnum

from clearance.card.colours import RULE
from clearance.card.fitting import MM_PER_INCH, MM_PER_POINT, Style, fit, reach, width_of
from clearance.card.words import LABELS, Item
from clearance.domain.text import BilingualText

HAIRLINE, STRIPE = 0.12, 0.5
"""Millimetres."""

JOINT = " · "
"""Between the Bengali and the English form of one fact where both fit on one line."""


class Picture(Enum):
    """What is drawn into a frame."""

    PHOTO = "photo"
    QR = "qr"


class Role(StrEnum):
    """What a text is to somebody who listens: the standard structure types of PDF 32000-1, 14.8.4.

    A label and the value behind it are one entry of a list.
    """

    TITLE = "H1"
    HEADING = "H2"
    TEXT = "P"
    LABEL = "Lbl"
    VALUE = "LBody"


@dataclass(frozen=True, kw_only=True)
class Words:
    """A text that is the same on every card."""

    text: str
    style: Style
    role: Role = Role.TEXT


@dataclass(frozen=True, kw_only=True)
class Field:
    """One fact with its label above, or without one where the fact is a whole sentence.

    With `english`, each language has lines and a style of its own.
    """

    item: Item
    label: Style | None
    value: Style
    english: Style | None = None


@dataclass(frozen=True, kw_only=True)
class Frame:
    """Room for a picture, in millimetres, in the middle of the width it is given.

    With `dpi`, a QR code takes only so much of its room that each module is a whole number of dots of such a printer.
    """

    picture: Picture
    width: float
    height: float
    dpi: int | None = None


@dataclass(frozen=True, kw_only=True)
class Row:
    """Cells side by side. `shares` are their widths in parts.

    A cell without content leaves its room to its left neighbour, so that the columns of a page stay in line.
    """

    shares: tuple[float, ...]
    cells: tuple["Node", ...]
    gap: float


@dataclass(frozen=True, kw_only=True)
class Stack:
    """Nodes below each other, `gap` millimetres apart; up to `stretch` more where the page has room to spare.

    `ruled` draws a hairline in each gap.
    """

    nodes: tuple["Node", ...]
    gap: float
    stretch: float = 0.0
    ruled: bool = False


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A coloured ground with a node on it; `padding` is (across, down) in millimetres.

    `edge` is the colour of a thin stripe along its lower edge.
    """

    node: "Node"
    fill: str
    padding: tuple[float, float]
    edge: str | None = None


Node = Words | Field | Frame | Row | Stack | Panel


@dataclass(frozen=True, kw_only=True)
class Rect:
    """Millimetres from the page's top left corner, y downwards."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of text: `x` and `baseline` in millimetres, `size` in points after shrinking.

    `word_goes_on` where its last word was too long for any line and ends on the next one.
    """

    text: str
    x: float
    baseline: float
    width: float
    size: float
    style: Style
    role: Role
    word_goes_on: bool = False


@dataclass(frozen=True, kw_only=True)
class Box:
    """A placed rectangle with what is in it: a coloured ground, a picture, or lines of text."""

    rect: Rect
    fill: str | None = None
    picture: Picture | None = None
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What placing depends on beside the node: the card's facts, the text scale, the part (0-1) of stretch to use.

    `qr_side` is the width of the card's QR code with its quiet zone in modules.
    """

    facts: Mapping[Item, BilingualText]
    qr_side: int
    scale: float = 1.0
    stretch: float = 0.0


def place(node: Node, setting: Setting, *, x: float, y: float, width: float) -> tuple[Box, ...]:
    """The boxes of a node whose top left corner is (x, y); none where it shows only facts the card lacks."""
    match node:
        case Words(text=text, style=style, role=role):
            return (_text_box([(text, style, role)], setting, Rect(x=x, y=y, width=width, height=0)),)
        case Field():
            return _place_field(node, setting, Rect(x=x, y=y, width=width, height=0))
        case Frame(picture=picture):
            room = Rect(x=x + (width - node.width) / 2, y=y, width=node.width, height=node.height)
            rect = room if node.dpi is None else _whole_dots(room, setting.qr_side, node.dpi)
            return (Box(rect=rect, picture=picture),)
        case Row():
            return tuple(_place_row(node, setting, x, y, width))
        case Stack():
            return tuple(_place_stack(node, setting, x, y, width))
        case Panel():
            return _place_panel(node, setting, x, y, width)


def bottom(boxes: tuple[Box, ...], top: float) -> float:
    """The lowest edge of the boxes, `top` where there are none."""
    return max((box.rect.bottom for box in boxes), default=top)


def has_content(node: Node, facts: Mapping[Item, BilingualText]) -> bool:
    """Whether a node shows anything on this card."""
    match node:
        case Field(item=item):
            return item in facts
        case Row(cells=nodes) | Stack(nodes=nodes):
            return any(has_content(inner, facts) for inner in nodes)
        case Panel(node=inner):
            return has_content(inner, facts)
        case Words() | Frame():
            return True


def _place_row(row: Row, setting: Setting, x: float, y: float, width: float) -> Iterator[Box]:
    unit = (width - row.gap * (len(row.cells) - 1)) / sum(row.shares)
    present: list[tuple[Node, float]] = []
    for share, cell in zip(row.shares, row.cells, strict=True):
        if has_content(cell, setting.facts):
            present.append((cell, share * unit))
        elif present:
            neighbour, wide = present.pop()
            present.append((neighbour, wide + row.gap + share * unit))
    for cell, wide in present:
        yield from place(cell, setting, x=x, y=y, width=wide)
        x += wide + row.gap


def _place_stack(stack: Stack, setting: Setting, x: float, y: float, width: float) -> Iterator[Box]:
    gap = stack.gap + stack.stretch * setting.stretch
    shown = [node for node in stack.nodes if has_content(node, setting.facts)]
    for node in shown:
        boxes = place(node, setting, x=x, y=y, width=width)
        yield from boxes
        y = bottom(boxes, y) + gap
        if stack.ruled and node is not shown[-1]:
            yield Box(rect=Rect(x=x, y=y - gap / 2, width=width, height=HAIRLINE), fill=RULE)


def _place_panel(panel: Panel, setting: Setting, x: float, y: float, width: float) -> tuple[Box, ...]:
    across, down = panel.padding
    inner = place(panel.node, setting, x=x + across, y=y + down, width=width - 2 * across)
    ground = Rect(x=x, y=y, width=width, height=bottom(inner, y + down) + down - y)
    edge: tuple[Box, ...] = ()
    if panel.edge is not None:
        edge = (Box(rect=replace(ground, y=ground.bottom - STRIPE, height=STRIPE), fill=panel.edge),)
    return (Box(rect=ground, fill=panel.fill), *edge, *inner)


def _whole_dots(room: Rect, modules: int, dpi: int) -> Rect:
    """The largest square in the middle of `room` of which each module is a whole number of dots wide."""
    dot = MM_PER_INCH / dpi
    side = room.width / modules // dot * dot * modules
    return Rect(x=room.x + (room.width - side) / 2, y=room.y + (room.height - side) / 2, width=side, height=side)


def _place_field(field: Field, setting: Setting, rect: Rect) -> tuple[Box, ...]:
    texts: list[tuple[str, Style, Role]] = []
    role = Role.TEXT
    if field.label is not None:
        label, role = LABELS[field.item], Role.VALUE
        texts.append((f"{label.bn}{JOINT}{label.en}", field.label, Role.LABEL))
    match setting.facts[field.item], field.english:
        case BilingualText(bn=None, en=english), _:
            texts.append((english, field.value, role))
        case BilingualText(bn=str(bengali), en=english), None:
            joined = f"{bengali}{JOINT}{english}"
            one_line = width_of(joined, field.value, field.value.size * setting.scale) <= rect.width
            texts += [(text, field.value, role) for text in ((joined,) if one_line else (bengali, english))]
        case BilingualText(bn=str(bengali), en=english), Style() as style:
            texts += [(bengali, field.value, role), (english, style, role)]
    return (_text_box(texts, setting, rect),)


def _text_box(texts: list[tuple[str, Style, Role]], setting: Setting, rect: Rect) -> Box:
    """Texts below each other in one box as wide as `rect` and as high as they need."""
    lines: list[Line] = []
    y = rect.y
    for text, style, role in texts:
        size, wrapped = fit(text, style, rect.width, setting.scale)
        em = size * MM_PER_POINT
        above, below = reach(style)
        for part, goes_on in _with_broken_words(text, wrapped):
            width = width_of(part, style, size)
            x = rect.x + (rect.width - width) * style.align.value
            baseline = y + above * em
            lines.append(
                Line(
                    text=part,
                    x=x,
                    baseline=baseline,
                    width=width,
                    size=size,
                    style=style,
                    role=role,
                    word_goes_on=goes_on,
                )
            )
            y += (above + below) * em
    return Box(rect=replace(rect, height=y - rect.y), lines=tuple(lines))


def _with_broken_words(text: str, lines: tuple[str, ...]) -> Iterator[tuple[str, bool]]:
    """The lines of `text`, and whether each ends within a word."""
    rest = " ".join(text.split())
    for line in lines:
        rest = rest[len(line) :]
        yield line, bool(rest) and not rest.startswith(" ")
        rest = rest.lstrip()
