"""A passkey in software: makes what a browser and its authenticator would answer (WebAuthn), or lies about it."""

import hashlib
import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from clearance.domain.factors import Passkey
from clearance.domain.staff import Officer

USER_PRESENT, USER_VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@cache
def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass
class SoftPasskey:
    """One credential. `origin` is the page that it is used on; `count` goes up with every use of one that `counts`."""

    origin: str
    credential_id: bytes = b"credential of nobody"
    key: ec.EllipticCurvePrivateKey = field(default_factory=_key)
    count: int = 0
    counts: bool = True

    def create(self, options: dict[str, Any]) -> str:
        """The answer to a question to make a passkey."""
        return self._answer(
            "webauthn.create",
            options["challenge"],
            {"attestationObject": _text(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": self._made(options)}))},
        )

    def get(self, options: dict[str, Any], *, rp_id: str | None = None) -> str:
        """The answer to a question to show it."""
        self.count += self.counts
        flags = bytes([USER_PRESENT | USER_VERIFIED])
        data = _sha256((rp_id or options["rpId"]).encode()) + flags + self.count.to_bytes(4, "big")
        client = self._client("webauthn.get", options["challenge"])
        signature = self.key.sign(data + _sha256(client), ec.ECDSA(SHA256()))
        parts = {"authenticatorData": _text(data), "signature": _text(signature), "userHandle": None}
        return self._answer("webauthn.get", options["challenge"], parts)

    @property
    def public_key(self) -> bytes:
        """As COSE writes it (ES256)."""
        numbers = self.key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})

    def _made(self, options: dict[str, Any]) -> bytes:
        flags = bytes([USER_PRESENT | USER_VERIFIED | ATTESTED])
        named = len(self.credential_id).to_bytes(2, "big") + self.credential_id + self.public_key
        return _sha256(options["rp"]["id"].encode()) + flags + bytes(4) + bytes(16) + named

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _answer(self, kind: str, challenge: str, response: dict[str, str | None]) -> str:
        identifier = _text(self.credential_id)
        client = _text(self._client(kind, challenge))
        answer = {"id": identifier, "rawId": identifier, "type": "public-key", "clientExtensionResults": {}}
        return json.dumps(answer | {"response": response | {"clientDataJSON": client}})


def passkey_of(officer: Officer, origin: str) -> SoftPasskey:
    """The passkey that `stored_passkey` put on record for an officer. It does not count: several desks may use it."""
    return SoftPasskey(origin=origin, credential_id=_credential_of(officer), counts=False)


def stored_passkey(officer: Officer, *, at: datetime) -> Passkey:
    """What is on record of an officer's passkey."""
    return Passkey(
        credential_id=_credential_of(officer),
        officer_no=officer.number,
        name="test",
        public_key=SoftPasskey(origin="").public_key,
        sign_count=0,
        added_at=at,
        used_at=None,
    )


def _credential_of(officer: Officer) -> bytes:
    return f"passkey of {officer.number}".encode()


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
