"""A desk's trust directory and an issuer that signs one edition after the other for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from clearance.credential.gate import verdict_for
from clearance.credential.held import HeldTrust
from clearance.credential.reasons import Reason
from clearance.credential.status import Status
from clearance.credential.trust import Purpose, TrustBundle
from tests.vectors.desk import (
    LIST_ISSUED,
    NOW,
    TRUST_ISSUED,
    URI,
    Country,
    bundle,
    country,
    listed,
    status_token,
    trust_token,
)
from tests.vectors.model import card

AT = NOW
DAY = 86_400


@dataclass(kw_only=True)
class Issuer:
    """Every call signs a new edition and returns its bytes; nothing keeps it from forgetting, or lying."""

    country: Country = field(default_factory=country)
    sequence: int = 0
    uris: tuple[str, ...] = (URI,)

    def __post_init__(self) -> None:
        self._trust = self.trust(at=TRUST_ISSUED)
        self._status = self.status({}, at=LIST_ISSUED)

    def trust(self, *, at: int) -> bytes:
        self.sequence += 1
        self._trust = trust_token(self._bundle(at), signer=self.country.trust)
        return self._trust

    def _bundle(self, at: int) -> TrustBundle:
        return bundle(
            sequence=self.sequence,
            issued_at=at,
            next_update=at + 90 * DAY,
            signers=(listed(self.country.card), listed(self.country.status, Purpose.STATUS)),
            status_uris=self.uris,
            trust_certificate_der=self.country.trust.certificate_der,
        )

    def status(self, values: Mapping[int, Status], *, at: int, uri: str = URI) -> bytes:
        expires_at = at + 30 * DAY
        self._status = status_token(values, signer=self.country.status, uri=uri, issued_at=at, expires_at=expires_at)
        return self._status

    def current_trust(self) -> bytes:
        return self._trust

    def current_status(self) -> bytes:
        return self._status

    def card(self) -> str:
        return card(signer=self.country.card).text


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def desk(issuer: Issuer, tmp_path: Path) -> Path:
    """A freshly installed desk: the published files, copied."""
    home = tmp_path / "desk"
    (home / "trust" / "status").mkdir(parents=True)
    (home / "trust" / "root.pem").write_bytes(issuer.country.root.pem)
    (home / "trust" / "trust.cose").write_bytes(issuer.current_trust())
    (home / "trust" / "status" / "26a.cwt").write_bytes(issuer.current_status())
    return home


def reason_of(card: str, held: HeldTrust, at: int) -> Reason:
    return verdict_for(card, held=held, at=at).reason
