"""The checkpoints of the office's record that this desk has seen (docs/adr/0086).

Whoever rewrites the office's record can rewrite everything at the office; what desks have seen stays. This one keeps
each checkpoint it is given, twice none, notices two that cannot both be true, and never forgets those. Whether a token
is genuine is decided in `clearance.credential.checkpoint`; what follows from a contradiction, by people.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from clearance.credential.checkpoint import Checkpoint, Contradiction, contradiction, read_checkpoint
from clearance.credential.errors import UnusableCheckpoint
from clearance.credential.signers import SignersByKid
from verifier.memory import Memory

MAX_KEPT = 20_000
"""Above two months of checkpoints, in 8 MB; then every other one of the older half makes room."""
MAX_CONTRADICTIONS = 100

_TABLES = """
CREATE TABLE IF NOT EXISTS seen (
  number INTEGER NOT NULL, digest BLOB NOT NULL, issuer TEXT NOT NULL, issued_at INTEGER NOT NULL,
  token BLOB NOT NULL, last_issued_at INTEGER NOT NULL, last_token BLOB NOT NULL, UNIQUE (number, digest)
);
CREATE TABLE IF NOT EXISTS contradictions (
  kind TEXT NOT NULL, one BLOB NOT NULL, other BLOB NOT NULL, UNIQUE (kind, one, other)
);
"""
_KEEP = """
INSERT INTO seen VALUES (:number, :digest, :issuer, :issued_at, :token, :issued_at, :token)
ON CONFLICT (number, digest) DO UPDATE SET last_issued_at = excluded.issued_at, last_token = excluded.token
WHERE excluded.issued_at > last_issued_at
"""
_AGAINST = """
SELECT * FROM seen WHERE (number = :number AND digest <> :digest)
  OR (number > :number AND issued_at < :issued_at) OR (number < :number AND last_issued_at > :issued_at) LIMIT 1
"""
_MAKE_ROOM = """
WITH evidence AS (SELECT one AS token FROM contradictions UNION SELECT other FROM contradictions)
DELETE FROM seen WHERE rowid IN (
  SELECT rowid FROM (SELECT rowid, row_number() OVER (ORDER BY number) AS place FROM seen)
  WHERE place <= :half AND place % 2 = 0)
AND token NOT IN evidence AND last_token NOT IN evidence
"""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A state of the record as it was vouched for first and last, with the tokens that prove it; often the same."""

    checkpoint: Checkpoint
    token: bytes
    last: Checkpoint
    last_token: bytes

    def against(self, other: Checkpoint) -> tuple[Contradiction, bytes] | None:
        """Why the other cannot be true beside this, and the token that proves it."""
        for checkpoint, token in ((self.checkpoint, self.token), (self.last, self.last_token)):
            kind = contradiction(checkpoint, other)
            if kind is not None:
                return kind, token
        return None


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """Two tokens that cannot both be true: the evidence, to be handed to the auditors."""

    kind: Contradiction
    tokens: tuple[bytes, bytes]


class Witness:
    """The memory of one desk, in one file. May be shared by threads. Every method may raise OSError."""

    def __init__(self, path: Path) -> None:
        self._memory = Memory(path, _TABLES)

    def offer(self, token: bytes, *, signers: SignersByKid) -> bool:
        """Keep a genuine checkpoint, also one that contradicts an earlier; False for anything else."""
        try:
            checkpoint = read_checkpoint(token, signers=signers)
        except UnusableCheckpoint:
            return False
        values = {
            "number": checkpoint.number,
            "digest": checkpoint.digest,
            "issuer": checkpoint.issuer,
            "issued_at": checkpoint.issued_at,
            "token": token,
        }
        with self._memory.turn() as memory:
            row = memory.execute(_AGAINST, values).fetchone()
            if row is not None:
                _note(memory, _kept(row).against(checkpoint), token)
            memory.execute(_KEEP, values)
            if memory.execute("SELECT count(*) FROM seen").fetchone()[0] > MAX_KEPT:
                memory.execute(_MAKE_ROOM, {"half": MAX_KEPT // 2})
        return True

    def newest(self) -> Kept | None:
        """The one issued last, as far as this desk was told; None for a desk that saw none."""
        with self._memory.turn() as memory:
            row = memory.execute("SELECT * FROM seen ORDER BY last_issued_at DESC, number DESC LIMIT 1").fetchone()
        return None if row is None else _kept(row)

    def kept(self) -> Sequence[Kept]:
        """Every one that is kept, in order of number."""
        with self._memory.turn() as memory:
            return [_kept(row) for row in memory.execute("SELECT * FROM seen ORDER BY number, issued_at")]

    def conflicts(self) -> Sequence[Conflict]:
        """Every contradiction ever noticed, the first one first."""
        with self._memory.turn() as memory:
            rows = memory.execute("SELECT kind, one, other FROM contradictions ORDER BY rowid").fetchall()
        return [Conflict(kind=Contradiction(kind), tokens=(one, other)) for kind, one, other in rows]

    def close(self) -> None:
        """Let go of the file."""
        self._memory.close()


def _note(memory: sqlite3.Connection, against: tuple[Contradiction, bytes] | None, token: bytes) -> None:
    full = memory.execute("SELECT count(*) FROM contradictions").fetchone()[0] >= MAX_CONTRADICTIONS
    if against is not None and not full:
        kind, other = against
        memory.execute("INSERT OR IGNORE INTO contradictions VALUES (?, ?, ?)", (kind.value, other, token))


def _kept(row: tuple[int, bytes, str, int, bytes, int, bytes]) -> Kept:
    number, digest, issuer, issued_at, token, last_issued_at, last_token = row
    first = Checkpoint(issuer=issuer, number=number, digest=digest, issued_at=issued_at)
    return Kept(checkpoint=first, token=token, last=replace(first, issued_at=last_issued_at), last_token=last_token)
