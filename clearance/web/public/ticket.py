"""Sealed words that a page hands back, so that nothing personal stands in the page, the address or a cookie.

Encrypted, because the page shows passport number and birth date masked or not at all; good for a few minutes only.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from clearance.web.public.question import Question

GOOD_FOR_S = 600


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """Seals bytes for one purpose (Fernet: AES-128-CBC with HMAC-SHA256). `now` is aware."""

    fernet: Fernet
    now: Callable[[], datetime]
    good_for_s: int

    @classmethod
    def of(
        cls, secret_key: bytes, *, purpose: bytes, now: Callable[[], datetime], good_for_s: int = GOOD_FOR_S
    ) -> "Envelope":
        """Under a key of its own, derived from the installation's secret: no purpose opens another's seal."""
        key = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret_key)
        return cls(fernet=Fernet(urlsafe_b64encode(key)), now=now, good_for_s=good_for_s)

    def seal(self, content: bytes) -> str:
        return self.fernet.encrypt_at_time(content, self._seconds()).decode("ascii")

    def open(self, sealed: str) -> bytes | None:
        """The content, or None for a seal that is too old, changed, or none at all."""
        try:
            return self.fernet.decrypt_at_time(sealed.encode(), self.good_for_s, self._seconds())
        except (InvalidToken, UnicodeEncodeError):  # a lone surrogate is no seal of ours either
            return None

    def _seconds(self) -> int:
        return int(self.now().timestamp())


@dataclass(frozen=True, kw_only=True)
class Tickets:
    """Questions, sealed."""

    envelope: Envelope

    @classmethod
    def of(cls, secret_key: bytes, *, now: Callable[[], datetime]) -> "Tickets":
        """Tickets under a key of their own."""
        return cls(envelope=Envelope.of(secret_key, purpose=b"clearance card ticket", now=now))

    def seal(self, question: Question) -> str:
        born = question.birth_date.isoformat() if question.birth_date else None
        return self.envelope.seal(json.dumps([question.passport_no, born]).encode())

    def open(self, ticket: str) -> Question | None:
        """The question, or None for a ticket that is too old, changed, or none at all."""
        content = self.envelope.open(ticket)
        if content is None:
            return None
        passport_no, born = json.loads(content)
        return Question(passport_no=passport_no, birth_date=date.fromisoformat(born) if born else None)
