"""Passwords of the people who sign in."""

from typing import Protocol


class PasswordHasher(Protocol):
    """Password hashes (argon2id)."""

    def hash(self, password: str) -> str: ...

    def verify(self, password_hash: str | None, password: str) -> bool:
        """False also for None, after the same work: an unknown user takes as long as a wrong password."""
        ...
