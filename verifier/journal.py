"""The journal of every scan and of every act of the officer: append-only, each row bound to the one before it, on disk
before anything is shown.

Scans and acts have a table each and share one numbering and one chain. Decides how a record is kept and how tampering
shows. Whoever cuts off the last rows and has the file to himself leaves
no trace here; only a copy of the newest hash kept elsewhere can tell.
"""

import heapq
import secrets
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import Lock

from clearance.credential.journal import FIRST, Cell, Row, row_hash
from clearance.credential.reasons import Reason
from verifier.acts import Act, ActRecord, Departure, KeptScan
from verifier.desk import NotRecorded, ScanRecord

BUSY_TIMEOUT_S = 5.0
NONCE_BYTES = 16
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
    seq INTEGER PRIMARY KEY, nonce TEXT NOT NULL UNIQUE, at INTEGER NOT NULL, desk TEXT NOT NULL, source TEXT NOT NULL,
    clearance_no TEXT, passport_no TEXT, passport_by TEXT, passport_matches INTEGER, outcome TEXT NOT NULL,
    reason TEXT NOT NULL,
    status_age_s INTEGER, trust_sequence INTEGER, version TEXT NOT NULL, text_sha256 TEXT NOT NULL, text TEXT,
    previous TEXT NOT NULL, hash TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS scan_at ON scan (at, reason);
CREATE TABLE IF NOT EXISTS act (
    seq INTEGER PRIMARY KEY, nonce TEXT NOT NULL UNIQUE, at INTEGER NOT NULL, desk TEXT NOT NULL,
    scan INTEGER NOT NULL UNIQUE REFERENCES scan (seq), act TEXT NOT NULL, ground TEXT, clearance_no TEXT,
    previous TEXT NOT NULL, hash TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS act_at ON act (at, act);
CREATE INDEX IF NOT EXISTS act_clearance ON act (clearance_no, act, seq);
"""
TABLES = ("scan", "act")
GUARDS = """
CREATE TRIGGER IF NOT EXISTS {table}_is_not_changed BEFORE UPDATE ON {table}
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS {table}_is_not_deleted BEFORE DELETE ON {table}
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS {table}_follows_the_last BEFORE INSERT ON {table}
    WHEN NEW.seq IS NOT max((SELECT coalesce(max(seq), 0) FROM scan), (SELECT coalesce(max(seq), 0) FROM act)) + 1
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
"""  # the last trigger also stops INSERT OR REPLACE, which deletes without asking the second
NEXT_OF = {table: f"SELECT * FROM {table} WHERE seq > ? ORDER BY seq LIMIT ?" for table in TABLES}  # noqa: S608
UNSENT = "SELECT count(*) FROM (SELECT seq FROM scan WHERE seq > ? UNION SELECT scan FROM act WHERE seq > ?)"
OLDEST = "SELECT hash FROM scan WHERE seq = 1"
NEWEST = "SELECT seq, hash FROM scan UNION ALL SELECT seq, hash FROM act ORDER BY seq DESC LIMIT 1"


@dataclass(frozen=True, kw_only=True)
class Tally:
    """Scans and acts since a moment, counted, and the reasons of the newest scans, the newest first."""

    by_reason: Counter[Reason]
    by_act: Counter[Act]
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
            guards = "".join(GUARDS.format(table=table) for table in TABLES)
            self._db.executescript(
                f"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; {SCHEMA}{guards}"
            )
            self._db.execute("SELECT nonce FROM scan LIMIT 0")  # the journal of an older program lacks it
        except sqlite3.Error as error:
            raise NotRecorded(f"{path}: {error}") from error

    def append(self, record: ScanRecord) -> int:
        """Write one scan and flush it to disk; its number. Raises NotRecorded; the journal is then as it was."""
        with self._writing():
            return self._insert("scan", self._columns(record))

    def act(self, record: ActRecord) -> int:
        """Write one act and flush it to disk; its number. Raises NotRecorded, also for a second act on one scan."""
        with self._writing():
            scan = self._db.execute("SELECT clearance_no FROM scan WHERE seq = ?", (record.scan,)).fetchone()
            columns = {
                "at": record.at,
                "desk": self._desk,
                "scan": record.scan,
                "act": record.act,
                "ground": record.ground,
                "clearance_no": scan["clearance_no"] if scan else None,
            }
            return self._insert("act", columns)

    def scan(self, number: int) -> KeptScan | None:
        """One scan by its number, with the act taken on it. Raises NotRecorded where the file cannot be read."""
        with self._reading():
            row = self._db.execute(
                "SELECT scan.*, act.act AS done FROM scan LEFT JOIN act ON act.scan = scan.seq WHERE scan.seq = ?",
                (number,),
            ).fetchone()
        if row is None:
            return None
        return KeptScan(
            number=row["seq"],
            at=row["at"],
            reason=Reason(row["reason"]),
            clearance_no=row["clearance_no"],
            passport_matches=None if row["passport_matches"] is None else bool(row["passport_matches"]),
            done=Act(row["done"]) if row["done"] else None,
        )

    def departure_of(self, clearance_no: str) -> Departure | None:
        """The latest departure on a clearance that this journal knows. Raises NotRecorded where it cannot be read."""
        with self._reading():
            row = self._db.execute(
                "SELECT desk, at FROM act WHERE clearance_no = ? AND act = ? ORDER BY seq DESC LIMIT 1",
                (clearance_no, Act.LET_PASS),
            ).fetchone()
        return Departure(desk=row["desk"], at=row["at"]) if row else None

    def name(self) -> str | None:
        """What tells this journal from every other: the hash of its first row; None where nothing is written yet."""
        with self._reading():
            row = self._db.execute(OLDEST).fetchone()
        return row["hash"] if row else None

    def rows(self, *, after: int, limit: int) -> Sequence[Row]:
        """Scans and acts in order, those after a number only, each as it was written, with its `kind`.

        Raises NotRecorded where the file cannot be read.
        """
        with self._reading():
            kept = [
                {"kind": table, **row}
                for table in TABLES
                for row in self._db.execute(NEXT_OF[table], (after, limit)).fetchall()
            ]
        return sorted(kept, key=lambda row: row["seq"])[:limit]

    def scans_after(self, number: int) -> int:
        """How many scans were made, or acted on, after a row of this number. Raises NotRecorded."""
        with self._reading():
            return int(self._db.execute(UNSENT, (number, number)).fetchone()[0])

    def last(self) -> int:
        """The number of the newest row, 0 for an empty journal. Raises NotRecorded."""
        with self._reading():
            row = self._db.execute(NEWEST).fetchone()
        return row["seq"] if row else 0

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction, flushed at its end."""
        with self._reading():
            try:
                self._db.execute("BEGIN IMMEDIATE")
                yield
                self._db.execute("COMMIT")
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self._lock:
            try:
                yield
            except sqlite3.Error as error:
                raise NotRecorded(str(error)) from error

    def _insert(self, table: str, columns: Mapping[str, Cell]) -> int:
        last = self._db.execute(NEWEST).fetchone()
        number = last["seq"] + 1 if last else 1
        # The nonce names the row wherever it is sent, however often: bytes would not do, one card has many forms.
        nonce = secrets.token_hex(NONCE_BYTES)
        row = {"seq": number, "nonce": nonce, **columns, "previous": last["hash"] if last else FIRST}
        row["hash"] = row_hash(row)
        names = ", ".join(row)
        self._db.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(row))})", tuple(row.values()))  # noqa: S608 - names are our own
        return number

    def _columns(self, record: ScanRecord) -> dict[str, Cell]:
        verdict = record.verdict
        raw = record.text.encode("utf-8", "surrogatepass")
        return {
            "at": record.at,
            "desk": self._desk,
            "source": record.source,
            "clearance_no": verdict.claims.clearance_no if verdict.claims else None,
            "passport_no": record.passport.number if record.passport else None,
            "passport_by": record.passport.read_by if record.passport else None,
            "passport_matches": None if record.passport_matches is None else int(record.passport_matches),
            "outcome": verdict.outcome,
            "reason": verdict.reason,
            "status_age_s": verdict.status_age_s,
            "trust_sequence": record.trust_sequence,
            "version": self._version,
            "text_sha256": sha256(raw).hexdigest(),
            "text": raw.decode("utf-8", "replace") if verdict.reason in KEPT_AS_EVIDENCE else None,
        }

    def tally(self, *, since: int, latest: int = 5) -> Tally:
        """Count what was done from `since` (UTC seconds) on."""
        with self._lock:
            reasons = self._db.execute("SELECT reason, count(*) FROM scan WHERE at >= ? GROUP BY reason", (since,))
            by_reason = Counter({Reason(reason): count for reason, count in reasons})
            acts = self._db.execute("SELECT act, count(*) FROM act WHERE at >= ? GROUP BY act", (since,))
            by_act = Counter({Act(act): count for act, count in acts})
            newest = self._db.execute("SELECT reason FROM scan ORDER BY seq DESC LIMIT ?", (latest,)).fetchall()
            kept = self._db.execute("SELECT count(*) FROM scan").fetchone()[0]
        newest_first = tuple(Reason(row["reason"]) for row in newest)
        return Tally(by_reason=by_reason, by_act=by_act, latest=newest_first, kept=kept)

    def close(self) -> None:
        """Fold the log into the file and let go of it."""
        with self._lock:
            self._db.close()


def verify_chain(path: Path) -> int | None:
    """The number of the first row that is not what was written, or None where the whole journal is."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
        db.row_factory = sqlite3.Row
        tables = [db.execute(f"SELECT * FROM {table} ORDER BY seq") for table in TABLES]  # noqa: S608 - our own names
        previous, expected = FIRST, 1
        for row in heapq.merge(*tables, key=lambda row: row["seq"]):
            if row["seq"] != expected or row["previous"] != previous or row["hash"] != row_hash(dict(row)):
                return expected
            previous, expected = row["hash"], expected + 1
    return None
