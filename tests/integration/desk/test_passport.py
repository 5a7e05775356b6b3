"""The passport in the officer's hand, read or typed, beside the card."""

import pytest

from tests.integration.desk.counter import HOST, OWN, Counter
from tests.unit.desk.bureau import Bureau
from tests.unit.desk.pictures import in_view, jpeg, qr_image
from tests.unit.desk.zones import zone


@pytest.mark.parametrize("typed", ["A01234567", "a0 123 4567", "A০১২৩৪৫৬৭", "A0-123-4567"])
def test_the_passport_in_hand_is_compared_however_it_is_typed(counter: Counter, bureau: Bureau, typed: str) -> None:
    answer = counter.scan(bureau.card(), passport=typed)
    assert answer["reason"] == "valid"
    assert "The typed passport number is the one on the card." in answer["screen"]
    assert counter.rows()[0]["passport_no"] == "A01234567"


def test_a_mismatch_names_both_numbers(counter: Counter, bureau: Bureau) -> None:
    answer = counter.scan(bureau.card(), passport="B7654321")
    assert (answer["look"], answer["reason"]) == ("check", "passport_mismatch")
    assert "A0 123 4567" in answer["screen"]
    assert "B 765 4321" in answer["screen"]


def test_the_previous_passport_passes_and_says_so(counter: Counter, bureau: Bureau) -> None:
    answer = counter.scan(bureau.card(previous_passport_no="AB0123456"), passport="AB0123456")
    assert answer["reason"] == "valid"
    assert "The passport was renewed." in answer["screen"]


@pytest.mark.parametrize("odd", ["A1", "A0123456789", "A01234 567!", "x" * 5_000, "আ০১২৩৪৫৬", 7, ["A01234567"]])
def test_a_number_that_is_none_gives_a_message_and_no_verdict(counter: Counter, bureau: Bureau, odd: object) -> None:
    said = {"candidates": [bureau.card()], "source": "keyboard", "passport": odd}
    response = counter.client.post("/scan", json=said, headers=OWN, **HOST)
    assert (response.status_code, response.json["code"]) == (422, "passport_odd")
    assert "এটি পাসপোর্ট নম্বরের মতো নয়" in response.json["screen"]
    assert counter.rows() == []


def test_the_last_four_digits_are_enough_and_the_journal_says_that_it_was_no_more(
    counter: Counter, bureau: Bureau
) -> None:
    answer = counter.scan(bureau.card(), passport="৪৫৬৭")
    assert (answer["reason"], answer["matches"]) == ("valid", True)
    assert "The last four digits are those of the card." in answer["screen"]
    row = counter.rows()[0]
    assert (row["passport_no"], row["passport_by"], row["passport_matches"]) == ("4567", "last_four", 1)


def test_four_other_digits_are_a_mismatch_that_shows_them(counter: Counter, bureau: Bureau) -> None:
    answer = counter.scan(bureau.card(), passport="0000")
    assert (answer["look"], answer["reason"], answer["matches"]) == ("check", "passport_mismatch", False)
    assert "… 0000" in answer["screen"]


@pytest.mark.parametrize("source", ["keyboard", "serial"])
@pytest.mark.parametrize("between", ["", "\r\n"])
def test_a_passport_reader_is_answered_with_the_passport_and_no_verdict(
    counter: Counter, source: str, between: str
) -> None:
    answer = counter.scan(between.join(zone("A01234567")), "গোলমাল", source=source)
    assert (answer["kind"], answer["number"], answer["read_by"]) == ("passport", "A01234567", "mrz")
    assert counter.rows() == []


def test_what_the_reader_sent_goes_along_with_the_card_by_scanner_and_by_camera(
    counter: Counter, bureau: Bureau
) -> None:
    heard = counter.scan("\n".join(zone("A01234567")))["heard"]
    answer = counter.scan(bureau.card(), passport=heard)
    assert "The passport was read: it is the one on the card." in answer["screen"]
    assert counter.frame(jpeg(in_view(qr_image(bureau.card()))), passport=heard)["matches"] is True
    assert [row["passport_by"] for row in counter.rows()] == ["mrz", "mrz"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (zone("A01234567")[0], "mrz_incomplete"),
        (zone("A01234567")[0] + zone("A01234567")[1].replace("A01", "A10"), "mrz_misread"),
        ("V" + "".join(zone("A01234567"))[1:], "mrz_not_a_passport"),
    ],
)
def test_a_zone_that_cannot_be_relied_on_is_named_and_written_down_nowhere(
    counter: Counter, text: str, code: str
) -> None:
    response = counter.post("scan", candidates=[text], source="keyboard")
    assert (response.status_code, response.json) == (422, {"kind": "passport_fault", "code": code})
    assert counter.rows() == []


def test_the_reading_whose_check_digits_hold_wins(counter: Counter) -> None:
    first, second = zone("A01234567")
    assert counter.scan(first + second.replace("A01", "Q01"), first + second)["number"] == "A01234567"


def test_a_number_typed_by_hand_is_understood_before_any_card(counter: Counter) -> None:
    assert counter.post("passport", heard="a0 123 4567").json["number"] == "A01234567"
    assert counter.post("passport", heard="A1").json == {"kind": "passport_fault", "code": "passport_odd"}
    assert counter.post("passport", heard=7).status_code == 400
