import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearance.card.compose import compose
from clearance.card.layout import Picture, Role
from clearance.card.marks import english_parts, pieces
from clearance.card.page_parts import Page
from clearance.card.pages import PAGES
from clearance.card.syllable_font import SyllableFont
from clearance.card.typeface import Weight, typeface
from tests.unit.card.samples import HARD_TEXTS, LONG, bengali_texts, sample_card


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("নাম · Name", [("নাম · ", False), ("Name", True)]),
        ("DEMO / ডেমো", [("DEMO / ", True), ("ডেমো", False)]),
        ("১৬১৩৫, +৮৮০", [("১৬১৩৫, +৮৮০", False)]),
        ("A01234567", [("A01234567", True)]),
        ("6012345678", [("6012345678", False)]),
        ("৩,৪৫০ টাকা · Tk 3,450", [("৩,৪৫০ টাকা · ", False), ("Tk 3,450", True)]),
        ("A-শ্রী", [("A-", True), ("শ্রী", False)]),
        ("", []),
    ],
)
def test_english_words_are_told_from_bengali_ones(text: str, parts: list[tuple[str, bool]]) -> None:
    assert list(english_parts(text)) == parts


@given(st.text(alphabet="abcZ 0123.,·-()কখগািঁ্‍।৩", max_size=40))
def test_parts_give_back_the_text(text: str) -> None:
    parts = list(english_parts(text))
    assert "".join(part for part, _ in parts) == text
    assert all(any(character.isalpha() for character in part) for part, english in parts if english)


def test_a_text_in_parts_is_drawn_as_the_whole() -> None:
    face = typeface(Weight.REGULAR)
    for text in [*HARD_TEXTS, *bengali_texts(400), "নাম · Name, AVATAR To. ক"]:
        font = SyllableFont(face)
        whole = font.encode(text)
        assert b"".join(font.encode(part) for part, _ in english_parts(text)) == whole


@pytest.mark.parametrize("page", PAGES)
def test_every_line_of_a_page_is_in_one_piece_and_nothing_is_said_twice(page: Page) -> None:
    boxes = compose(page, sample_card(**LONG)).boxes
    found = list(pieces(boxes))
    lines = [part.line for piece in found for part in piece.parts if part.begins]
    assert lines == [line for box in boxes for line in box.lines]
    assert sum(isinstance(piece.kind, Picture) for piece in found) == 2
    assert found[0].kind is Role.TITLE
    for piece in found:
        assert all(part.line.role is piece.kind for part in piece.parts)


@pytest.mark.parametrize("page", PAGES)
def test_wrapped_words_have_a_space_between_them_and_broken_ones_have_none(page: Page) -> None:
    card = sample_card(**LONG | {"employer": "X" * 120, "agency_phone": "+880 2 5550 0102, 01711-000000"})
    said = ["".join(part.text for part in piece.parts) for piece in pieces(compose(page, card).boxes)]
    assert card.employer in said
    assert any(card.name.en in text for text in said)
    assert any((card.name.bn or "") in text for text in said)
