"""A ceremony in a temporary directory: demo keys, plain files, and a clock that the test moves."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from clearance.credential.claims import encode_claims
from clearance.credential.cose import Algorithm, sign1
from clearance.credential.gate import verdict_for
from clearance.credential.qrtext import pack
from clearance.credential.reasons import Reason
from clearance.signing import keystore
from clearance.signing.authority import DEMO, Role
from clearance.signing.ceremony import Done, Occasion, keep_record
from clearance.signing.ceremony_bundle import publish_bundle
from clearance.signing.ceremony_root import certify_request, create_root
from clearance.signing.ceremony_signer import install_signer, request_signer
from clearance.signing.ceremony_state import distrust, retire, rotate
from clearance.signing.keyring import Ring, read_ring
from clearance.signing.private_keys import Secrets
from clearance.signing.publication import published
from tests.unit.signing.cards import AT, Card

NO_SECRETS = Secrets.known()
MONTH = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """An enrolled desk as a rotation sees it."""

    name: str
    last_seen: datetime | None
    trust_sequence: int | None


@dataclass(frozen=True, kw_only=True)
class Desks:
    enrolled: int
    behind: Sequence[Desk] = ()


ALL_KNOW = Desks(enrolled=12)


@dataclass(frozen=True, kw_only=True)
class Ceremony:
    """The steps, each with its record, at one moment."""

    home: Path
    on: Occasion = field(default_factory=lambda: Occasion(at=AT, operator="A. Rahman", machine="test"))

    @property
    def root(self) -> Path:
        return self.home / "root"

    @property
    def keys(self) -> Path:
        return self.home / "keys"

    def later(self, **span: float) -> "Ceremony":
        return replace(self, on=replace(self.on, at=self.on.at + int(timedelta(**span).total_seconds())))

    def ring(self) -> Ring:
        return read_ring(self.keys)

    def standings(self) -> dict[str, str]:
        return {signer.name: signer.standing.value for signer in self.ring().signers}

    def create_root(self) -> Done:
        return self._recorded(self.root, create_root(self.root, subject=DEMO, on=self.on, secrets=NO_SECRETS))

    def request(self, role: Role, algorithm: Algorithm = Algorithm.ES256) -> Done:
        done = request_signer(
            self.keys,
            role,
            algorithm=algorithm,
            root_file=self.root / "public" / "root.pem",
            token=None,
            secrets=NO_SECRETS,
        )
        return self._recorded(self.keys, done)

    def certify(self, name: str, role: Role | None = None) -> Done:
        request = self.keys / "requests" / f"{name}.csr"
        role = role or Role(name.partition("-")[0])
        done = certify_request(
            self.root, request, role, into=request.with_suffix(".crt"), on=self.on, secrets=NO_SECRETS
        )
        return self._recorded(self.root, done)

    def install(self, name: str) -> Done:
        certificate = self.keys / "requests" / f"{name}.crt"
        return self._recorded(self.keys, install_signer(self.keys, certificate, on=self.on, secrets=NO_SECRETS))

    def publish(self, *, issuer: str | None = None, renew: bool = False) -> Done:
        done = publish_bundle(
            self.ring(), issuer=issuer, status_uri=None, lifetime=MONTH, renew=renew, on=self.on, secrets=NO_SECRETS
        )
        return self._recorded(self.keys, done)

    def rotate(self, name: str, desks: Desks | None = None, *, despite: str | None = None) -> Done:
        ask = None if desks is None else lambda _sequence: desks
        done = rotate(self.ring(), name, ask_desks=ask, despite=despite, on=self.on, secrets=NO_SECRETS)
        return self._recorded(self.keys, done)

    def retire(self, name: str, *, destroy_key: bool = False) -> Done:
        done = retire(self.ring(), name, destroy_key=destroy_key, on=self.on, secrets=NO_SECRETS)
        return self._recorded(self.keys, done)

    def distrust(self, name: str) -> Done:
        return self._recorded(self.keys, distrust(self.ring(), name, on=self.on, secrets=NO_SECRETS))

    def add(self, role: Role, algorithm: Algorithm = Algorithm.ES256) -> str:
        """Request, certify and install a signer; its name."""
        name = self.request(role, algorithm).subject
        self.certify(name)
        self.install(name)
        return name

    def _recorded(self, directory: Path, done: Done) -> Done:
        keep_record(directory, done, self.on)
        return done


def tree(directory: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def verdict(ceremony: Ceremony, card: str, *, at: int) -> Reason:
    ring = ceremony.ring()
    return verdict_for(card, held=published(ring.public, root=ring.root), at=at).reason


def card_of(ceremony: Ceremony, *, issued_at: int) -> str:
    """A card as signed by whichever key signs now."""
    keys = keystore.load(ceremony.keys)
    return pack(sign1(encode_claims(Card(issued_at=issued_at).claims(keys)), signer=keys.card))


def date(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)
