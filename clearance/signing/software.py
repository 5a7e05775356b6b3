"""Keys in files: PKCS#8 PEM, encrypted with a passphrase or readable by their owner alone.

It decides how a software key signs and which key files it will touch. What a key may sign is decided by its certificate
(`authority`), where keys lie by `keystore`.
"""

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from clearance.credential.cose import Algorithm, kid_of, low_s_signature
from clearance.signing.errors import KeyRefused, PassphraseWrong

PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

ES256 = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
"""RFC 6979: a weak random source cannot leak the key, and signing the same payload again gives the same card."""

MAX_KEY_FILE = 16 * 1024
"""Bytes; a PKCS#8 key of ours takes under 500."""

MIN_PASSPHRASE = 16
"""Characters. The key files stretch a passphrase by PBKDF2 only 2,048 times, so its length must carry the strength."""


@dataclass(frozen=True, kw_only=True)
class SoftwareSigner:
    """A COSE signer with its private key in memory. `kid` and `algorithm` follow from certificate and key."""

    certificate_der: bytes
    kid: bytes
    algorithm: Algorithm
    _private_key: PrivateKey = field(repr=False)

    @classmethod
    def of(cls, private_key: PrivateKey, certificate: x509.Certificate) -> "SoftwareSigner":
        """Raises KeyRefused when the certificate belongs to another key."""
        _require_same_key(private_key, certificate)
        der = certificate.public_bytes(serialization.Encoding.DER)
        algorithm = Algorithm.ES256 if isinstance(private_key, ec.EllipticCurvePrivateKey) else Algorithm.EDDSA
        return cls(certificate_der=der, kid=kid_of(der), algorithm=algorithm, _private_key=private_key)

    def sign(self, message: bytes) -> bytes:
        """64 bytes: Ed25519, or ECDSA over SHA-256 as r and s with low s (card-format section 4)."""
        if isinstance(self._private_key, ed25519.Ed25519PrivateKey):
            return self._private_key.sign(message)
        return low_s_signature(self._private_key.sign(message, ES256))


@dataclass(frozen=True, kw_only=True)
class SoftwareSealingKey:
    """The key that seals card PDFs; implements `clearance.issuing.ports.SealingKey`."""

    certificate_der: bytes
    chain_der: tuple[bytes, ...]
    _private_key: ec.EllipticCurvePrivateKey = field(repr=False)

    @classmethod
    def of(
        cls, private_key: PrivateKey, certificate: x509.Certificate, *, root: x509.Certificate
    ) -> "SoftwareSealingKey":
        """Raises KeyRefused when the certificate belongs to another key or the key is not on P-256."""
        _require_same_key(private_key, certificate)
        if not isinstance(private_key, ec.EllipticCurvePrivateKey):
            raise KeyRefused("The seal key must be on P-256: PDF readers know no other kind that we make.")
        der = certificate.public_bytes(serialization.Encoding.DER)
        chain = (root.public_bytes(serialization.Encoding.DER),)
        return cls(certificate_der=der, chain_der=chain, _private_key=private_key)

    def sign(self, message: bytes) -> bytes:
        """DER-encoded ECDSA signature over SHA-256 of `message`."""
        return self._private_key.sign(message, ES256)


def new_private_key(algorithm: Algorithm) -> PrivateKey:
    """A fresh key from the system's random source."""
    if algorithm is Algorithm.EDDSA:
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key(ec.SECP256R1())


def private_key_pem(private_key: PrivateKey, *, passphrase: bytes | None) -> bytes:
    """PKCS#8 PEM, encrypted when there is a passphrase. Raises PassphraseWrong for one that is too short."""
    if passphrase is not None and len(passphrase) < MIN_PASSPHRASE:
        raise PassphraseWrong(
            f"The passphrase is too short: at least {MIN_PASSPHRASE} characters, better six random words."
        )
    encryption: serialization.KeySerializationEncryption = (
        serialization.NoEncryption() if passphrase is None else serialization.BestAvailableEncryption(passphrase)
    )
    return private_key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)


def read_private_key(path: Path, *, passphrase: bytes | None) -> PrivateKey:
    """A P-256 or Ed25519 key from PKCS#8 PEM.

    An unencrypted key is read only while nobody but its owner can read it. Raises KeyRefused, or PassphraseWrong.
    """
    pem, open_to_others = _read_guarded(path)
    encrypted = pem.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    if not encrypted and not pem.startswith(b"-----BEGIN PRIVATE KEY-----"):
        raise KeyRefused(f"{path} is not a private key in PKCS#8 PEM.")
    if not encrypted and open_to_others:
        raise KeyRefused(f"{path} is not encrypted and others can read it. Run: chmod 600 {path}")
    if encrypted and passphrase is None:
        raise PassphraseWrong(f"{path} is encrypted and no passphrase was given.")
    try:
        private_key = serialization.load_pem_private_key(pem, passphrase if encrypted else None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        if encrypted:
            raise PassphraseWrong(f"The passphrase does not open {path}, or the file is damaged.") from error
        raise KeyRefused(f"{path} is damaged: it does not read as a private key.") from error
    if isinstance(private_key, ed25519.Ed25519PrivateKey):
        return private_key
    if isinstance(private_key, ec.EllipticCurvePrivateKey) and isinstance(private_key.curve, ec.SECP256R1):
        return private_key
    raise KeyRefused(f"{path} holds a kind of key that cards do not use; P-256 and Ed25519 are possible.")


def _read_guarded(path: Path) -> tuple[bytes, bool]:
    """Content, and whether group or others may touch the file: both of the one file that was opened."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            return file.read(MAX_KEY_FILE), bool(mode & (stat.S_IRWXG | stat.S_IRWXO))
    except OSError as error:
        raise KeyRefused(f"{path} cannot be read: {error.strerror}.") from error


def _require_same_key(private_key: PrivateKey, certificate: x509.Certificate) -> None:
    if certificate.public_key() != private_key.public_key():
        raise KeyRefused(f"The certificate of {certificate.subject.rfc4514_string()} belongs to another private key.")
