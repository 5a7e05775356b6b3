"""The directory of one PKI: private keys, their certificates, and what desks may have.

    DIR/private/{root,card,status,trust,seal}.pem     keys, encrypted or 0600, in a 0700 directory
    DIR/private/{root,card,status,trust,seal}.crt     their certificates
    DIR/private/card-2.uri, card-2.crt                a later signer; .uri: its key lies in a token
    DIR/private/signers.json                          which signer took over, once one did
    DIR/public/{root.pem,trust.cose,status/26a.cwt}   a ready desk bundle

It decides how a directory is made at once (`init`), how long keys live, and which keys a program may work with
(`load`). What a certificate says is decided by `authority`, which signer signs by the ceremony. The root's key serves
ceremonies only: `load` never opens it, so that it can be kept elsewhere.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from clearance.credential.cose import Algorithm
from clearance.credential.trust import Purpose, TrustBundle, TrustedSigner
from clearance.signing import files
from clearance.signing.authority import (
    DEMO,
    PURPOSES,
    Role,
    Subject,
    Window,
    certify,
    is_demo,
    make_root,
    require_signer,
)
from clearance.signing.certified import CertifiedSealingKey, CertifiedSigner, PrivateKey, require_same_key
from clearance.signing.errors import KeyRefused, PassphraseWrong
from clearance.signing.history import History
from clearance.signing.keyring import read_certificate
from clearance.signing.private_keys import Secrets, open_private_key
from clearance.signing.publication import TRUST_LIFETIME_S, Publisher, list_name, published_trust
from clearance.signing.software import new_private_key, private_key_pem

ISSUER = "bmet.gov.bd"
STATUS_URI = "https://s.bmet.gov.bd/26a"
MAX_STATUS_URI = 64
"""UTF-8 bytes; every card carries it (card-format section 5)."""

ROOT_LIFETIME = timedelta(days=20 * 365)
SIGNER_LIFETIME = timedelta(days=5 * 365)
"""A card ends before its signer does and lives up to 800 days, so a key can issue full-length cards for 2.8 years."""

CLOCK_TOLERANCE = timedelta(hours=1)
"""Certificates start this much earlier: the machine that issues may run behind the one of the ceremony."""
DEMO_PAST = timedelta(days=800)
"""Demo certificates start this much earlier: demo workers hold cards issued long before the demo was set up."""


@dataclass(frozen=True, kw_only=True)
class SigningKeys:
    """The opened keys of one PKI: of each role, the signer that signs now."""

    card: CertifiedSigner
    status: CertifiedSigner
    trust: CertifiedSigner
    seal: CertifiedSealingKey
    root_certificate: x509.Certificate

    @property
    def is_demo(self) -> bool:
        return is_demo(self.root_certificate)

    def publisher_into(self, public: Path) -> Publisher:
        """What signs and publishes into `public`."""
        return Publisher(
            directory=public,
            root=self.root_certificate,
            status_signer=self.status,
            trust_signer=self.trust,
            trust_certificate_der=self.trust.certificate_der,
        )


@dataclass(frozen=True, kw_only=True)
class KeyStore(SigningKeys):
    """The opened keys, with what desks were told about them. `public` is the directory that desks copy."""

    issuer: str
    status_uris: tuple[str, ...]
    public: Path

    @property
    def status_uri(self) -> str:
        """The list of cards issued now: the newest."""
        return self.status_uris[-1]

    def publisher(self) -> Publisher:
        """What publishes for this PKI."""
        return self.publisher_into(self.public)


def init(
    directory: Path,
    *,
    algorithm: Algorithm,
    subject: Subject,
    at: int,
    passphrase: bytes | None = None,
    issuer: str = ISSUER,
    status_uri: str = STATUS_URI,
) -> None:
    """Make a whole PKI in `directory`, which must not exist or be empty. `at` is epoch seconds.

    Card, status and trust keys are of `algorithm`; root and seal are always P-256. Raises DirectoryInUse, ValueError
    for an issuer or URI that cards cannot carry, PassphraseWrong for a short passphrase or none outside a demo.
    """
    if passphrase is None and subject != DEMO:
        raise PassphraseWrong("Keys that are not for a demo are encrypted: give a passphrase.")
    require_publishable(issuer=issuer, status_uri=status_uri)
    with files.appearing_whole(directory) as partial:
        private, public = partial / "private", partial / "public"
        files.make_directory(private, mode=files.PRIVATE_DIRECTORY)
        files.make_directory(public, mode=files.PUBLIC_DIRECTORY)
        files.make_directory(public / "status", mode=files.PUBLIC_DIRECTORY)
        _make_keys(private, algorithm=algorithm, subject=subject, at=at, passphrase=passphrase)
        keys = open_keys(private, Secrets.known(passphrase=passphrase))  # as every later start will
        publish_first(keys, public, at=at, issuer=issuer, status_uri=status_uri)


def require_publishable(*, issuer: str, status_uri: str) -> None:
    """Raises ValueError for an issuer or a status URI that cards cannot carry."""
    if not issuer.strip():
        raise ValueError("The issuer must not be blank.")
    if not re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z_-]{0,62}", list_name(status_uri)) or len(status_uri) > MAX_STATUS_URI:
        raise ValueError(
            f"The status URI must have up to {MAX_STATUS_URI} characters and end in a name such as /26a; "
            f"this is {status_uri!r}."
        )


def _make_keys(private: Path, *, algorithm: Algorithm, subject: Subject, at: int, passphrase: bytes | None) -> None:
    made_at = datetime.fromtimestamp(at, UTC)
    start = made_at - (DEMO_PAST if subject == DEMO else CLOCK_TOLERANCE)
    root_key = cast(ec.EllipticCurvePrivateKey, new_private_key(Algorithm.ES256))
    root = make_root(root_key, subject=subject, window=Window(not_before=start, not_after=made_at + ROOT_LIFETIME))
    _write_pair(private, "root", root_key, root, passphrase)
    window = Window(not_before=start, not_after=made_at + SIGNER_LIFETIME)
    for role in Role:
        private_key = new_private_key(Algorithm.ES256 if role is Role.SEAL else algorithm)
        certificate = certify(private_key.public_key(), role, root=root, root_key=root_key, window=window)
        _write_pair(private, role, private_key, certificate, passphrase)


def _write_pair(
    private: Path, name: str, private_key: PrivateKey, certificate: x509.Certificate, passphrase: bytes | None
) -> None:
    pem = private_key_pem(private_key, passphrase=passphrase)
    files.write_atomically(private / f"{name}.pem", pem, mode=files.PRIVATE_FILE)
    files.write_atomically(private / f"{name}.crt", certificate.public_bytes(Encoding.PEM))


def publish_first(
    keys: SigningKeys, public: Path, *, at: int, issuer: str, status_uri: str, lifetime: int = TRUST_LIFETIME_S
) -> None:
    """Root, first trust bundle and first status list into `public`; what lies there of an interrupted try is kept."""
    publisher = keys.publisher_into(public)
    publisher.publish_root()
    if not (public / "trust.cose").exists():
        publisher.publish_trust(
            TrustBundle(
                sequence=1,
                issued_at=at,
                next_update=at + lifetime,
                issuer=issuer,
                signers=(
                    TrustedSigner(certificate_der=keys.card.certificate_der, purpose=Purpose.CARD),
                    TrustedSigner(certificate_der=keys.status.certificate_der, purpose=Purpose.STATUS),
                ),
                status_uris=(status_uri,),
                trust_certificate_der=keys.trust.certificate_der,
            )
        )
    publisher.publish({}, uri=status_uri, at=at)


def load(directory: Path, *, passphrase: bytes | None = None, pin: str | None = None) -> KeyStore:
    """Open the signing key of every role, never the root's. Issuer and status URIs are those of the published bundle.

    `passphrase` opens key files, `pin` the token of keys in hardware. Raises KeyRefused (PassphraseWrong, PinWrong and
    KeyUnreachable among them) for the first key that cannot be used, and PublicationRefused when the published trust
    bundle does not verify.
    """
    return open_store(directory, Secrets.known(passphrase=passphrase, pin=pin))


def open_store(directory: Path, secrets: Secrets) -> KeyStore:
    """As `load`, with secrets that are asked for when a key needs them."""
    keys = open_keys(directory / "private", secrets)
    bundle = published_trust(directory / "public", root=keys.root_certificate)
    return KeyStore(**vars(keys), issuer=bundle.issuer, status_uris=bundle.status_uris, public=directory / "public")


def open_keys(private: Path, secrets: Secrets) -> SigningKeys:
    """Open the signer of each role, each checked against its certificate and the root. Raises KeyRefused."""
    root, history = read_certificate(private / "root.crt"), History.read(private)
    signers = {role: open_signer(private, history.signing(role), role, root=root, secrets=secrets) for role in PURPOSES}
    seal = history.signing(Role.SEAL)
    return SigningKeys(
        card=signers[Role.CARD],
        status=signers[Role.STATUS],
        trust=signers[Role.TRUST],
        seal=CertifiedSealingKey.of(*_open_pair(private, seal, Role.SEAL, root=root, secrets=secrets), root=root),
        root_certificate=root,
    )


def open_signer(private: Path, name: str, role: Role, *, root: x509.Certificate, secrets: Secrets) -> CertifiedSigner:
    """One signer of a role that desks know, checked against its certificate and the root. Raises KeyRefused."""
    return CertifiedSigner.of(*_open_pair(private, name, role, root=root, secrets=secrets))


def _open_pair(
    private: Path, name: str, role: Role, *, root: x509.Certificate, secrets: Secrets
) -> tuple[PrivateKey, x509.Certificate]:
    certificate = read_certificate(private / f"{name}.crt")
    private_key = open_private_key(private, name, secrets)
    require_same_key(private_key, certificate)
    try:
        require_signer(certificate, role, root=root)
    except KeyRefused as refused:
        raise KeyRefused(
            f"{private / name}.crt is no {role} signer under {private / 'root.crt'}: {refused}"
        ) from refused
    return private_key, certificate
