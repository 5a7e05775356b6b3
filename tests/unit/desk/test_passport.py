"""The passport in hand: read, typed whole, or its last four digits; and whether it is on the card."""

from dataclasses import replace

import pytest

from clearance.credential.mrz import MrzFault
from tests.unit.desk.bureau import CLAIMS
from tests.unit.desk.zones import zone
from verifier.passport import PassportFault, PassportInHand, ReadBy, passport_in_hand

RENEWED = replace(CLAIMS, passport_no="A09999999", previous_passport_no="AB0123456")


def heard(text: str) -> PassportInHand:
    passport = passport_in_hand(text)
    assert isinstance(passport, PassportInHand)
    return passport


@pytest.mark.parametrize("typed", ["A01234567", "a0 123 4567", "A০১২৩৪৫৬৭", "A0-123-4567"])
def test_a_number_may_be_typed_as_people_write_it(typed: str) -> None:
    assert heard(typed) == PassportInHand(number="A01234567", read_by=ReadBy.TYPED)


@pytest.mark.parametrize("typed", ["4567", "৪৫৬৭", " 45 67 "])
def test_four_digits_are_the_last_four(typed: str) -> None:
    assert heard(typed) == PassportInHand(number="4567", read_by=ReadBy.LAST_FOUR)


def test_both_lines_of_a_reader_are_a_passport() -> None:
    assert heard("\r\n".join(zone("A01234567"))) == PassportInHand(number="A01234567", read_by=ReadBy.MRZ)


@pytest.mark.parametrize("odd", ["", "A1", "123", "12345", "A0123456789", "A01234 567!", "আ০১২৩৪৫৬", "x" * 5_000])
def test_what_is_no_number_is_odd(odd: str) -> None:
    assert passport_in_hand(odd) is PassportFault.ODD


def test_a_misread_zone_is_no_number() -> None:
    first, second = zone("A01234567")
    assert passport_in_hand(first + second.replace("A01", "A10")) is MrzFault.MISREAD


@pytest.mark.parametrize("number", ["A01234567", "4567"])
def test_the_passport_on_the_card_is_known(number: str) -> None:
    assert heard(number).is_on(CLAIMS)
    assert heard(number).as_on(CLAIMS) == "A01234567"


@pytest.mark.parametrize("number", ["AB0123456", "3456"])
def test_the_passport_that_it_replaced_is_known_too(number: str) -> None:
    assert heard(number).is_on(RENEWED)
    assert heard(number).as_on(RENEWED) == "AB0123456"


@pytest.mark.parametrize("number", ["B01234567", "A01234568", "4568", "AB0123456"])
def test_any_other_passport_is_not(number: str) -> None:
    assert not heard(number).is_on(CLAIMS)


def test_four_digits_of_another_passport_stay_what_they_are() -> None:
    assert heard("0000").as_on(CLAIMS) == "0000"
