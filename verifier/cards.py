"""The cards in force, kept at the desk so that a worker with only a passport can be checked (docs/adr/0112).

Each is the signed credential itself: what is found is judged as if it had been scanned. On disk they are encrypted with
AES-256-GCM and filed under keyed hashes of their passport numbers, with keys derived (HKDF-SHA256) from the desk's
token; without it the file says how many cards there are and when they run out. All of it can be fetched again.
"""

import logging
import secrets
import sqlite3
from base64 import b64decode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hmac import digest
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from clearance.credential.claims import ClearanceClaims, parse_claims
from clearance.credential.cose import parse_sign1
from clearance.credential.errors import CredentialError
from clearance.credential.qrtext import pack
from verifier.line import Line, NotHeard, OutOfStep
from verifier.memory import Memory

CARDS_AT_ONCE = 500
ROUNDS = 2_000  # a million cards
NONCE_BYTES = 12

_TABLES = """
PRAGMA secure_delete = ON;
CREATE TABLE IF NOT EXISTS card (
    person BLOB NOT NULL, clearance BLOB NOT NULL, until INTEGER NOT NULL, sealed BLOB NOT NULL,
    PRIMARY KEY (person, clearance)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS card_until ON card (until);
CREATE TABLE IF NOT EXISTS place (
    one INTEGER PRIMARY KEY CHECK (one = 1), key BLOB NOT NULL, cursor TEXT NOT NULL, heard_at INTEGER
) STRICT;
"""
_KEEP = "INSERT OR REPLACE INTO card VALUES (:person, :clearance, :until, :sealed)"
_MOVE = "UPDATE place SET cursor = :cursor, heard_at = :heard_at"

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class _Keys:
    """What opens the file: one key for the filing, one for the cards, and a name that gives neither away."""

    filing: bytes
    sealing: bytes
    name: bytes

    @classmethod
    def of(cls, token: str) -> "_Keys":
        made = HKDF(algorithm=SHA256(), length=80, salt=None, info=b"clearance desk cards 1").derive(token.encode())
        return cls(filing=made[:32], sealing=made[32:64], name=made[64:])

    def filed(self, text: str) -> bytes:
        """Under what a passport or clearance number is found."""
        return digest(self.filing, text.encode(), "sha256")[:16]


class CardFile:
    """The cards of one desk in one file. May be shared by threads. Every method may raise OSError."""

    def __init__(self, path: Path, *, token: Callable[[], str | None]) -> None:
        """`token` gives the desk's token; without one nothing is kept and nothing found."""
        self._memory, self._token = Memory(path, _TABLES), token

    def cursor(self) -> str:
        """Where to go on asking."""
        with self._opened() as (file, _keys):
            row = file.execute("SELECT cursor FROM place").fetchone()
            return str(row[0])

    def heard_at(self) -> int | None:
        """When the file was complete last (UTC seconds); None where it never was."""
        if self._token() is None:
            return None
        with self._opened() as (file, _keys):
            at: int | None = file.execute("SELECT heard_at FROM place").fetchone()[0]
            return at

    def keep(self, tokens: Sequence[bytes], *, issuer: str, cursor: str, at: int | None) -> None:
        """File credentials; those that are none of this issuer's are left out. `at`: the file is complete now."""
        with self._opened() as (file, keys):
            for token in tokens:
                claims = _claims_of(token, issuer)
                if claims is not None:
                    file.executemany(_KEEP, _rows(token, claims, keys))
            heard = at if at is not None else file.execute("SELECT heard_at FROM place").fetchone()[0]
            file.execute(_MOVE, {"cursor": cursor, "heard_at": heard})
            if at is not None:
                file.execute("DELETE FROM card WHERE until < ?", (at,))

    def find(self, passport_no: str) -> tuple[str, ...]:
        """QR texts of the cards of a passport, whole number, the one that runs longest first."""
        if self._token() is None:
            return ()
        with self._opened() as (file, keys):
            person = keys.filed(passport_no)
            rows = file.execute("SELECT sealed FROM card WHERE person = ? ORDER BY until DESC", (person,)).fetchall()
        return tuple(pack(token) for (sealed,) in rows if (token := _unsealed(sealed, person, keys)) is not None)

    def close(self) -> None:
        """Let go of the file."""
        self._memory.close()

    @contextmanager
    def _opened(self) -> Iterator[tuple[sqlite3.Connection, _Keys]]:
        token = self._token()
        if token is None:
            raise OSError("this desk is not enrolled")
        keys = _Keys.of(token)
        with self._memory.turn() as file:
            self._begin_anew_with_another_key(file, keys)
            yield file, keys

    def _begin_anew_with_another_key(self, file: sqlite3.Connection, keys: _Keys) -> None:
        row = file.execute("SELECT key FROM place").fetchone()
        if row is None or row[0] != keys.name:
            file.execute("DELETE FROM card")
            file.execute("INSERT OR REPLACE INTO place VALUES (1, ?, '', NULL)", (keys.name,))


def fetch(line: Line, cards: CardFile, *, issuer: str, now: Callable[[], int]) -> bool:
    """Ask the office for the cards issued since the last time; False where something is left for the next."""
    try:
        for _ in range(ROUNDS):
            answer = line.ask(f"/api/desks/cards?after={cards.cursor()}", None)
            match answer:
                case {"cards": [*said], "cursor": str(cursor), "more": bool(more)}:
                    tokens = [b64decode(text, validate=True) for text in said]
                    cards.keep(tokens, issuer=issuer, cursor=cursor, at=None if more else now())
                case _:
                    raise NotHeard("an answer without cards")
            if not more:
                return True
    except (NotHeard, OutOfStep, OSError, ValueError, TypeError) as error:
        log.info("cards from %s: %s", line.name, type(error).__name__)
    return False


def _claims_of(token: bytes, issuer: str) -> ClearanceClaims | None:
    """What a credential says; whether it is true is judged when somebody stands at the counter."""
    try:
        return parse_claims(parse_sign1(token).payload, issuer=issuer)
    except CredentialError:
        return None


def _rows(token: bytes, claims: ClearanceClaims, keys: _Keys) -> Iterator[dict[str, bytes | int]]:
    for passport_no in filter(None, (claims.passport_no, claims.previous_passport_no)):
        person, nonce = keys.filed(passport_no), secrets.token_bytes(NONCE_BYTES)
        sealed = nonce + AESGCM(keys.sealing).encrypt(nonce, token, person)
        clearance = keys.filed(claims.clearance_no)
        yield {"person": person, "clearance": clearance, "until": claims.expires_at, "sealed": sealed}


def _unsealed(sealed: bytes, person: bytes, keys: _Keys) -> bytes | None:
    try:
        return AESGCM(keys.sealing).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], person)
    except InvalidTag:
        return None
