"""The directory of one PKI: private keys, their certificates, and what desks may have.

    DIR/private/{root,card,status,trust,seal}.pem     keys, encrypted or 0600, in a 0700 directory
    DIR/private/{root,card,status,trust,seal}.crt     their certificates
    DIR/public/{root.pem,trust.cose,status/26a.cwt}   a ready desk bundle

It decides the layout and which keys a program may work with. The root's key serves ceremonies only: `load` never opens
it, so that it can be kept elsewhere. A new directory is made by `ceremony`.
"""

from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from clearance.credential.chain import document_signer, read_roots
from clearance.credential.errors import CredentialError
from clearance.credential.trust import PURPOSE_EKU, Purpose
from clearance.signing.authority import Role, is_demo
from clearance.signing.errors import KeyRefused
from clearance.signing.publication import Publisher, published_trust
from clearance.signing.software import PrivateKey, SoftwareSealingKey, SoftwareSigner, read_private_key

PURPOSES = {Role.CARD: Purpose.CARD, Role.STATUS: Purpose.STATUS, Role.TRUST: Purpose.TRUST}


@dataclass(frozen=True, kw_only=True)
class SigningKeys:
    """The opened keys of one PKI."""

    card: SoftwareSigner
    status: SoftwareSigner
    trust: SoftwareSigner
    seal: SoftwareSealingKey
    root_certificate: x509.Certificate

    @property
    def is_demo(self) -> bool:
        return is_demo(self.root_certificate)

    def publisher(self, public: Path, *, status_uri: str) -> Publisher:
        """What signs and publishes into `public`."""
        return Publisher(
            directory=public,
            root=self.root_certificate,
            status_uri=status_uri,
            status_signer=self.status,
            trust_signer=self.trust,
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


def load(directory: Path, *, passphrase: bytes | None = None) -> KeyStore:
    """Open every key but the root's. Issuer and status URIs are those of the published trust bundle.

    Raises KeyRefused (PassphraseWrong among them) for the first file that cannot be used, and PublicationRefused when
    the published trust bundle does not verify.
    """
    keys = open_keys(directory / "private", passphrase=passphrase)
    bundle = published_trust(directory / "public", root=keys.root_certificate)
    return KeyStore(**vars(keys), issuer=bundle.issuer, status_uris=bundle.status_uris, public=directory / "public")


def open_keys(private: Path, *, passphrase: bytes | None) -> SigningKeys:
    """Open the four signers, each checked against its certificate and the root. Raises KeyRefused."""
    root = _read_certificate(private / "root.crt")
    signers = {role: _open_signer(private, role, root=root, passphrase=passphrase) for role in PURPOSES}
    return SigningKeys(
        card=signers[Role.CARD],
        status=signers[Role.STATUS],
        trust=signers[Role.TRUST],
        seal=SoftwareSealingKey.of(*_read_pair(private, Role.SEAL, passphrase=passphrase), root=root),
        root_certificate=root,
    )


def refuse_demo(keys: SigningKeys) -> None:
    """For a production configuration: raises KeyRefused when the root is a demo's."""
    if keys.is_demo:
        raise KeyRefused(
            "These are demo keys: no real desk takes their cards, and no real card may be made with them. "
            "Make keys for production with: clearance keys init --help"
        )


def _open_signer(private: Path, role: Role, *, root: x509.Certificate, passphrase: bytes | None) -> SoftwareSigner:
    private_key, certificate = _read_pair(private, role, passphrase=passphrase)
    signer = SoftwareSigner.of(private_key, certificate)
    try:
        roots = read_roots(root.public_bytes(Encoding.PEM))
        document_signer(signer.certificate_der, purpose_eku=PURPOSE_EKU[PURPOSES[role]], roots=roots)
    except CredentialError as error:
        raise KeyRefused(f"{private / role}.crt is no {role} signer under {private / 'root.crt'}: {error}.") from error
    return signer


def _read_pair(private: Path, role: Role, *, passphrase: bytes | None) -> tuple[PrivateKey, x509.Certificate]:
    certificate = _read_certificate(private / f"{role}.crt")
    return read_private_key(private / f"{role}.pem", passphrase=passphrase), certificate


def _read_certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except OSError as error:
        raise KeyRefused(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise KeyRefused(f"{path} is no certificate in PEM.") from error
