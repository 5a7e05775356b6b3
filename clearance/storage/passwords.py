"""Password hashes and guesses: argon2id with the parameters of RFC 9106 that argon2-cffi keeps up to date, and zxcvbn
with its lists of stolen passwords, names and words, all of them in the package: nothing is asked over a network."""

from collections.abc import Iterable

import argon2
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

ENOUGH_GUESSES = 10**10
"""What zxcvbn calls very unguessable, its best grade: also for somebody who has the hashes and much time."""
MAX_JUDGED = 72
"""Characters that are judged: zxcvbn takes long over more, and so much is enough by itself."""
LOCAL_WORDS = (
    *(
        "bmet",
        "demo",
        "clearance",
        "emigration",
        "probashi",
        "smartcard",
        "bangladesh",
        "bangla",
        "dhaka",
        "chattogram",
    ),
    *("sylhet", "khulna", "rajshahi", "rangpur", "barishal", "mymensingh", "cumilla", "joybangla", "amarsonarbangla"),
    *("sonarbangla", "bismillah", "allah", "alhamdulillah", "inshallah", "muhammad", "mohammad", "welcome"),
)
"""What is tried first in Bangladesh and is not on the lists of other countries."""


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

    def outdated(self, password_hash: str) -> bool:
        """Whether today's parameters are stronger than those of a hash."""
        return self._hasher.check_needs_rehash(password_hash)

    def easily_guessed(self, password: str, *, about: Iterable[str]) -> bool:
        """Whether a good guesser needs fewer than ENOUGH_GUESSES."""
        judged = zxcvbn(password[:MAX_JUDGED], user_inputs=[*about, *LOCAL_WORDS])
        return int(judged["guesses"]) < ENOUGH_GUESSES
