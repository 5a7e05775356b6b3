"""Requests for certificates (PKCS#10, RFC 2986), as they travel from where a key lives to the offline root and back.

It decides which request a root may answer: one that proves possession of its key, names its one purpose, and comes from
the root's own country and organisation.
"""

from pathlib import Path
from typing import cast

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import NameOID

from clearance.signing.authority import ROLE_EKUS, Role, signer_name
from clearance.signing.certified import PrivateKey, PublicKey
from clearance.signing.errors import KeyRefused

MAX_FILE = 64 * 1024
"""Bytes; a request or certificate of ours takes about one thousand."""


def make_request(private_key: PrivateKey, role: Role, *, root: x509.Certificate) -> x509.CertificateSigningRequest:
    """A request, signed by the key it is for."""
    usage = x509.ExtendedKeyUsage(ROLE_EKUS[role])
    builder = x509.CertificateSigningRequestBuilder().subject_name(signer_name(root, role))
    hash_of_kind = None if isinstance(private_key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return builder.add_extension(usage, critical=True).sign(private_key, hash_of_kind)


def read_request(path: Path) -> x509.CertificateSigningRequest:
    """Raises KeyRefused."""
    try:
        return x509.load_pem_x509_csr(read_some(path))
    except ValueError as error:
        raise KeyRefused(f"{path} is no certificate request in PEM.") from error


def read_some(path: Path) -> bytes:
    """The beginning of a file that should be small. Raises KeyRefused."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE)
    except OSError as error:
        raise KeyRefused(f"{path} cannot be read: {error.strerror}.") from error


def require_answerable(request: x509.CertificateSigningRequest, role: Role, *, root: x509.Certificate) -> PublicKey:
    """The key to certify for `role` under `root`. Raises KeyRefused with what is wrong with the request."""
    try:
        if not request.is_signature_valid:
            raise KeyRefused("The request is not signed by the key it is for: it was changed on its way. Make it anew.")
        public_key = request.public_key()
    except (UnsupportedAlgorithm, ValueError) as error:
        raise KeyRefused(f"The request holds a kind of key that cannot be certified: {error}.") from error
    asked = _role_of(request)
    if asked is not role:
        raise KeyRefused(f"This request is for a {asked or 'stranger'} key, and a {role} key was to be certified.")
    on_p256 = isinstance(public_key, ec.EllipticCurvePublicKey) and isinstance(public_key.curve, ec.SECP256R1)
    if not on_p256 and (role is Role.SEAL or not isinstance(public_key, ed25519.Ed25519PublicKey)):
        raise KeyRefused(f"A {role} key is on P-256{'' if role is Role.SEAL else ' or Ed25519'}; this one is not.")
    for oid, word in ((NameOID.COUNTRY_NAME, "country"), (NameOID.ORGANIZATION_NAME, "organisation")):
        ours, theirs = _texts(root.subject, oid), _texts(request.subject, oid)
        if ours != theirs:
            raise KeyRefused(
                f"The request names the {word} {', '.join(theirs) or '(none)'}, and this root stands for "
                f"{', '.join(ours)}. Signers work for the owner of their root only."
            )
    return cast(PublicKey, public_key)


def _role_of(request: x509.CertificateSigningRequest) -> Role | None:
    try:
        usages = set(request.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return None
    return next((role for role, wanted in ROLE_EKUS.items() if usages == set(wanted)), None)


def _texts(name: x509.Name, oid: x509.ObjectIdentifier) -> list[str]:
    return [str(attribute.value) for attribute in name.get_attributes_for_oid(oid)]
