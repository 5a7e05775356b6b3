"""The machine readable zone: the specimen of ICAO, every way it arrives, and every slip that must not get through."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from clearance.credential.mrz import MrzFault, Td3, check_digit, is_first_line, read_mrz
from tests.unit.desk.pictures import BASE45, card_like_text
from tests.unit.desk.zones import SPECIMEN, VALUES, zone

OURS = zone("A01234567")


def test_the_specimen_of_icao_is_read() -> None:
    assert read_mrz("\n".join(SPECIMEN)) == Td3(
        passport_no="L898902C3",
        issuing_state="UTO",
        birth_date="740812",
        expiry_date="120415",
        sex="F",
        surname="ERIKSSON",
        given_names="ANNA MARIA",
    )


@pytest.mark.parametrize(("field", "digit"), [("520727", 3), ("AB2134<<<", 5), ("L898902C3", 6), ("<<<<<<<<<<<<<<", 0)])
def test_check_digits_are_those_of_the_standard(field: str, digit: int) -> None:
    assert check_digit(field) == digit


@pytest.mark.parametrize("between", ["", "\n", "\r\n", "\r", "\t", " "])
@pytest.mark.parametrize("after", ["", "\r\n"])
def test_both_lines_are_read_with_whatever_stands_between_them(between: str, after: str) -> None:
    read = read_mrz(between.join(OURS) + after)
    assert isinstance(read, Td3)
    assert (read.passport_no, read.issuing_state, read.birth_date) == ("A01234567", "BGD", "930304")


def test_a_reader_that_types_small_letters_is_understood() -> None:
    assert isinstance(read_mrz("".join(OURS).lower()), Td3)


@pytest.mark.parametrize("number", ["A0123456", "AB012345", "A01234"])
def test_a_shorter_number_comes_without_its_fillers(number: str) -> None:
    read = read_mrz("".join(zone(number)))
    assert isinstance(read, Td3)
    assert read.passport_no == number


def test_a_personal_number_is_checked_too() -> None:
    first, second = zone("A01234567", personal="1234567890123")
    assert isinstance(read_mrz(first + second), Td3)
    assert read_mrz(first + second[:42] + str((int(second[42]) + 1) % 10) + second[43]) is MrzFault.MISREAD


@given(place=st.integers(0, 87), other=st.sampled_from(sorted(VALUES)))
def test_one_wrong_character_gives_no_other_number_where_the_standard_can_tell(place: int, other: str) -> None:
    """Its check digits cannot tell 0 from A, K and U, nor any others whose values differ by ten."""
    text = "".join(OURS)
    assume(VALUES[text[place]] % 10 != VALUES[other] % 10)
    read = read_mrz(text[:place] + other + text[place + 1 :])
    if isinstance(read, Td3):
        assert read.passport_no == "A01234567"


@pytest.mark.parametrize("line", OURS)
def test_one_line_alone_is_said_to_be_one(line: str) -> None:
    assert read_mrz(line) is MrzFault.INCOMPLETE


@pytest.mark.parametrize(
    "other",
    [
        "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L8988901C4XXX4009078F96121096ZE184226B<<<<<<",
        "I<UTOD231458907<<<<<<<<<<<<<<<7408122F1204159UTO<<<<<<<<<<<6ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
        "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<D231458907UTO7408122F1204159<<<<<<<6",
    ],
    ids=["visa", "identity card", "identity card of two lines"],
)
def test_another_document_is_named_as_such(other: str) -> None:
    assert read_mrz(other) is MrzFault.NOT_A_PASSPORT


@pytest.mark.parametrize(
    "text", ["", "A01234567", "HELLO", card_like_text(), "https://example.com/<<", "<" * 20, "P<" * 200]
)
def test_what_is_no_zone_is_none(text: str) -> None:
    assert read_mrz(text) is None


@given(st.text(alphabet=BASE45, max_size=600))
def test_no_text_of_a_card_is_taken_for_a_zone(text: str) -> None:
    assert read_mrz(text) is None


@given(st.text(max_size=300))
def test_no_text_makes_it_fail(text: str) -> None:
    read_mrz(text)


def test_the_first_line_says_that_a_second_one_follows() -> None:
    assert is_first_line(OURS[0])
    assert is_first_line(OURS[0].lower() + "\r")
    assert not is_first_line(OURS[1])
    assert not is_first_line("".join(OURS))
    assert not is_first_line(card_like_text(length=44))


@pytest.mark.parametrize(
    ("names", "surname", "given"),
    [
        ("UDDIN<<MD<RAHIM", "UDDIN", "MD RAHIM"),
        ("RAHIM", "RAHIM", ""),
        ("ABDUR<RAHMAN<<MOHAMMAD", "ABDUR RAHMAN", "MOHAMMAD"),
        ("K<<" + "A" * 36, "K", "A" * 36),
    ],
)
def test_surname_and_given_names_are_told_apart(names: str, surname: str, given: str) -> None:
    read = read_mrz("".join(zone("A01234567", names=names)))
    assert isinstance(read, Td3)
    assert (read.surname, read.given_names, read.sex) == (surname, given, "M")
