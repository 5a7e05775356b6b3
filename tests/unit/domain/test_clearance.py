"""Clearance numbers that can be read out, and which clearance keeps a passport from another."""

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearance.credential.status import Status
from clearance.domain.clearance import CROCKFORD, check_symbol, new_clearance_no, new_reference
from clearance.domain.text import searchable
from tests.fakes.office import TODAY
from tests.fakes.values import clearance


def test_a_clearance_number_is_year_random_body_and_check_character() -> None:
    numbers = {new_clearance_no(2026) for _ in range(500)}
    assert len(numbers) == 500
    for number in numbers:
        match = re.fullmatch(f"BMET-2026-([{CROCKFORD}]{{10}})([{CROCKFORD}])", number)
        assert match
        assert check_symbol(match[1]) == match[2]
        assert len(number) <= 24


@given(st.text(CROCKFORD, min_size=10, max_size=10), st.integers(0, 9), st.sampled_from(CROCKFORD))
def test_one_wrong_character_changes_the_check_character(body: str, position: int, wrong: str) -> None:
    mistyped = body[:position] + wrong + body[position + 1 :]
    assert (check_symbol(mistyped) == check_symbol(body)) == (mistyped == body)


@given(st.text(CROCKFORD, min_size=10, max_size=10), st.integers(0, 8))
def test_two_swapped_characters_change_the_check_character(body: str, position: int) -> None:
    swapped = body[:position] + body[position + 1] + body[position] + body[position + 2 :]
    assert (check_symbol(swapped) == check_symbol(body)) == (swapped == body)


def test_a_reference_is_short_and_random() -> None:
    references = {new_reference() for _ in range(500)}
    assert len(references) == 500
    assert all(re.fullmatch(f"APP-[{CROCKFORD}]{{8}}", reference) for reference in references)


@pytest.mark.parametrize(
    ("status", "days_left", "stands"),
    [
        (Status.VALID, 0, True),
        (Status.VALID, -1, False),
        (Status.SUSPENDED, -1, True),
        (Status.INVALID, 10, False),
        (Status.SUPERSEDED, 10, False),
    ],
)
def test_a_clearance_stands_while_valid_or_held(status: Status, days_left: int, stands: bool) -> None:
    assert clearance(status=status, valid_until=TODAY + timedelta(days=days_left)).stands(TODAY) is stands


@pytest.mark.parametrize(
    ("typed", "sought"),
    [
        ("  a০১২৩ ", "A0123"),
        ("md.  rahim", "MD. RAHIM"),
        ("\u09dc", "\u09a1\u09bc"),
        ("", ""),
    ],
)
def test_texts_are_searched_in_one_form(typed: str, sought: str) -> None:
    assert searchable(typed) == sought
