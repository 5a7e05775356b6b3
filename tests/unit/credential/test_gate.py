"""The gate's answer beyond its reason, its policy, and that hostile texts cost little."""

import subprocess
import sys
import tracemalloc
import zlib

import pytest

from clearance.credential import base45
from clearance.credential.gate import Note, Policy, verdict_for
from clearance.credential.reasons import Outcome, Reason
from tests.vectors.cases_text import noise
from tests.vectors.desk import CARD_ISSUED, FULL_CLAIMS, LIST_ISSUED, NOW, DeskFiles, country, desk_with_lists
from tests.vectors.model import card, card_of_cose, card_of_payload

HELD = DeskFiles().hold()
GOOD = card(FULL_CLAIMS)


def test_a_verdict_carries_what_the_officer_needs() -> None:
    verdict = verdict_for(GOOD.text, held=HELD, at=NOW, passport_no="BX0123456")
    assert verdict.outcome is Outcome.PASS
    assert verdict.claims == FULL_CLAIMS
    assert verdict.kid == country().card.kid
    assert verdict.status_age_s == NOW - LIST_ISSUED
    assert verdict.note is Note.PREVIOUS_PASSPORT


def test_a_note_is_given_only_with_a_pass() -> None:
    verdict = verdict_for(GOOD.text, held=HELD, at=NOW, passport_no="BX0123456", used_before=True)
    assert (verdict.reason, verdict.note) == (Reason.ALREADY_USED, None)


def test_without_a_list_there_is_no_age() -> None:
    verdict = verdict_for(GOOD.text, held=desk_with_lists().hold(), at=NOW)
    assert (verdict.reason, verdict.status_age_s) == (Reason.STATUS_UNKNOWN, None)


def test_the_key_identifier_is_told_even_of_a_stranger() -> None:
    stranger = country("other root").card
    verdict = verdict_for(card(signer=stranger).text, held=HELD, at=NOW)
    assert (verdict.reason, verdict.kid, verdict.claims) == (Reason.UNKNOWN_SIGNER, stranger.kid, None)


def test_a_desk_may_be_stricter() -> None:
    at = LIST_ISSUED + 3600
    assert verdict_for(GOOD.text, held=HELD, at=at).reason is Reason.VALID
    strict = Policy(status_grace_s=3599)
    assert verdict_for(GOOD.text, held=HELD, at=at, policy=strict).reason is Reason.STATUS_STALE
    short = Policy(max_validity_days=30)
    assert verdict_for(GOOD.text, held=HELD, at=at, policy=short).reason is Reason.MALFORMED
    exact = Policy(clock_skew_s=0)
    assert verdict_for(GOOD.text, held=HELD, at=LIST_ISSUED - 1, policy=exact).reason is Reason.CLOCK_WRONG


def test_every_reason_has_one_outcome_and_only_valid_passes() -> None:
    referred = {reason for reason in Reason if reason.outcome is Outcome.REFER}
    assert {reason for reason in Reason if reason.outcome is Outcome.PASS} == {Reason.VALID}
    assert referred == {
        Reason.TRUST_UNUSABLE,
        Reason.CLOCK_WRONG,
        Reason.STATUS_UNKNOWN,
        Reason.STATUS_STALE,
        Reason.TRUST_STALE,
        Reason.PASSPORT_MISMATCH,
        Reason.ALREADY_USED,
    }


HOSTILE = {
    "5 MB of letters": "A" * 5_000_000,
    "5 MB of line ends": "\r\n" * 2_500_000,
    "20 million Bengali letters after a line end": "\n" + "ক" * 20_000_000,
    "2,400 characters of noise": base45.encode(noise(1600)),
    "a zlib bomb": base45.encode(zlib.compress(bytes(1_000_000), 9)),
    "4,096 bytes of array heads": card_of_cose(b"\x81" * 4096).text,
    "4,096 bytes of map heads under the real key": card_of_payload(b"\xa1\x00" * 1900).text,
    "an array of 2**64 under the real key": card_of_payload(b"\x9b" + b"\xff" * 8).text,
    "a text of 4,000 bytes that NFC would change": card_of_payload(b"\x79\x0f\x00" + "\u09df".encode() * 1280).text,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_is_refused_within_32_mebibytes(text: str) -> None:
    tracemalloc.start()
    try:
        verdict = verdict_for(text, held=HELD, at=NOW)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert verdict.outcome is Outcome.REFUSE
    assert peak < 32 << 20


def test_a_passport_number_of_a_megabyte_is_just_another_number() -> None:
    verdict = verdict_for(GOOD.text, held=HELD, at=NOW, passport_no="\ufdfa" * 1_000_000)
    assert verdict.reason is Reason.PASSPORT_MISMATCH
    padded = "A01234567" + " " * 100 + "9"
    assert verdict_for(GOOD.text, held=HELD, at=NOW, passport_no=padded).reason is Reason.PASSPORT_MISMATCH


def test_a_passport_number_is_looked_at_up_to_64_characters() -> None:
    at_the_end = "A01234567".rjust(64)
    assert verdict_for(GOOD.text, held=HELD, at=NOW, passport_no=at_the_end).reason is Reason.VALID
    beyond = verdict_for(GOOD.text, held=HELD, at=NOW, passport_no=f" {at_the_end}")
    assert beyond.reason is Reason.PASSPORT_MISMATCH


def test_a_list_of_this_second_or_of_a_clock_slightly_ahead_is_of_age_0() -> None:
    assert verdict_for(GOOD.text, held=HELD, at=LIST_ISSUED).status_age_s == 0
    assert verdict_for(GOOD.text, held=HELD, at=LIST_ISSUED - 300).status_age_s == 0


@pytest.mark.parametrize("at", [-(10**30), -1, 0, 10**30])
def test_no_clock_is_too_absurd_to_answer(at: int) -> None:
    assert verdict_for(GOOD.text, held=HELD, at=at).reason in (Reason.CLOCK_WRONG, Reason.EXPIRED)
    assert CARD_ISSUED < NOW


def test_the_core_loads_nothing_but_the_standard_library_and_cryptography() -> None:
    listing = (
        "import sys; before = set(sys.modules); import clearance.credential.gate; print(*set(sys.modules) - before)"
    )
    loaded = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True).stdout.split()
    foreign = {name.partition(".")[0] for name in loaded} - set(sys.stdlib_module_names)
    assert foreign <= {"clearance", "cryptography", "_cffi_backend", "cffi", "_openssl"}
