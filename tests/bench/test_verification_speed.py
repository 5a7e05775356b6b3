"""What a scan costs beyond the signature check that nobody can avoid."""

import tracemalloc
import zlib
from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils

from clearance.credential import base45, cbor
from clearance.credential.claims import parse_claims
from clearance.credential.cose import parse_sign1
from clearance.credential.deflate import inflate
from clearance.credential.gate import verdict_for
from clearance.credential.qrtext import unpack
from clearance.credential.reasons import Reason
from tests.bench.ratio import measure
from tests.vectors.desk import FULL_CLAIMS, ISSUER, NOW, DeskFiles, country
from tests.vectors.model import Card, card
from tests.vectors.pki import SeededSigner

pytestmark = pytest.mark.bench

HELD = DeskFiles().hold()


def check(content: Card) -> Callable[[], object]:
    """The whole check of one text, from Base45 to the verdict with status list and passport."""
    assert verdict_for(content.text, held=HELD, at=NOW, passport_no="A01234567").reason is Reason.VALID
    return lambda: verdict_for(content.text, held=HELD, at=NOW, passport_no="A01234567")


def raw_verify(content: Card, signer: SeededSigner) -> Callable[[], object]:
    """The signature alone, as `cryptography` takes it."""
    assert content.cose is not None
    message = parse_sign1(content.cose)
    key = x509.load_der_x509_certificate(signer.certificate_der).public_key()
    if isinstance(key, ed25519.Ed25519PublicKey):
        return lambda: key.verify(message.signature, message.to_be_signed)
    assert isinstance(key, ec.EllipticCurvePublicKey)
    r, s = (int.from_bytes(half, "big") for half in (message.signature[:32], message.signature[32:]))
    der, algorithm = utils.encode_dss_signature(r, s), ec.ECDSA(hashes.SHA256())
    return lambda: key.verify(der, message.to_be_signed, algorithm)


def test_an_es256_card_costs_at_most_two_and_a_half_signature_checks() -> None:
    content = card(FULL_CLAIMS)
    measured = measure({"QR text to verdict": check(content), "raw ES256 verify": raw_verify(content, country().card)})
    assert measured.ratio("QR text to verdict", "raw ES256 verify") <= 2.5


def test_an_eddsa_card_costs_at_most_two_and_a_half_signature_checks() -> None:
    signer = country().card_eddsa
    content = card(FULL_CLAIMS, signer=signer)
    measured = measure({"QR text to verdict": check(content), "raw Ed25519 verify": raw_verify(content, signer)})
    assert measured.ratio("QR text to verdict", "raw Ed25519 verify") <= 2.5


def test_where_the_time_goes() -> None:
    """No bound, only the table: one line for each layer."""
    content = card(FULL_CLAIMS)
    assert content.compressed is not None
    assert content.cose is not None
    assert content.payload is not None
    text, compressed, cose, payload = content.text.encode(), content.compressed, content.cose, content.payload
    measured = measure(
        {
            "Base45": lambda: base45.decode(text),
            "inflate": lambda: inflate(compressed, limit=4096),
            "text to token": lambda: unpack(content.text),
            "COSE_Sign1 structure": lambda: parse_sign1(cose),
            "payload CBOR": lambda: cbor.decode(payload, max_depth=5, max_items=128),
            "claims with CBOR": lambda: parse_claims(payload, issuer=ISSUER),
            "raw ES256 verify": raw_verify(content, country().card),
        }
    )
    assert measured.ratio("raw ES256 verify", "raw ES256 verify") == 1


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("a text of 2,400 characters of noise", "NCF" + "X7*" * 799),
        ("5 MB of letters", "A" * 5_000_000),
        ("5 MB of line ends", "\r\n" * 2_500_000),
        ("5 MB of Bengali", "ক" * 5_000_000),
        ("a zlib bomb", base45.encode(zlib.compress(bytes(1_500_000), 9))),
    ],
)
def test_a_hostile_text_is_answered_in_250_milliseconds_and_32_mebibytes(what: str, text: str) -> None:
    measured = measure({what: lambda: verdict_for(text, held=HELD, at=NOW)}, rounds=5)
    tracemalloc.start()
    verdict_for(text, held=HELD, at=NOW)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert measured.median_us(what) <= 250_000
    assert peak <= 32 << 20
