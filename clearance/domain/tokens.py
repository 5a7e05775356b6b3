"""Secrets that a program presents: its id and 160 random bits, of which only a hash is stored.

Nobody guesses 160 bits, so that a plain hash protects them. Capitals, digits and hyphens survive being typed, read out
or made a QR.
"""

import hashlib
import re
import secrets

from clearance.domain.clearance import CROCKFORD

ID_LENGTH = 8
"""Characters after the kind in an id such as `CLT-0AB1CD2E`."""
_SECRET_LENGTH = 32
_TOKEN = re.compile(rf"([A-Z]{{3}}-[{CROCKFORD}]{{{ID_LENGTH}}})-[{CROCKFORD}]{{{_SECRET_LENGTH}}}")


def new_id(kind: str) -> str:
    """`kind`, three capitals, a hyphen and eight random characters."""
    return f"{kind}-{_random(ID_LENGTH)}"


def new_token(owner_id: str) -> str:
    """The owner's id and a secret."""
    return f"{owner_id}-{_random(_SECRET_LENGTH)}"


def owner_of(token: str) -> str | None:
    """The id that a token names; None for a text that is no token."""
    match = _TOKEN.fullmatch(token)
    return match[1] if match else None


def token_sha256(token: str) -> str:
    """What is stored instead of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _random(length: int) -> str:
    return "".join(secrets.choice(CROCKFORD) for _ in range(length))
