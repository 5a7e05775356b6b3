"""A private key together with its certificate: what signs cards, lists and bundles, and what seals PDFs.

It decides the form of signatures. Private keys are those of `cryptography` (`EllipticCurvePrivateKey` and
`Ed25519PrivateKey`): this interface is the port that keys in files (`software`) and in hardware (`pkcs11`) both
implement, so that nothing here knows where a key lives.
"""

from dataclasses import dataclass, field
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from clearance.credential.cose import Algorithm, kid_of, low_s_signature
from clearance.signing.errors import KeyRefused

PrivateKey: TypeAlias = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
PublicKey: TypeAlias = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey

ES256 = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
"""RFC 6979: a weak random source cannot leak a software key, and signing the same payload again gives the same card.
Hardware draws its own random numbers."""


@dataclass(frozen=True, kw_only=True)
class CertifiedSigner:
    """A COSE signer. `kid` and `algorithm` follow from certificate and key."""

    certificate_der: bytes
    kid: bytes
    algorithm: Algorithm
    _private_key: PrivateKey = field(repr=False)

    @classmethod
    def of(cls, private_key: PrivateKey, certificate: x509.Certificate) -> "CertifiedSigner":
        """Raises KeyRefused when the certificate belongs to another key."""
        require_same_key(private_key, certificate)
        der = certificate.public_bytes(serialization.Encoding.DER)
        return cls(certificate_der=der, kid=kid_of(der), algorithm=algorithm_of(private_key), _private_key=private_key)

    def sign(self, message: bytes) -> bytes:
        """64 bytes: Ed25519, or ECDSA over SHA-256 as r and s with low s (card-format section 4)."""
        if isinstance(self._private_key, ed25519.Ed25519PrivateKey):
            return self._private_key.sign(message)
        return low_s_signature(self._private_key.sign(message, ES256))


@dataclass(frozen=True, kw_only=True)
class CertifiedSealingKey:
    """The key that seals card PDFs; implements `clearance.issuing.ports.SealingKey`."""

    certificate_der: bytes
    chain_der: tuple[bytes, ...]
    _private_key: ec.EllipticCurvePrivateKey = field(repr=False)

    @classmethod
    def of(
        cls, private_key: PrivateKey, certificate: x509.Certificate, *, root: x509.Certificate
    ) -> "CertifiedSealingKey":
        """Raises KeyRefused when the certificate belongs to another key or the key is not on P-256."""
        require_same_key(private_key, certificate)
        if not isinstance(private_key, ec.EllipticCurvePrivateKey):
            raise KeyRefused("The seal key must be on P-256: PDF readers know no other kind that we make.")
        der = certificate.public_bytes(serialization.Encoding.DER)
        chain = (root.public_bytes(serialization.Encoding.DER),)
        return cls(certificate_der=der, chain_der=chain, _private_key=private_key)

    def sign(self, message: bytes) -> bytes:
        """DER-encoded ECDSA signature over SHA-256 of `message`."""
        return self._private_key.sign(message, ES256)


def require_same_key(private_key: PrivateKey, certificate: x509.Certificate) -> None:
    """Raises KeyRefused unless the certificate is that of the private key."""
    if certificate.public_key() != private_key.public_key():
        raise KeyRefused(f"The certificate of {certificate.subject.rfc4514_string()} belongs to another private key.")


def algorithm_of(private_key: PrivateKey) -> Algorithm:
    """What a key signs with."""
    return Algorithm.ES256 if isinstance(private_key, ec.EllipticCurvePrivateKey) else Algorithm.EDDSA
