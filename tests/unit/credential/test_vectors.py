"""Every vector, as it is committed: layer by layer, the verdict, and that building them again changes nothing."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from clearance.credential import base45
from clearance.credential.claims import parse_claims
from clearance.credential.cose import parse_sign1
from clearance.credential.deflate import inflate
from clearance.credential.errors import CredentialError
from clearance.credential.floor import Floor
from clearance.credential.gate import Verdict, verdict_for
from clearance.credential.held import HeldTrust, hold
from clearance.credential.qrtext import MAX_TOKEN, unpack
from clearance.credential.reasons import Outcome, Reason
from tests.vectors.build import FOLDERS, all_vectors
from tests.vectors.desk import ISSUER
from tests.vectors.model import claims_to_json

HERE = Path(__file__).parents[2] / "vectors"
COMMITTED = {
    f"{folder}/{path.name}": json.loads(path.read_text(encoding="ascii"))
    for folder in FOLDERS
    for path in sorted((HERE / folder).glob("*.json"))
}
each_vector = pytest.mark.parametrize("path", COMMITTED)


def held(vector: dict[str, Any]) -> HeldTrust:
    desk = vector["desk"]
    return hold(
        root_pem=desk["root.pem"].encode("ascii"),
        trust_token=None if desk["trust.cose"] is None else bytes.fromhex(desk["trust.cose"]),
        status_tokens=[bytes.fromhex(token) for token in desk["status"].values()],
        floor=None if desk["floor"] is None else Floor.from_json(json.dumps(desk["floor"])),
    )


@cache
def verdict_of(path: str) -> Verdict:
    vector = COMMITTED[path]
    return verdict_for(
        vector["layers"]["text"],
        held=held(vector),
        at=vector["at"],
        passport_no=vector["passport_no"],
        used_before=vector["used_before"],
    )


@each_vector
def test_the_gate_says_what_the_vector_expects(path: str) -> None:
    vector = COMMITTED[path]
    answer = verdict_of(path)
    assert {"outcome": answer.outcome, "reason": answer.reason, "note": answer.note} == vector["expect"]


@each_vector
def test_each_recorded_layer_reads_as_the_next(path: str) -> None:
    vector = COMMITTED[path]
    layers = vector["layers"]
    compressed, cose, payload = (
        None if layers[name] is None else bytes.fromhex(layers[name]) for name in ("compressed", "cose", "payload")
    )
    if cose is not None:
        assert unpack(layers["text"]) == cose
    if compressed is not None:
        assert base45.decode(base45.encode(compressed).encode("ascii")) == compressed
    if compressed is not None and cose is not None:
        assert inflate(compressed, limit=MAX_TOKEN) == cose
    if cose is not None and payload is not None:
        assert parse_sign1(cose).payload == payload
    if payload is not None and layers["claims"] is not None:
        assert claims_to_json(parse_claims(payload, issuer=ISSUER)) == layers["claims"]


@each_vector
def test_a_fault_above_the_signature_is_found_in_its_own_layer(path: str) -> None:
    vector = COMMITTED[path]
    layers, reason = vector["layers"], Reason(vector["expect"]["reason"])
    if reason is Reason.UNREADABLE:
        with pytest.raises(CredentialError):
            parse_sign1(unpack(layers["text"]))
    if reason in (Reason.MALFORMED, Reason.NEWER_VERSION) and not vector["name"].startswith(("exp-", "validity-")):
        with pytest.raises(CredentialError) as fault:
            parse_claims(bytes.fromhex(layers["payload"]), issuer=ISSUER)
        assert fault.value.reason is reason


@each_vector
def test_claims_are_given_only_where_the_signature_verified(path: str) -> None:
    vector = COMMITTED[path]
    answer = verdict_of(path)
    unproven = (
        Reason.UNREADABLE,
        Reason.NOT_OUR_CARD,
        Reason.WEB_LINK,
        Reason.TRUST_UNUSABLE,
        Reason.UNKNOWN_SIGNER,
        Reason.BAD_SIGNATURE,
        Reason.NEWER_VERSION,
    )
    if answer.reason in unproven:
        assert answer.claims is None
    if answer.claims is not None and vector["layers"]["claims"] is not None:
        assert claims_to_json(answer.claims) == vector["layers"]["claims"]
    assert (answer.reason is Reason.VALID) == (answer.outcome is Outcome.PASS)


def test_every_reason_has_its_vectors() -> None:
    assert {vector["expect"]["reason"] for vector in COMMITTED.values()} == {str(reason) for reason in Reason}


def test_a_rebuild_gives_the_committed_bytes() -> None:
    built = {path: vector.to_json() for path, vector in all_vectors().items()}
    assert built.keys() == COMMITTED.keys()
    changed = [path for path, text in built.items() if (HERE / path).read_text(encoding="ascii") != text]
    assert changed == []
