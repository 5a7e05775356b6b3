"""COSE_Sign1 (RFC 9052, RFC 9053) in the one shape that cards, trust bundles and status lists use.

It decides about structure, headers and the mathematics of the signature. Whose key it is, and whether that signer may
sign this, is left to `signers`.

The Sig_structure is concatenated rather than encoded and the protected header is remembered once read, because both are
the same few bytes for millions of cards; neither changes what is accepted.
"""

import hashlib
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Final, Protocol, TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from clearance.credential import cbor
from clearance.credential.errors import BadSignature, NotASign1, NotStrictCbor

PublicKey: TypeAlias = EllipticCurvePublicKey | Ed25519PublicKey

SIGN1_TAG = 18
MAX_DEPTH = 4
MAX_ITEMS = 64
MAX_PROTECTED = 32
MAX_PROTECTED_WITH_TYPE = 64
SIGNATURE_SIZE = 64
KID_SIZE = 8

_ALG, _KID, _TYPE = 1, 4, 16  # header parameters: RFC 9052 section 3.1, RFC 9596
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_ES256_HASH = ECDSA(SHA256())


class Algorithm(IntEnum):
    """COSE algorithm numbers that a card may name. ES256 and EDDSA are emitted, the others (RFC 9864) also read."""

    ES256 = -7
    EDDSA = -8
    ESP256 = -9
    ED25519 = -19


_FOR_P256: Final = frozenset({Algorithm.ES256, Algorithm.ESP256})
_FOR_ED25519: Final = frozenset({Algorithm.EDDSA, Algorithm.ED25519})


class Signer(Protocol):
    """A key that signs, in software or in a token.

    `sign` returns 64 bytes: Ed25519, or ECDSA over SHA-256 as r and s of 32 bytes each with s <= n/2 (see
    `low_s_signature`). `kid` is `kid_of` its certificate.
    """

    @property
    def algorithm(self) -> Algorithm: ...

    @property
    def kid(self) -> bytes: ...

    def sign(self, message: bytes) -> bytes: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Sign1:
    """A well-formed message whose signature nobody has checked yet. `algorithm` is any integer the header names."""

    protected: bytes
    algorithm: int
    kid: bytes
    payload: bytes
    signature: bytes


def kid_of(certificate_der: bytes) -> bytes:
    """The key identifier of a signer: the first 8 bytes of SHA-256 over its certificate."""
    return hashlib.sha256(certificate_der).digest()[:KID_SIZE]


def sign1(payload: bytes, *, signer: Signer, content_type: str | None = None) -> bytes:
    """Sign a payload. `content_type` is header 16, for trust bundles and status lists only.

    Raises BadSignature when the signer returns something that no reader would accept.
    """
    header: dict[int, object] = {_ALG: int(signer.algorithm), _KID: signer.kid}
    if content_type is not None:
        header[_TYPE] = content_type
    protected = cbor.encode(header)
    signature = signer.sign(_to_be_signed(protected, payload))
    if len(signature) != SIGNATURE_SIZE or (signer.algorithm in _FOR_P256 and not _is_low_s(signature)):
        raise BadSignature("the signer must return 64 bytes, for ECDSA r and s with s <= n/2")
    return b"\xd2" + cbor.encode([protected, {}, payload, signature])


def parse_sign1(token: bytes, *, content_type: str | None = None) -> Sign1:
    """Read the structure. Raises NotASign1 for anything but our profile, with exactly this `content_type`."""
    try:
        parts = cbor.decode(token, max_depth=MAX_DEPTH, max_items=MAX_ITEMS, tag=SIGN1_TAG)
    except NotStrictCbor as fault:
        raise NotASign1(str(fault)) from None
    match parts:
        case [bytes(protected), {**unprotected}, bytes(payload), bytes(signature)]:
            if unprotected:
                raise NotASign1("unprotected headers")
            if len(signature) != SIGNATURE_SIZE:
                raise NotASign1(f"a signature of {len(signature)} bytes")
            algorithm, kid = _read_protected(protected, content_type)
            return Sign1(protected=protected, algorithm=algorithm, kid=kid, payload=payload, signature=signature)
    raise NotASign1("not [protected, unprotected, payload, signature]")


def verify_sign1(message: Sign1, *, key: PublicKey) -> None:
    """Check algorithm against key, low s, and the signature, in this order. Raises BadSignature."""
    to_be_signed = _to_be_signed(message.protected, message.payload)
    try:
        if isinstance(key, Ed25519PublicKey):
            _require_algorithm(message, _FOR_ED25519)
            key.verify(message.signature, to_be_signed)
        else:
            _require_algorithm(message, _FOR_P256)
            if not _is_low_s(message.signature):
                raise BadSignature("s above n/2")
            key.verify(_der_signature(message.signature), to_be_signed, _ES256_HASH)
    except InvalidSignature:
        raise BadSignature("the signature does not match") from None


def low_s_signature(der_signature: bytes) -> bytes:
    """Bring an ECDSA P-256 signature from DER to r and s of 32 bytes each, s <= n/2: a card has one signature."""
    r, s = decode_dss_signature(der_signature)
    return r.to_bytes(32, "big") + min(s, _P256_ORDER - s).to_bytes(32, "big")


def _is_low_s(signature: bytes) -> bool:
    return int.from_bytes(signature[32:], "big") <= _P256_ORDER // 2


def _der_signature(signature: bytes) -> bytes:
    return encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))


def _to_be_signed(protected: bytes, payload: bytes) -> bytes:
    """Sig_structure of RFC 9052 section 4.4 without external data: ["Signature1", protected, h'', payload]."""
    return b"\x84\x6aSignature1" + cbor.encode(protected) + b"\x40" + cbor.encode(payload)


def _require_algorithm(message: Sign1, allowed: frozenset[Algorithm]) -> None:
    if message.algorithm not in allowed:
        raise BadSignature(f"algorithm {message.algorithm} is not of this key")


@lru_cache(maxsize=256)
def _read_protected(protected: bytes, content_type: str | None) -> tuple[int, bytes]:
    """Algorithm and kid of a protected header that holds them and nothing else but the expected type."""
    if len(protected) > (MAX_PROTECTED if content_type is None else MAX_PROTECTED_WITH_TYPE):
        raise NotASign1("a protected header that is too long")
    try:
        header = cbor.decode(protected, max_depth=2, max_items=7)
    except NotStrictCbor as fault:
        raise NotASign1(f"protected header: {fault}") from None
    match header:
        case {1: int(algorithm), 4: bytes(kid), **others} if not isinstance(algorithm, bool) and len(kid) == KID_SIZE:
            if others == ({} if content_type is None else {_TYPE: content_type}):
                return algorithm, kid
    raise NotASign1("a protected header other than algorithm and kid")
