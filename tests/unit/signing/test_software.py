"""Software keys: how they sign, and which key files are touched."""

import os
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given, settings
from hypothesis import strategies as st

from clearance.credential.cose import Algorithm, kid_of
from clearance.signing.authority import DEMO, Role, Window, certify, make_root
from clearance.signing.certified import CertifiedSealingKey, CertifiedSigner, PrivateKey
from clearance.signing.errors import KeyRefused, PassphraseWrong
from clearance.signing.keystore import KeyStore
from clearance.signing.software import (
    new_private_key,
    private_key_pem,
    read_private_key,
)

P256_HALF_ORDER = 0x7FFFFFFF800000007FFFFFFFFFFFFFFFDE737D56D38BCF4279DCE5617E3192A8
PASSPHRASE = b"correct horse battery staple"


def signer_with(private_key: PrivateKey, window: Window) -> CertifiedSigner:
    root_key = ec.generate_private_key(ec.SECP256R1())
    root = make_root(root_key, subject=DEMO, window=window)
    certificate = certify(private_key.public_key(), Role.CARD, root=root, root_key=root_key, window=window)
    return CertifiedSigner.of(private_key, certificate)


@pytest.fixture
def es256(window: Window) -> tuple[ec.EllipticCurvePublicKey, CertifiedSigner]:
    private_key = ec.generate_private_key(ec.SECP256R1())
    return private_key.public_key(), signer_with(private_key, window)


def write_key(path: Path, pem: bytes, mode: int = 0o600) -> Path:
    path.write_bytes(pem)
    path.chmod(mode)
    return path


@settings(max_examples=50, deadline=None)
@given(message=st.binary(max_size=300))
def test_an_es256_signature_is_64_bytes_with_low_s_always_the_same_and_verifies(message: bytes) -> None:
    private_key = ec.derive_private_key(0xC0FFEE, ec.SECP256R1())
    signer = CertifiedSigner(certificate_der=b"", kid=b"", algorithm=Algorithm.ES256, _private_key=private_key)
    signature = signer.sign(message)
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    assert len(signature) == 64
    assert s <= P256_HALF_ORDER
    assert signer.sign(message) == signature
    private_key.public_key().verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))


def test_es256_signs_as_rfc_6979_says_with_s_made_low() -> None:
    # RFC 6979 appendix A.2.5, message "sample", SHA-256; its s is above n/2 and is brought down here.
    private_key = ec.derive_private_key(
        0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721, ec.SECP256R1()
    )
    s = 0xF7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8
    order = 2 * P256_HALF_ORDER + 1
    expected = bytes.fromhex("EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716") + (
        (order - s).to_bytes(32, "big")
    )
    signer = CertifiedSigner(certificate_der=b"", kid=b"", algorithm=Algorithm.ES256, _private_key=private_key)
    assert signer.sign(b"sample") == expected


def test_an_eddsa_signature_verifies_and_names_its_algorithm(window: Window) -> None:
    private_key = ed25519.Ed25519PrivateKey.generate()
    signer = signer_with(private_key, window)
    private_key.public_key().verify(signer.sign(b"message"), b"message")
    assert signer.algorithm is Algorithm.EDDSA
    with pytest.raises(InvalidSignature):
        private_key.public_key().verify(signer.sign(b"message"), b"massage")


def test_the_key_identifier_is_that_of_the_certificate(es256: tuple[object, CertifiedSigner]) -> None:
    _, signer = es256
    assert signer.kid == kid_of(signer.certificate_der)
    assert signer.algorithm is Algorithm.ES256


def test_no_private_key_shows_in_what_is_printed(keys: KeyStore) -> None:
    assert "private" not in repr(keys.card)
    assert "private" not in repr(keys.seal)


def test_the_seal_is_der_over_sha256_and_brings_its_chain_to_the_root(keys: KeyStore) -> None:
    from cryptography import x509

    certificate = x509.load_der_x509_certificate(keys.seal.certificate_der)
    public_key = certificate.public_key()
    assert isinstance(public_key, ec.EllipticCurvePublicKey)
    public_key.verify(keys.seal.sign(b"pdf"), b"pdf", ec.ECDSA(hashes.SHA256()))
    assert keys.seal.chain_der == (keys.root_certificate.public_bytes(serialization.Encoding.DER),)


def test_a_seal_key_must_be_on_p256(window: Window) -> None:
    root_key = ec.generate_private_key(ec.SECP256R1())
    root = make_root(root_key, subject=DEMO, window=window)
    private_key = ed25519.Ed25519PrivateKey.generate()
    certificate = certify(private_key.public_key(), Role.SEAL, root=root, root_key=root_key, window=window)
    with pytest.raises(KeyRefused, match="P-256"):
        CertifiedSealingKey.of(private_key, certificate, root=root)


def test_a_certificate_of_another_key_is_refused(window: Window) -> None:
    root_key = ec.generate_private_key(ec.SECP256R1())
    root = make_root(root_key, subject=DEMO, window=window)
    with pytest.raises(KeyRefused, match="another private key"):
        CertifiedSigner.of(new_private_key(Algorithm.ES256), root)


@pytest.mark.parametrize("algorithm", [Algorithm.ES256, Algorithm.EDDSA])
@pytest.mark.parametrize("passphrase", [None, PASSPHRASE], ids=["plain", "encrypted"])
def test_a_written_key_reads_back(tmp_path: Path, algorithm: Algorithm, passphrase: bytes | None) -> None:
    private_key = new_private_key(algorithm)
    path = write_key(tmp_path / "key.pem", private_key_pem(private_key, passphrase=passphrase))
    assert read_private_key(path, passphrase=passphrase).public_key() == private_key.public_key()
    assert (b"ENCRYPTED" in path.read_bytes()) is (passphrase is not None)


def test_a_passphrase_that_is_not_needed_does_no_harm(tmp_path: Path) -> None:
    path = write_key(tmp_path / "key.pem", private_key_pem(new_private_key(Algorithm.ES256), passphrase=None))
    assert read_private_key(path, passphrase=PASSPHRASE)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o666])
def test_a_plain_key_that_others_can_touch_is_refused_with_the_cure(tmp_path: Path, mode: int) -> None:
    pem = private_key_pem(new_private_key(Algorithm.ES256), passphrase=None)
    path = write_key(tmp_path / "key.pem", pem, mode)
    with pytest.raises(KeyRefused, match=f"chmod 600 {path}"):
        read_private_key(path, passphrase=None)


def test_an_encrypted_key_may_be_readable_by_others(tmp_path: Path) -> None:
    pem = private_key_pem(new_private_key(Algorithm.ES256), passphrase=PASSPHRASE)
    assert read_private_key(write_key(tmp_path / "key.pem", pem, 0o644), passphrase=PASSPHRASE)


@pytest.mark.parametrize("passphrase", [None, b"", b"correct horse battery stapler"])
def test_a_wrong_or_missing_passphrase_is_refused(tmp_path: Path, passphrase: bytes | None) -> None:
    pem = private_key_pem(new_private_key(Algorithm.ES256), passphrase=PASSPHRASE)
    path = write_key(tmp_path / "key.pem", pem)
    with pytest.raises(PassphraseWrong, match=r"key\.pem"):
        read_private_key(path, passphrase=passphrase)


def test_a_short_passphrase_encrypts_nothing() -> None:
    with pytest.raises(PassphraseWrong, match="too short"):
        private_key_pem(new_private_key(Algorithm.ES256), passphrase=b"fifteen letters")


@pytest.mark.parametrize("passphrase", [None, PASSPHRASE], ids=["plain", "encrypted"])
def test_a_key_cut_short_is_refused_wherever_it_is_cut(tmp_path: Path, passphrase: bytes | None) -> None:
    pem = private_key_pem(new_private_key(Algorithm.EDDSA), passphrase=passphrase)
    for length in range(0, len(pem) - 1, 7):
        path = write_key(tmp_path / "key.pem", pem[:length])
        with pytest.raises(KeyRefused):
            read_private_key(path, passphrase=passphrase)


def other_kinds() -> dict[str, bytes]:
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    plain = serialization.NoEncryption()
    p256 = ec.generate_private_key(ec.SECP256R1())
    return {
        "rsa": rsa.generate_private_key(65537, 2048).private_bytes(pem, pkcs8, plain),
        "p384": ec.generate_private_key(ec.SECP384R1()).private_bytes(pem, pkcs8, plain),
        "sec1": p256.private_bytes(pem, serialization.PrivateFormat.TraditionalOpenSSL, plain),
        "der": p256.private_bytes(serialization.Encoding.DER, pkcs8, plain),
        "public": p256.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo),
        "empty": b"",
    }


@pytest.mark.parametrize(("kind", "content"), other_kinds().items(), ids=other_kinds().keys())
def test_other_kinds_of_files_are_refused(tmp_path: Path, kind: str, content: bytes) -> None:
    with pytest.raises(KeyRefused, match=r"key\.pem"):
        read_private_key(write_key(tmp_path / "key.pem", content), passphrase=None)


def test_a_missing_key_and_a_directory_are_refused_with_the_name(tmp_path: Path) -> None:
    for path in (tmp_path / "none.pem", tmp_path):
        with pytest.raises(KeyRefused, match=os.fspath(path)):
            read_private_key(path, passphrase=None)
