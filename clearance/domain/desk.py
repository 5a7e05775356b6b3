"""A desk at an airport as the office knows it: where it stands, and what it last said it holds."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from clearance.domain.tokens import new_id, token_sha256


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
    return new_id("DSK")
