"""What becomes of a proposal that needs a second officer: a new rule version, more places on a permit."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ProposalState(StrEnum):
    """Where a proposal stands. Only a proposed one can move, and once; all stay on record."""

    PROPOSED = "proposed"
    CONSENTED = "consented"
    """A second officer consented: it holds."""
    REJECTED = "rejected"
    """A second officer said no."""
    WITHDRAWN = "withdrawn"
    """Taken back by who proposed it."""


@dataclass(frozen=True, kw_only=True)
class Signature:
    """Who proposed or settled something, when (UTC), from which device and, where it was said, why."""

    officer_no: str
    at: datetime
    device: str
    reason: str | None = None
