"""The signers of one directory and where each of them stands, read without opening a private key.

It decides from certificates, the published trust bundle and the history which signer is requested, installed,
published, signing, replaced, retired or distrusted. How it comes to stand elsewhere is decided by the ceremony.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from clearance.credential.cose import Algorithm, kid_of
from clearance.credential.held import HeldTrust
from clearance.credential.trust import SignerState, TrustBundle, TrustedSigner
from clearance.signing.authority import Role
from clearance.signing.errors import KeyRefused
from clearance.signing.history import History
from clearance.signing.private_keys import key_file
from clearance.signing.publication import published

SEEN_BY_DESKS = (Role.CARD, Role.STATUS)
"""Signers that desks must know beforehand: a trust signer brings its certificate along, and no desk looks at seals."""

_NAME = re.compile(r"(card|status|trust|seal)(?:-([2-9]|[1-9][0-9]{1,3}))?", re.ASCII)


class Standing(StrEnum):
    """What a signer is at; in the order of a signer's life."""

    REQUESTED = "requested"
    """Its key is made, and it has no certificate yet."""
    INSTALLED = "installed"
    """It has a certificate, and no desk knows of it. Trust and seal signers need no more."""
    PUBLISHED = "published"
    """It stands in the trust bundle and waits until every desk holds that bundle."""
    SIGNING = "signing"
    REPLACED = "replaced"
    """It signed before, and desks still trust all of it."""
    RETIRED = "retired"
    """It signs no more; what it signed in its time stays valid."""
    DISTRUSTED = "distrusted"
    """Nothing of it counts any more."""


@dataclass(frozen=True, kw_only=True)
class RingSigner:
    """One signer. `key_file` is the private key, or says in which token it lies; None where it was destroyed.

    `listed_in` is the sequence of the first trust bundle that named it.
    """

    name: str
    role: Role
    standing: Standing
    certificate: x509.Certificate | None
    key_file: Path | None
    listed: TrustedSigner | None
    listed_in: int | None

    @property
    def der(self) -> bytes:
        assert self.certificate is not None, "asked of certified signers only"
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def algorithm(self) -> Algorithm | None:
        """What it signs with; None before it has a certificate."""
        if self.certificate is None:
            return None
        on_curve = isinstance(self.certificate.public_key(), ec.EllipticCurvePublicKey)
        return Algorithm.ES256 if on_curve else Algorithm.EDDSA

    @property
    def kid(self) -> bytes:
        return kid_of(self.der)


@dataclass(frozen=True, kw_only=True)
class Ring:
    """A directory of keys. `held` is what a new desk would hold that copies `public` now."""

    directory: Path
    root: x509.Certificate
    history: History
    held: HeldTrust
    signers: tuple[RingSigner, ...]

    @property
    def private(self) -> Path:
        return self.directory / "private"

    @property
    def public(self) -> Path:
        return self.directory / "public"

    @property
    def bundle(self) -> TrustBundle | None:
        return self.held.bundle

    def of_role(self, role: Role) -> Iterator[RingSigner]:
        return (signer for signer in self.signers if signer.role is role)

    def signing(self, role: Role) -> RingSigner | None:
        """The signer that signs for a role, whatever it is worth to desks; None before there is one."""
        name = self.history.signing(role)
        return next((each for each in self.of_role(role) if each.name == name and each.certificate), None)

    def named(self, name: str) -> RingSigner:
        """By name, or by key identifier in hex. Raises KeyRefused."""
        for signer in self.signers:
            if name == signer.name or (signer.certificate and name.lower() == signer.kid.hex()):
                return signer
        names = ", ".join(signer.name for signer in self.signers) or "none"
        raise KeyRefused(f"There is no signer {name!r} in {self.directory}. There are: {names}.")

    def next_name(self, role: Role) -> str:
        """A name that no signer of the role has had."""
        numbers = [_number(signer.name) for signer in self.of_role(role)]
        return role.value if not numbers else f"{role}-{max(numbers) + 1}"


def read_ring(directory: Path) -> Ring:
    """Raises KeyRefused where no root is pinned or a file is damaged. `held.faults` says what ails a bundle."""
    private, public = directory / "private", directory / "public"
    root = read_certificate(private / "root.crt")
    history, held = History.read(private), published(public, root=root)
    names = {path.stem for path in private.iterdir() if path.suffix in (".pem", ".uri", ".crt")}
    ordered = sorted((match for name in names if (match := _NAME.fullmatch(name))), key=_order)
    signers = tuple(_signer(private, match[0], Role(match[1]), history, held.bundle) for match in ordered)
    return Ring(directory=directory, root=root, history=history, held=held, signers=signers)


def read_certificate(path: Path) -> x509.Certificate:
    """A certificate in PEM. Raises KeyRefused."""
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except OSError as error:
        raise KeyRefused(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise KeyRefused(f"{path} is no certificate in PEM.") from error


def _signer(private: Path, name: str, role: Role, history: History, bundle: TrustBundle | None) -> RingSigner:
    path = private / f"{name}.crt"
    certificate = read_certificate(path) if path.exists() else None
    listed = None
    if certificate is not None and bundle is not None:
        der = certificate.public_bytes(Encoding.DER)
        listed = next((each for each in bundle.signers if each.certificate_der == der), None)
    return RingSigner(
        name=name,
        role=role,
        standing=_standing(name, role, history, certified=certificate is not None, listed=listed),
        certificate=certificate,
        key_file=key_file(private, name),
        listed=listed,
        listed_in=history.listed.get(name, bundle.sequence) if listed and bundle else None,
    )


def _standing(name: str, role: Role, history: History, *, certified: bool, listed: TrustedSigner | None) -> Standing:
    if not certified:
        return Standing.REQUESTED
    if name in history.retired:
        return Standing.RETIRED
    if listed and listed.state is SignerState.DISTRUSTED:
        return Standing.DISTRUSTED
    if listed and listed.state is SignerState.RETIRED:
        return Standing.RETIRED
    if role in SEEN_BY_DESKS and not listed:
        return Standing.INSTALLED
    if name == history.signing(role):
        return Standing.SIGNING
    if name in history.former(role):
        return Standing.REPLACED
    return Standing.PUBLISHED if listed else Standing.INSTALLED


def _order(match: re.Match[str]) -> tuple[int, int]:
    return list(Role).index(Role(match[1])), _number(match[0])


def _number(name: str) -> int:
    return int(name.partition("-")[2] or 1)
