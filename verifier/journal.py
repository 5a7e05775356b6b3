"""The journal of every scan: append-only, each row bound to the one before it, on disk before anything is shown.

Decides how a record is kept and how tampering shows. Whoever cuts off the last rows and has the file to himself leaves
no trace here; only a copy of the newest hash kept elsewhere can tell.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import Lock

from clearance.credential.reasons import Reason
from verifier.desk import NotRecorded, ScanRecord

FIRST = "0" * 64  # what the first row names as the row before it
BUSY_TIMEOUT_S = 5.0
# The text of a card that somebody made, or that points elsewhere, is evidence. That of a good card is personal data.
KEPT_AS_EVIDENCE = {
    Reason.NOT_OUR_CARD,
    Reason.WEB_LINK,
    Reason.UNKNOWN_SIGNER,
    Reason.UNTRUSTED_SIGNER,
    Reason.BAD_SIGNATURE,
    Reason.MALFORMED,
}
SCHEMA = """
CREATE TABLE IF NOT EXISTS scan (
    seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, desk TEXT NOT NULL, source TEXT NOT NULL, clearance_no TEXT,
    passport_no TEXT, outcome TEXT NOT NULL, reason TEXT NOT NULL, status_age_s INTEGER, trust_sequence INTEGER,
    version TEXT NOT NULL, text_sha256 TEXT NOT NULL, text TEXT, previous TEXT NOT NULL, hash TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS scan_at ON scan (at, reason);
CREATE TRIGGER IF NOT EXISTS scan_is_not_changed BEFORE UPDATE ON scan
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS scan_is_not_deleted BEFORE DELETE ON scan
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS scan_follows_the_last BEFORE INSERT ON scan
    WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM scan)
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
"""  # the last trigger also stops INSERT OR REPLACE, which deletes without asking the second


@dataclass(frozen=True, kw_only=True)
class Tally:
    """The scans since a moment, counted by reason, and the newest ones, the newest first."""

    by_reason: Counter[Reason]
    latest: tuple[Reason, ...]
    kept: int


class ScanJournal:
    """One file, one connection, one writer at a time; other programs may read it meanwhile."""

    def __init__(self, path: Path, *, desk: str, version: str) -> None:
        """Open or begin the journal. Raises NotRecorded where the file cannot be one."""
        self._desk, self._version = desk, version
        self._lock = Lock()
        try:
            self._db = sqlite3.connect(
                path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False, cached_statements=16
            )
            self._db.row_factory = sqlite3.Row
            # FULL flushes the log at each commit: with NORMAL a power cut takes rows whose verdict was already seen.
            self._db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;" + SCHEMA)
        except sqlite3.Error as error:
            raise NotRecorded(f"{path}: {error}") from error

    def append(self, record: ScanRecord) -> None:
        """Write one row and flush it to disk. Raises NotRecorded; the journal is then as it was."""
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                self._insert(record)
                self._db.execute("COMMIT")
            except sqlite3.Error as error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise NotRecorded(str(error)) from error

    def _insert(self, record: ScanRecord) -> None:
        last = self._db.execute("SELECT seq, hash FROM scan ORDER BY seq DESC LIMIT 1").fetchone()
        row = {"seq": last["seq"] + 1 if last else 1, **self._columns(record)}
        row["previous"] = last["hash"] if last else FIRST
        row["hash"] = _hash(row)
        names = ", ".join(row)
        self._db.execute(f"INSERT INTO scan ({names}) VALUES ({', '.join('?' * len(row))})", tuple(row.values()))  # noqa: S608 - names are our own

    def _columns(self, record: ScanRecord) -> dict[str, int | str | None]:
        verdict = record.verdict
        raw = record.text.encode("utf-8", "surrogatepass")
        return {
            "at": record.at,
            "desk": self._desk,
            "source": record.source,
            "clearance_no": verdict.claims.clearance_no if verdict.claims else None,
            "passport_no": record.passport_no,
            "outcome": verdict.outcome,
            "reason": verdict.reason,
            "status_age_s": verdict.status_age_s,
            "trust_sequence": record.trust_sequence,
            "version": self._version,
            "text_sha256": sha256(raw).hexdigest(),
            "text": raw.decode("utf-8", "replace") if verdict.reason in KEPT_AS_EVIDENCE else None,
        }

    def tally(self, *, since: int, latest: int = 5) -> Tally:
        """Count the scans from `since` (UTC seconds) on."""
        with self._lock:
            counts = self._db.execute("SELECT reason, count(*) FROM scan WHERE at >= ? GROUP BY reason", (since,))
            by_reason = Counter({Reason(reason): count for reason, count in counts})
            newest = self._db.execute("SELECT reason FROM scan ORDER BY seq DESC LIMIT ?", (latest,)).fetchall()
            kept = self._db.execute("SELECT coalesce(max(seq), 0) FROM scan").fetchone()[0]
        return Tally(by_reason=by_reason, latest=tuple(Reason(row["reason"]) for row in newest), kept=kept)

    def close(self) -> None:
        """Fold the log into the file and let go of it."""
        with self._lock:
            self._db.close()


def verify_chain(path: Path) -> int | None:
    """The number of the first row that is not what was written, or None where the whole journal is."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
        db.row_factory = sqlite3.Row
        previous, expected = FIRST, 1
        for row in db.execute("SELECT * FROM scan ORDER BY seq"):
            if row["seq"] != expected or row["previous"] != previous or row["hash"] != _hash(dict(row)):
                return expected
            previous, expected = row["hash"], expected + 1
    return None


def _hash(row: Mapping[str, object]) -> str:
    """SHA-256 over all other columns as JSON with sorted names; that `previous` is among them makes the chain."""
    content = {name: value for name, value in row.items() if name != "hash"}
    return sha256(json.dumps(content, sort_keys=True, ensure_ascii=True).encode()).hexdigest()
