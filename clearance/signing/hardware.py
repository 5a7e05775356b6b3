"""Keys in hardware as `cryptography` private keys, so that whatever is made with a key is made with these as well.

It decides which keys of a token can serve, and that each of them has signed once before it is relied on. How a token is
reached is decided by `pkcs11`.
"""

import hashlib
from collections.abc import Callable
from typing import Any, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from clearance.credential.cose import Algorithm
from clearance.signing.certified import PrivateKey
from clearance.signing.errors import KeyRefused
from clearance.signing.pkcs11 import Mechanism, Token
from clearance.signing.pkcs11_uri import TokenAddress

_TRIAL = b"trial signature"


def open_token_key(address: TokenAddress, *, pin: str | None) -> PrivateKey:
    """The private key at an address, after a trial signature. Raises PinWrong, KeyUnreachable or KeyRefused."""
    token = Token(address, pin)
    algorithm, point = token.public_key()
    if algorithm is Algorithm.ES256:
        p256 = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        key = _P256TokenKey(token, p256)
        _require_right(lambda: p256.verify(key.sign(_TRIAL, ec.ECDSA(SHA256())), _TRIAL, ec.ECDSA(SHA256())), address)
        return key
    edwards = ed25519.Ed25519PublicKey.from_public_bytes(point)
    edwards_key = _Ed25519TokenKey(token, edwards)
    _require_right(lambda: edwards.verify(edwards_key.sign(_TRIAL), _TRIAL), address)
    return edwards_key


def require_token(address: TokenAddress, algorithm: Algorithm, *, pin: str | None) -> None:
    """See that a token can be used and makes such keys. Raises PinWrong, KeyUnreachable or KeyRefused."""
    Token(address, pin).require_makes(algorithm)


def make_token_key(address: TokenAddress, algorithm: Algorithm, *, pin: str | None) -> PrivateKey:
    """Make the key at an address inside the token, never to be extracted; one that is there already is opened.

    Raises KeyRefused where the module makes no such keys, and what `open_token_key` raises.
    """
    Token(address, pin).generate(algorithm)
    return open_token_key(address, pin=pin)


def destroy_token_key(address: TokenAddress, *, pin: str | None) -> None:
    """Destroy the key pair at an address, where there is one. Raises PinWrong or KeyUnreachable."""
    Token(address, pin).destroy()


class _P256TokenKey(ec.EllipticCurvePrivateKey):
    """An ECDSA key in a token. It draws random numbers where a software key would sign deterministically."""

    def __init__(self, token: Token, public_key: ec.EllipticCurvePublicKey) -> None:
        self._token, self._public_key = token, public_key

    @property
    def curve(self) -> ec.EllipticCurve:
        return self._public_key.curve

    @property
    def key_size(self) -> int:
        return self._public_key.key_size

    def public_key(self) -> ec.EllipticCurvePublicKey:
        return self._public_key

    def sign(self, data: Any, signature_algorithm: ec.EllipticCurveSignatureAlgorithm) -> bytes:
        """DER-encoded ECDSA signature over SHA-256 of `data`, as `cryptography` gives it."""
        assert isinstance(signature_algorithm.algorithm, SHA256)
        digest = hashlib.sha256(data).digest()
        raw = self._token.sign(digest, Mechanism.ECDSA)
        return encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))

    def exchange(self, algorithm: ec.ECDH, peer_public_key: ec.EllipticCurvePublicKey) -> bytes:
        _stays()

    def private_numbers(self) -> ec.EllipticCurvePrivateNumbers:
        _stays()

    def private_bytes(self, *_formats: object) -> bytes:
        _stays()

    def __copy__(self) -> "_P256TokenKey":
        return self

    def __deepcopy__(self, memo: dict[Any, Any]) -> "_P256TokenKey":
        return self


class _Ed25519TokenKey(ed25519.Ed25519PrivateKey):
    """An Ed25519 key in a token."""

    def __init__(self, token: Token, public_key: ed25519.Ed25519PublicKey) -> None:
        self._token, self._public_key = token, public_key

    def public_key(self) -> ed25519.Ed25519PublicKey:
        return self._public_key

    def sign(self, data: Any) -> bytes:
        return self._token.sign(bytes(data), Mechanism.EDDSA)

    def private_bytes(self, *_formats: object) -> bytes:
        _stays()

    def private_bytes_raw(self) -> bytes:
        _stays()

    def __copy__(self) -> "_Ed25519TokenKey":
        return self

    def __deepcopy__(self, memo: dict[Any, Any]) -> "_Ed25519TokenKey":
        return self


def _require_right(check: Callable[[], None], address: TokenAddress) -> None:
    try:
        check()
    except InvalidSignature:
        raise KeyRefused(f"Public and private key of {address.key_name} do not belong together.") from None


def _stays() -> NoReturn:
    raise KeyRefused("A key in a token never leaves it.")
