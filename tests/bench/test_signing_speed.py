"""What a signed QR text costs beyond the signature that nobody can avoid."""

import zlib
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from clearance.credential.claims import ClearanceClaims, StatusRef, encode_claims
from clearance.credential.cose import Algorithm, sign1
from clearance.credential.qrtext import pack
from clearance.issuing.claiming import claims_for
from clearance.signing import keystore
from clearance.signing.authority import DEMO
from clearance.signing.keystore import KeyStore
from tests.bench.ratio import measure
from tests.fakes.office import draft

pytestmark = pytest.mark.bench

ISSUED_AT = datetime(2026, 11, 22, 6, tzinfo=UTC)
ALGORITHMS = {"ES256": Algorithm.ES256, "Ed25519": Algorithm.EDDSA}


@pytest.fixture(params=ALGORITHMS)
def keys(request: pytest.FixtureRequest, tmp_path: Path) -> KeyStore:
    """A software key store with card keys of one algorithm."""
    at = int(ISSUED_AT.timestamp())
    keystore.init(tmp_path / "keys", algorithm=ALGORITHMS[request.param], subject=DEMO, at=at)
    return keystore.load(tmp_path / "keys")


CASE = draft()


def signed_text(keys: KeyStore) -> str:
    """From an approved case to the text of its QR, as issuing does it."""
    return pack(sign1(encode_claims(claims_of(keys)), signer=keys.card))


def claims_of(keys: KeyStore) -> ClearanceClaims:
    """What the card of one case claims."""
    return claims_for(
        CASE,
        issuer=keys.issuer,
        clearance_no="BMET-2026-0123456789A",
        status_ref=StatusRef(uri=keys.status_uris[-1], idx=4711),
        issued_at=ISSUED_AT,
        valid_until=date(2027, 2, 20),
    )


def raw_signature(algorithm: Algorithm, message: bytes) -> Callable[[], object]:
    """The signature alone, as `cryptography` makes it."""
    if algorithm is Algorithm.EDDSA:
        edwards = ed25519.Ed25519PrivateKey.generate()
        return lambda: edwards.sign(message)
    p256, sha256 = ec.generate_private_key(ec.SECP256R1()), ec.ECDSA(hashes.SHA256())
    return lambda: p256.sign(message, sha256)


def test_signing_a_credential_costs_at_most_two_signatures(keys: KeyStore) -> None:
    """The bound is on the signature with all that COSE puts around it. Claims before it and the text after it are
    written and checked in Python, zlib alone costs half a signature; the table says what they cost."""
    claims, message = claims_of(keys), bytes(450)
    payload = encode_claims(claims)
    token = sign1(payload, signer=keys.card)
    measured = measure(
        {
            "case to QR text": lambda: signed_text(keys),
            "case to claims": lambda: claims_of(keys),
            "claims to payload": lambda: encode_claims(claims),
            "payload to token": lambda: sign1(payload, signer=keys.card),
            "its signature": lambda: keys.card.sign(message),
            "token to text": lambda: pack(token),
            "its zlib": lambda: zlib.compress(token, 9),
            "raw signature": raw_signature(keys.card.algorithm, message),
        }
    )
    assert measured.ratio("payload to token", "raw signature") <= 2
