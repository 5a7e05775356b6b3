"""The two pages of a card as data: what stands where, in millimetres and points.

A change of look is a change of numbers here. How text finds its lines is the business of `layout`.
"""

from dataclasses import dataclass, replace

from clearance.card import words
from clearance.card.colours import AMBER, BRAND, INK, MUTED, TINT, WHITE
from clearance.card.fitting import Align, Style
from clearance.card.layout import Field, Frame, Node, Panel, Picture, Role, Row, Stack, Words
from clearance.card.typeface import Weight
from clearance.card.words import Item
from clearance.domain.text import BilingualText

SEMIBOLD = Weight.SEMIBOLD


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page: full-width bands on top, the card's front, and what hangs at the bottom.

    The front should end at `front`, where the foot starts on the phone and the paper is folded on A4; it grows beyond
    only when its text is at 80 %. `width` and `height` are the nominal size.
    """

    width: float
    height: float
    margin: float
    gap: float
    """Between the bands and the card's front."""
    front: float
    title: Node
    demo: Node
    body: Stack
    back: Node | None
    """What stands below the fold; None where nothing is folded."""
    foot: Node
    watermark: float
    """Size of the diagonal DEMO in points."""


def _label(size: float) -> Style:
    return Style(size=size, colour=MUTED)


def _value(size: float, *, lines: int = 1, weight: Weight = Weight.REGULAR) -> Style:
    return Style(size=size, colour=INK, lines=lines, weight=weight)


def _english(size: float, *, weight: Weight = Weight.REGULAR) -> Style:
    return Style(size=size, colour=INK, lines=2, weight=weight, latin=True)


def _title(large: float, small: float, tiny: float, padding: tuple[float, float]) -> Panel:
    """The green band: what the card is on the left, who gives it on the right."""
    white = Style(size=tiny, colour=WHITE, align=Align.RIGHT)
    title = Stack(
        nodes=(
            Words(text=_bn(words.TITLE), style=Style(size=large, colour=WHITE), role=Role.TITLE),
            Words(text=words.TITLE.en, style=Style(size=small, colour=WHITE, latin=True), role=Role.TITLE),
        ),
        gap=0,
    )
    office = Stack(
        nodes=tuple(
            Words(text=text, style=replace(white, latin=text == name.en))
            for name in (words.GOVERNMENT, words.BUREAU)
            for text in (_bn(name), name.en)
        ),
        gap=0,
    )
    return Panel(node=Row(shares=(44, 56), cells=(title, office), gap=2), fill=BRAND, padding=padding)


def _demo(size: float, padding: tuple[float, float]) -> Panel:
    text = f"{words.DEMO_BAND.en}  /  {_bn(words.DEMO_BAND)}"
    style = Style(size=size, colour=INK, align=Align.CENTRE)
    return Panel(node=Words(text=text, style=style), fill=AMBER, padding=padding)


def _bn(text: BilingualText) -> str:
    assert text.bn, "every fixed text of the card exists in Bengali"
    return text.bn


def _grid(width: float, columns: int, gap: float, *cells: tuple[int, Node]) -> Row:
    """Cells that span some of the equal columns into which `width` is divided."""
    column = (width - gap * (columns - 1)) / columns
    return Row(
        shares=tuple(span * column + (span - 1) * gap for span, _ in cells),
        cells=tuple(cell for _, cell in cells),
        gap=gap,
    )


@dataclass(frozen=True, kw_only=True)
class _Sizes:
    """Text sizes of one page in points."""

    label: float
    value: float
    name: float
    name_english: float
    number: float
    journey: float
    journey_english: float

    def field(self, item: Item, *, lines: int = 1) -> Field:
        return Field(item=item, label=_label(self.label), value=_value(self.value, lines=lines))

    def name_field(self) -> Field:
        return self._bilingual(Item.NAME, self.name, _english(self.name_english))

    def journey_field(self, item: Item) -> Field:
        return self._bilingual(item, self.journey, _english(self.journey_english))

    def number_field(self) -> Field:
        value = replace(_english(self.number, weight=SEMIBOLD), lines=1)
        return Field(item=Item.PASSPORT_NO, label=_label(self.label), value=value)

    def _bilingual(self, item: Item, size: float, english: Style) -> Field:
        value = _value(size, weight=SEMIBOLD, lines=2)
        return Field(item=item, label=_label(self.label), value=value, english=english)


def _phone() -> Page:
    """105 x 187 mm: fills a phone held upright, the QR code 84 % of its width."""
    text = _Sizes(label=4.9, value=6.9, name=12.5, name_english=9.2, number=19, journey=9.4, journey_english=7.6)

    def row(*cells: tuple[int, Node]) -> Row:
        return _grid(95, 3, 2, *cells)

    person = Stack(
        nodes=(
            text.name_field(),
            Row(
                shares=(36.5, 28),
                cells=(
                    text.number_field(),
                    Stack(nodes=(text.field(Item.BIRTH_DATE, lines=2), text.field(Item.SEX)), gap=0),
                ),
                gap=2,
            ),
            Row(
                shares=(36.5, 28),
                cells=(text.journey_field(Item.DESTINATION), text.journey_field(Item.VALID_UNTIL)),
                gap=2,
            ),
        ),
        gap=0.2,
        stretch=1.2,
    )
    details = Stack(
        nodes=(
            row(
                (1, text.field(Item.CLEARANCE_NO)),
                (1, text.field(Item.REGISTRATION_NO)),
                (1, text.field(Item.ISSUED_ON)),
            ),
            row((2, text.field(Item.EMPLOYER, lines=2)), (1, text.field(Item.OCCUPATION, lines=2))),
            row((1, text.field(Item.VISA_NO)), (1, text.field(Item.VISA_TYPE)), (1, text.field(Item.PERMIT_NO))),
            row((2, text.field(Item.AGENCY, lines=2)), (1, text.field(Item.LICENCE_NO))),
            row(
                (1, text.field(Item.ORIENTATION_CERTIFICATE)),
                (1, text.field(Item.SALARY)),
                (1, text.field(Item.AGENCY_PHONE)),
            ),
            row(
                (1, text.field(Item.PASSPORT_EXPIRY)),
                (1, text.field(Item.PREVIOUS_PASSPORT_NO)),
                (1, text.field(Item.FEES)),
            ),
            row((2, text.field(Item.OFFICE, lines=2)), (1, text.field(Item.OFFICERS))),
        ),
        gap=0.4,
        stretch=1.2,
        ruled=True,
    )
    photo = Frame(picture=Picture.PHOTO, width=26, height=26 * 45 / 35)
    return Page(
        width=105,
        height=187,
        margin=5,
        gap=1,
        front=187,
        title=_title(12.5, 7.6, 4.6, (5, 1.2)),
        demo=_demo(8.5, (5, 0.2)),
        body=Stack(
            nodes=(
                Row(shares=(26, 66.5), cells=(photo, person), gap=2.5),
                Frame(picture=Picture.QR, width=88, height=88),
                details,
            ),
            gap=0.5,
        ),
        back=None,
        foot=_foot(
            5.3,
            (5, 0.4),
            f"{_bn(words.FREE)} {_bn(words.HELP)}",
            f"{words.FREE.en} {words.HELP.en}",
        ),
        watermark=36,
    )


def _a4() -> Page:
    """A4 for printing: the card on the upper half, how to use it on the lower half, a fold between them."""
    text = _Sizes(label=6.2, value=8.8, name=15, name_english=11.5, number=25, journey=12, journey_english=9.5)

    def row(*cells: tuple[int, Node]) -> Row:
        return _grid(186, 4, 4, *cells)

    def half(first: Node, second: Node) -> Row:
        return _grid(91, 2, 4, (1, first), (1, second))

    person = Stack(nodes=(text.name_field(), text.number_field()), gap=1, stretch=4.0)
    photo = Frame(picture=Picture.PHOTO, width=31.5, height=40.5)
    left = Stack(
        nodes=(
            Row(shares=(31.5, 56.5), cells=(photo, person), gap=3),
            Panel(
                node=_grid(
                    87, 2, 4, (1, text.journey_field(Item.DESTINATION)), (1, text.journey_field(Item.VALID_UNTIL))
                ),
                fill=TINT,
                padding=(2, 1),
            ),
            half(text.field(Item.BIRTH_DATE), text.field(Item.SEX)),
            half(text.field(Item.PASSPORT_EXPIRY), text.field(Item.PREVIOUS_PASSPORT_NO)),
            half(text.field(Item.CLEARANCE_NO), text.field(Item.REGISTRATION_NO)),
        ),
        gap=1.6,
        stretch=1.0,
    )
    details = Stack(
        nodes=(
            row((2, text.field(Item.EMPLOYER, lines=2)), (2, text.field(Item.OCCUPATION, lines=2))),
            row(
                (1, text.field(Item.VISA_NO)),
                (1, text.field(Item.VISA_TYPE)),
                (1, text.field(Item.PERMIT_NO)),
                (1, text.field(Item.SALARY)),
            ),
            row(
                (2, text.field(Item.AGENCY, lines=2)),
                (1, text.field(Item.LICENCE_NO)),
                (1, text.field(Item.AGENCY_PHONE)),
            ),
            row((2, text.field(Item.OFFICE, lines=2)), (1, text.field(Item.OFFICERS)), (1, text.field(Item.ISSUED_ON))),
            row((2, text.field(Item.ORIENTATION_CERTIFICATE)), (2, text.field(Item.FEES))),
        ),
        gap=0.6,
        stretch=1.2,
        ruled=True,
    )
    return Page(
        width=210,
        height=297,
        margin=12,
        gap=2,
        front=148.5,
        title=_title(19, 11, 7, (12, 2)),
        demo=_demo(13, (12, 0.4)),
        body=Stack(
            nodes=(
                _grid(186, 2, 4, (1, left), (1, Frame(picture=Picture.QR, width=82, height=82))),
                details,
            ),
            gap=1.5,
        ),
        back=_instructions(),
        foot=_foot(9, (12, 1.5), _bn(words.HELP), words.HELP.en),
        watermark=66,
    )


def _instructions() -> Node:
    """How to use the card: Bengali on the left, English on the right, step beside step."""
    head, text, free = _value(14, lines=2), replace(_value(12, lines=6), air=0.15), _value(11.5, lines=2)

    def pair(left: Node, right: Node) -> Row:
        return _grid(186, 2, 12, (1, left), (1, right))

    def step(count: str, sentence: str) -> Row:
        number = Words(text=count, style=text, role=Role.LABEL)
        return Row(shares=(7, 80), cells=(number, Words(text=sentence, style=text, role=Role.VALUE)), gap=0)

    steps = (
        pair(step(words.bengali_digits(f"{count}."), _bn(both)), step(f"{count}.", both.en))
        for count, both in enumerate(words.HOW_STEPS, start=1)
    )
    fold = Style(size=7, colour=MUTED, align=Align.CENTRE)
    return Stack(
        nodes=(
            Words(text=f"{_bn(words.FOLD)} · {words.FOLD.en}", style=fold),
            pair(
                *(
                    Words(text=text, style=head, role=Role.HEADING)
                    for text in (_bn(words.HOW_TITLE), words.HOW_TITLE.en)
                )
            ),
            *steps,
            Panel(
                node=pair(Words(text=_bn(words.FREE), style=free), Words(text=words.FREE.en, style=free)),
                fill=TINT,
                padding=(3, 3),
            ),
        ),
        gap=7,
    )


def _foot(size: float, padding: tuple[float, float], *lines: str) -> Panel:
    style = Style(size=size, colour=WHITE, align=Align.CENTRE)
    sentences = tuple(Words(text=line, style=style) for line in lines)
    return Panel(node=Stack(nodes=sentences, gap=0), fill=BRAND, padding=padding)


PHONE = _phone()
A4 = _a4()
PAGES = (PHONE, A4)
