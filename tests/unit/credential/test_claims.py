"""What the issuer may say, and how it reads back."""

from dataclasses import replace
from datetime import date
from random import Random

import pytest

from clearance.credential import cbor
from clearance.credential.claims import ClearanceClaims, StatusRef, encode_claims, end_of_day_dhaka, parse_claims
from clearance.credential.errors import MalformedClaims
from tests.vectors.desk import CARD_ISSUED, FULL_CLAIMS, ISSUER, SHORT_CLAIMS, payload_map
from tests.vectors.model import card


@pytest.mark.parametrize("claims", [SHORT_CLAIMS, FULL_CLAIMS, replace(FULL_CLAIMS, not_before=CARD_ISSUED + 9)])
def test_claims_read_back_as_they_were_written(claims: ClearanceClaims) -> None:
    assert parse_claims(encode_claims(claims), issuer=ISSUER) == claims


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("issuer", ""),
        ("issued_at", -1),
        ("issued_at", 1.5),
        ("expires_at", CARD_ISSUED),
        ("not_before", CARD_ISSUED),
        ("full_name", ""),
        ("full_name", "A" * 81),
        ("full_name", "RAHIMA\u200bKHATUN"),
        ("full_name", "RAHIMA\n"),
        ("name_bn", "\u09df"),
        ("name_bn", " "),
        ("name_bn", "ক" * 67),
        ("birth_date", "1988-01-05"),
        ("birth_date", date(1988, 1, 5)),
        ("gender", 7),
        ("gender", True),
        ("registration_no", ""),
        ("photo_webp", bytes(601)),
        ("passport_no", "a01234567"),
        ("passport_no", None),
        ("clearance_no", "2" * 25),
        ("destination", "SA"),
        ("visa_no", "6" * 21),
        ("visa_type", 9),
        ("employer", "A" * 61),
        ("employer", "A\ud800"),
        ("licence_no", "R" * 13),
        ("passport_expiry", 20330230),
        ("passport_expiry", "20330704"),
        ("office", "D" * 13),
        ("card_class", 0),
        ("occupation", -1),
        ("previous_passport_no", "X"),
    ],
)
def test_what_no_reader_would_take_is_refused_by_name(field: str, value: object) -> None:
    with pytest.raises(MalformedClaims) as fault:
        encode_claims(replace(FULL_CLAIMS, **{field: value}))  # type: ignore[arg-type]
    assert fault.value.field == field


@pytest.mark.parametrize(
    "status", [StatusRef(uri="x" * 65, idx=1), StatusRef(uri="", idx=1), StatusRef(uri="u", idx=1 << 24)]
)
def test_a_status_reference_outside_its_limits_is_refused(status: StatusRef) -> None:
    with pytest.raises(MalformedClaims):
        encode_claims(replace(SHORT_CLAIMS, status=status))


def test_a_card_is_valid_until_the_end_of_a_day_in_dhaka() -> None:
    day = date(2027, 11, 19)
    assert end_of_day_dhaka(day) == 1_826_647_199
    assert replace(SHORT_CLAIMS, expires_at=end_of_day_dhaka(day)).valid_until == day
    assert replace(SHORT_CLAIMS, expires_at=end_of_day_dhaka(day) + 1).valid_until == date(2027, 11, 20)


def test_a_time_beyond_the_calendar_still_has_a_day() -> None:
    assert replace(SHORT_CLAIMS, expires_at=(1 << 64) - 1).valid_until == date.max


def test_nine_of_ten_typical_cards_fit_the_qr_symbol_of_600_characters() -> None:
    random = Random(600)
    lengths = sorted(len(card(_typical(random)).text) for _ in range(200))
    assert lengths[len(lengths) * 9 // 10] <= 600


def _typical(random: Random) -> ClearanceClaims:
    """A card with every usual field; one in five workers has a renewed passport."""
    names = ("MD", "MOHAMMAD", "RAFIQUL", "ISLAM", "HOSSAIN", "ABDUL", "KARIM", "RAHIMA", "KHATUN", "SHEIKH", "MIAH")
    names_bn = ("মো.", "মোহাম্মদ", "রফিকুল", "ইসলাম", "হোসেন", "আব্দুল", "করিম", "রহিমা", "খাতুন", "শেখ", "মিয়া")
    words = ("AL", "NOOR", "CONTRACTING", "EST.", "GULF", "TRADING", "CO.", "LLC", "CLEANING", "SERVICES", "SDN BHD")
    parts = random.sample(range(len(names)), random.choice((2, 3)))
    return replace(
        FULL_CLAIMS,
        full_name=" ".join(names[part] for part in parts),
        name_bn=" ".join(names_bn[part] for part in parts),
        birth_date=f"{random.randrange(1975, 2005)}{random.randrange(1, 13):02}{random.randrange(1, 29):02}",
        employer=" ".join(random.sample(words, random.choice((3, 4, 5)))),
        passport_no=f"A{random.randrange(10**8):08}",
        visa_no=f"{random.randrange(10**10):010}",
        registration_no=f"2026-{random.randrange(10**8):08}",
        clearance_no=f"26-DHK-{random.randrange(10**7):07}",
        previous_passport_no="BX0123456" if random.random() < 0.2 else None,
        status=replace(FULL_CLAIMS.status, idx=random.randrange(1 << 20)),
    )


@pytest.mark.parametrize(
    ("section", "key", "field"),
    [
        (None, 169, "identity"),
        (None, -880001, "clearance"),
        (None, 65535, "status"),
        (None, 1, "issuer"),
        (169, 13, "nationality"),
        (169, 20, "name_bn"),
        (169, 17, "photo_webp"),
        (-880001, 1, "profile"),
        (-880001, 2, "passport_no"),
    ],
)
def test_a_reader_names_the_part_that_is_missing(section: int | None, key: int, field: str) -> None:
    content = payload_map(replace(FULL_CLAIMS, photo_webp=b"RIFF"))
    del (content if section is None else content[section])[key]
    with pytest.raises(MalformedClaims) as fault:
        parse_claims(cbor.encode(content), issuer=ISSUER)
    assert fault.value.field == field
