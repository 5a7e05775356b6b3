"""The two-level PKI of ICAO Doc 9303 part 12: a country's root, and the document signers under it.

It decides whether a certificate is a root we may pin, and whether another is a signer under such a root for a given
purpose (docs/CARD-FORMAT.md section 6), leaving time out: windows are kept as integers, and `DocumentSigner.valid_at`
answers for the moment of signing. What a signer's state in the trust bundle allows is left to `signers`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from cryptography.x509.oid import NameOID

from clearance.credential.cose import VerificationKey, kid_of, verification_key
from clearance.credential.errors import UntrustedSigner, UnusableTrust

ExtensionT = TypeVar("ExtensionT", bound=x509.ExtensionType)

# Everything that parsing and checking a hostile certificate raises.
_CERTIFICATE_FAULTS = (
    ValueError,
    TypeError,
    InvalidSignature,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
# Critical extensions that the checks below take into account; any other one makes a certificate unusable.
_UNDERSTOOD = frozenset({x509.BasicConstraints.oid, x509.KeyUsage.oid, x509.ExtendedKeyUsage.oid})


class _Unfit(ValueError):
    """The certificate fails a rule; the message says which."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CountryRoot:
    """A pinned root (CSCA). `start` and `end` are its validity in seconds, both inclusive."""

    certificate: x509.Certificate
    country: str
    start: int
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentSigner:
    """A signer certificate that chains to at least one pinned root for one purpose."""

    kid: bytes
    key: VerificationKey
    start: int
    end: int
    roots: tuple[CountryRoot, ...]

    def valid_at(self, at: int) -> bool:
        """Tell whether the chain was in force at `at`, the moment of signing."""
        return self.start <= at <= self.end and any(root.start <= at <= root.end for root in self.roots)


def read_roots(pem: bytes) -> tuple[CountryRoot, ...]:
    """Read the pinned roots. Raises UnusableTrust when one of them is not a root, or there is none."""
    try:
        return tuple(_root(certificate) for certificate in x509.load_pem_x509_certificates(pem))
    except _CERTIFICATE_FAULTS as fault:
        raise UnusableTrust(f"root.pem: {fault}") from None


def document_signer(
    certificate_der: bytes, *, purpose_eku: x509.ObjectIdentifier, roots: Sequence[CountryRoot]
) -> DocumentSigner:
    """Check a signer certificate against the pinned roots. Raises UntrustedSigner."""
    try:
        certificate = x509.load_der_x509_certificate(certificate_der)
        key = _end_entity_key(certificate, purpose_eku)
        issuers = tuple(root for root in roots if _is_issued_by(certificate, root))
        start, end = _window(certificate)
    except _CERTIFICATE_FAULTS as fault:
        raise UntrustedSigner(str(fault)) from None
    if not issuers:
        raise UntrustedSigner("issued by none of the pinned roots, or for another country")
    return DocumentSigner(kid=kid_of(certificate_der), key=key, start=start, end=end, roots=issuers)


def _root(certificate: x509.Certificate) -> CountryRoot:
    _require_v3_and_understood(certificate)
    constraints = _extension(certificate, x509.BasicConstraints)
    if not constraints.ca or constraints.path_length != 0:
        raise _Unfit("a root is a CA with path length 0")
    if not _extension(certificate, x509.KeyUsage).key_cert_sign:
        raise _Unfit("a root has the key usage keyCertSign")
    key = certificate.public_key()
    if not (isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1)):
        raise _Unfit("a root has a P-256 key")
    _verify_issued_by(certificate, certificate)
    start, end = _window(certificate)
    return CountryRoot(certificate=certificate, country=_country(certificate), start=start, end=end)


def _end_entity_key(certificate: x509.Certificate, purpose_eku: x509.ObjectIdentifier) -> VerificationKey:
    _require_v3_and_understood(certificate)
    if _extension(certificate, x509.BasicConstraints).ca:
        raise _Unfit("a signer is no CA")
    usage = _extension(certificate, x509.KeyUsage)
    if not usage.digital_signature or usage.key_cert_sign or usage.crl_sign:
        raise _Unfit("a signer has the key usage digitalSignature, and signs no certificates")
    if list(_extension(certificate, x509.ExtendedKeyUsage)) != [purpose_eku]:
        raise _Unfit("a signer has exactly the one extended key usage of its purpose")
    if not _extension(certificate, x509.AuthorityKeyIdentifier).key_identifier:
        raise _Unfit("a signer names its root's key")
    key = verification_key(certificate.public_key())
    if key is None:
        raise _Unfit("a signer has a P-256 or an Ed25519 key")
    return key


def _is_issued_by(certificate: x509.Certificate, root: CountryRoot) -> bool:
    """Same country, name chaining, the root's key identifier, and the root's signature."""
    named = _extension(certificate, x509.AuthorityKeyIdentifier).key_identifier
    try:
        if _country(certificate) != root.country or named != _key_identifier(root.certificate):
            return False
        _verify_issued_by(certificate, root.certificate)
    except _CERTIFICATE_FAULTS:
        return False
    return True


def _verify_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> None:
    if not isinstance(certificate.signature_hash_algorithm, SHA256 | SHA384 | SHA512):
        raise _Unfit("signed with a weak hash")
    try:
        certificate.verify_directly_issued_by(issuer)
    except InvalidSignature:
        raise _Unfit("the issuer's signature does not match") from None


def _key_identifier(root: x509.Certificate) -> bytes:
    try:
        return _extension(root, x509.SubjectKeyIdentifier).digest
    except _Unfit:
        return x509.SubjectKeyIdentifier.from_public_key(root.public_key()).digest


def _country(certificate: x509.Certificate) -> str:
    countries = certificate.subject.get_attributes_for_oid(NameOID.COUNTRY_NAME)
    if len(countries) != 1:
        raise _Unfit("the subject names one country")
    return str(countries[0].value)


def _require_v3_and_understood(certificate: x509.Certificate) -> None:
    if certificate.version is not x509.Version.v3:
        raise _Unfit("not a version 3 certificate")
    for extension in certificate.extensions:
        if extension.critical and extension.oid not in _UNDERSTOOD:
            raise _Unfit(f"the critical extension {extension.oid.dotted_string}")


def _extension(certificate: x509.Certificate, kind: type[ExtensionT]) -> ExtensionT:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        raise _Unfit(f"no {kind.__name__}") from None


def _window(certificate: x509.Certificate) -> tuple[int, int]:
    return int(certificate.not_valid_before_utc.timestamp()), int(certificate.not_valid_after_utc.timestamp())
