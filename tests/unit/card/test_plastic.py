from collections.abc import Iterator
from dataclasses import replace

import pytest

from clearance.card.compose import compose
from clearance.card.layout import Field, Frame, Node, Panel, Picture, Rect, Row, Stack, Words
from clearance.card.office_sheet import CARDS, PAPER, RULER, sides
from clearance.card.page_parts import Face
from clearance.card.pages_plastic import BACK, DPI, FACES, FRONT, HEIGHT, WIDTH
from clearance.card.words import LABELS, Item, facts
from clearance.domain.printed_card import PrintedCard
from clearance.domain.text import BilingualText
from clearance.issuing.ports import DoesNotFit
from tests.unit.card.samples import BARE, LONG, people, sample_card
from tests.unit.card.test_layout import colliding, inside, shown

EVERYBODY = [sample_card(), sample_card(**LONG), sample_card(**BARE), *people(60)]


def items(node: Node) -> Iterator[Item]:
    """Every fact that a node may show."""
    match node:
        case Field(item=item):
            yield item
        case Row(cells=nodes) | Stack(nodes=nodes):
            for inner in nodes:
                yield from items(inner)
        case Panel(node=inner):
            yield from items(inner)
        case Words() | Frame():
            pass


def on_face(face: Face, card: PrintedCard) -> dict[Item, bool]:
    """Whether each fact the card has and the face knows stands on it in full."""
    text, known = shown(compose(face, card)), set(items(face.body))
    return {
        item: all(part.replace(" ", "") in text for part in (value.en, value.bn or ""))
        for item, value in facts(card).items()
        if item in known
    }


@pytest.mark.parametrize("face", FACES, ids=["front", "back"])
def test_a_face_shows_each_fact_in_full_or_leaves_it_off_in_the_declared_order(face: Face) -> None:
    for card in EVERYBODY:
        printed = on_face(face, card)
        missing = {item for item, there in printed.items() if not there}
        droppable = [item for item in face.optional if item in printed]
        assert missing == set(droppable[: len(missing)]), card.name
        text = shown(compose(face, card))
        assert not any(LABELS[item].en.replace(" ", "") in text for item in missing), card.name


@pytest.mark.parametrize("face", FACES, ids=["front", "back"])
def test_an_ordinary_card_has_everything_on_plastic(face: Face) -> None:
    assert all(on_face(face, sample_card()).values())


def test_what_identifies_a_card_is_never_optional() -> None:
    optional = {item for face in FACES for item in face.optional}
    assert not optional & {
        Item.NAME,
        Item.PASSPORT_NO,
        Item.DESTINATION,
        Item.VALID_UNTIL,
        Item.CLEARANCE_NO,
        Item.DEMO,
    }


def wide(length: int) -> str:
    """Words of the widest letter."""
    return ("WWWWWWWWW " * 9)[:length].strip()


def test_the_widest_letters_that_entry_allows_still_fit() -> None:
    conjuncts = "ভট্টাচার্য্য " * 5
    card = sample_card(
        **LONG
        | {
            "name": BilingualText(en=wide(80), bn=conjuncts.strip()),
            "employer": wide(60),
            "occupation": BilingualText(en=wide(60), bn=conjuncts[:55].strip()),
            "agency": BilingualText(en=wide(80), bn=conjuncts.strip()),
            "salary": wide(30),
        }
    )
    assert all(on_face(FRONT, card).values())
    assert [item for item, there in on_face(BACK, card).items() if not there] in ([], [Item.FEES])


def test_a_card_that_cannot_fit_is_refused_and_not_cut() -> None:
    endless = BilingualText(en="ABUL HASNAT MUHAMMAD " * 30, bn="আবুল হাসনাত মুহাম্মদ " * 30)
    with pytest.raises(DoesNotFit, match="BMET-2026"):
        compose(FRONT, sample_card(name=endless))


@pytest.mark.parametrize("face", FACES, ids=["front", "back"])
def test_nothing_is_printed_near_the_edge(face: Face) -> None:
    safe = Rect(x=face.margin, y=face.margin, width=WIDTH - 2 * face.margin, height=HEIGHT - 2 * face.margin)
    assert face.margin >= 2
    for card in EVERYBODY:
        assert all(inside(box.rect, safe) for box in compose(face, card).boxes), card.name


@pytest.mark.parametrize("length", [440, 529, 543, 574, 600, 700, 760, 890])
def test_every_module_is_whole_dots_of_the_printer_and_the_code_is_large(length: int) -> None:
    card = sample_card()
    card = replace(card, qr_text=(card.qr_text * 2)[:length])
    [code] = [box.rect for box in compose(BACK, card).boxes if box.picture is Picture.QR]
    modules = next(17 + 4 * version + 8 for version, holds in LEVEL_Q.items() if length <= holds)
    dots = code.width / modules / (25.4 / DPI)
    assert dots == pytest.approx(round(dots))
    assert round(dots) >= 5
    assert 42 <= code.width == code.height <= 50


LEVEL_Q = {15: 426, 16: 470, 17: 531, 18: 574, 19: 644, 20: 702, 21: 742, 22: 823, 23: 890}
"""Alphanumeric characters that a version holds at level Q (ISO/IEC 18004, table 7)."""


def test_the_front_has_no_code_and_the_back_no_photo() -> None:
    pictures = [[box.picture for box in compose(face, sample_card()).boxes if box.picture] for face in FACES]
    assert pictures == [[Picture.PHOTO], [Picture.QR]]


@pytest.mark.parametrize("count", [1, 2, 3, 9, CARDS])
def test_cards_on_a_sheet_touch_but_never_overlap_and_stay_on_the_paper(count: int) -> None:
    for side in sides(count):
        assert len(side.cards) == count
        assert not colliding(list(side.cards))
        assert all((rect.width, rect.height) == (WIDTH, HEIGHT) and inside(rect, PAPER) for rect in side.cards)


def test_a_back_lies_behind_its_front_when_the_sheet_is_flipped_on_its_long_edge() -> None:
    fronts, backs = sides(CARDS)
    for front, back in zip(fronts.cards, backs.cards, strict=True):
        assert (front.x + back.right, front.y) == pytest.approx((PAPER.width, back.y))


def test_notes_and_crop_marks_stand_clear_of_the_cards_and_of_each_other() -> None:
    for side in sides(CARDS):
        rects = [box.rect for box in side.boxes]
        assert not colliding(rects)
        assert not colliding([*side.cards, *rects])
        assert all(inside(rect, Rect(x=5, y=5, width=PAPER.width - 10, height=PAPER.height - 10)) for rect in rects)


def test_crop_marks_point_at_every_edge_of_every_card() -> None:
    side = sides(CARDS)[0]
    marks = [box.rect for box in side.boxes if not box.lines and max(box.rect.width, box.rect.height) < 5]
    across = {round(mark.x + mark.width / 2, 1) for mark in marks if mark.height > mark.width}
    down = {round(mark.y + mark.height / 2, 1) for mark in marks if mark.width > mark.height}
    assert across == {round(edge, 1) for rect in side.cards for edge in (rect.x, rect.right)}
    assert down == {round(edge, 1) for rect in side.cards for edge in (rect.y, rect.bottom)}


def test_a_sheet_says_its_scale_in_both_languages_and_lets_it_be_measured() -> None:
    side = sides(1)[0]
    text = " ".join(line.text for box in side.boxes for line in box.lines)
    assert "100 %" in text
    assert "১০০ %" in text
    assert [box.rect.width for box in side.boxes if not box.lines and box.rect.width > 5] == [RULER]
