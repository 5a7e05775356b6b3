"""Certificates of the two-level PKI (card-format section 6): one root, and end-entity signers of one purpose each.

It decides what stands in a certificate. Keys come from `software`, files are the business of `keystore`.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from clearance.credential.chain import document_signer, read_roots
from clearance.credential.errors import CredentialError
from clearance.credential.trust import PURPOSE_EKU, Purpose
from clearance.signing.certified import PublicKey
from clearance.signing.errors import KeyRefused

DOCUMENT_SIGNING = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")


class Role(StrEnum):
    """What a signer signs; the value is also its file name."""

    CARD = "card"
    STATUS = "status"
    TRUST = "trust"
    SEAL = "seal"


PURPOSES = {Role.CARD: Purpose.CARD, Role.STATUS: Purpose.STATUS, Role.TRUST: Purpose.TRUST}
"""The roles that desks know of. PDF readers know the seal."""

ROLE_EKUS = {
    Role.CARD: (PURPOSE_EKU[Purpose.CARD],),
    Role.STATUS: (PURPOSE_EKU[Purpose.STATUS],),
    Role.TRUST: (PURPOSE_EKU[Purpose.TRUST],),
    # poppler's pdfsig (NSS) reports an unknown issue with documentSigning alone.
    Role.SEAL: (DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION),
}


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Who stands behind a PKI. `country` is two capital letters and the same in root and signers.

    Raises ValueError for what no certificate can hold.
    """

    organisation: str
    country: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Z]{2}", self.country):
            raise ValueError(f"A country is two capital letters, such as BD; this is {self.country!r}.")
        if not (self.organisation.strip() and len(self.organisation) <= 64):
            raise ValueError("An organisation has 1 to 64 characters.")

    def name(self, common_name: str) -> x509.Name:
        return x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, self.country),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, self.organisation),
                x509.NameAttribute(NameOID.COMMON_NAME, common_name),
            ]
        )


DEMO = Subject(organisation="DEMO - NOT FOR TRAVEL", country="ZZ")
"""ZZ is a code that ISO 3166 gives to nobody: no real desk can take a demo root for its own."""


def is_demo(certificate: x509.Certificate) -> bool:
    """True when either mark of a demo PKI stands in the subject: country ZZ, or an organisation starting DEMO."""
    countries = certificate.subject.get_attributes_for_oid(NameOID.COUNTRY_NAME)
    organisations = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return any(str(attribute.value).upper() == DEMO.country for attribute in countries) or any(
        str(attribute.value).strip().upper().startswith("DEMO") for attribute in organisations
    )


@dataclass(frozen=True, kw_only=True)
class Window:
    """When a certificate is valid: two aware datetimes, both inclusive (RFC 5280, 4.1.2.5)."""

    not_before: datetime
    not_after: datetime


def make_root(private_key: ec.EllipticCurvePrivateKey, *, subject: Subject, window: Window) -> x509.Certificate:
    """A self-signed root that may only certify end entities (path length 0)."""
    name = root_name(subject)
    identifier = x509.SubjectKeyIdentifier.from_public_key(private_key.public_key())
    return (
        _builder(name, issuer=name, public_key=private_key.public_key())
        .not_valid_before(window.not_before)
        .not_valid_after(window.not_after)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(key_cert_sign=True), critical=True)
        .add_extension(identifier, critical=False)
        .sign(private_key, hashes.SHA256())
    )


def certify(
    public_key: PublicKey,
    role: Role,
    *,
    root: x509.Certificate,
    root_key: ec.EllipticCurvePrivateKey,
    window: Window,
) -> x509.Certificate:
    """The certificate of one signer: country and organisation of its root, never valid longer than its root."""
    root_identifier = root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return (
        _builder(signer_name(root, role), issuer=root.subject, public_key=public_key)
        .not_valid_before(window.not_before)
        .not_valid_after(min(window.not_after, root.not_valid_after_utc))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        # The seal is a signature of the office on a document (ETSI EN 319 412-2); the others authenticate bytes.
        .add_extension(_key_usage(digital_signature=True, content_commitment=role is Role.SEAL), critical=True)
        # Critical, so that no other program takes a card signer for a web server.
        .add_extension(x509.ExtendedKeyUsage(ROLE_EKUS[role]), critical=role is not Role.SEAL)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(root_identifier), critical=False)
        .sign(root_key, hashes.SHA256())
    )


def root_name(subject: Subject) -> x509.Name:
    """The name of a subject's root."""
    return subject.name("Emigration Clearance Root")


def signer_name(root: x509.Certificate, role: Role) -> x509.Name:
    """The subject of a signer: that of its root, with its own common name."""
    owner = [attribute for attribute in root.subject if attribute.oid != NameOID.COMMON_NAME]
    title = f"Emigration Clearance {role.capitalize()} Signer"
    return x509.Name([*owner, x509.NameAttribute(NameOID.COMMON_NAME, title)])


def require_signer(certificate: x509.Certificate, role: Role, *, root: x509.Certificate) -> None:
    """Check a certificate as whoever relies on it will, leaving time out. Raises KeyRefused."""
    try:
        certificate.verify_directly_issued_by(root)
    except (InvalidSignature, ValueError, TypeError):
        raise KeyRefused(
            f"This certificate was issued by another root than the one pinned here: {fingerprint(root)}."
        ) from None
    try:
        if role in PURPOSES:
            der, roots = certificate.public_bytes(Encoding.DER), read_roots(root.public_bytes(Encoding.PEM))
            document_signer(der, purpose_eku=PURPOSE_EKU[PURPOSES[role]], roots=roots)
            return
        usages = set(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
        authority = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (CredentialError, x509.ExtensionNotFound, x509.DuplicateExtension, ValueError) as error:
        raise KeyRefused(f"This is no certificate of a {role} signer: {error}.") from error
    if authority or usages != set(ROLE_EKUS[role]):
        raise KeyRefused(f"This is no certificate of a {role} signer: it serves another purpose.")


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of a certificate, to be read aloud and compared."""
    return grouped(certificate.fingerprint(hashes.SHA256()).hex().upper())


def grouped(digits: str) -> str:
    """Digits in groups of four, as people read them to each other."""
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))


def _builder(name: x509.Name, *, issuer: x509.Name, public_key: PublicKey) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
    )


def _key_usage(
    *, digital_signature: bool = False, content_commitment: bool = False, key_cert_sign: bool = False
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=content_commitment,
        key_cert_sign=key_cert_sign,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
