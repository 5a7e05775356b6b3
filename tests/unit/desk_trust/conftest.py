"""A desk's trust directory and an issuer that publishes one edition after the other into it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from clearance.credential.claims import ClearanceClaims, Gender, StatusRef, encode_claims
from clearance.credential.cose import Algorithm, sign1
from clearance.credential.gate import verdict_for
from clearance.credential.held import HeldTrust
from clearance.credential.qrtext import pack
from clearance.credential.reasons import Reason
from clearance.credential.status import Status
from clearance.signing import keystore
from clearance.signing.authority import DEMO
from clearance.signing.keystore import KeyStore

AT = 1_795_327_200  # 2026-11-22T06:00:00Z
IDX = 4711


@dataclass(frozen=True, kw_only=True)
class Issuer:
    """A real issuer; every call publishes a new edition and returns its bytes."""

    keys: KeyStore

    def trust(self, *, at: int) -> bytes:
        self.keys.publisher().republish_trust(at)
        return self.current_trust()

    def status(self, values: Mapping[int, Status], *, at: int) -> bytes:
        """The list without regard to what was published before: an issuer that forgets, or lies."""
        (self.keys.public / "status" / "26a.cwt").unlink()
        self.keys.publisher().publish(values, at=at)
        return self.current_status()

    def current_trust(self) -> bytes:
        return (self.keys.public / "trust.cose").read_bytes()

    def current_status(self) -> bytes:
        return (self.keys.public / "status" / "26a.cwt").read_bytes()

    def card(self) -> str:
        claims = ClearanceClaims(
            issuer=self.keys.issuer,
            issued_at=AT,
            expires_at=AT + 365 * 86_400,
            status=StatusRef(uri=self.keys.status_uri, idx=IDX),
            full_name="RAHIMA KHATUN",
            birth_date="19940502",
            gender=Gender.FEMALE,
            passport_no="A01234567",
            clearance_no="BMET-2026-0000000001",
            destination="SAU",
        )
        return pack(sign1(encode_claims(claims), signer=self.keys.card))


def make_issuer(directory: Path) -> Issuer:
    keystore.init(directory, algorithm=Algorithm.ES256, subject=DEMO, at=AT)
    return Issuer(keys=keystore.load(directory))


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    return make_issuer(tmp_path / "issuer")


@pytest.fixture
def desk(issuer: Issuer, tmp_path: Path) -> Path:
    """A freshly installed desk: the published files, copied."""
    home = tmp_path / "desk"
    (home / "trust" / "status").mkdir(parents=True)
    for name in ("root.pem", "trust.cose", "status/26a.cwt"):
        (home / "trust" / name).write_bytes((issuer.keys.public / name).read_bytes())
    return home


def reason_of(card: str, held: HeldTrust, at: int) -> Reason:
    return verdict_for(card, held=held, at=at).reason
