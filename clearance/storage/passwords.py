"""Password hashes: argon2id with the parameters of RFC 9106 that argon2-cffi keeps up to date."""

import argon2
from argon2.exceptions import InvalidHashError, VerificationError


class Argon2Passwords:
    """Implements `clearance.issuing.ports.PasswordHasher`."""

    def __init__(self, hasher: argon2.PasswordHasher | None = None) -> None:
        self._hasher = hasher or argon2.PasswordHasher()
        self._nobody = self._hasher.hash("")

    def hash(self, password: str) -> str:
        """A new salted hash, different every time."""
        return self._hasher.hash(password)

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the password is right; for None a comparison of the same length that says no."""
        try:
            matches = self._hasher.verify(password_hash or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return matches and password_hash is not None
