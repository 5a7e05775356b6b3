"""The phone page, 105 x 187 mm: fills a phone held upright, the QR code 84 % of its width."""

from clearance.card import words
from clearance.card.colours import MUTED
from clearance.card.fitting import Align, Style
from clearance.card.layout import JOINT, Frame, Node, Picture, Row, Stack, Words
from clearance.card.page_parts import Page, Sizes, bn, demo_panel, foot_panel, grid, title_panel
from clearance.card.words import Item

_VERIFY = Style(size=5.1, colour=MUTED, align=Align.CENTRE)
_TEXT = Sizes(label=4.9, value=6.9, name=12.5, name_english=9.2, number=19, journey=9.4, journey_english=7.6)
_PHOTO = Frame(picture=Picture.PHOTO, width=26, height=26 * 45 / 35)


def _pair(left: Node, right: Node) -> Row:
    return Row(shares=(36.5, 28), cells=(left, right), gap=2)


def _row(*cells: tuple[int, Node]) -> Row:
    return grid(95, 3, 2, *cells)


_PERSON = Stack(
    nodes=(
        _TEXT.name_field(),
        _pair(
            _TEXT.number_field(),
            Stack(
                nodes=(
                    _TEXT.field(Item.BIRTH_DATE, lines=2),
                    _TEXT.field(Item.SEX),
                    _TEXT.field(Item.PREVIOUS_PASSPORT_NO),
                ),
                gap=0,
            ),
        ),
        _pair(_TEXT.journey_field(Item.DESTINATION), _TEXT.journey_field(Item.VALID_UNTIL)),
        _pair(_TEXT.field(Item.PASSPORT_EXPIRY), _TEXT.field(Item.ISSUED_ON)),
    ),
    gap=0.2,
    stretch=1.2,
)

_DETAILS = Stack(
    nodes=(
        _row(
            (1, _TEXT.field(Item.CLEARANCE_NO)),
            (1, _TEXT.field(Item.REGISTRATION_NO)),
            (1, _TEXT.field(Item.PERMIT_NO)),
        ),
        _row((2, _TEXT.field(Item.EMPLOYER, lines=2)), (1, _TEXT.field(Item.OCCUPATION, lines=2))),
        _row((2, _TEXT.field(Item.AGENCY, lines=2)), (1, _TEXT.field(Item.AGENCY_PHONE))),
        Row(
            shares=(22, 22, 24, 21),
            cells=(
                _TEXT.field(Item.LICENCE_NO),
                _TEXT.field(Item.VISA_NO),
                _TEXT.field(Item.VISA_TYPE),
                _TEXT.field(Item.SALARY),
            ),
            gap=2,
        ),
        _row(
            (1, _TEXT.field(Item.MISSION_PHONE)),
            (1, _TEXT.field(Item.FEES)),
            (1, _TEXT.field(Item.ORIENTATION_CERTIFICATE)),
        ),
        _row((2, _TEXT.field(Item.OFFICE, lines=2)), (1, _TEXT.field(Item.OFFICERS))),
    ),
    gap=0.3,
    stretch=1.2,
    ruled=True,
)

PHONE = Page(
    width=105,
    height=187,
    margin=5,
    gap=0.8,
    front=187,
    bands=Stack(nodes=(title_panel(12.5, 7.6, 4.6, (5, 1.2)), demo_panel(8.5, (5, 0.2))), gap=0),
    body=Stack(
        nodes=(
            Row(
                shares=(26, 66.5), cells=(Frame(picture=Picture.PHOTO, width=26, height=26 * 45 / 35), _PERSON), gap=2.5
            ),
            Frame(picture=Picture.QR, width=88, height=88),
            Words(text=f"{bn(words.VERIFY)}{JOINT}{words.VERIFY.en}", style=_VERIFY),
            _DETAILS,
        ),
        gap=0.4,
    ),
    back=None,
    foot=foot_panel(5.3, (5, 0.4), Item.FREE, Item.HELPLINE),
    watermark=36,
)
