"""Software we did not write reads what we emit (docs/CARD-FORMAT.md section 10).

The bytes are compared with `base45` and `cbor2`, not with our own decoder.
"""

import base64
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import base45
import cbor2
import claim169
import pytest

from clearance.credential.cose import Algorithm
from clearance.credential.status import Status
from clearance.signing import keystore
from clearance.signing.authority import DEMO
from tests.interop.cards import COUNT, Cards, public_key_pem
from tests.interop.conftest import Node

GENDERS = {"male": 1, "female": 2, "other": 3}


def token(text: str) -> bytes:
    return zlib.decompress(base45.b45decode(text))


def sign1(message: bytes) -> list[Any]:
    tagged = cbor2.loads(message)
    assert tagged.tag == 18
    return list(tagged.value)


def decode(cards: Cards, text: str) -> claim169.DecodeResult:
    keyword = {"es256": "verify_with_ecdsa_p256_pem", "eddsa": "verify_with_ed25519_pem"}[cards.algorithm]
    return claim169.decode(text, **{keyword: cards.public_key_pem})


def end_of_day(day: str) -> int:
    midnight = datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(days=1)
    return int(midnight.timestamp()) - 6 * 3600 - 1


def test_there_are_as_many_different_cards_as_promised(cards: Cards) -> None:
    assert len(set(cards.texts)) == COUNT


def test_claim169_verifies_every_card_and_reads_the_same_person(cards: Cards) -> None:
    for claims, text in zip(cards.claims, cards.texts, strict=True):
        read = decode(cards, text)
        assert read.is_verified
        assert read.algorithm == {"es256": "ES256", "eddsa": "EdDSA"}[cards.algorithm]
        assert read.claim169.full_name == claims["name"]
        assert read.claim169.date_of_birth == claims["birth_date"].replace("-", "")
        assert read.claim169.gender == GENDERS[claims["gender"]]
        assert read.claim169.nationality == "BGD"
        assert read.claim169.secondary_language == ("ben" if "name_bn" in claims else None)
        assert read.claim169.id == claims.get("registration_no")
        assert read.cwt_meta.issuer == "bmet.gov.bd"
        assert read.cwt_meta.issued_at == claims["issued_at"]
        assert read.cwt_meta.expires_at == end_of_day(claims["valid_until"])


def test_claim169_refuses_a_card_with_one_bit_changed(cards: Cards) -> None:
    random = Random(1)
    for text in cards.texts[:50]:
        changed = bytearray(token(text))
        changed[random.randrange(len(changed) - 64, len(changed))] ^= 1 << random.randrange(8)
        with pytest.raises(claim169.SignatureError):
            decode(cards, base45.b45encode(zlib.compress(bytes(changed))).decode())


@pytest.mark.node
def test_pixelpass_decodes_every_card_to_the_same_bytes(cards: Cards, node: Node) -> None:
    answers = node("pixelpass.mjs", ({"text": text} for text in cards.texts))
    expected = []
    for text in cards.texts:
        protected, _, payload, signature = sign1(token(text))
        parts = {"protected": protected.hex(), "payload": payload.hex(), "signature": signature.hex()}
        expected.append({"tag": 18, **parts})
    assert answers == expected


@pytest.mark.node
def test_auth0_cose_verifies_every_card_and_no_changed_one(cards: Cards, node: Node) -> None:
    tokens = [token(text) for text in cards.texts]
    changed = [message[:-1] + bytes([message[-1] ^ 1]) for message in tokens[:50]]
    questions = [{"token": message.hex(), "key": cards.public_key_pem} for message in (*tokens, *changed)]
    answers = node("cose.mjs", questions)
    assert [answer.get("verified") for answer in answers] == [True] * COUNT + [False] * 50
    assert [answer["payload"] for answer in answers[:COUNT]] == [sign1(message)[2].hex() for message in tokens]


@pytest.mark.node
def test_auth0_cose_verifies_trust_bundle_and_status_list(cards: Cards, node: Node) -> None:
    private = cards.bundle.parent / "private"
    questions = [
        {"token": (cards.bundle / name).read_bytes().hex(), "key": public_key_pem(private / certificate)}
        for name, certificate in (("trust.cose", "trust.crt"), ("status/26a.cwt", "status.crt"))
    ]
    assert [answer.get("verified") for answer in node("cose.mjs", questions)] == [True, True]


@pytest.mark.node
def test_jwt_status_list_reads_every_status_of_our_list(node: Node, tmp_path: Path) -> None:
    at = 1_795_327_200
    keystore.init(tmp_path / "keys", algorithm=Algorithm.ES256, subject=DEMO, at=at)
    keys = keystore.load(tmp_path / "keys")
    random = Random(7)
    indices = [0, 1, 2, 3, 4, (1 << 20) - 1, *random.sample(range(5, (1 << 20) - 1), 5_000)]
    statuses = {idx: random.choice(list(Status)) for idx in indices}
    keys.publisher().publish(statuses, uri=keys.status_uri, at=at + 60)
    claims = cbor2.loads(sign1((keys.public / "status" / "26a.cwt").read_bytes())[2])
    packed = claims[65533]
    lst = base64.urlsafe_b64encode(packed["lst"]).rstrip(b"=").decode()
    beside = [idx + 1 for idx in indices if idx + 1 not in statuses and idx + 1 < 1 << 20]
    (answer,) = node("statuslist.mjs", [{"bits": packed["bits"], "lst": lst, "indices": [*indices, *beside]}])
    assert answer["bits"] == 2
    assert answer["length"] == 1 << 20
    assert answer["statuses"] == [statuses[idx] for idx in indices] + [Status.VALID] * len(beside)
