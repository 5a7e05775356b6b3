"""What an officer shows besides the password: a passkey, a code of the authenticator app, or a code from paper.

It decides who must have a second factor, how long one counts as fresh, and which code an app shows when (RFC 6238).
Secrets come in open and go out open; who seals them for the database is left to others.
"""

import secrets
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from clearance.domain.staff import ENTERING, Officer

FRESH_FOR = timedelta(minutes=10)
"""How long a second factor counts for what cannot be undone, such as issuing a card (OWASP ASVS 5.0, 7.5.3)."""
AHEAD = timedelta(minutes=2)
"""How far the clocks of our own machines may be apart. A moment further in the future is a wrong clock's."""

STEP_S, DIGITS = 30, 6
"""What every authenticator app does."""
DRIFT = 1
"""Steps that a phone's clock may be ahead or behind."""
SECRET_BYTES = 20
RECOVERY_CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without what is mistaken for something else on paper."""


class FactorKind(StrEnum):
    """With what an officer showed who it is."""

    PASSKEY = "passkey"
    TOTP = "totp"
    RECOVERY = "recovery"


@dataclass(frozen=True, kw_only=True)
class Authenticator:
    """The authenticator app of an officer. `last_step` is the newest step whose code was used: none counts twice."""

    officer_no: str
    sealed_secret: bytes
    added_at: datetime
    last_step: int


@dataclass(frozen=True, kw_only=True)
class Passkey:
    """A passkey or security key of an officer (WebAuthn). `sign_count` stays 0 with those that do not count."""

    credential_id: bytes
    officer_no: str
    name: str
    public_key: bytes
    sign_count: int
    added_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class FactorsHeld:
    """What an officer can show besides the password."""

    authenticator: Authenticator | None
    passkeys: tuple[Passkey, ...]
    recovery_codes: int
    """How many are left. They do not count as a factor of their own: they stand in for a lost one."""

    @property
    def any(self) -> bool:
        """Whether there is a factor."""
        return self.count > 0

    @property
    def count(self) -> int:
        return len(self.passkeys) + (self.authenticator is not None)


def needs_second_factor(officer: Officer) -> bool:
    """Whether an officer does more than enter what others check: whoever decides, oversees or administers."""
    return bool(officer.roles - ENTERING)


def is_fresh(shown_at: datetime | None, *, now: datetime) -> bool:
    """Whether a factor shown at a moment still counts for what cannot be undone."""
    return shown_at is not None and -AHEAD <= now - shown_at <= FRESH_FOR


def new_secret() -> bytes:
    """A random secret for an authenticator app."""
    return secrets.token_bytes(SECRET_BYTES)


def typed_secret(secret: bytes) -> str:
    """The secret as it is typed into an app that cannot scan: groups of four."""
    return in_fours(b32encode(secret).decode("ascii"))


def provisioning_uri(secret: bytes, *, account: str, issuer: str) -> str:
    """What the QR code for an authenticator app says (`otpauth://totp/…`)."""
    return _totp(secret).get_provisioning_uri(account, issuer)


def code_at(secret: bytes, step: int) -> str:
    """The code of one step."""
    return _totp(secret).generate(step * STEP_S).decode("ascii")


def step_at(moment: datetime) -> int:
    """The step that a moment lies in."""
    return int(moment.timestamp()) // STEP_S


def matching_step(secret: bytes, code: str, *, now: datetime, after: int) -> int | None:
    """The step whose code this is, among those around now that come `after` the last one used; None for a wrong one."""
    matches = [step for step in _usable_steps(now, after) if _is_code(secret, code, step)]
    return matches[0] if matches else None


def next_code(secret: bytes, *, now: datetime, after: int) -> str | None:
    """The code that an app's owner would type next; None until the next step, where all around now are used."""
    steps = [step for step in _usable_steps(now, after) if step >= step_at(now)]
    return code_at(secret, steps[0]) if steps else None


def new_code(groups: int = 4) -> str:
    """A random code for paper, in groups of four: about 20 bits a group."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(groups))


def plain_code(typed: str) -> str:
    """A typed code without what people add or change: spaces, dashes, capitals."""
    return "".join(character for character in typed.lower() if character.isalnum())


def in_fours(text: str) -> str:
    """A long code as it is read best."""
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def _usable_steps(now: datetime, after: int) -> range:
    middle = step_at(now)
    return range(max(after + 1, middle - DRIFT), middle + DRIFT + 1)


def _is_code(secret: bytes, code: str, step: int) -> bool:
    try:
        _totp(secret).verify(code.encode("utf-8", "replace"), step * STEP_S)
    except InvalidToken:
        return False
    return True


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, DIGITS, SHA1(), STEP_S)  # noqa: S303 - HMAC-SHA-1 is what authenticator apps can do
