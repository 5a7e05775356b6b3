"""Who looks through the files that people send in, before anything reads or keeps them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType, Protocol

Scanned = NewType("Scanned", bytes)
"""A file that may be read and kept: `clearance.issuing.scanning` let it pass, or we made it ourselves. What takes files
of others asks for this type, so that a door which forgets to have them looked through does not type-check."""


class Judgement(StrEnum):
    """What a scanner says of a file."""

    CLEAN = "clean"
    INFECTED = "infected"
    BEYOND_LIMITS = "beyond_limits"
    """Too large, or packed too deeply, to be looked through whole."""


@dataclass(frozen=True, kw_only=True)
class Scan:
    """The judgement; with INFECTED the name of the signature, printable ASCII, at most 100 characters."""

    judgement: Judgement
    signature: str = ""


class ScannerAway(Exception):
    """The scanner gave no judgement: it is not there, too slow, or says what nobody understands."""


class ContentScanner(Protocol):
    """Looks for what is known to be harmful (OWASP ASVS 5.0.0, 5.4.3)."""

    def scan(self, content: bytes) -> Scan:
        """Raises ScannerAway, within a minute."""
        ...
