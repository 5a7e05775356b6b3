"""The A4 page for printing: the card on the upper half, how to use it on the lower half, a fold between them."""

from dataclasses import replace

from clearance.card import words
from clearance.card.colours import MUTED, TINT
from clearance.card.fitting import Align, Style
from clearance.card.layout import JOINT, Field, Frame, Node, Panel, Picture, Role, Row, Stack, Words
from clearance.card.page_parts import Page, Sizes, bn, demo_panel, foot_panel, grid, title_panel, value_style
from clearance.card.words import Item

_TEXT = Sizes(label=6.2, value=8.8, name=15, name_english=11.5, number=25, journey=12, journey_english=9.5)


def _row(*cells: tuple[int, Node]) -> Row:
    return grid(186, 4, 4, *cells)


def _half(first: Node, second: Node) -> Row:
    return grid(91, 2, 4, (1, first), (1, second))


_PERSON = Stack(nodes=(_TEXT.name_field(), _TEXT.number_field()), gap=1, stretch=4.0)

_LEFT = Stack(
    nodes=(
        Row(shares=(31.5, 56.5), cells=(Frame(picture=Picture.PHOTO, width=31.5, height=40.5), _PERSON), gap=3),
        Panel(
            node=grid(87, 2, 4, (1, _TEXT.journey_field(Item.DESTINATION)), (1, _TEXT.journey_field(Item.VALID_UNTIL))),
            fill=TINT,
            padding=(2, 1),
        ),
        _half(_TEXT.field(Item.BIRTH_DATE), _TEXT.field(Item.SEX)),
        _half(_TEXT.field(Item.PASSPORT_EXPIRY), _TEXT.field(Item.PREVIOUS_PASSPORT_NO)),
        _half(_TEXT.field(Item.CLEARANCE_NO), _TEXT.field(Item.REGISTRATION_NO)),
    ),
    gap=1.6,
    stretch=1.0,
)

_DETAILS = Stack(
    nodes=(
        _row((2, _TEXT.field(Item.EMPLOYER, lines=2)), (2, _TEXT.field(Item.OCCUPATION, lines=2))),
        _row(
            (1, _TEXT.field(Item.VISA_NO)),
            (1, _TEXT.field(Item.VISA_TYPE)),
            (1, _TEXT.field(Item.PERMIT_NO)),
            (1, _TEXT.field(Item.SALARY)),
        ),
        _row(
            (2, _TEXT.field(Item.AGENCY, lines=2)),
            (1, _TEXT.field(Item.LICENCE_NO)),
            (1, _TEXT.field(Item.AGENCY_PHONE)),
        ),
        _row((2, _TEXT.field(Item.OFFICE, lines=2)), (1, _TEXT.field(Item.OFFICERS)), (1, _TEXT.field(Item.ISSUED_ON))),
        _row(
            (2, _TEXT.field(Item.ORIENTATION_CERTIFICATE)),
            (1, _TEXT.field(Item.FEES)),
            (1, _TEXT.field(Item.MISSION_PHONE)),
        ),
    ),
    gap=0.6,
    stretch=1.2,
    ruled=True,
)


def _instructions() -> Node:
    """How to use the card: Bengali on the left, English on the right, step beside step."""
    head, text, free = value_style(14, lines=2), replace(value_style(12, lines=6), air=0.15), value_style(11.5, lines=2)

    def pair(left: Node, right: Node) -> Row:
        return grid(186, 2, 12, (1, left), (1, right))

    def step(count: str, sentence: str) -> Row:
        number = Words(text=count, style=text, role=Role.LABEL)
        return Row(shares=(7, 80), cells=(number, Words(text=sentence, style=text, role=Role.VALUE)), gap=0)

    titles = (Words(text=title, style=head, role=Role.HEADING) for title in (bn(words.HOW_TITLE), words.HOW_TITLE.en))
    steps = (
        pair(step(words.bengali_digits(f"{count}."), bn(both)), step(f"{count}.", both.en))
        for count, both in enumerate(words.HOW_STEPS, start=1)
    )
    fold = Style(size=7, colour=MUTED, align=Align.CENTRE)
    return Stack(
        nodes=(
            Words(text=f"{bn(words.FOLD)}{JOINT}{words.FOLD.en}", style=fold),
            pair(*titles),
            *steps,
            Panel(node=Field(item=Item.FREE, label=None, value=free), fill=TINT, padding=(3, 3)),
        ),
        gap=7,
    )


A4 = Page(
    width=210,
    height=297,
    margin=12,
    gap=2,
    front=148.5,
    bands=Stack(nodes=(title_panel(19, 11, 7, (12, 2)), demo_panel(13, (12, 0.4))), gap=0),
    body=Stack(
        nodes=(
            grid(186, 2, 4, (1, _LEFT), (1, Frame(picture=Picture.QR, width=82, height=82))),
            _DETAILS,
        ),
        gap=1.5,
    ),
    back=_instructions(),
    foot=foot_panel(9, (12, 1.5), Item.HELPLINE),
    watermark=66,
)
