"""COSE_Sign1 (RFC 9052, RFC 9053) in the one shape that cards, trust bundles and status lists use.

It decides about structure, headers and the mathematics of the signature. Whose key it is, and whether that signer may
sign this, is left to `signers`.

The Sig_structure is cut from the token rather than encoded again, and a protected header is remembered once read,
because it is the same for millions of cards; neither changes what is accepted.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache, partial
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from clearance.credential import cbor
from clearance.credential.errors import BadSignature, NotASign1, NotStrictCbor

MAX_PROTECTED = 32
MAX_PROTECTED_WITH_TYPE = 64
SIGNATURE_SIZE = 64
KID_SIZE = 8

_TAG_18_ARRAY_OF_4 = b"\xd2\x84"
_EMPTY_MAP = b"\xa0"
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
class VerificationKey:
    """A public key, the algorithm numbers that go with it, and its check of (signature, message)."""

    algorithms: frozenset[Algorithm]
    verify: Callable[[bytes, bytes], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sign1:
    """A well-formed message whose signature nobody has checked yet. `algorithm` is any integer the header names;
    `to_be_signed` is the Sig_structure of RFC 9052 section 4.4."""

    algorithm: int
    kid: bytes
    payload: bytes
    signature: bytes
    to_be_signed: bytes


def kid_of(certificate_der: bytes) -> bytes:
    """The key identifier of a signer: the first 8 bytes of SHA-256 over its certificate."""
    return hashlib.sha256(certificate_der).digest()[:KID_SIZE]


def sign1(payload: bytes, *, signer: Signer, content_type: str | None = None) -> bytes:
    """Sign a payload. `content_type` is header 16, for trust bundles and status lists only.

    Raises BadSignature when the signer returns something that no reader would accept.
    """
    protected, content = _protected(signer.algorithm, signer.kid, content_type), cbor.byte_string(payload)
    signature = signer.sign(_to_be_signed(protected, content))
    high_s = signer.algorithm in _FOR_P256 and int.from_bytes(signature[32:], "big") > _P256_ORDER // 2
    if len(signature) != SIGNATURE_SIZE or high_s:
        raise BadSignature("the signer must return 64 bytes, for ECDSA r and s with s <= n/2")
    return b"".join((_TAG_18_ARRAY_OF_4, protected, _EMPTY_MAP, content, cbor.byte_string(signature)))


@lru_cache(maxsize=64)
def _protected(algorithm: Algorithm, kid: bytes, content_type: str | None) -> bytes:
    """The protected header as a byte string; it is the same in everything that one key signs of one kind."""
    header: dict[int, object] = {_ALG: int(algorithm), _KID: kid}
    if content_type is not None:
        header[_TYPE] = content_type
    return cbor.byte_string(cbor.encode(header))


def parse_sign1(token: bytes, *, content_type: str | None = None) -> Sign1:
    """Read the structure. Raises NotASign1 for anything but our profile, with exactly this `content_type`.

    What is accepted has one shape, of three levels and seven items, so it is read as that shape: the caps of section 2
    on depth and items cannot be exceeded on the way.
    """
    if not token.startswith(_TAG_18_ARRAY_OF_4):
        raise NotASign1("not tag 18 over an array of four")
    try:
        protected, protected_end = cbor.read_byte_string(token, 2)
        if token[protected_end : protected_end + 1] != _EMPTY_MAP:
            raise NotASign1("unprotected headers")
        payload, payload_end = cbor.read_byte_string(token, protected_end + 1)
        signature, end = cbor.read_byte_string(token, payload_end)
    except NotStrictCbor as fault:
        raise NotASign1(str(fault)) from None
    if len(signature) != SIGNATURE_SIZE or end != len(token):
        raise NotASign1("a signature of another size than 64 bytes, or bytes after it")
    algorithm, kid = _read_protected(protected, content_type)
    to_be_signed = _to_be_signed(token[2:protected_end], token[protected_end + 1 : payload_end])
    return Sign1(algorithm=algorithm, kid=kid, payload=payload, signature=signature, to_be_signed=to_be_signed)


def verify_sign1(message: Sign1, *, key: VerificationKey) -> None:
    """Check algorithm against key, low s, and the signature, in this order. Raises BadSignature."""
    if message.algorithm not in key.algorithms:
        raise BadSignature(f"algorithm {message.algorithm} is not of this key")
    try:
        key.verify(message.signature, message.to_be_signed)
    except InvalidSignature:
        raise BadSignature("the signature does not match") from None


def verification_key(public_key: object) -> VerificationKey | None:
    """The key of a signer, ready to verify with; None for a kind that signs nothing of ours."""
    if isinstance(public_key, Ed25519PublicKey):
        return VerificationKey(algorithms=_FOR_ED25519, verify=public_key.verify)
    if isinstance(public_key, EllipticCurvePublicKey) and isinstance(public_key.curve, SECP256R1):
        return VerificationKey(algorithms=_FOR_P256, verify=partial(_verify_ecdsa, public_key))
    return None


def _verify_ecdsa(key: EllipticCurvePublicKey, signature: bytes, message: bytes) -> None:
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if s > _P256_ORDER // 2:
        raise BadSignature("s above n/2")
    key.verify(encode_dss_signature(r, s), message, _ES256_HASH)


def low_s_signature(der_signature: bytes) -> bytes:
    """Bring an ECDSA P-256 signature from DER to r and s of 32 bytes each, s <= n/2: a card has one signature."""
    r, s = decode_dss_signature(der_signature)
    return r.to_bytes(32, "big") + min(s, _P256_ORDER - s).to_bytes(32, "big")


def _to_be_signed(protected: bytes, payload: bytes) -> bytes:
    """["Signature1", protected, h'', payload] from two byte strings in their encoding, as they stand in the token."""
    return b"\x84\x6aSignature1" + protected + b"\x40" + payload


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
