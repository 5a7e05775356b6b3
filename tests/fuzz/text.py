"""Fuzz a scanned text to its verdict: `python -m tests.fuzz.text -runs=100000`.

No text raises; a verdict with claims rests on a real signature over what it says; a pass is a card that is in force.
"""

import random
import zlib

import atheris
import base45 as pypi_base45
import cbor2

from tests.fuzz.engine import decoded, encoded, fuzz, mutated_bytes, mutated_value, parts_of, proven_payload

with atheris.instrument_imports(include=["clearance.credential"]):
    from clearance.credential.cose import sign1
    from clearance.credential.gate import Verdict, verdict_for
    from clearance.credential.reasons import Outcome, Reason
    from clearance.credential.status import Status
    from tests.vectors.desk import FULL_CLAIMS, IDX, NOW, URI, country, desk_with_lists, status_token

PASSPORT = FULL_CLAIMS.passport_no
OTHER = FULL_CLAIMS.previous_passport_no
STANDING = {IDX + 1: Status.INVALID, IDX + 2: Status.SUSPENDED, IDX + 3: Status.SUPERSEDED, IDX - 1: Status.INVALID}
HELD = desk_with_lists(status_token(STANDING)).hold()
SIGNERS = (country().card, country().card_eddsa)


def judge(data: bytes) -> Verdict:
    """Judge a text; bytes that are not UTF-8 become lone surrogates, as a shell hands them over."""
    text = data.decode("utf-8", errors="surrogateescape")
    verdict = verdict_for(text, held=HELD, at=NOW, passport_no=PASSPORT)
    assert (verdict.outcome is Outcome.PASS) == (verdict.reason is Reason.VALID)
    if verdict.claims is not None:
        _require_proof(text, verdict)
    else:
        assert verdict.outcome is Outcome.REFUSE
    return verdict


def _require_proof(text: str, verdict: Verdict) -> None:
    """What the claims say is what a signer of ours signed, read by others' libraries."""
    token = zlib.decompress(pypi_base45.b45decode(text.strip("\r\n\t").upper()))
    said = proven_payload(token, [signer.certificate_der for signer in SIGNERS])
    claims = verdict.claims
    assert claims is not None
    identity, clearance, reference = said[169], said[-880001], said[65535]["status_list"]
    assert (claims.full_name, claims.passport_no) == (identity[4], clearance[2])
    assert (claims.issuer, claims.issued_at, claims.expires_at) == (said[1], said[6], said[4])
    assert (claims.status.uri, claims.status.idx) == (reference["uri"], reference["idx"])
    if verdict.outcome is Outcome.PASS:
        assert said[6] <= NOW + 300
        assert said.get(5, 0) <= NOW + 300
        assert said[4] >= NOW
        assert PASSPORT in (clearance[2], clearance.get(13))
        assert reference["uri"] == URI
        assert reference["idx"] not in STANDING


def mutate(data: bytes, rng: random.Random) -> bytes:
    """Change the text, the zlib stream, the envelope, or the claims, which are then signed anew."""
    kind = rng.random()
    if kind < 0.15:
        return mutated_bytes(data)
    try:
        compressed = pypi_base45.b45decode(data.decode("ascii").strip("\r\n\t").upper())
        if kind < 0.25:
            return pypi_base45.b45encode(mutated_bytes(compressed))
        token = zlib.decompressobj().decompress(compressed, 8_192)
    except (ValueError, zlib.error):
        return mutated_bytes(data)
    return pypi_base45.b45encode(zlib.compress(_spoiled_token(token, rng, kind), rng.choice([9, 9, 9, 6, 1, 0])))


def _spoiled_token(token: bytes, rng: random.Random, kind: float) -> bytes:
    parts = parts_of(token)
    if kind < 0.35 or parts is None:
        return mutated_bytes(token)
    if kind < 0.5:
        parts[0] = encoded(mutated_value(decoded(parts[0]), rng), rng) if rng.random() < 0.5 else parts[0]
        return cbor2.dumps(cbor2.CBORTag(18, mutated_value(parts, rng)))
    payload = parts[2] if isinstance(parts[2], bytes) else b""
    if kind < 0.6:
        return sign1(mutated_bytes(payload), signer=rng.choice(SIGNERS))
    claims = decoded(payload)
    for _ in range(rng.choice([1, 1, 2, 3])):
        claims = mutated_value(claims, rng)
    return sign1(encoded(claims, rng), signer=rng.choice(SIGNERS))


if __name__ == "__main__":
    fuzz("text", judge, mutate, max_len=6_000, peak_mib=32)
