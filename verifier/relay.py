"""The relay of an airport: it hears of departures from the desks around it and tells them to the others, also when no
line leads out of the building.

It says the office's own words (docs/adr/0110), so that a desk talks to both in one way. It keeps which clearance was
used, where and when, and how far it holds each desk's journal; passports and texts of cards go past it. It believes the
desks that were given its secret: what it says is shown as a reason to ask, and the office compares the journals later.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from secrets import compare_digest

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import BadRequest, HTTPException, Unauthorized

from verifier.acts import Act
from verifier.memory import Memory

MAX_BODY = 4 << 20
MAX_ROWS = 500
MAX_MARKS = 1_000

_TABLES = """
CREATE TABLE IF NOT EXISTS place (journal TEXT PRIMARY KEY, taken INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS departure (
    number INTEGER PRIMARY KEY AUTOINCREMENT, nonce TEXT NOT NULL UNIQUE, clearance_no TEXT NOT NULL,
    desk TEXT NOT NULL, at INTEGER NOT NULL
) STRICT;
"""
_ADD = "INSERT OR IGNORE INTO departure (nonce, clearance_no, desk, at) VALUES (:nonce, :clearance_no, :desk, :at)"
_MOVE = "INSERT INTO place VALUES (?, ?) ON CONFLICT (journal) DO UPDATE SET taken = excluded.taken"


@dataclass(frozen=True, kw_only=True)
class Left:
    """Somebody was let pass: `nonce` names the row of the desk's journal, `at` is the desk's clock."""

    nonce: str
    clearance_no: str
    desk: str
    at: int


class Marks:
    """What the relay knows, in one file. May be shared by threads. Every method may raise OSError."""

    def __init__(self, path: Path) -> None:
        self._memory = Memory(path, _TABLES)

    def taken(self, journal: str) -> int:
        """How many rows of a journal were heard."""
        with self._memory.turn() as known:
            row = known.execute("SELECT taken FROM place WHERE journal = ?", (journal,)).fetchone()
        return row[0] if row else 0

    def hear(self, journal: str, *, taken: int, left: Sequence[Left]) -> None:
        """Keep departures, each once, and how far the journal was heard; flushed to disk."""
        with self._memory.turn() as known:
            known.executemany(_ADD, [vars(each) for each in left])
            known.execute(_MOVE, (journal, taken))

    def after(self, number: int, *, limit: int) -> Sequence[tuple[int, str, str, int]]:
        """Number, clearance, desk and moment of each departure, in the order in which they were heard."""
        with self._memory.turn() as known:
            return known.execute(
                "SELECT number, clearance_no, desk, at FROM departure WHERE number > ? ORDER BY number LIMIT ?",
                (number, limit),
            ).fetchall()


def create_relay(marks: Marks, *, secret: str) -> Flask:
    """The WSGI application that desks of one airport talk to."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY

    @app.before_request
    def only_our_desks() -> None:
        given = request.authorization
        token = given.token or "" if given is not None and given.type == "bearer" else ""
        if not compare_digest(token.encode(), secret.encode()):
            raise Unauthorized

    @app.post("/api/desks/journal")
    def journal() -> tuple[Response, int]:
        match request.get_json():
            case {"journal": str(name), "rows": [*rows]} if 0 < len(rows) <= MAX_ROWS:
                return _heard(marks, name, rows)
        raise BadRequest

    @app.get("/api/desks/departures")
    def departures() -> Response:
        after = request.args.get("after", default=0, type=int)
        found = marks.after(after, limit=min(MAX_MARKS, max(1, request.args.get("limit", MAX_MARKS, type=int))))
        rows = [[clearance_no, desk, at] for _, clearance_no, desk, at in found]
        return jsonify(departures=rows, cursor=found[-1][0] if found else after)

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> tuple[Response, int]:
        return jsonify(error=error.name), error.code or 500

    @app.errorhandler(OSError)
    def not_kept(_: OSError) -> tuple[Response, int]:
        return jsonify(error="not now"), 503

    return app


def _heard(marks: Marks, name: str, rows: Sequence[object]) -> tuple[Response, int]:
    """Take the rows that follow, ask for those between."""
    taken, left = marks.taken(name), []
    for row in rows:
        match row:
            case {"seq": int(seq), "nonce": str(nonce), "desk": str(desk), "at": int(at), **rest}:
                if seq > taken + 1:
                    return jsonify(taken=marks.taken(name)), 409
                taken = seq
                left += _left_by(rest, nonce=nonce, desk=desk, at=at)
            case _:
                raise BadRequest
    marks.hear(name, taken=taken, left=left)
    return jsonify(taken=taken), 200


def _left_by(row: Mapping[object, object], *, nonce: str, desk: str, at: int) -> list[Left]:
    match row:
        case {"act": Act.LET_PASS, "clearance_no": str(clearance_no)}:
            return [Left(nonce=nonce, clearance_no=clearance_no, desk=desk, at=at)]
    return []
