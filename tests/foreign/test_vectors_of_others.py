"""Vectors of the COSE working group, the EU certificate, claim 169 and the Token Status List.

Where they follow another policy than ours, the difference stands in `differences` with its reason; the reader is not
loosened.
"""

import base64
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import cbor2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from clearance.credential import base45, cbor
from clearance.credential.cose import Sign1, parse_sign1, verification_key, verify_sign1
from clearance.credential.deflate import inflate
from clearance.credential.errors import BadSignature, CredentialError, UnreadableText
from clearance.credential.gate import verdict_for
from clearance.credential.qrtext import unpack
from clearance.credential.reasons import Reason
from clearance.credential.status import StatusList
from tests.foreign.differences import OTHER_ALGORITHMS, SIGNATURE_JUDGED_OTHERWISE, STRICTER
from tests.foreign.shared_vectors import FOLDER, names, needs_vectors, read
from tests.vectors.desk import NOW, DeskFiles

pytestmark = needs_vectors

HELD = DeskFiles().hold()
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def message_of(parts: list[Any]) -> Sign1:
    """A foreign Sign1 with the strictness off: no tag, kid and header rules, and s brought low."""
    protected, unprotected, payload, signature = parts
    header = cbor2.loads(protected) if protected else {}
    kid = header.get(4, unprotected.get(4, b""))
    algorithm = header.get(1, unprotected.get(1))
    s = int.from_bytes(signature[32:], "big")
    if algorithm == -7 and s > P256_ORDER // 2:
        signature = signature[:32] + (P256_ORDER - s).to_bytes(32, "big")
    to_be_signed = b"\x84\x6aSignature1" + cbor.byte_string(protected) + b"\x40" + cbor.byte_string(payload)
    return Sign1(algorithm=algorithm, kid=kid, payload=payload, signature=signature, to_be_signed=to_be_signed)


def verifies(message: Sign1, public_key: object) -> bool:
    key = verification_key(public_key)
    assert key is not None
    try:
        verify_sign1(message, key=key)
    except BadSignature:
        return False
    return True


# --- COSE working group ---------------------------------------------------------------------------------------------

COSE_WG = names("cose-wg/*/*.json")


def cose_wg_key(key: dict[str, str]) -> object:
    def field(name: str) -> bytes:
        return bytes.fromhex(key[f"{name}_hex"]) if f"{name}_hex" in key else base64.urlsafe_b64decode(key[name] + "==")

    if key["kty"] == "OKP":
        return ed25519.Ed25519PublicKey.from_public_bytes(field("x"))
    x, y = (int.from_bytes(field(name), "big") for name in "xy")
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()


@pytest.mark.parametrize("name", COSE_WG)
def test_no_cose_wg_example_is_of_our_profile(name: str) -> None:
    """All carry the kid unprotected or a content type, some are untagged or of other algorithms."""
    with pytest.raises(CredentialError):
        parse_sign1(bytes.fromhex(read(name)["output"]["cbor"]))


@pytest.mark.parametrize("name", [name for name in COSE_WG if name not in OTHER_ALGORITHMS])
def test_cose_wg_signatures_verify_with_the_strictness_off(name: str) -> None:
    example = read(name)
    tagged = cbor2.loads(bytes.fromhex(example["output"]["cbor"]))
    message = message_of(list(tagged.value if isinstance(tagged, cbor2.CBORTag) else tagged))
    expected = example.get("fail", False) == (name in SIGNATURE_JUDGED_OTHERWISE)
    assert verifies(message, cose_wg_key(example["input"]["sign0"]["key"])) == expected
    if expected:
        assert message.to_be_signed.hex().upper() == example["intermediates"]["ToBeSign_hex"]


# --- EU certificates ------------------------------------------------------------------------------------------------


def eu_vectors() -> list[dict[str, Any]]:
    path = FOLDER / "dgc" / "common.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


EU = {vector["file"].rpartition("/")[2]: vector for vector in eu_vectors()}
each_eu_vector = pytest.mark.parametrize("name", EU)


@each_eu_vector
def test_an_eu_certificate_is_never_our_card(name: str) -> None:
    text = EU[name]["PREFIX"]
    expected = Reason.NOT_OUR_CARD if text.startswith("HC1:") else Reason.UNREADABLE
    assert verdict_for(text, held=HELD, at=NOW).reason is expected


@each_eu_vector
def test_base45_and_zlib_of_an_eu_certificate_read_as_they_expect(name: str) -> None:
    vector, expected = EU[name], EU[name]["EXPECTEDRESULTS"]
    text = vector["PREFIX"].partition(":")[2] if vector["PREFIX"].startswith("H") else vector["PREFIX"]
    try:
        cose = inflate(base45.decode(text.encode()), limit=1 << 20)
    except UnreadableText:
        assert False in (expected.get("EXPECTEDB45DECODE"), expected.get("EXPECTEDCOMPRESSION"))
    else:
        assert expected.get("EXPECTEDB45DECODE", True)
        assert expected.get("EXPECTEDCOMPRESSION", True)
        assert vector["COSE"] is None or cose.hex() == vector["COSE"].lower()


def eu_token(name: str) -> bytes:
    """The token of an EU certificate whose outer layers read."""
    return inflate(base45.decode(EU[name]["PREFIX"].partition(":")[2].encode()), limit=1 << 20)


SIGNED_EU = [
    name
    for name, vector in EU.items()
    if "EXPECTEDVERIFY" in vector["EXPECTEDRESULTS"]
    and f"dgc/{name}" not in OTHER_ALGORITHMS
    and "CBO" not in name  # not even COSE
    and vector["COSE"]
]


@pytest.mark.parametrize("name", SIGNED_EU)
def test_eu_signatures_are_judged_as_they_expect_with_the_strictness_off(name: str) -> None:
    vector = EU[name]
    token = cbor2.loads(bytes.fromhex(vector["COSE"]))
    while isinstance(token, cbor2.CBORTag):
        token = token.value
    certificate = x509.load_der_x509_certificate(base64.b64decode(vector["CERTIFICATE"]))
    expected = vector["EXPECTEDRESULTS"]["EXPECTEDVERIFY"] != (f"dgc/{name}" in SIGNATURE_JUDGED_OTHERWISE)
    assert verifies(message_of(list(token)), certificate.public_key()) == expected


# --- claim 169 ------------------------------------------------------------------------------------------------------

SIGNED = ("ecdsa-p256-signed", "ed25519-signed")


@dataclass(frozen=True)
class Claim169:
    name: str
    text: str
    key: object | None
    expected: dict[str, Any]


def claim169(name: str) -> Claim169:
    vector = read(f"claim-169/test-vectors/valid/{name}.json")
    raw = bytes.fromhex(vector["signing_key"]["public_key_hex"])
    key: object = (
        ed25519.Ed25519PublicKey.from_public_bytes(raw)
        if len(raw) == 32
        else ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
    )
    return Claim169(name=name, text=vector["qr_data"], key=key, expected=vector["expected_claim169"])


@pytest.mark.parametrize("name", SIGNED)
def test_a_signed_claim_169_verifies_and_its_identity_reads_the_same(name: str) -> None:
    vector = claim169(name)
    message = message_of(list(cbor2.loads(unpack(vector.text)).value))
    assert verifies(message, vector.key)
    identity = cbor2.loads(message.payload)[169]
    assert (identity[1], identity[4]) == (vector.expected["id"], vector.expected["fullName"])


@pytest.mark.parametrize("name", names("claim-169/test-vectors/*/*.json"))
def test_no_claim_169_vector_is_of_our_profile(name: str) -> None:
    """None has a kid of eight bytes; the rest are unsigned, encrypted or broken."""
    verdict = verdict_for(read(name)["qr_data"], held=HELD, at=NOW)
    assert verdict.reason is Reason.UNREADABLE


# --- Token Status List ----------------------------------------------------------------------------------------------


def draft() -> dict[str, Any]:
    return dict(read("status-list/status-list.json"))


@pytest.mark.parametrize("number", range(4))
def test_the_lists_of_the_draft_read_entry_by_entry(number: int) -> None:
    published = draft()["lists"][number]
    status_list = StatusList(
        uri="",
        issued_at=0,
        expires_at=0,
        ttl=0,
        bits=published["bits"],
        entries=inflate(bytes.fromhex(published["lst_hex"]), limit=8 << 20),
        token_sha256="",
    )
    entries = {int(idx): value for idx, value in published["entries"].items()}
    around = {near for idx in entries for near in range(max(0, idx - 9), idx + 10) if near < published["size"]}
    assert {idx: status_list.value(idx) for idx in around} == {idx: entries.get(idx, 0) for idx in around}
    bitmap = int.from_bytes(status_list.invalid_indexes(), "little")
    assert bitmap == sum(1 << idx for idx, value in entries.items() if value == 1)
    assert status_list.value(published["size"]) is None


@pytest.mark.parametrize("name", ["status_list_cwt", "referenced_token_cwt"])
def test_the_tokens_of_the_draft_verify_with_the_strictness_off(name: str) -> None:
    """They carry the kid unprotected, so that our profile refuses them."""
    token = bytes.fromhex(draft()["tokens_hex"][name])
    with pytest.raises(CredentialError):
        parse_sign1(token, content_type="application/statuslist+cwt")
    assert verifies(message_of(list(cbor2.loads(token).value)), cose_wg_key(draft()["key"]))


def test_the_status_claim_of_the_draft_has_our_shape() -> None:
    message = cbor2.loads(bytes.fromhex(draft()["tokens_hex"]["referenced_token_cwt"])).value
    assert cbor2.loads(message[2])[65535]["status_list"].keys() == {"idx", "uri"}
    listed = cbor2.loads(cbor2.loads(bytes.fromhex(draft()["tokens_hex"]["status_list_cwt"])).value[2])
    assert listed[65533].keys() == {"bits", "lst"}
    assert zlib.decompress(listed[65533]["lst"])


# --- the table of differences ---------------------------------------------------------------------------------------


def good_by_their_word() -> dict[str, Callable[[], object]]:
    """What its authors call good, each with our reading of it."""
    readings: dict[str, Callable[[], object]] = {}
    for name in COSE_WG:
        if not read(name).get("fail", False):
            readings[name] = partial(parse_sign1, bytes.fromhex(read(name)["output"]["cbor"]))
    for name, vector in EU.items():
        if False not in vector["EXPECTEDRESULTS"].values():
            readings[f"dgc/{name}"] = partial(parse_sign1, eu_token(name))
    for name in names("claim-169/test-vectors/*/*.json"):
        if read(name)["category"] != "invalid":
            readings[name] = partial(parse_sign1, unpack(read(name)["qr_data"]))
    for name, token in draft()["tokens_hex"].items():
        content_type = "application/statuslist+cwt" if "list" in name else None
        readings[f"status-list/{name}"] = partial(parse_sign1, bytes.fromhex(token), content_type=content_type)
    return readings


def test_every_difference_is_in_the_table_with_what_our_reader_finds() -> None:
    found = {}
    for name, reading in good_by_their_word().items():
        try:
            reading()
        except CredentialError as fault:
            found[name] = str(fault)
    assert found.keys() == STRICTER.keys()
    assert {name for name, fault in found.items() if STRICTER[name].found not in fault} == set()


def test_the_table_names_no_vector_that_is_not_there() -> None:
    present = {*COSE_WG, *(f"dgc/{name}" for name in EU)}
    assert (SIGNATURE_JUDGED_OTHERWISE.keys() | OTHER_ALGORITHMS.keys()) <= present
