"""Vectors of sections 3 and 4: the COSE_Sign1 envelope, its signature and its signer's algorithm."""

import hmac
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha512

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from clearance.credential import cbor
from clearance.credential.reasons import Reason
from tests.vectors.desk import FULL_CLAIMS, country, desk_trusting, listed
from tests.vectors.model import Vector, card, card_of_cose
from tests.vectors.pki import SeededSigner, make_signer

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
GOOD = card(FULL_CLAIMS)
PAYLOAD = GOOD.payload or b""
ES256, EDDSA = country().card, country().card_eddsa
UNWANTED = (
    ("es512", -36),
    ("es256k", -47),
    ("esp384", -51),
    ("ps256", -37),
    ("rs256", -257),
    ("rs1", -65535),
    ("hss-lms", -46),
    ("ml-dsa-44", -48),
    ("a128gcm", 1),
    ("es256-without-its-sign", 7),
)
"""Numbers that COSE knows, or nearly, and that no key of ours goes with."""


def vectors() -> Iterator[Vector]:
    yield from _not_our_structure()
    yield from _not_our_header()
    yield from _bad_signatures()
    yield from _other_algorithm_numbers()


def head(major: int, argument: int) -> bytes:
    """A shortest CBOR head, up to two bytes of argument."""
    if argument < 24:
        return bytes([major << 5 | argument])
    if argument < 256:
        return bytes([major << 5 | 24, argument])
    return bytes([major << 5 | 25]) + argument.to_bytes(2, "big")


def bstr(data: bytes) -> bytes:
    return head(2, len(data)) + data


def signed_parts(header: object, *, payload: bytes = PAYLOAD, signer: SeededSigner = ES256) -> list[bytes]:
    """The four elements of a message, rightly signed over whatever header it has."""
    protected = header if isinstance(header, bytes) else cbor.encode(header)
    signature = signer.sign(b"\x84\x6aSignature1" + bstr(protected) + b"\x40" + bstr(payload))
    return [bstr(protected), b"\xa0", bstr(payload), bstr(signature)]


def message(parts: list[bytes]) -> bytes:
    return b"\xd2" + head(4, len(parts)) + b"".join(parts)


def _not_our_structure() -> Iterator[Vector]:
    header = {1: -7, 4: ES256.kid}
    protected, unprotected, payload, signature = signed_parts(header)
    array = message([protected, unprotected, payload, signature])[1:]
    raw = signature[2:]
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    for name, cose in (
        ("cose-untagged", array),
        ("cose-tag-61-around", b"\xd8\x3d\xd2" + array),
        ("cose-tag-17-mac0", b"\xd1" + array),
        ("cose-tag-98-sign", b"\xd8\x62" + array),
        ("cose-tag-18-twice", b"\xd2\xd2" + array),
        ("cose-tag-18-in-two-bytes", b"\xd8\x12" + array),
        ("cose-array-indefinite", b"\xd2\x9f" + array[1:] + b"\xff"),
        ("cose-array-head-in-two-bytes", b"\xd2\x98\x04" + array[1:]),
        ("cose-three-elements", message([protected, unprotected, payload])),
        ("cose-five-elements", message([protected, unprotected, payload, signature, b"\xf6"])),
        ("cose-byte-after-it", b"\xd2" + array + b"\0"),
        ("cose-cut-short", b"\xd2" + array[:-1]),
        ("cose-not-cbor", b"\xff" * 40),
        ("cose-unsigned-claims-map", PAYLOAD),
        ("cose-of-2-to-the-64-elements", b"\xd2\x9b" + b"\xff" * 8),
        ("cose-byte-string-of-2-to-the-63", b"\xd2\x84\x5b\x7f" + b"\xff" * 7),
        ("cose-nested-200-deep", b"\xd2\x84" + b"\x81" * 200 + b"\0"),
        ("cose-depth-5", message([protected, b"\x81\x81\x81\x00", payload, signature])),
        ("cose-65-items", message([protected, head(4, 59) + bytes(59), payload, signature])),
        ("cose-payload-detached", message([protected, unprotected, b"\xf6", signature])),
        ("cose-payload-text", message([protected, unprotected, b"\x64text", signature])),
        ("cose-payload-text-not-utf-8", message([protected, unprotected, b"\x62\xc3\x28", signature])),
        ("cose-payload-map", message([protected, unprotected, b"\xa0", signature])),
        ("cose-protected-map-not-bytes", message([cbor.encode(header), unprotected, payload, signature])),
        ("cose-unprotected-null", message([protected, b"\xf6", payload, signature])),
        ("cose-unprotected-array", message([protected, b"\x80", payload, signature])),
        ("cose-unprotected-kid-too", message([protected, b"\xa1\x04" + bstr(ES256.kid), payload, signature])),
        ("cose-unprotected-certificate", message([protected, b"\xa1\x18\x21\x43abc", payload, signature])),
        ("cose-unprotected-of-64-items", message([protected, head(5, 32) + b"\x00\x00" * 32, payload, signature])),
        ("cose-signature-63-bytes", message([protected, unprotected, payload, bstr(raw[:-1])])),
        ("cose-signature-65-bytes", message([protected, unprotected, payload, bstr(raw + b"\0")])),
        ("cose-signature-der", message([protected, unprotected, payload, bstr(encode_dss_signature(r, s))])),
        ("cose-signature-empty", message([protected, unprotected, payload, b"\x40"])),
        ("cose-signature-text", message([protected, unprotected, payload, b"\x78\x40" + b"A" * 64])),
    ):
        yield Vector(
            folder="invalid", name=name, rule="2, 3, 4: the envelope", card=card_of_cose(cose), reason=Reason.UNREADABLE
        )


def _not_our_header() -> Iterator[Vector]:
    kid = ES256.kid
    parts = signed_parts({1: -7, 4: kid})
    for name, cose in (
        ("header-empty-string", message(signed_parts(b""))),
        ("header-empty-map", message(signed_parts({}))),
        ("header-alg-missing", message(signed_parts({4: kid}))),
        ("header-alg-unprotected", message([bstr(cbor.encode({4: kid})), b"\xa1\x01\x26", *parts[2:]])),
        ("header-alg-text", message(signed_parts({1: "ES256", 4: kid}))),
        ("header-alg-true", message(signed_parts({1: True, 4: kid}))),
        ("header-alg-null", message(signed_parts({1: None, 4: kid}))),
        ("header-alg-float", message(signed_parts(b"\xa2\x01\xf9\xc7\x00\x04" + bstr(kid)))),
        ("header-kid-missing", message(signed_parts({1: -7}))),
        ("header-kid-unprotected", message([bstr(b"\xa1\x01\x26"), b"\xa1\x04" + bstr(kid), *parts[2:]])),
        ("header-kid-7-bytes", message(signed_parts({1: -7, 4: kid[:7]}))),
        ("header-kid-9-bytes", message(signed_parts({1: -7, 4: kid + b"\0"}))),
        ("header-kid-text", message(signed_parts({1: -7, 4: "12345678"}))),
        ("header-critical-parameter", message(signed_parts({1: -7, 2: [99], 4: kid, 99: 1}))),
        ("header-content-type", message(signed_parts({1: -7, 3: 61, 4: kid}))),
        ("header-type-of-a-trust-bundle", message(signed_parts({1: -7, 4: kid, 16: "bd-ec-trust"}))),
        ("header-certificate-chain", message(signed_parts({1: -7, 4: kid, 33: b"abc"}))),
        ("header-text-parameter", message(signed_parts({1: -7, 4: kid, "x": 0}))),
        ("header-keys-out-of-order", message(signed_parts(b"\xa2\x04" + bstr(kid) + b"\x01\x26"))),
        ("header-key-repeated", message(signed_parts(b"\xa3\x01\x26\x01\x26\x04" + bstr(kid)))),
        ("header-alg-in-two-bytes", message(signed_parts(b"\xa2\x01\x38\x06\x04" + bstr(kid)))),
        ("header-map-indefinite", message(signed_parts(b"\xbf\x01\x26\x04" + bstr(kid) + b"\xff"))),
        ("header-byte-after-it", message(signed_parts(b"\xa2\x01\x26\x04" + bstr(kid) + b"\0"))),
        ("header-of-33-bytes", message(signed_parts({1: -7, 4: kid, 99: bytes(16)}))),
        ("header-array", message(signed_parts([1, -7, 4, kid]))),
    ):
        rule = "4: protected is {1, 4}"
        yield Vector(folder="invalid", name=name, rule=rule, card=card_of_cose(cose), reason=Reason.UNREADABLE)


def _bad_signatures() -> Iterator[Vector]:
    stranger = make_signer(country("other root").root, "stranger")
    header = {1: -7, 4: ES256.kid}
    protected, unprotected, payload, signature = signed_parts(header)
    raw = signature[2:]
    r, s = raw[:32], raw[32:]
    of_another = signed_parts(header, payload=b"\xa0")[3]
    high_s = (P256_ORDER - int.from_bytes(s, "big")).to_bytes(32, "big")
    edited = PAYLOAD.replace(b"A01234567", b"A01234568")

    def resigned(signature: bytes) -> bytes:
        return message([protected, unprotected, payload, bstr(signature)])

    rest = b"\x40" + payload
    of_hmac = signed_parts({1: 5, 4: ES256.kid})
    eddsa_parts = signed_parts({1: -8, 4: EDDSA.kid}, signer=EDDSA)
    eddsa_raw = eddsa_parts[3][2:]
    for name, cose in (
        ("signature-passport-number-edited", message([protected, unprotected, bstr(edited), signature])),
        ("signature-first-bit-flipped", resigned(bytes([raw[0] ^ 0x80]) + raw[1:])),
        ("signature-last-bit-flipped", resigned(raw[:-1] + bytes([raw[-1] ^ 1]))),
        ("signature-high-s", resigned(r + high_s)),
        ("signature-all-zero", resigned(bytes(64))),
        ("signature-r-zero", resigned(bytes(32) + s)),
        ("signature-r-above-order", resigned(b"\xff" * 32 + s)),
        ("signature-r-is-the-order", resigned(P256_ORDER.to_bytes(32, "big") + s)),
        ("signature-s-zero", resigned(r + bytes(32))),
        ("signature-s-is-the-order", resigned(r + P256_ORDER.to_bytes(32, "big"))),
        ("signature-s-just-above-half-the-order", resigned(r + (P256_ORDER // 2 + 1).to_bytes(32, "big"))),
        ("signature-r-and-s-swapped", resigned(s + r)),
        ("signature-of-the-payload-alone", resigned(ES256.sign(PAYLOAD))),
        ("signature-of-the-context-of-many-signers", resigned(ES256.sign(b"\x84\x69Signature" + protected + rest))),
        ("signature-of-a-counter-signature", resigned(ES256.sign(b"\x84\x70CounterSignature" + protected + rest))),
        ("signature-with-external-aad", resigned(ES256.sign(b"\x84\x6aSignature1" + protected + b"\x41a" + payload))),
        ("signature-by-a-stranger-with-our-kid", message(signed_parts(header, signer=stranger))),
        (
            "signature-of-another-card",
            message([protected, unprotected, payload, of_another]),
        ),
        ("eddsa-signature-bit-flipped", message([*eddsa_parts[:3], bstr(bytes([eddsa_raw[0] ^ 1]) + eddsa_raw[1:])])),
        ("eddsa-signature-of-zeros", message([*eddsa_parts[:3], bstr(bytes(64))])),
        ("eddsa-signature-of-a-small-point", message([*eddsa_parts[:3], bstr(b"\x01" + bytes(63))])),
        ("eddsa-signature-of-the-hash", message([*eddsa_parts[:3], bstr(EDDSA.sign(sha512(PAYLOAD).digest()))])),
        ("eddsa-signature-s-not-reduced", message([*eddsa_parts[:3], bstr(_s_plus_order(eddsa_raw))])),
        ("algorithm-eddsa-with-p256-key", message(signed_parts({1: -8, 4: ES256.kid}))),
        ("algorithm-ed25519-with-p256-key", message(signed_parts({1: -19, 4: ES256.kid}))),
        ("algorithm-es256-with-ed25519-key", message(signed_parts({1: -7, 4: EDDSA.kid}, signer=EDDSA))),
        ("algorithm-esp256-with-ed25519-key", message(signed_parts({1: -9, 4: EDDSA.kid}, signer=EDDSA))),
        ("algorithm-es384", message(signed_parts({1: -35, 4: ES256.kid}))),
        ("algorithm-hmac", message(signed_parts({1: 5, 4: ES256.kid}))),
        ("algorithm-zero", message(signed_parts({1: 0, 4: ES256.kid}))),
        *((f"algorithm-{name}", message(signed_parts({1: number, 4: ES256.kid}))) for name, number in UNWANTED),
        ("algorithm-ed448", message(signed_parts({1: -53, 4: EDDSA.kid}, signer=EDDSA))),
        ("algorithm-hmac-keyed-with-the-certificate", message([*of_hmac[:3], bstr(_hmac_of(of_hmac))])),
        ("algorithm-of-64-bits", message(signed_parts({1: -(1 << 64), 4: ES256.kid}))),
    ):
        content = card_of_cose(cose)
        yield Vector(folder="invalid", name=name, rule="4, 8 step 3", card=content, reason=Reason.BAD_SIGNATURE)


def _hmac_of(parts: list[bytes]) -> bytes:
    """What a careless verifier works out itself when it takes a public key for a secret."""
    mac = hmac.digest(ES256.certificate_der, b"\x84\x6aSignature1" + parts[0] + b"\x40" + parts[2], "sha256")
    return mac.ljust(64, b"\0")


def _s_plus_order(signature: bytes) -> bytes:
    """The same Ed25519 signature with s + L, which a careless verifier takes too."""
    order = (1 << 252) + 27742317777372353535851937790883648493
    return signature[:32] + (int.from_bytes(signature[32:], "little") + order).to_bytes(32, "little")


def _other_algorithm_numbers() -> Iterator[Vector]:
    for name, number, signer in (("algorithm-esp256", -9, ES256), ("algorithm-ed25519", -19, EDDSA)):
        content = card_of_cose(message(signed_parts({1: number, 4: signer.kid}, signer=signer)))
        yield Vector(
            folder="edge",
            name=name,
            rule="4: RFC 9864 numbers are accepted",
            card=replace(content, payload=PAYLOAD, claims=FULL_CLAIMS),
            desk=desk_trusting(listed(signer)),
            reason=Reason.VALID,
        )
