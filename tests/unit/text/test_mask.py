"""Names and numbers on a screen that others can see."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearance.web.public.mask import DOTS, masked_name, masked_passport_no


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("MD. RAHIM UDDIN", "MD. R••• U•••"),
        ("ALI", "A•••"),
        ("MD", "M•••"),
        ("মোঃ রহিম উদ্দিন", "মোঃ র••• উ•••"),
        ("মোছাঃ শ্রাবণী ক্ষত্রিয়", "মোছাঃ শ্রা••• ক্ষ•••"),
        ("", ""),
    ],
)
def test_a_name_shows_titles_and_first_signs(name: str, masked: str) -> None:
    assert masked_name(name) == masked


@given(st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ ", max_size=80))
def test_the_length_of_a_masked_word_is_hidden(name: str) -> None:
    lengths = {len(word) for word in masked_name(f"X {name}").split() if word.endswith(DOTS)}
    assert lengths == {1 + len(DOTS)}


def test_of_a_passport_number_both_ends_are_shown() -> None:
    assert masked_passport_no("A01234567") == "A0•••••67"
