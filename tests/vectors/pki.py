"""A small country for tests: keys derived from labels, certificates and signatures that come out the same every time.

The keys are worth nothing and are published with the tests; no real desk pins their root (C=ZZ).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID

from clearance.credential.cose import Algorithm, kid_of, low_s_signature
from clearance.credential.trust import PURPOSE_EKU, Purpose

PrivateKey: TypeAlias = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey

_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def seconds(iso: str) -> int:
    """Seconds since 1970 of an ISO time in UTC."""
    return int(datetime.fromisoformat(iso).replace(tzinfo=UTC).timestamp())


def p256_key(label: str, curve: ec.EllipticCurve | None = None) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(_seed(label) % (_P256_ORDER - 1) + 1, curve or ec.SECP256R1())


def ed25519_key(label: str) -> ed25519.Ed25519PrivateKey:
    return ed25519.Ed25519PrivateKey.from_private_bytes(_seed(label).to_bytes(32, "big"))


def _seed(label: str) -> int:
    return int.from_bytes(hashlib.sha256(f"clearance test key, worthless: {label}".encode()).digest(), "big")


END_ENTITY = x509.BasicConstraints(ca=False, path_length=None)


@dataclass(frozen=True, kw_only=True)
class CertificateSpec:
    """What a certificate says; the defaults make a proper signer. None or an empty sequence leaves a part out."""

    common_name: str
    ekus: Sequence[x509.ObjectIdentifier] = (PURPOSE_EKU[Purpose.CARD],)
    country: str | None = "ZZ"
    start: str = "2026-01-01T00:00:00"
    end: str = "2029-12-31T23:59:59"
    constraints: x509.BasicConstraints | None = END_ENTITY
    digital_signature: bool | None = True
    key_cert_sign: bool = False
    authority_key_identifier: bool = True
    critical_extension: bool = False


@dataclass(frozen=True, kw_only=True)
class Root:
    """A root with its key; `spec` says what its certificate holds."""

    private: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def issue(self, spec: CertificateSpec, public: PrivateKey) -> bytes:
        """The DER of a certificate under this root."""
        return _signed(_builder(spec, public, self.certificate.subject, self.private), self.private).public_bytes(
            serialization.Encoding.DER
        )


def make_root(label: str = "root", **changes: object) -> Root:
    private = p256_key(label)
    spec = CertificateSpec(
        **{  # type: ignore[arg-type]
            "common_name": f"Test {label}",
            "ekus": (),
            "start": "2025-01-01T00:00:00",
            "end": "2039-12-31T23:59:59",
            "constraints": x509.BasicConstraints(ca=True, path_length=0),
            "digital_signature": False,
            "key_cert_sign": True,
            "authority_key_identifier": False,
            **changes,
        }
    )
    certificate = _signed(_builder(spec, private, _name(spec), private), private)
    return Root(private=private, certificate=certificate)


def _builder(
    spec: CertificateSpec, subject_key: PrivateKey, issuer: x509.Name, issuer_key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(spec))
        .issuer_name(issuer)
        .public_key(subject_key.public_key())
        .serial_number(_seed(repr(spec)) >> 160)
        .not_valid_before(datetime.fromisoformat(spec.start))
        .not_valid_after(datetime.fromisoformat(spec.end))
    )
    if spec.constraints is not None:
        builder = builder.add_extension(spec.constraints, critical=True)
    if spec.digital_signature is not None:
        builder = builder.add_extension(_key_usage(spec), critical=True)
    if spec.ekus:
        builder = builder.add_extension(x509.ExtendedKeyUsage(spec.ekus), critical=False)
    if spec.key_cert_sign:
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(subject_key.public_key()), False)
    if spec.authority_key_identifier:
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
        builder = builder.add_extension(identifier, critical=False)
    if spec.critical_extension:
        unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.25.1"), b"\x05\x00")
        builder = builder.add_extension(unknown, critical=True)
    return builder


def _signed(builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    return builder.sign(key, hashes.SHA256(), ecdsa_deterministic=True)


def _name(spec: CertificateSpec) -> x509.Name:
    country = [x509.NameAttribute(NameOID.COUNTRY_NAME, spec.country)] if spec.country else []
    organisation = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "TEST - NOT FOR TRAVEL")
    return x509.Name([*country, organisation, x509.NameAttribute(NameOID.COMMON_NAME, spec.common_name)])


def _key_usage(spec: CertificateSpec) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=bool(spec.digital_signature),
        key_cert_sign=spec.key_cert_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


@dataclass(frozen=True, kw_only=True)
class SeededSigner:
    """A signer with its certificate: what `cose.sign1` asks for."""

    private: PrivateKey
    certificate_der: bytes
    algorithm: Algorithm

    @property
    def kid(self) -> bytes:
        return kid_of(self.certificate_der)

    def sign(self, message: bytes) -> bytes:
        match self.private:
            case ed25519.Ed25519PrivateKey():
                return self.private.sign(message)
            case ec.EllipticCurvePrivateKey():
                return low_s_signature(
                    self.private.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
                )
        raise TypeError("an RSA key signs no card")


def make_signer(root: Root, label: str, *, eddsa: bool = False, **changes: object) -> SeededSigner:
    """A signer under `root`; `changes` are fields of CertificateSpec."""
    private: PrivateKey = ed25519_key(label) if eddsa else p256_key(label)
    spec = CertificateSpec(**{"common_name": f"Test {label}", **changes})  # type: ignore[arg-type]
    return SeededSigner(
        private=private,
        certificate_der=root.issue(spec, private),
        algorithm=Algorithm.EDDSA if eddsa else Algorithm.ES256,
    )
