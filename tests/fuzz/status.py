"""Fuzz a status list to what a desk then says of cards: `python -m tests.fuzz.status -runs=100000`.

No list raises; one that counts is signed by the status signer; whatever it says, a card once revoked stays so, and the
memory never sinks.
"""

import random
import zlib

import atheris
import cbor2

from tests.fuzz.engine import decoded, encoded, fuzz, mutated_bytes, mutated_value, parts_of, proven_payload

with atheris.instrument_imports(include=["clearance.credential"]):
    from clearance.credential.cose import sign1
    from clearance.credential.errors import UnusableStatusList
    from clearance.credential.floor import Edition, Floor
    from clearance.credential.gate import verdict_for
    from clearance.credential.held import HeldTrust, hold
    from clearance.credential.reasons import Reason
    from clearance.credential.status import STATUS_CONTENT_TYPE, read_status_list
    from tests.vectors.desk import CARD_ISSUED, FULL_CLAIMS, IDX, NOW, URI, DeskFiles, country
    from tests.vectors.model import card

DESK = DeskFiles()
GOOD = card(FULL_CLAIMS).text
SIGNERS = DESK.hold().signers
SEEN = Edition(number=CARD_ISSUED, sha256="00" * 32)
REVOKED = Floor(lists={URI: SEEN}, invalid={URI: (1 << IDX).to_bytes(IDX // 8 + 1, "little")})
CLEAR = Floor(lists={URI: SEEN})


def judge(data: bytes) -> None:
    try:
        listed = read_status_list(data, signers=SIGNERS)
    except UnusableStatusList:
        return  # whatever else is raised has escaped
    said = proven_payload(data, [country().status.certificate_der])
    assert (listed.uri, listed.issued_at, listed.bits) == (said[2], said[6], said[65533]["bits"])
    assert listed.entries == zlib.decompress(said[65533]["lst"])
    assert listed.value(len(listed.entries) * 8) is None
    held = _held(data, CLEAR)
    assert held.floor.lists[URI].number >= SEEN.number
    verdict = verdict_for(GOOD, held=held, at=NOW)
    if verdict.reason is Reason.VALID:
        assert _entry(held) == 0
    if _entry(held) == 1:
        assert verdict.reason in (Reason.REVOKED, Reason.CLOCK_WRONG)
    again = _held(data, REVOKED)
    assert again.floor.was_invalid(URI, IDX)
    assert verdict_for(GOOD, held=again, at=NOW).reason in (Reason.REVOKED, Reason.CLOCK_WRONG)


def _held(token: bytes, floor: Floor) -> HeldTrust:
    return hold(root_pem=DESK.root_pem, trust_token=DESK.trust, status_tokens=[token], floor=floor)


def _entry(held: HeldTrust) -> int | None:
    """The entry of the good card, worked out one bit at a time."""
    if URI not in held.lists:
        return None
    bits, entries = held.lists[URI].newest.bits, held.lists[URI].newest.entries
    where = range(IDX * bits, (IDX + 1) * bits)
    if where[-1] >= 8 * len(entries):
        return None
    return sum((entries[bit // 8] >> bit % 8 & 1) << place for place, bit in enumerate(where))


def mutate(data: bytes, rng: random.Random) -> bytes:
    """Change the token, its claims or the entries inside the zlib stream; the latter two are signed anew."""
    kind, parts = rng.random(), parts_of(data)
    if kind < 0.15 or parts is None or not isinstance(parts[2], bytes):
        return mutated_bytes(data)
    if kind < 0.3:
        return cbor2.dumps(cbor2.CBORTag(18, mutated_value(parts, rng)))
    if kind < 0.4:
        return _signed(mutated_bytes(parts[2]))
    claims = decoded(parts[2])
    if kind < 0.6 and isinstance(claims, dict):
        return _signed(encoded(claims | {65533: _packed(rng)}, rng))
    for _ in range(rng.choice([1, 1, 2])):
        claims = mutated_value(claims, rng)
    return _signed(encoded(claims, rng))


def _packed(rng: random.Random) -> dict[str, object]:
    """Entries of any width, at times with another end than a zlib stream should have."""
    bits = rng.choice([1, 2, 4, 8, 3, 16])
    entries = bytearray(rng.choice([0, 1, IDX // 8, IDX // 4 + 1, 1_024, 65_536]))
    for at in range(0, len(entries), max(1, len(entries) // 50)):
        entries[at] = rng.randrange(256)
    packed = zlib.compress(bytes(entries), 9)
    return {"bits": bits, "lst": packed if rng.random() < 0.7 else mutated_bytes(packed)}


def _signed(payload: bytes) -> bytes:
    return sign1(payload, signer=country().status, content_type=STATUS_CONTENT_TYPE)


if __name__ == "__main__":
    fuzz("status", judge, mutate, max_len=4_096, peak_mib=64)
