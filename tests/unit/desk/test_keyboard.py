"""What a typing scanner sends, and what of it is the symbol's text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.desk.pictures import BASE45, card_like_text
from verifier.desk import Source
from verifier.scan.keyboard import MAX_CANDIDATES, MAX_CHARS, scanned


@pytest.mark.parametrize("before", ["", "]Q1", "]Q3", "]q1", "\x02", "\x02]Q1"])
@pytest.mark.parametrize("after", ["", "\r", "\n", "\r\n", "\t", "\x03\r"])
def test_identifier_and_line_ends_are_not_part_of_the_text(before: str, after: str) -> None:
    text = card_like_text()
    assert scanned([before + text + after]).candidates == (text,)


def test_spaces_at_the_ends_belong_to_the_text() -> None:
    assert scanned([" NCF  A "]).candidates == (" NCF  A ",)


def test_two_equal_readings_are_one_and_empty_ones_none() -> None:
    assert scanned(["NCF1", "NCF1", "\r\n", "ncf1"]).candidates == ("NCF1", "ncf1")


def test_five_megabytes_of_garbage_stay_too_long_to_be_a_card_and_small_enough_to_handle() -> None:
    (text,) = scanned(["x" * 5_000_000]).candidates
    assert len(text) == MAX_CHARS


def test_more_readings_than_a_page_makes_are_left_out() -> None:
    assert len(scanned([str(number) for number in range(100)]).candidates) == MAX_CANDIDATES


@given(st.text(alphabet=BASE45, min_size=1, max_size=600))
def test_every_text_of_the_alphabet_arrives_as_it_was(text: str) -> None:
    assert scanned([text]).candidates == (text,)


@given(st.lists(st.text()))
def test_whatever_comes_gives_a_scan_of_the_keyboard(candidates: list[str]) -> None:
    assert scanned(candidates).source is Source.KEYBOARD
