"""The moment of these tests, and a card of that moment."""

from dataclasses import dataclass

from clearance.credential.claims import ClearanceClaims, Gender, StatusRef
from clearance.signing.keystore import KeyStore

AT = 1_795_327_200  # 2026-11-22T06:00:00Z
DAY = 86_400


@dataclass(frozen=True, kw_only=True)
class Card:
    """What a test says about a card; the rest is of no matter."""

    issued_at: int = AT
    days: int = 365
    idx: int = 4711

    def claims(self, keys: KeyStore) -> ClearanceClaims:
        return ClearanceClaims(
            issuer=keys.issuer,
            issued_at=self.issued_at,
            expires_at=self.issued_at + self.days * DAY,
            status=StatusRef(uri=keys.status_uri, idx=self.idx),
            full_name="RAHIMA KHATUN",
            birth_date="19940502",
            gender=Gender.FEMALE,
            passport_no="A01234567",
            clearance_no="BMET-2026-0000000001",
            destination="SAU",
        )
