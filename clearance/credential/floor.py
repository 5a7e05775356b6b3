"""What a desk remembers so that old files cannot be passed off as new ones.

It decides what counts as a roll-back, and keeps every index that a genuine list ever called INVALID, because revocation
is final (docs/CARD-FORMAT.md sections 6 and 7). Where the memory is kept, and that it survives a power cut, is the
business of the desk.
"""

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from clearance.credential.deflate import inflate
from clearance.credential.errors import UnreadableText, UnusableFloor
from clearance.credential.status import MAX_ENTRIES_SIZE


@dataclass(frozen=True, kw_only=True, slots=True)
class Edition:
    """One edition of a signed file: its number (trust: the sequence; status list: `iat`) and the hash of its bytes."""

    number: int
    sha256: str

    def is_rolled_back_by(self, other: "Edition") -> bool:
        """Tell whether `other` is older than this one, or claims the same number with different bytes."""
        return other.number < self.number or (other.number == self.number and other.sha256 != self.sha256)


@dataclass(frozen=True, kw_only=True, slots=True)
class Floor:
    """The newest trust bundle and the newest list of each uri ever accepted; per uri, one bit for each index ever seen
    INVALID, lowest bit first; and the newest signed time seen, in seconds."""

    trust: Edition | None = None
    lists: Mapping[str, Edition] = field(default_factory=dict)
    invalid: Mapping[str, bytes] = field(default_factory=dict)
    last_seen: int = 0

    def was_invalid(self, uri: str, idx: int) -> bool:
        """Tell whether any genuine list ever called this card revoked."""
        bits = self.invalid.get(uri, b"")
        return idx >> 3 < len(bits) and bool(bits[idx >> 3] >> (idx & 7) & 1)

    def to_json(self) -> str:
        """One line of text that `from_json` reads back to an equal value."""
        return json.dumps(
            {
                "trust": self.trust and [self.trust.number, self.trust.sha256],
                "lists": {uri: [edition.number, edition.sha256] for uri, edition in self.lists.items()},
                "invalid": {
                    uri: base64.b64encode(zlib.compress(bits)).decode("ascii") for uri, bits in self.invalid.items()
                },
                "last_seen": self.last_seen,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a floor back. Raises UnusableFloor: a desk that lost its memory asks a human; it does not start anew."""
        try:
            match json.loads(text):
                case {"trust": trust, "lists": dict(lists), "invalid": dict(invalid), "last_seen": int(last_seen)}:
                    return cls(
                        trust=None if trust is None else _edition(trust),
                        lists={uri: _edition(pair) for uri, pair in lists.items()},
                        invalid={uri: _unpacked(bits) for uri, bits in invalid.items()},
                        last_seen=last_seen,
                    )
        except (ValueError, RecursionError) as fault:
            raise UnusableFloor(str(fault)) from None
        raise UnusableFloor("not a floor")


def union(some: bytes, others: bytes) -> bytes:
    """The indexes of both bit strings."""
    both = int.from_bytes(some, "little") | int.from_bytes(others, "little")
    return both.to_bytes((both.bit_length() + 7) // 8, "little")


def _edition(pair: object) -> Edition:
    match pair:
        case [int(number), str(sha256)]:
            return Edition(number=number, sha256=sha256)
    raise UnusableFloor("not an edition")


def _unpacked(packed: object) -> bytes:
    try:
        return inflate(base64.b64decode(str(packed), validate=True), limit=MAX_ENTRIES_SIZE)
    except (binascii.Error, UnreadableText):
        raise UnusableFloor("not a set of indexes") from None
