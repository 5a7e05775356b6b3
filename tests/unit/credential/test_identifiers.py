"""Passport numbers as people write them."""

import pytest

from clearance.credential.identifiers import PASSPORT_NO, fold_digits, normalise_passport_no


@pytest.mark.parametrize(
    "written",
    [
        "A01234567",
        "a01234567",
        " A 0123 4567\t",
        "A-0123-4567",
        "A01234567<<",
        "A০১২৩৪৫৬৭",
        "\uff2101234567",
        "A0123\u200b4567\ufeff",
        "A0123\u20114567",
        "A\u221201234567",
    ],
)
def test_every_spelling_of_a_number_is_the_same_number(written: str) -> None:
    assert normalise_passport_no(written) == "A01234567"


def test_nothing_is_guessed() -> None:
    assert normalise_passport_no("AO1234567") == "AO1234567"
    assert not PASSPORT_NO.fullmatch(normalise_passport_no("A0123.4567"))
    assert not PASSPORT_NO.fullmatch(normalise_passport_no("আ০১২৩৪৫৬৭"))
    assert normalise_passport_no("\ud800") == "\ud800"


def test_digits_of_every_script_are_folded() -> None:
    assert fold_digits("০১২৩৪৫৬৭৮৯ ٠١٢ १२ x") == "0123456789 012 12 x"
    assert fold_digits("½²") == "½²"
