from datetime import date
from unicodedata import is_normalized

import pytest

from clearance.card import words
from clearance.card.typeface import Weight, typeface
from clearance.card.words import LABELS, Item, facts
from clearance.domain.first_rules import OTHERS, SEVEN
from clearance.domain.text import BilingualText
from tests.unit.card.samples import BARE, sample_card

FIXED = [
    value
    for value in vars(words).values()
    for value in (value if isinstance(value, tuple) else (value,))
    if isinstance(value, BilingualText)
]


def test_every_fact_has_a_label_in_both_languages() -> None:
    assert set(LABELS) == set(Item) - {Item.HELPLINE, Item.FREE, Item.DEMO}  # whole sentences
    assert all(label.en and label.bn for label in LABELS.values())


def test_fixed_words_are_bilingual_normalised_and_printable() -> None:
    for text in [*FIXED, *LABELS.values()]:
        assert text.bn
        for form in (text.en, text.bn):
            assert is_normalized("NFC", form)
            assert not typeface(Weight.REGULAR).missing(form)


def test_dates_have_bengali_digits_in_bengali_and_latin_ones_in_english() -> None:
    assert words.day(date(2026, 11, 22)) == BilingualText(en="22 Nov 2026", bn="২২ নভেম্বর ২০২৬")


def test_amounts_are_grouped_by_lakh() -> None:
    assert words.taka(1_234_567) == BilingualText(en="Tk 12,34,567", bn="১২,৩৪,৫৬৭ টাকা")


@pytest.mark.parametrize("code", sorted((*SEVEN, *OTHERS)))
def test_every_destination_has_a_name_in_both_languages(code: str) -> None:
    name = words.country(code)
    assert name.bn
    assert name.en != code
    assert not typeface(Weight.SEMIBOLD).missing(name.bn)


def test_an_unknown_country_code_is_printed_as_it_is() -> None:
    assert words.country("QQQ") == BilingualText(en="QQQ")


def test_identifiers_stay_as_they_are() -> None:
    printed = facts(sample_card(passport_no="A01234567", visa_no="60/12"))
    assert printed[Item.PASSPORT_NO] == BilingualText(en="A01234567")
    assert printed[Item.VISA_NO] == BilingualText(en="60/12")


def test_a_fact_the_card_lacks_is_left_out() -> None:
    printed = facts(sample_card(**BARE))
    for item in (Item.SALARY, Item.LICENCE_NO, Item.AGENCY_PHONE, Item.ORIENTATION_CERTIFICATE):
        assert item not in printed


def test_a_worker_without_agency_is_said_to_have_none() -> None:
    assert facts(sample_card(agency=None))[Item.AGENCY].en == "Without an agency"


@pytest.mark.parametrize("code", ["single", "group", "attested_single", "attested_group"])
def test_visa_types_are_said_in_both_languages(code: str) -> None:
    assert facts(sample_card(visa_type=code))[Item.VISA_TYPE].bn


def test_texts_are_normalised_and_on_one_line() -> None:
    name = BilingualText(en="MD  KARIM\nUDDIN", bn="\u0986\u09df\u09c7\u09b6\u09be")
    printed = facts(sample_card(name=name))[Item.NAME]
    assert printed == BilingualText(en="MD KARIM UDDIN", bn="\u0986\u09af\u09bc\u09c7\u09b6\u09be")
