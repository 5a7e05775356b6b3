"""Passwords of the people who sign in."""

from collections.abc import Iterable
from typing import Protocol


class PasswordHasher(Protocol):
    """Password hashes (argon2id)."""

    def hash(self, password: str) -> str: ...

    def verify(self, password_hash: str | None, password: str) -> bool:
        """False also for None, after the same work: an unknown user takes as long as a wrong password."""
        ...

    def outdated(self, password_hash: str) -> bool:
        """Whether a hash was made with weaker parameters than today's."""
        ...

    def easily_guessed(self, password: str, *, about: Iterable[str]) -> bool:
        """Whether a password is on lists of stolen ones or follows a pattern that is tried first, words `about` the
        officer and the office included."""
        ...
