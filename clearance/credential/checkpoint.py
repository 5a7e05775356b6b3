"""Checkpoints of the office's record: how far the chain of acts had come at a moment, signed (docs/adr/0085).

A checkpoint says "at this time the record ended with entry `number`, whose digest was `digest`". It is a COSE_Sign1
with a content type of its own under the status key, so that no reader of cards, bundles or lists takes one for theirs,
nor the other way round. It decides whether a token is a genuine checkpoint, and when two of them cannot both be true.
Who keeps them, and what follows from a contradiction, is left to others.
"""

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from clearance.credential import cbor
from clearance.credential.cose import Signer, parse_sign1, sign1
from clearance.credential.errors import CredentialError, UnusableCheckpoint
from clearance.credential.fields import BadValue, Field, exactly, read_fields, text, uint
from clearance.credential.signers import SignersByKid, signer_of
from clearance.credential.trust import Purpose

CHECKPOINT_CONTENT_TYPE = "bd-ec-checkpoint"
MAX_CHECKPOINT = 512
"""Bytes of a token; one takes about 170."""
MAX_DEPTH = 2
MAX_ITEMS = 16
PROFILE = 1
DIGEST_SIZE = 32


@dataclass(frozen=True, kw_only=True, slots=True)
class Checkpoint:
    """The end of the record at `issued_at` (epoch seconds): the number of the last entry, 0 for none, and its SHA-256
    digest."""

    issuer: str
    number: int
    digest: bytes
    issued_at: int


class Contradiction(StrEnum):
    """Why two genuine checkpoints cannot both belong to one record that only grows."""

    FORKED = "forked"
    """The same number with different digests: two records, shown to different people or at different times."""
    ROLLED_BACK = "rolled_back"
    """The later one knows fewer entries than the earlier."""


def contradiction(one: Checkpoint, other: Checkpoint) -> Contradiction | None:
    """Why the two cannot both be true, None where they can."""
    if one.number == other.number:
        return None if one.digest == other.digest else Contradiction.FORKED
    fewer, more = (one, other) if one.number < other.number else (other, one)
    return Contradiction.ROLLED_BACK if fewer.issued_at > more.issued_at else None


def contradictions(given: Iterable[Checkpoint]) -> tuple[tuple[Contradiction, Checkpoint, Checkpoint], ...]:
    """Every checkpoint that cannot be true beside an earlier one, with that one and why."""
    found, by_number = [], dict[int, Checkpoint]()
    furthest: Checkpoint | None = None
    for each in sorted(given, key=lambda checkpoint: (checkpoint.issued_at, checkpoint.number)):
        for earlier in (by_number.setdefault(each.number, each), furthest):
            kind = None if earlier is None else contradiction(earlier, each)
            if earlier is not None and kind is not None:
                found.append((kind, earlier, each))
                break
        if furthest is None or each.number > furthest.number:
            furthest = each
    return tuple(found)


def sign_checkpoint(checkpoint: Checkpoint, *, signer: Signer) -> bytes:
    """The token, signed by a status key. Raises CredentialError for what no reader would take."""
    payload = cbor.encode(
        {1: PROFILE, 2: checkpoint.number, 3: checkpoint.digest, 4: checkpoint.issued_at, 5: checkpoint.issuer}
    )
    _parse_payload(payload)
    return sign1(payload, signer=signer, content_type=CHECKPOINT_CONTENT_TYPE)


def read_checkpoint(token: bytes, *, signers: SignersByKid) -> Checkpoint:
    """Read a checkpoint and believe nothing of it before its signature has been verified up to a pinned root.

    The chain is judged at its own time. Raises UnusableCheckpoint.
    """
    if len(token) > MAX_CHECKPOINT:
        raise UnusableCheckpoint(f"a checkpoint above {MAX_CHECKPOINT} bytes")
    try:
        message = parse_sign1(token, content_type=CHECKPOINT_CONTENT_TYPE)
        signer = signer_of(message, purpose=Purpose.STATUS, signers=signers)
        checkpoint = _parse_payload(message.payload)
    except CredentialError as fault:
        raise UnusableCheckpoint(f"checkpoint: {fault}") from None
    if not signer.may_have_signed_at(checkpoint.issued_at):
        raise UnusableCheckpoint("checkpoint: issued outside the time of its signer or root")
    return checkpoint


def _digest(value: object) -> bytes:
    if type(value) is not bytes or len(value) != DIGEST_SIZE:
        raise BadValue(f"not a byte string of {DIGEST_SIZE}")
    return value


_FIELDS = (
    Field(1, "profile", exactly(PROFILE), required=True),
    Field(2, "number", uint, required=True),
    Field(3, "digest", _digest, required=True),
    Field(4, "issued_at", uint, required=True),
    Field(5, "issuer", text(), required=True),
)


def _parse_payload(payload: bytes) -> Checkpoint:
    value = cbor.decode(payload, max_depth=MAX_DEPTH, max_items=MAX_ITEMS)
    if not isinstance(value, dict) or not value.keys() <= {field.key for field in _FIELDS}:
        raise UnusableCheckpoint("not a map of the known keys")
    values = read_fields(value, _FIELDS)
    del values["profile"]
    return Checkpoint(**values)


def exported(token: bytes, checkpoint: Checkpoint) -> str:
    """A kept checkpoint as one line of JSON, readable by people; the token in it is the proof."""
    return json.dumps(
        {
            "number": checkpoint.number,
            "digest": checkpoint.digest.hex(),
            "issued_at": checkpoint.issued_at,
            "token": base64.b64encode(token).decode("ascii"),
        }
    )


def read_exported(content: bytes, *, signers: SignersByKid) -> tuple[Checkpoint, ...]:
    """The checkpoints of an export, or of a published checkpoint.cose as it is.

    Only tokens count, not what stands beside them. Raises UnusableCheckpoint for the first line that is none.
    """
    if content.startswith(_SIGN1):
        return (read_checkpoint(content, signers=signers),)
    return tuple(
        read_checkpoint(_token(line, number), signers=signers)
        for number, line in enumerate(content.splitlines(), start=1)
        if line.strip()
    )


_SIGN1 = b"\xd2"


def _token(line: bytes, number: int) -> bytes:
    try:
        match json.loads(line):
            case {"token": str(token)}:
                return base64.b64decode(token, validate=True)
    except (ValueError, RecursionError):
        pass
    raise UnusableCheckpoint(f"line {number} is not an exported checkpoint")
