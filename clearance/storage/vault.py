"""Small secrets sealed for the database: AES-256-GCM under a key that lies in a file of the web installation.

Whoever reads a copy of the database gets no authenticator secret out of it, and can try no recovery code on it.
"""

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_NONCE_BYTES = 12


class AesVault:
    """Implements `clearance.issuing.ports.Vault`. The owner is bound in: a sealed secret opens for nobody else."""

    def __init__(self, key: bytes) -> None:
        """`key` is 32 random bytes."""
        self._cipher = AESGCM(hmac.digest(key, b"clearance vault: seal", hashlib.sha256))
        self._digest_key = hmac.digest(key, b"clearance vault: digest", hashlib.sha256)

    def seal(self, secret: bytes, *, owner: str) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret, owner.encode())

    def open(self, sealed: bytes, *, owner: str) -> bytes | None:
        if len(sealed) <= _NONCE_BYTES:
            return None
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], owner.encode())
        except InvalidTag:
            return None

    def digest(self, code: str) -> str:
        return hmac.digest(self._digest_key, code.encode(), hashlib.sha256).hex()
