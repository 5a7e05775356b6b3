"""The two faces of a plastic card (CR80, ISO/IEC 7810 ID-1) and the office sheet of ten of them.

The front says who may go where and until when. The back carries the code and, beside it, what brokers like to hide.
Whatever identifies the case only to an office (visa, permit, certificates) is on the phone page and on A4.
"""

from clearance.card import words
from clearance.card.colours import INK, MUTED, TINT
from clearance.card.fitting import Style
from clearance.card.layout import Field, Frame, Panel, Picture, Row, Stack, Words
from clearance.card.page_parts import Face, Sizes, bn, demo_panel, latin_style, title_panel
from clearance.card.words import Item

WIDTH, HEIGHT = 85.6, 54.0
DPI = 300
"""What card printers and office printers resolve: modules of the code are whole dots of it."""

_FRONT = Sizes(label=4.2, value=6.4, name=9.6, name_english=7.2, number=13.5, journey=8, journey_english=6.4)
_BACK = Sizes(label=4, value=5.4, name=0, name_english=0, number=0, journey=0, journey_english=0)
_CODE_SIDE = 50.0

_PERSON = Stack(
    nodes=(
        _FRONT.name_field(),
        Row(
            shares=(30, 25),
            cells=(
                _FRONT.number_field(),
                Stack(nodes=(_FRONT.field(Item.BIRTH_DATE, lines=2), _FRONT.field(Item.SEX)), gap=0),
            ),
            gap=1.5,
        ),
        Row(
            shares=(30, 25),
            cells=(_FRONT.journey_field(Item.DESTINATION), _FRONT.journey_field(Item.VALID_UNTIL)),
            gap=1.5,
        ),
        _FRONT.field(Item.EMPLOYER, lines=2),
        _FRONT.field(Item.OCCUPATION, lines=2),
    ),
    gap=0.2,
    stretch=1.0,
)
_PORTRAIT = Stack(
    nodes=(
        Frame(picture=Picture.PHOTO, width=22, height=22 * 45 / 35),
        _FRONT.field(Item.CLEARANCE_NO, lines=2),
    ),
    gap=0.6,
)

FRONT = Face(
    width=WIDTH,
    height=HEIGHT,
    margin=2.5,
    body=Stack(
        nodes=(
            Stack(nodes=(title_panel(8, 5, 3.6, (1.5, 0.5)), demo_panel(6.2, (1, 0.05))), gap=0),
            Row(shares=(22, 56.6), cells=(_PORTRAIT, _PERSON), gap=2),
        ),
        gap=0.8,
    ),
    optional=(Item.OCCUPATION, Item.EMPLOYER),
    watermark=22,
)

_TERMS = Stack(
    nodes=(
        _BACK.field(Item.SALARY),
        _BACK.field(Item.FEES),
        _BACK.field(Item.AGENCY, lines=2),
        _BACK.field(Item.LICENCE_NO),
        _BACK.field(Item.AGENCY_PHONE),
        _BACK.field(Item.MISSION_PHONE),
    ),
    gap=0.15,
    stretch=0.5,
)
_SENTENCE = Style(size=4.8, colour=INK)
_SENTENCE_EN = latin_style(4.6, lines=1)
_HELP = Panel(
    node=Stack(
        nodes=(
            Field(item=Item.FREE, label=None, value=_SENTENCE, english=_SENTENCE_EN),
            Field(item=Item.HELPLINE, label=None, value=_SENTENCE, english=_SENTENCE_EN),
        ),
        gap=0.3,
    ),
    fill=TINT,
    padding=(0.8, 0.4),
)
_VERIFY = Stack(
    nodes=tuple(
        Words(text=text, style=Style(size=4.2, colour=MUTED, lines=3, latin=text == words.VERIFY.en))
        for text in (bn(words.VERIFY), words.VERIFY.en)
    ),
    gap=0.1,
)

BACK = Face(
    width=WIDTH,
    height=HEIGHT,
    margin=2,
    body=Stack(
        nodes=(
            Row(
                shares=(_CODE_SIDE, 30.1),
                cells=(
                    Frame(picture=Picture.QR, width=_CODE_SIDE, height=_CODE_SIDE, dpi=DPI),
                    Stack(nodes=(demo_panel(5.4, (0.5, 0.1), lines=2), _TERMS, _HELP, _VERIFY), gap=0.4, stretch=0.8),
                ),
                gap=1.5,
            ),
        ),
        gap=0,
    ),
    optional=(Item.FEES, Item.SALARY),
    watermark=22,
)

FACES = (FRONT, BACK)
