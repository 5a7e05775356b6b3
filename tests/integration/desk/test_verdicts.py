"""What the page is told of cards, and of what is none: real cards, real journal."""

import base64
import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from clearance.credential.reasons import Reason
from tests.integration.desk.counter import HOST, REVOKED_IDX, Counter
from tests.unit.desk.bureau import CLAIMS, DAY, NOW, Bureau, tampered
from tests.unit.desk.pictures import card_like_text
from verifier.journal import verify_chain
from verifier.web.app import create_app

PERSONAL = [CLAIMS.full_name, CLAIMS.passport_no, "A0 123 4567", str(CLAIMS.name_bn), CLAIMS.clearance_no]


def test_a_good_card_is_cleared_with_everything_the_officer_compares(counter: Counter, bureau: Bureau) -> None:
    answer = counter.scan(bureau.card())
    assert (answer["kind"], answer["look"], answer["outcome"], answer["reason"]) == (
        "verdict",
        "cleared",
        "pass",
        "valid",
    )
    for shown in (
        "ছাড়পত্র সঠিক", "CLEARED", "A0 123 4567", "MD KARIM UDDIN", "মোহাম্মদ করিম উদ্দিন", "সৌদি আরব", "Saudi Arabia",
        "২০ ফেব্রুয়ারি ২০২৭", "20 February 2027", "4 March 1993", "BMET-26-4821-7703", "RL-1042",
        "Al Madina Trading &amp; Contracting Est.",
    ):  # fmt: skip
        assert shown in answer["screen"], shown


def test_what_is_shown_was_written_down_first(counter: Counter, bureau: Bureau) -> None:
    counter.scan(bureau.card())
    counter.scan(bureau.card(idx=REVOKED_IDX))
    assert [(row["outcome"], row["reason"]) for row in counter.rows()] == [("pass", "valid"), ("refuse", "revoked")]
    assert verify_chain(counter.desk.config.journal) is None


@pytest.mark.parametrize(
    ("changes", "look", "reason"),
    [
        ({"idx": REVOKED_IDX}, "stop", "revoked"),
        ({"idx": 8}, "stop", "suspended"),
        ({"idx": 9}, "stop", "superseded"),
        ({"expires_at": NOW - 1}, "stop", "expired"),
        ({"issued_at": NOW + DAY}, "stop", "not_yet_valid"),
    ],
)
def test_a_genuine_card_that_must_not_pass_shows_whose_it_is_and_why(
    counter: Counter, bureau: Bureau, changes: dict[str, Any], look: str, reason: str
) -> None:
    answer = counter.scan(bureau.card(**changes))
    assert (answer["look"], answer["reason"]) == (look, reason)
    assert "MD KARIM UDDIN" in answer["screen"]


@pytest.mark.parametrize(
    ("text", "look", "reason"),
    [
        ("https://bmet-clearance.example/A01234567", "stop", "web_link"),
        ("HC1:6BFOXN", "not_read", "not_our_card"),
        ("A01234567 MD KARIM UDDIN", "not_read", "unreadable"),
        (card_like_text(), "not_read", "unreadable"),
        ("<script>alert(1)</script>", "not_read", "unreadable"),
        ("", "not_read", "unreadable"),
    ],
)
def test_what_is_no_card_is_called_what_it_is_and_never_repeated_on_the_screen(
    counter: Counter, text: str, look: str, reason: str
) -> None:
    answer = counter.scan(text)
    assert (answer["look"], answer["reason"]) == (look, reason)
    assert not text or text not in answer["screen"]


def test_nothing_personal_is_shown_of_a_card_whose_signature_is_wrong(counter: Counter, bureau: Bureau) -> None:
    answer = counter.scan(tampered(bureau.card()))
    assert (answer["look"], answer["reason"], answer["genuine"]) == ("stop", "bad_signature", False)
    assert [personal for personal in PERSONAL if personal in answer["screen"]] == []


def test_nothing_personal_is_shown_of_another_issuer_s_card(counter: Counter, tmp_path: Path) -> None:
    stranger = Bureau(tmp_path / "stranger")
    answer = counter.scan(stranger.card())
    assert answer["reason"] == "unknown_signer"
    assert [personal for personal in PERSONAL if personal in answer["screen"]] == []


def test_a_hostile_name_stays_text(counter: Counter, bureau: Bureau) -> None:
    answer = counter.scan(bureau.card(full_name='<img src=x onerror="alert(1)">', employer="</dd><script>"))
    assert answer["look"] == "cleared"
    assert "<img" not in answer["screen"]
    assert "<script" not in answer["screen"]


def test_a_photo_on_the_card_is_shown(counter: Counter, bureau: Bureau) -> None:
    photo = io.BytesIO()
    Image.new("RGB", (24, 31), "#a8714c").save(photo, "WEBP", quality=30)
    screen = counter.scan(bureau.card(photo_webp=photo.getvalue()))["screen"]
    assert f"data:image/webp;base64,{base64.b64encode(photo.getvalue()).decode()}" in screen


def test_the_reading_from_physical_keys_or_the_one_from_characters_whichever_verifies(
    counter: Counter, bureau: Bureau
) -> None:
    card = bureau.card()
    assert counter.scan("]Q1" + card + "\r", "গোলমাল")["reason"] == "valid"
    assert counter.scan("garbled by a layout", card.lower())["reason"] == "valid"


def test_every_verdict_can_be_worded(counter: Counter, bureau: Bureau) -> None:
    """Each reason reaches the screen through the same template; none may break it."""
    from clearance.credential.gate import Verdict
    from verifier.desk import ScanRecord, Source
    from verifier.passport import PassportInHand, ReadBy
    from verifier.web.screens import Screens

    other = PassportInHand(number="B7654321", read_by=ReadBy.TYPED)

    app = create_app(counter.desk.services())
    for reason in Reason:
        for claims in (None, CLAIMS):
            verdict = Verdict(reason=reason, claims=claims)
            record = ScanRecord(at=NOW, source=Source.FILE, text="x", passport=other, trust_sequence=1, verdict=verdict)
            with app.test_request_context(**HOST):
                response, _ = Screens(counter.desk.services()).verdict(record)
            assert json.loads(response.data)["reason"] == reason
