"""The root's part of the ceremony, on a machine without network: make a root, and certify requests brought to it.

    ROOT/private/root.{pem,uri,crt}     its key and certificate
    ROOT/public/root.pem                the certificate, to be pinned by desks
    ROOT/issued/                        every certificate it ever gave, by purpose and key

It decides that a key is certified once, for one purpose.
"""

from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from clearance.credential.cose import Algorithm, kid_of
from clearance.signing import files
from clearance.signing.authority import (
    DEMO,
    Role,
    Subject,
    Window,
    certify,
    fingerprint,
    grouped,
    make_root,
    require_signer,
    root_name,
)
from clearance.signing.ceremony import Done, Occasion, day
from clearance.signing.certified import PublicKey, require_same_key
from clearance.signing.errors import DirectoryInUse, KeyRefused, OutOfOrder, PassphraseWrong
from clearance.signing.keyring import read_certificate
from clearance.signing.keystore import CLOCK_TOLERANCE, DEMO_PAST, ROOT_LIFETIME, SIGNER_LIFETIME
from clearance.signing.pkcs11_uri import TokenAddress
from clearance.signing.private_keys import Secrets, make_private_key, open_private_key
from clearance.signing.requests import read_request, require_answerable


def create_root(
    directory: Path,
    *,
    subject: Subject,
    on: Occasion,
    secrets: Secrets,
    token: TokenAddress | None = None,
    lifetime: timedelta = ROOT_LIFETIME,
) -> Done:
    """Make a root in a directory of its own, which appears whole or not at all. Raises SigningFault."""
    made = directory / "private" / "root.crt"
    if made.exists():
        return _root_done(directory, _same_root(made, subject), already=True)
    if token is None and subject != DEMO and secrets.passphrase() is None:
        raise PassphraseWrong("A root that is not for a demo is encrypted: give a passphrase.")
    with files.appearing_whole(directory) as partial:
        private = partial / "private"
        files.make_directory(private, mode=files.PRIVATE_DIRECTORY)
        for name in ("public", "issued"):
            files.make_directory(partial / name, mode=files.PUBLIC_DIRECTORY)
        key = make_private_key(private, "root", Algorithm.ES256, token=token, secrets=secrets)
        start = on.moment - (DEMO_PAST if subject == DEMO else CLOCK_TOLERANCE)
        window = Window(not_before=start, not_after=on.moment + lifetime)
        root = make_root(cast(ec.EllipticCurvePrivateKey, key), subject=subject, window=window)
        pem = root.public_bytes(Encoding.PEM)
        files.write_atomically(private / "root.crt", pem)
        files.write_atomically(partial / "public" / "root.pem", pem)
    return _root_done(directory, root, already=False)


def certify_request(
    directory: Path, request_file: Path, role: Role, *, into: Path, on: Occasion, secrets: Secrets
) -> Done:
    """Answer a request with a certificate for `role`, written to `into`. Raises SigningFault; nothing is then written.

    A request that was answered before gets the same certificate again.
    """
    root = read_certificate(directory / "private" / "root.crt")
    public_key = require_answerable(read_request(request_file), role, root=root)
    _require_in_force(root, on.moment)
    given = _register(directory, role, public_key)
    already = given.exists()
    if already:
        certificate = read_certificate(given)
        require_signer(certificate, role, root=root)
    else:
        certificate = _certified(directory, role, public_key, root=root, on=on, secrets=secrets)
        files.write_atomically(given, certificate.public_bytes(Encoding.PEM))
    files.write_atomically(into, certificate.public_bytes(Encoding.PEM))
    how = "It was certified before; here is the same certificate again." if already else "The request holds its key."
    return Done(
        step="signer-certify",
        subject=given.stem,
        title=f"certify a {role} signer",
        said=(f"A {role} signer was certified by this root: {into}. {how}",),
        facts={"Public key (SHA-256)": key_fingerprint(public_key)}
        | facts_of(certificate)
        | {"Root": fingerprint(root)},
        then=(
            f"Carry {into.name} back to where its key lives, and there:",
            f"  clearance keys signer install --dir DIR {into.name}",
        ),
        already=already,
    )


def facts_of(certificate: x509.Certificate) -> dict[str, str]:
    """What a witness compares."""
    der = certificate.public_bytes(Encoding.DER)
    return {
        "Subject": certificate.subject.rfc4514_string(),
        "Key identifier": kid_of(der).hex(),
        "Fingerprint (SHA-256)": fingerprint(certificate),
        "Valid": f"{day(certificate.not_valid_before_utc)} to {day(certificate.not_valid_after_utc)}",
    }


def key_fingerprint(public_key: PublicKey) -> str:
    """SHA-256 of a public key (SubjectPublicKeyInfo), for both ends of a request's way to compare."""
    return grouped(_key_digest(public_key))


def _key_digest(public_key: PublicKey) -> str:
    return sha256(public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest().upper()


def _certified(
    directory: Path, role: Role, public_key: PublicKey, *, root: x509.Certificate, on: Occasion, secrets: Secrets
) -> x509.Certificate:
    private = directory / "private"
    root_key = open_private_key(private, "root", secrets)
    require_same_key(root_key, root)
    start = max(on.moment - CLOCK_TOLERANCE, root.not_valid_before_utc)
    certificate = certify(
        public_key,
        role,
        root=root,
        root_key=cast(ec.EllipticCurvePrivateKey, root_key),
        window=Window(not_before=start, not_after=on.moment + SIGNER_LIFETIME),
    )
    require_signer(certificate, role, root=root)
    return certificate


def _register(directory: Path, role: Role, public_key: PublicKey) -> Path:
    """Where the certificate of this key is kept. Raises KeyRefused when the key serves another purpose already."""
    issued = directory / "issued"
    if not issued.is_dir():  # a directory of `init` became the root's
        files.make_directory(issued, mode=files.PUBLIC_DIRECTORY)
    key_id = _key_digest(public_key)[:16].lower()
    for other in Role:
        if other is not role and (issued / f"{other}-{key_id}.crt").exists():
            raise KeyRefused(f"This key was certified as a {other} key. No key serves two purposes: make a new one.")
    return issued / f"{role}-{key_id}.crt"


def _require_in_force(root: x509.Certificate, at: datetime) -> None:
    if not root.not_valid_before_utc <= at <= root.not_valid_after_utc:
        raise OutOfOrder(
            f"This root is valid from {day(root.not_valid_before_utc)} to {day(root.not_valid_after_utc)}, and this "
            f"machine says it is {day(at)}. Set its clock right, or make a new root."
        )


def _same_root(path: Path, subject: Subject) -> x509.Certificate:
    root = read_certificate(path)
    if root.subject != root_name(subject):
        raise DirectoryInUse(
            f"{path.parent.parent} holds the root of {root.subject.rfc4514_string()}; nothing in it was touched. "
            "Choose another directory."
        )
    return root


def _root_done(directory: Path, root: x509.Certificate, *, already: bool) -> Done:
    return Done(
        step="root-create",
        subject="root",
        title="make the root",
        said=(f"The root of {root.subject.rfc4514_string()} {'was made before' if already else 'was made'}.",),
        facts={name: value for name, value in facts_of(root).items() if name != "Key identifier"},
        then=(
            f"Keep {directory} on offline media, and a copy in another safe. The passphrase lies in neither.",
            f"Carry {directory / 'public' / 'root.pem'} to the machine that will sign, and there, for each of card,",
            "status, trust and seal:",
            "  clearance keys signer request --dir DIR --role card --root root.pem",
        ),
        already=already,
    )
