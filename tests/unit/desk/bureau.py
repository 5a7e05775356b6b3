"""A small BMET for the desk's tests: real keys, real cards, a real bundle, made with the issuer's own signing code."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from clearance.card.seal import Seal
from clearance.credential.claims import ClearanceClaims, Gender, StatusRef, encode_claims, end_of_day_dhaka
from clearance.credential.cose import Algorithm, sign1
from clearance.credential.qrtext import pack, unpack
from clearance.credential.status import Status
from clearance.signing import keystore
from clearance.signing.authority import DEMO, Subject

NOW = 1_795_327_200  # 2026-11-22 06:00 UTC, noon in Bangladesh
DAY = 86_400

CLAIMS = ClearanceClaims(
    issuer=keystore.ISSUER,
    issued_at=NOW - 2 * DAY,
    expires_at=end_of_day_dhaka(date(2027, 2, 20)),
    status=StatusRef(uri=keystore.STATUS_URI, idx=1),
    full_name="MD KARIM UDDIN",
    name_bn="মোহাম্মদ করিম উদ্দিন",
    birth_date="19930304",
    gender=Gender.MALE,
    passport_no="A01234567",
    clearance_no="BMET-26-4821-7703",
    destination="SAU",
    employer="Al Madina Trading & Contracting Est.",
    licence_no="RL-1042",
)


class Bureau:
    """Keys in `directory`; `public` is a ready desk bundle."""

    def __init__(self, directory: Path, *, subject: Subject = DEMO, at: int = NOW - 60) -> None:
        passphrase = None if subject == DEMO else b"only for this test, and long enough"
        keystore.init(directory, algorithm=Algorithm.ES256, subject=subject, at=at, passphrase=passphrase)
        self._keys = keystore.load(directory, passphrase=passphrase)
        self.public = self._keys.public

    def card(self, **changes: Any) -> str:
        """The QR text of a card; `idx` is its place in the status list."""
        if "idx" in changes:
            changes["status"] = StatusRef(uri=keystore.STATUS_URI, idx=changes.pop("idx"))
        return pack(sign1(encode_claims(replace(CLAIMS, **changes)), signer=self._keys.card))

    def sealed(self, unsealed: bytes) -> bytes:
        """A card's PDF under the seal of the office."""
        root = self._keys.root_certificate.public_bytes(Encoding.DER)
        return Seal(self._keys.seal, [root]).seal(unsealed, at=datetime.fromtimestamp(NOW, UTC))

    def publish(self, values: dict[int, Status], *, at: int) -> None:
        self._keys.publisher().publish(values, uri=keystore.STATUS_URI, at=at)


def tampered(text: str) -> str:
    """The same card with one bit of its claims turned: well-formed, and no longer what was signed."""
    token = bytearray(unpack(text))
    place = bytes(token).index(b"KARIM")
    token[place] ^= 0x01
    return pack(bytes(token))
