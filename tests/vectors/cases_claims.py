"""Vectors of sections 3 and 5: the payload's CBOR and its claims, always under a right signature."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from clearance.credential import cbor
from clearance.credential.claims import ClearanceClaims
from clearance.credential.reasons import Reason
from tests.vectors.cases_cose import head
from tests.vectors.desk import CARD_ISSUED, FULL_CLAIMS, SHORT_CLAIMS, payload_map
from tests.vectors.model import Vector, card, card_of_payload

EXP = FULL_CLAIMS.expires_at
IDENTITY, STATUS, CLEARANCE = 169, 65535, -880001
ABSENT = object()


def vectors() -> Iterator[Vector]:
    yield from _not_deterministic()
    yield from _texts()
    yield from _top_claims()
    yield from _identity()
    yield from _clearance()
    yield from _newer()
    yield from _ignored()
    yield from _extremes()


def _bad(name: str, rule: str, payload: bytes, reason: Reason = Reason.MALFORMED) -> Vector:
    return Vector(folder="invalid", name=name, rule=rule, card=card_of_payload(payload), reason=reason)


def spoiled(changes: Mapping[Any, object], section: int | None = None) -> bytes:
    """The full card's payload with keys changed, at the top or in one of its maps; ABSENT takes one out."""
    payload = payload_map(FULL_CLAIMS)
    target = payload if section is None else payload[section]
    target.update(changes)
    for key in [key for key, value in target.items() if value is ABSENT]:
        del target[key]
    return cbor.encode(payload)


def _not_deterministic() -> Iterator[Vector]:
    good = cbor.encode(payload_map(FULL_CLAIMS))
    issuer = b"\x01\x6bbmet.gov.bd"
    exp = b"\x04\x1a" + EXP.to_bytes(4, "big")
    assert good.startswith(b"\xa6" + issuer + exp)
    rest = good[1 + len(issuer) + len(exp) :]
    for name, payload in (
        ("payload-empty", b""),
        ("payload-array", b"\x80"),
        ("payload-byte-after-it", good + b"\0"),
        ("payload-cut-short", good[:-1]),
        ("payload-keys-out-of-order", b"\xa6" + exp + issuer + rest),
        ("payload-key-repeated", b"\xa7" + issuer + issuer + exp + rest),
        ("payload-key-true-beside-1", b"\xa7" + issuer + exp + rest + b"\xf5\x6bbmet.gov.in"),
        ("payload-key-true-instead-of-1", b"\xa6" + exp + rest + b"\xf5\x6bbmet.gov.bd"),
        ("payload-key-byte-string", b"\xa7" + issuer + exp + rest + b"\x41a\x00"),
        ("payload-key-float-4", b"\xa7" + issuer + exp + rest + b"\xf9\x44\x00\x00"),
        ("payload-map-indefinite", b"\xbf" + issuer + exp + rest + b"\xff"),
        ("payload-map-head-in-two-bytes", b"\xb8\x06" + issuer + exp + rest),
        ("payload-text-indefinite", b"\xa6\x01\x7f" + issuer[1:] + b"\xff" + exp + rest),
        ("payload-text-not-utf-8", b"\xa6\x01\x6bbmet.gov.b\xff" + exp + rest),
        ("payload-text-utf-8-surrogate", b"\xa6\x01\x6bbmet.gov\xed\xa0\x80" + exp + rest),
        ("payload-exp-in-nine-bytes", b"\xa6" + issuer + b"\x04\x1b" + EXP.to_bytes(8, "big") + rest),
        ("payload-exp-float", b"\xa6" + issuer + b"\x04\xfb\x41\xda\xff\xff\xff\xff\xff\xff" + rest),
        ("payload-exp-bignum", b"\xa6" + issuer + b"\x04\xc2\x44" + EXP.to_bytes(4, "big") + rest),
        ("payload-exp-tagged-time", b"\xa6" + issuer + b"\x04\xc1\x1a" + EXP.to_bytes(4, "big") + rest),
        ("payload-exp-undefined", b"\xa6" + issuer + b"\x04\xf7" + rest),
        ("payload-exp-simple-value-99", b"\xa6" + issuer + b"\x04\xf8\x63" + rest),
        ("payload-tag-61-around", b"\xd8\x3d" + good),
        ("payload-unknown-claim-not-a-number", b"\xa7" + issuer + exp + rest + b"\x63\x78\x79\x7a\xf9\x7e\x00"),
        ("payload-depth-6", spoiled({70000: [[[[[]]]]]})),
        ("payload-129-items", spoiled({70000: [0] * (129 - items_of(good) - 2)})),
        ("payload-array-of-2-to-the-32", b"\xa7" + issuer + exp + rest + b"\x61x\x9a\xff\xff\xff\xff"),
    ):
        yield _bad(name, "3: deterministic CBOR and nothing else", payload)


def items_of(payload: bytes) -> int:
    """How many items a payload is, as section 2 counts them."""

    def count(value: object) -> int:
        match value:
            case dict():
                return 1 + sum(count(key) + count(item) for key, item in value.items())
            case list():
                return 1 + sum(map(count, value))
        return 1

    return count(cbor.decode(payload, max_depth=5, max_items=1000))


def _texts() -> Iterator[Vector]:
    """Texts that may not travel, written by hand because our encoder refuses them."""
    for name, text in (
        ("not-nfc", "মো. \u09dfাকুব"),
        ("not-nfc-latin", "JOSE\u0301"),
        ("right-to-left-override", "RAHIM\u202eNUTAHK"),
        ("isolate", "RAHIMA \u2066KHATUN"),
        ("arabic-letter-mark", "RAHIMA\u061cKHATUN"),
        ("zero-width-space", "RAHIMA\u200bKHATUN"),
        ("word-joiner", "RAHIMA\u2060KHATUN"),
        ("byte-order-mark", "\ufeffRAHIMA"),
        ("line-separator", "RAHIMA\u2028KHATUN"),
        ("line-feed", "RAHIMA\nKHATUN"),
        ("nul", "RAHIMA\0"),
        ("escape", "\x1b[32mRAHIMA"),
        ("delete", "RAHIMA\x7f"),
        ("c1-control", "RAHIMA\x85KHATUN"),
        ("noncharacter", "RAHIMA\ufdd0"),
        ("noncharacter-of-plane-16", "RAHIMA\U0010ffff"),
        ("noncharacter-fffe", "RAHIMA\ufffe"),
        ("left-to-right-mark", "RAHIMA\u200eKHATUN"),
        ("right-to-left-mark", "RAHIMA\u200fKHATUN"),
        ("paragraph-separator", "RAHIMA\u2029KHATUN"),
        ("embedding", "RAHIMA\u202aKHATUN"),
        ("end-of-embedding", "RAHIMA\u202cKHATUN"),
        ("end-of-isolate", "RAHIMA\u2069KHATUN"),
        ("tab", "RAHIMA\tKHATUN"),
    ):
        written = spoiled({4: "@NAME@"}, IDENTITY).replace(b"\x66@NAME@", head(3, len(text.encode())) + text.encode())
        yield _bad(f"name-{name}", "3: texts are NFC, without controls and invisible characters", written)
    bidi = "x\u202e".encode()
    unknown = spoiled({70000: "@@@@"}).replace(b"\x64@@@@", b"\x64" + bidi)
    yield _bad("unknown-claim-with-bidi", "3: every text of the payload", unknown)
    key = spoiled({"@@@@": 0}).replace(b"\x64@@@@", b"\x64" + bidi)
    yield _bad("unknown-text-key-with-bidi", "3: every text of the payload", key)


def _top_claims() -> Iterator[Vector]:
    reference = {"idx": 1, "uri": FULL_CLAIMS.status.uri}
    for name, changes in (
        ("iss-missing", {1: ABSENT}),
        ("iss-of-another-office", {1: "bmet.gov.in"}),
        ("iss-other-case", {1: "BMET.gov.bd"}),
        ("iss-bytes", {1: b"bmet.gov.bd"}),
        ("exp-missing", {4: ABSENT}),
        ("exp-text", {4: "2027-11-19"}),
        ("exp-negative", {4: -1}),
        ("exp-true", {4: True}),
        ("exp-null", {4: None}),
        ("iat-missing", {6: ABSENT}),
        ("iat-text", {6: str(CARD_ISSUED)}),
        ("nbf-text", {5: "soon"}),
        ("nbf-null", {5: None}),
        ("nbf-equal-to-iat", {5: CARD_ISSUED}),
        ("nbf-before-iat", {5: CARD_ISSUED - 1}),
        ("nbf-after-exp", {5: EXP + 1}),
        ("identity-missing", {IDENTITY: ABSENT}),
        ("identity-bytes", {IDENTITY: b"\xa0"}),
        ("clearance-missing", {CLEARANCE: ABSENT}),
        ("clearance-array", {CLEARANCE: [1]}),
        ("status-missing", {STATUS: ABSENT}),
        ("status-null", {STATUS: None}),
        ("status-empty", {STATUS: {}}),
        ("status-integer-keys", {STATUS: {1: reference}}),
        ("status-with-another-mechanism", {STATUS: {"status_list": reference, "identifier_list": {}}}),
        ("status-list-with-another-key", {STATUS: {"status_list": reference | {"x": 1}}}),
        ("status-uri-missing", {STATUS: {"status_list": {"idx": 1}}}),
        (
            "status-uri-of-65-bytes",
            {STATUS: {"status_list": reference | {"uri": "https://s.bmet.gov.bd/".ljust(65, "a")}}},
        ),
        ("status-uri-blank", {STATUS: {"status_list": reference | {"uri": " "}}}),
        ("status-idx-missing", {STATUS: {"status_list": {"uri": FULL_CLAIMS.status.uri}}}),
        ("status-idx-2-to-the-24", {STATUS: {"status_list": reference | {"idx": 1 << 24}}}),
        ("status-idx-negative", {STATUS: {"status_list": reference | {"idx": -1}}}),
        ("status-idx-true", {STATUS: {"status_list": reference | {"idx": True}}}),
        ("exp-equal-to-iat", {4: CARD_ISSUED}),
        ("exp-before-iat", {4: CARD_ISSUED - 1}),
        ("validity-of-800-days-and-a-second", {4: CARD_ISSUED + 800 * 86400 + 1}),
    ):
        yield _bad(name, "5, 8 steps 4 and 6: claims", spoiled(changes))
    for name, changes in (
        ("issued-in-1970", {6: 0}),
        ("issued-in-64-bits", {6: (1 << 64) - 1}),
        ("validity-to-the-end-of-64-bits", {4: (1 << 64) - 1}),
    ):
        yield _bad(name, "8 step 6: within the signer's window", spoiled(changes), Reason.UNTRUSTED_SIGNER)


def _identity() -> Iterator[Vector]:
    for name, changes in (
        ("name-missing", {4: ABSENT}),
        ("name-empty", {4: ""}),
        ("name-blank", {4: "   "}),
        ("name-of-81-bytes", {4: "A" * 81}),
        ("name-of-27-bengali-letters", {4: "ক" * 27}),
        ("name-bytes", {4: b"RAHIMA"}),
        ("birth-date-missing", {8: ABSENT}),
        ("birth-date-integer", {8: 19880105}),
        ("birth-date-with-hyphens", {8: "1988-01-05"}),
        ("birth-date-of-7-digits", {8: "1988015"}),
        ("birth-date-30-february", {8: "19880230"}),
        ("birth-date-29-february-1900", {8: "19000229"}),
        ("birth-date-month-13", {8: "19881301"}),
        ("birth-date-day-32-of-unknown-month", {8: "19880032"}),
        ("birth-date-bengali-digits", {8: "১৯৮৮০১০৫"}),
        ("gender-missing", {9: ABSENT}),
        ("gender-0", {9: 0}),
        ("gender-4", {9: 4}),
        ("gender-text", {9: "M"}),
        ("gender-true", {9: True}),
        ("nationality-missing", {13: ABSENT}),
        ("nationality-other", {13: "IND"}),
        ("nationality-alpha-2", {13: "BD"}),
        ("language-other", {3: "ben"}),
        ("country-of-issuance-other", {23: "IND"}),
        ("bengali-name-without-language", {20: ABSENT}),
        ("bengali-name-with-other-language", {20: "eng"}),
        ("bengali-name-of-201-bytes", {19: "ক" * 67}),
        ("registration-number-of-25-bytes", {1: "1" * 25}),
        ("registration-number-integer", {1: 123}),
        ("photo-without-format", {16: b"RIFF"}),
        ("photo-format-jpeg", {16: b"RIFF", 17: 1}),
        ("photo-of-601-bytes", {16: bytes(601), 17: 4}),
        ("photo-text", {16: "RIFF", 17: 4}),
    ):
        yield _bad(name, "5: claim 169", spoiled(changes, IDENTITY))


def _clearance() -> Iterator[Vector]:
    for name, changes in (
        ("profile-missing", {1: ABSENT}),
        ("profile-text", {1: "1"}),
        ("profile-true", {1: True}),
        ("profile-negative", {1: -1}),
        ("passport-missing", {2: ABSENT}),
        ("passport-lower-case", {2: "a01234567"}),
        ("passport-of-5", {2: "A0123"}),
        ("passport-of-10", {2: "A012345678"}),
        ("passport-bengali-digits", {2: "A০১২৩৪৫৬৭"}),
        ("passport-with-a-space", {2: "A01234 67"}),
        ("passport-integer", {2: 101234567}),
        ("clearance-number-missing", {3: ABSENT}),
        ("clearance-number-blank", {3: " "}),
        ("clearance-number-of-25-bytes", {3: "2" * 25}),
        ("destination-missing", {4: ABSENT}),
        ("destination-lower-case", {4: "sau"}),
        ("destination-alpha-2", {4: "SA"}),
        ("destination-cyrillic-a", {4: "S\u0410U"}),
        ("visa-number-of-21-bytes", {5: "6" * 21}),
        ("visa-number-null", {5: None}),
        ("visa-type-0", {6: 0}),
        ("visa-type-5", {6: 5}),
        ("visa-type-text", {6: "single"}),
        ("employer-of-61-bytes", {7: "A" * 61}),
        ("licence-of-13-bytes", {8: "R" * 13}),
        ("passport-expiry-text", {9: "20330704"}),
        ("passport-expiry-30-february", {9: 20330230}),
        ("passport-expiry-day-0", {9: 20330700}),
        ("passport-expiry-of-9-digits", {9: 203307041}),
        ("office-of-13-bytes", {10: "D" * 13}),
        ("class-0", {11: 0}),
        ("class-5", {11: 5}),
        ("occupation-text", {12: "7126"}),
        ("occupation-negative", {12: -1}),
        ("previous-passport-lower-case", {13: "bx0123456"}),
        ("clearance-key-0", {0: 1}),
        ("clearance-key-negative", {-1: 1}),
        ("clearance-key-text", {"64": 1}),
    ):
        yield _bad(name, "5: claim -880001", spoiled(changes, CLEARANCE))


def _newer() -> Iterator[Vector]:
    for name, changes in (
        ("profile-0", {1: 0}),
        ("profile-2", {1: 2}),
        ("profile-2-with-another-shape", {1: 2, 2: ["A01234567"], 3: ABSENT, 14: {}, "x": 1}),
        ("unknown-key-14", {14: 0}),
        ("unknown-key-63", {63: "later"}),
    ):
        yield _bad(name, "5: extension rule", spoiled(changes, CLEARANCE), Reason.NEWER_VERSION)


def _ignored() -> Iterator[Vector]:
    good = cbor.encode(payload_map(FULL_CLAIMS))
    for name, payload in (
        ("clearance-keys-from-64-ignored", spoiled({64: "later", 65535: [1]}, CLEARANCE)),
        ("identity-keys-unknown-ignored", spoiled({99: "later", "x": None}, IDENTITY)),
        ("claims-unknown-ignored", spoiled({7: b"cti", "x": {"y": False}, 70000: -1})),
        ("language-and-country-given", spoiled({3: "eng", 23: "BGD"}, IDENTITY)),
        ("payload-depth-5", spoiled({70000: [[[[]]]]})),
        ("payload-128-items", spoiled({70000: [0] * (128 - items_of(good) - 2)})),
    ):
        content = replace(card_of_payload(payload), claims=FULL_CLAIMS)
        yield Vector(folder="edge", name=name, rule="5: what is ignored", card=content, reason=Reason.VALID)


def _extremes() -> Iterator[Vector]:
    for name, claims in (
        ("name-of-80-bytes", replace(SHORT_CLAIMS, full_name="A" * 80)),
        ("name-with-joiner-and-non-joiner", replace(FULL_CLAIMS, name_bn="র\u200d্যাব শাহ্\u200cজাহান")),
        ("bengali-name-of-198-bytes", replace(FULL_CLAIMS, name_bn="ক" * 66)),
        ("birth-date-day-unknown", replace(SHORT_CLAIMS, birth_date="19880200")),
        ("birth-date-month-and-day-unknown", replace(SHORT_CLAIMS, birth_date="19880000")),
        ("birth-date-29-february-2000", replace(SHORT_CLAIMS, birth_date="20000229")),
        ("passport-of-6", replace(SHORT_CLAIMS, passport_no="OFFICL")),
        ("status-idx-last-of-the-list", replace(SHORT_CLAIMS, status=replace(SHORT_CLAIMS.status, idx=4095))),
        ("nbf-a-second-after-iat", replace(SHORT_CLAIMS, not_before=CARD_ISSUED + 1)),
        ("validity-of-800-days", replace(SHORT_CLAIMS, expires_at=CARD_ISSUED + 800 * 86400)),
        ("occupation-0", replace(SHORT_CLAIMS, occupation=0)),
        ("employer-of-20-bengali-letters", replace(FULL_CLAIMS, employer="ক" * 20)),
    ):
        yield _allowed(name, claims)


def _allowed(name: str, claims: ClearanceClaims) -> Vector:
    return Vector(folder="edge", name=name, rule="5: limits are inclusive", card=card(claims), reason=Reason.VALID)
