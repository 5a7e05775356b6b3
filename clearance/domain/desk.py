"""A desk at an airport as the office knows it: where it stands, and what it last said it holds."""

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from clearance.domain.clearance import CROCKFORD

_ID_LENGTH = 8
_SECRET_LENGTH = 32
"""Five bits a character: 160 random bits, which nobody guesses, so that a plain hash protects them."""
_TOKEN = re.compile(rf"(DSK-[{CROCKFORD}]{{{_ID_LENGTH}}})-[{CROCKFORD}]{{{_SECRET_LENGTH}}}")


class Airport(StrEnum):
    """Where workers leave from; IATA codes."""

    DHAKA = "DAC"
    CHATTOGRAM = "CGP"
    SYLHET = "ZYL"


@dataclass(frozen=True, kw_only=True)
class Holding:
    """What a desk says it holds: the sequence of its trust bundle (None without one), the `iat` of each status list by
    its address, the version of its program, and how many rows its journal has."""

    trust_sequence: int | None
    lists: Mapping[str, int] = field(default_factory=dict)
    software: str
    rows: int = 0


@dataclass(frozen=True, kw_only=True)
class Desk:
    """One enrolled desk. `id` is never used again; `name` is that of the journal and serves one open desk at a time."""

    id: str
    name: str
    airport: Airport
    counter: str
    token_sha256: str
    enrolled_by: str
    enrolled_at: datetime
    last_seen: datetime | None = None
    holding: Holding | None = None
    withdrawn_at: datetime | None = None

    @property
    def trust_sequence(self) -> int | None:
        """The trust bundle it held when it last reported; None for one that never did, or held none."""
        return self.holding.trust_sequence if self.holding else None

    def knows(self, token: str) -> bool:
        """Whether this is its token, in a time that does not tell how much of it is right."""
        return secrets.compare_digest(self.token_sha256, token_sha256(token))

    def reported(self, holding: Holding, *, at: datetime) -> Self:
        """The same desk after it was heard from."""
        return replace(self, holding=holding, last_seen=at)

    def withdrawn(self, at: datetime) -> Self:
        """The same desk, no longer waited for or listened to."""
        return replace(self, withdrawn_at=at)


def new_desk_id() -> str:
    """`DSK-` and eight random characters."""
    return f"DSK-{_random(_ID_LENGTH)}"


def new_token(desk_id: str) -> str:
    """The desk's id and a secret: capitals, digits and hyphens, which survive being typed, read out or made a QR."""
    return f"{desk_id}-{_random(_SECRET_LENGTH)}"


def desk_id_of(token: str) -> str | None:
    """The desk that a token names; None for a text that is no token."""
    match = _TOKEN.fullmatch(token)
    return match[1] if match else None


def token_sha256(token: str) -> str:
    """What is stored instead of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _random(length: int) -> str:
    return "".join(secrets.choice(CROCKFORD) for _ in range(length))
