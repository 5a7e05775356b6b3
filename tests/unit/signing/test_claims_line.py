"""Claims lines: every word reaches its claim, every fault is named in the words of the line."""

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearance.credential.claims import (
    CardClass,
    ClearanceClaims,
    Gender,
    StatusRef,
    VisaType,
    encode_claims,
    parse_claims,
)
from clearance.signing.claims_line import LineWrong, parse_claims_line, payload_of_line

URI = "https://s.bmet.gov.bd/26a"
LEAST: dict[str, Any] = {
    "name": "RAHIMA KHATUN",
    "birth_date": "1994-05-02",
    "gender": "female",
    "passport_no": "A01234567",
    "clearance_no": "BMET-2026-0000000001",
    "destination": "SAU",
    "issued_at": 1_795_000_000,
    "valid_until": "2027-06-30",
    "status_idx": 4711,
}
MORE: dict[str, Any] = {
    "name_bn": "রহিমা খাতুন",
    "passport_expiry": "2031-01-31",
    "registration_no": "BMET-REG-1",
    "visa_no": "V123",
    "visa_type": 4,
    "employer": "AL NOOR CO",
    "licence_no": "RL-1234",
    "office": "DHA",
    "class": 3,
    "occupation": 7112,
    "previous_passport_no": "B7654321",
    "status_uri": "https://s.bmet.gov.bd/26b",
}


def parsed(**changes: object) -> ClearanceClaims:
    return parse_claims_line(json.dumps({**LEAST, **changes}), issuer="bmet.gov.bd", status_uri=URI)


def fault_of(line: str) -> str:
    with pytest.raises(LineWrong) as caught:
        payload_of_line(line, issuer="bmet.gov.bd", status_uri=URI)
    return str(caught.value)


def fault(**changes: object) -> str:
    return fault_of(json.dumps({**LEAST, **changes}))


def test_the_least_line_says_only_what_must_be_said() -> None:
    assert parsed() == ClearanceClaims(
        issuer="bmet.gov.bd",
        issued_at=1_795_000_000,
        expires_at=1_814_378_399,  # 2027-06-30T23:59:59+06:00
        status=StatusRef(uri=URI, idx=4711),
        full_name="RAHIMA KHATUN",
        birth_date="19940502",
        gender=Gender.FEMALE,
        passport_no="A01234567",
        clearance_no="BMET-2026-0000000001",
        destination="SAU",
    )


def test_every_word_reaches_its_claim() -> None:
    claims = parsed(**MORE)
    assert claims.name_bn == "রহিমা খাতুন"
    assert claims.passport_expiry == 20310131
    assert (claims.registration_no, claims.visa_no, claims.employer) == ("BMET-REG-1", "V123", "AL NOOR CO")
    assert (claims.visa_type, claims.card_class) == (VisaType.ATTESTED_GROUP, CardClass.DEMO_SINGLE)
    assert (claims.licence_no, claims.office, claims.occupation) == ("RL-1234", "DHA", 7112)
    assert claims.previous_passport_no == "B7654321"
    assert claims.status == StatusRef(uri="https://s.bmet.gov.bd/26b", idx=4711)
    assert parse_claims(encode_claims(claims), issuer="bmet.gov.bd") == claims


def test_a_null_counts_as_left_out() -> None:
    assert parsed(**dict.fromkeys(MORE)) == parsed()


def test_unknown_parts_of_a_birth_date_stay_unknown() -> None:
    assert parsed(birth_date="1980-00-00").birth_date == "19800000"


def test_texts_are_brought_to_nfc() -> None:
    composed = "আষা\u09dd বা\u09dcি দ\u09dfা"
    assert composed != unicodedata.normalize("NFC", composed)
    assert parsed(name_bn=composed).name_bn == unicodedata.normalize("NFC", composed)
    assert payload_of_line(json.dumps({**LEAST, "name_bn": composed}), issuer="bmet.gov.bd", status_uri=URI)


@pytest.mark.parametrize("name", list(LEAST))
def test_a_missing_word_is_named(name: str) -> None:
    assert fault(**{name: None}) == f"'{name}' is missing."


@pytest.mark.parametrize("line", ["", "\n", "[]", "null", "1", '"text"', "{", "{'name': 1}", "[" * 100_000])
def test_what_is_no_object_is_said_to_be_none(line: str) -> None:
    assert fault_of(line) == "not a JSON object."


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"nmae": "X"}, "unknown field 'nmae'."),
        ({"name": 7}, "'name' must be a text."),
        ({"issued_at": "1795000000"}, "'issued_at' must be a whole number."),
        ({"issued_at": 1.5}, "'issued_at' must be a whole number."),
        ({"status_idx": True}, "'status_idx' must be a whole number."),
        ({"gender": "F"}, "'gender' must be one of male, female, other."),
        ({"birth_date": "19940502"}, "'birth_date' must be YYYY-MM-DD, with 00 for unknown parts."),
        ({"valid_until": "2027-06-31"}, "'valid_until' must be a calendar date as YYYY-MM-DD."),
        ({"valid_until": "20270630"}, "'valid_until' must be a calendar date as YYYY-MM-DD."),
        ({"valid_until": "২০২৭-০৬-৩০"}, "'valid_until' must be a calendar date as YYYY-MM-DD."),
        ({"passport_expiry": "2031-13-01"}, "'passport_expiry' must be a calendar date as YYYY-MM-DD."),
    ],
)
def test_a_wrong_word_is_named_with_what_is_expected(changes: dict[str, object], sentence: str) -> None:
    assert fault(**changes) == sentence


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"name": "A" * 81}, "name"),
        ({"name": " "}, "name"),
        ({"name": "A\u200bB"}, "name"),
        ({"valid_until": "1990-01-01"}, "valid_until"),
        ({"class": 5}, "class"),
        ({"visa_type": 0}, "visa_type"),
        ({"status_idx": 1 << 24}, "status_idx"),
        ({"status_uri": "https://" + "a" * 60}, "status_uri"),
        ({"passport_no": "a01234567"}, "passport_no"),
        ({"birth_date": "1994-13-01"}, "birth_date"),
        ({"destination": "SA"}, "destination"),
        ({"name": "\ud800"}, "name"),
    ],
)
def test_what_a_card_cannot_hold_is_named_in_the_words_of_the_line(changes: dict[str, object], name: str) -> None:
    assert name in fault(**changes)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=5), children, max_size=3),
    max_leaves=5,
)


@settings(deadline=None)
@given(changes=st.dictionaries(st.sampled_from([*LEAST, *MORE, "other"]), json_values, max_size=4))
def test_any_line_gives_a_payload_or_a_sentence(changes: dict[str, object]) -> None:
    try:
        payload = payload_of_line(json.dumps({**LEAST, **changes}), issuer="bmet.gov.bd", status_uri=URI)
    except LineWrong:
        return
    assert parse_claims(payload, issuer="bmet.gov.bd").issuer == "bmet.gov.bd"


@given(line=st.text(max_size=60))
def test_any_text_gives_a_sentence(line: str) -> None:
    assert fault_of(line).endswith(".")
