"""Fuzz a trust bundle to what a desk then holds: `python -m tests.fuzz.trust -runs=100000`.

No bundle raises; one that counts is signed up to the pinned root and is no older than the memory; a stranger's card
never passes under it.
"""

import random
from dataclasses import replace

import atheris
import cbor2
from cryptography import x509

from tests.fuzz.engine import decoded, encoded, fuzz, mutated_bytes, mutated_value, parts_of, proven_payload

with atheris.instrument_imports(include=["clearance.credential"]):
    from clearance.credential.cose import sign1
    from clearance.credential.floor import Edition, Floor
    from clearance.credential.gate import verdict_for
    from clearance.credential.held import hold
    from clearance.credential.reasons import Outcome
    from clearance.credential.trust import TRUST_CONTENT_TYPE
    from tests.vectors.desk import NOW, DeskFiles, country
    from tests.vectors.model import card
    from tests.vectors.pki import SeededSigner

DESK = DeskFiles()
ROOT = country().root.certificate
FLOOR = Floor(trust=Edition(number=6, sha256="00" * 32), last_seen=1)
STRANGERS = [card(signer=country("other root").card).text, card(signer=country().trust).text]
INSIDERS = (country().trust, country().card, country().status)


def judge(data: bytes) -> None:
    held = hold(root_pem=DESK.root_pem, trust_token=data, status_tokens=DESK.status.values(), floor=FLOOR)
    if held.bundle is None:
        assert held.faults
        assert held.floor == FLOOR
        assert not held.signers
        return
    said = decoded(parts_of(data)[2])  # type: ignore[index]
    x509.load_der_x509_certificate(said[8]).verify_directly_issued_by(ROOT)
    assert proven_payload(data, [said[8]]) == said
    assert held.bundle.sequence == said[2] >= 6
    assert held.floor.trust is not None
    assert held.floor.trust.number == said[2]
    assert held.floor.last_seen >= FLOOR.last_seen
    for text in STRANGERS:
        assert verdict_for(text, held=held, at=NOW).outcome is not Outcome.PASS


def mutate(data: bytes, rng: random.Random) -> bytes:
    """Change the token, or its content, which is then signed anew: by the trust signer, or as whoever is inside."""
    kind, parts = rng.random(), parts_of(data)
    if kind < 0.2 or parts is None or not isinstance(parts[2], bytes):
        return mutated_bytes(data)
    if kind < 0.35:
        return cbor2.dumps(cbor2.CBORTag(18, mutated_value(parts, rng)))
    content = decoded(parts[2])
    if kind < 0.5 and isinstance(content, dict):
        return _with_certificate(content, rng)
    if kind < 0.6:
        return _signed(mutated_bytes(parts[2]), country().trust)
    for _ in range(rng.choice([1, 1, 2])):
        content = mutated_value(content, rng)
    return _signed(encoded(content, rng), country().trust)


def _with_certificate(content: dict[object, object], rng: random.Random) -> bytes:
    """Another certificate inside, spoiled or that of another signer, with everything else agreeing with it."""
    insider = rng.choice(INSIDERS)
    der = mutated_bytes(insider.certificate_der) if rng.random() < 0.8 else insider.certificate_der
    if rng.random() < 0.4:  # as a listed signer instead
        return _signed(encoded(content | {6: [{1: der, 2: rng.choice([1, 2, 3]), 3: 0}]}, rng), country().trust)
    return _signed(encoded(content | {8: der}, rng), replace(insider, certificate_der=der))


def _signed(payload: bytes, signer: SeededSigner) -> bytes:
    return sign1(payload, signer=signer, content_type=TRUST_CONTENT_TYPE)


if __name__ == "__main__":
    fuzz("trust", judge, mutate, max_len=8_192, peak_mib=64)
