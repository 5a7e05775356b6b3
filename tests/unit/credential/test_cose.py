"""The signature envelope: what signers must return, and whose key is tried."""

from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from clearance.credential.chain import read_roots
from clearance.credential.cose import (
    Algorithm,
    kid_of,
    low_s_signature,
    parse_sign1,
    sign1,
    verification_key,
    verify_sign1,
)
from clearance.credential.errors import BadSignature, NotASign1, UnknownSigner, UntrustedSigner
from clearance.credential.signers import HeldSigner, check_signers, signer_of
from clearance.credential.trust import Purpose
from tests.vectors.desk import bundle, country, listed
from tests.vectors.pki import SeededSigner, make_signer, p256_key

ROOTS = read_roots(country().root.pem)
CARD, EDDSA = country().card, country().card_eddsa


class FixedSigner:
    """Returns whatever it was told to."""

    def __init__(self, signature: bytes, algorithm: Algorithm = Algorithm.ES256) -> None:
        self.algorithm, self.kid, self.signature = algorithm, CARD.kid, signature

    def sign(self, message: bytes) -> bytes:
        return self.signature


@pytest.mark.parametrize("signature", [b"", bytes(63), bytes(65), b"\x01" * 32 + b"\xff" * 32])
def test_a_signature_that_no_reader_would_take_is_not_emitted(signature: bytes) -> None:
    with pytest.raises(BadSignature):
        sign1(b"\xa0", signer=FixedSigner(signature))


def test_an_eddsa_signature_may_have_any_second_half() -> None:
    assert sign1(b"\xa0", signer=FixedSigner(b"\xff" * 64, Algorithm.EDDSA))


@pytest.mark.parametrize("signer", [CARD, EDDSA])
def test_signing_twice_gives_the_same_token(signer: SeededSigner) -> None:
    assert sign1(b"\xa0", signer=signer) == sign1(b"\xa0", signer=signer)


def test_low_s_turns_either_signature_into_the_same() -> None:
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    low, high = (low_s_signature(encode_dss_signature(5, s)) for s in (7, order - 7))
    assert low == high == (5).to_bytes(32, "big") + (7).to_bytes(32, "big")


def test_the_content_type_is_expected_or_absent() -> None:
    typed = sign1(b"\xa0", signer=CARD, content_type="bd-ec-trust")
    assert parse_sign1(typed, content_type="bd-ec-trust").kid == CARD.kid
    for token, expected in ((typed, None), (typed, "bd-ec-other"), (sign1(b"\xa0", signer=CARD), "bd-ec-trust")):
        with pytest.raises(NotASign1):
            parse_sign1(token, content_type=expected)


def test_a_key_of_another_kind_signs_nothing() -> None:
    assert verification_key(p256_key("other curve", ec.SECP384R1()).public_key()) is None
    assert verification_key(p256_key("ours").public_key()) is not None


def test_a_changed_payload_does_not_verify() -> None:
    key = verification_key(x509.load_der_x509_certificate(CARD.certificate_der).public_key())
    assert key is not None
    message = parse_sign1(sign1(b"\xa0", signer=CARD))
    verify_sign1(message, key=key)
    with pytest.raises(BadSignature):
        verify_sign1(replace(message, to_be_signed=message.to_be_signed + b"\0"), key=key)


def test_every_trusted_signer_with_the_key_identifier_is_tried() -> None:
    """Eight bytes may collide; two signers under one kid are made up here."""
    root = country().root
    other = make_signer(root, "collides")
    message = parse_sign1(sign1(b"\xa0", signer=CARD))
    ours = tuple(check_signers(bundle().signers, roots=ROOTS)[CARD.kid])
    strangers = tuple(check_signers([listed(other)], roots=ROOTS)[other.kid])
    for held in ((*strangers, *ours), (*ours, *strangers)):
        assert signer_of(message, purpose=Purpose.CARD, signers={CARD.kid: held}) is ours[0]
    with pytest.raises(BadSignature):
        signer_of(message, purpose=Purpose.CARD, signers={CARD.kid: strangers})


def test_a_signer_of_another_purpose_is_not_tried() -> None:
    message = parse_sign1(sign1(b"\xa0", signer=CARD))
    signers = check_signers([listed(CARD)], roots=ROOTS)
    assert isinstance(signer_of(message, purpose=Purpose.CARD, signers=signers), HeldSigner)
    with pytest.raises(UntrustedSigner):
        signer_of(message, purpose=Purpose.STATUS, signers=signers)
    with pytest.raises(UnknownSigner):
        signer_of(message, purpose=Purpose.CARD, signers={})


def test_the_key_identifier_is_the_head_of_a_hash() -> None:
    assert kid_of(b"").hex() == "e3b0c44298fc1c14"
