"""Status lists: the standing of every card of a list in two bits, as a Token Status List in CWT form.

It decides whether a token is a genuine, well-formed list, and what it says about an index (docs/CARD-FORMAT.md
section 7; draft-ietf-oauth-status-list). Which of several lists counts is left to `held`, and whether it is too old to
`gate`.
"""

import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from clearance.credential import cbor
from clearance.credential.cose import parse_sign1
from clearance.credential.deflate import inflate
from clearance.credential.errors import CredentialError, UnusableStatusList
from clearance.credential.fields import BadValue, Field, read_fields, text, uint
from clearance.credential.signers import SignersByKid, signer_of
from clearance.credential.trust import Purpose

STATUS_CONTENT_TYPE = "application/statuslist+cwt"
MAX_ENTRIES_SIZE = 8 << 20
"""Bytes of an inflated list; a reader stops there."""
MAX_TOKEN = MAX_ENTRIES_SIZE + (1 << 16)
"""Bytes of a token: a list that does not shrink at all, and its envelope."""
MAX_DEPTH = 5
MAX_ITEMS = 128
_PUBLISHED_BITS = 2
_SUB, _EXP, _IAT, _TTL, _STATUS_LIST = 2, 4, 6, 65534, 65533


class Status(IntEnum):
    """The standing of a card. INVALID (revoked) is final, SUSPENDED may be lifted, SUPERSEDED has a newer card."""

    VALID = 0
    INVALID = 1
    SUSPENDED = 2
    SUPERSEDED = 3


def _invalid_marks(bits: int) -> bytes:
    """For every byte of entries, one bit for each entry in it that is INVALID."""
    positions = range(8 // bits)
    entry = (1 << bits) - 1
    return bytes(
        sum((byte >> bits * position & entry == Status.INVALID) << position for position in positions)
        for byte in range(256)
    )


_INVALID_MARKS: Final = {bits: _invalid_marks(bits) for bits in (1, 2, 4, 8)}


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusList:
    """A genuine list. Times and `ttl` in seconds; `entries` are packed `bits` to an entry, lowest bits first."""

    uri: str
    issued_at: int
    expires_at: int
    ttl: int
    bits: int
    entries: bytes
    token_sha256: str

    def value(self, idx: int) -> int | None:
        """The entry of a card, or None past the end. Lists of 4 or 8 bits may hold values that Status lacks."""
        at, position = divmod(idx * self.bits, 8)
        return self.entries[at] >> position & (1 << self.bits) - 1 if 0 <= at < len(self.entries) else None

    def invalid_indexes(self) -> bytes:
        """One bit for each index, lowest first, set where the entry is INVALID; ends with the last that is.

        Worked out for the whole list at once: each byte is replaced by the bits of its entries, and `bits` such bytes
        (which hold eight entries) are joined to one.
        """
        marks = self.entries.translate(_INVALID_MARKS[self.bits])
        joined = 0
        for part in range(self.bits):
            joined |= int.from_bytes(marks[part :: self.bits], "little") << part * (8 // self.bits)
        return joined.to_bytes((joined.bit_length() + 7) // 8, "little")


def packed_entries(values: Mapping[int, Status], *, size: int) -> bytes:
    """The entries of a list of `size`, all VALID but `values`. Raises UnusableStatusList for an index outside it."""
    per_byte = 8 // _PUBLISHED_BITS
    entries = bytearray(-(-size // per_byte))
    for idx, status in values.items():
        if not 0 <= idx < size:
            raise UnusableStatusList(f"index {idx} is not in a list of {size}")
        entries[idx // per_byte] |= status << idx % per_byte * _PUBLISHED_BITS
    return bytes(entries)


def encode_status_list(
    values: Mapping[int, Status], *, uri: str, size: int, issued_at: int, expires_at: int, ttl: int | None = None
) -> bytes:
    """Write the payload of a list of `size` entries, all VALID but `values`; sign with STATUS_CONTENT_TYPE.

    Raises CredentialError for an index outside the list or a list that no reader would take.
    """
    entries = packed_entries(values, size=size)
    payload: dict[int, object] = {
        _SUB: uri,
        _IAT: issued_at,
        _EXP: expires_at,
        _STATUS_LIST: {"bits": _PUBLISHED_BITS, "lst": zlib.compress(entries, 9)},
    }
    if ttl is not None:
        payload[_TTL] = ttl
    encoded = cbor.encode(payload)
    _parse_payload(encoded, token=b"")  # nothing is published that a reader would count as absent
    return encoded


def read_status_list(token: bytes, *, signers: SignersByKid) -> StatusList:
    """Read a token that a status signer of the bundle signed in its time. Raises UnusableStatusList."""
    if len(token) > MAX_TOKEN:
        raise UnusableStatusList(f"a status token above {MAX_TOKEN} bytes")
    try:
        message = parse_sign1(token, content_type=STATUS_CONTENT_TYPE)
        signer = signer_of(message, purpose=Purpose.STATUS, signers=signers)
        status_list = _parse_payload(message.payload, token=token)
    except CredentialError as fault:
        raise UnusableStatusList(f"status list: {fault}") from None
    if not signer.may_have_signed_at(status_list.issued_at):
        raise UnusableStatusList("status list: issued outside the time of its signer or root")
    return status_list


def _entries(value: object) -> bytes:
    if type(value) is not bytes:
        raise BadValue("not a byte string")
    return inflate(value, limit=MAX_ENTRIES_SIZE)


def _bits(value: object) -> int:
    if uint(value) not in (1, 2, 4, 8):
        raise BadValue("not 1, 2, 4 or 8")
    return uint(value)


_CLAIMS: Final = (
    Field(_SUB, "uri", text(), required=True),
    Field(_EXP, "expires_at", uint, required=True),
    Field(_IAT, "issued_at", uint, required=True),
    Field(_TTL, "ttl", uint),
)
_LIST_FIELDS: Final = (
    Field("bits", "bits", _bits, required=True),
    Field("lst", "entries", _entries, required=True),
)


def _parse_payload(payload: bytes, *, token: bytes) -> StatusList:
    claims = cbor.decode(payload, max_depth=MAX_DEPTH, max_items=MAX_ITEMS)
    packed = claims.get(_STATUS_LIST) if isinstance(claims, dict) else None
    if not isinstance(claims, dict) or not isinstance(packed, dict):
        raise UnusableStatusList("not a map with a status list")
    read = {"ttl": 0} | read_fields(claims, _CLAIMS) | read_fields(packed, _LIST_FIELDS)
    return StatusList(token_sha256=hashlib.sha256(token).hexdigest(), **read)
