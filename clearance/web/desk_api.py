"""What desks tell the office and hear from it.

    Authorization: Bearer DSK-…
    POST /api/desks/report      {"trust_sequence": 7, "lists": {"https://s.bmet.gov.bd/26a": 1795327200}, …}
    POST /api/desks/journal     {"journal": "9f…", "rows": [{"kind": "scan", "seq": 1, "nonce": "5c…", …}, …]}
    GET  /api/desks/departures?after=17&limit=1000
    GET  /api/desks/self
    GET  /api/desks/cards?after=1795327200000000-BMET-2026-…

Answered with what is asked for, or a status and a word for the desk's log. It carries no cookie and needs none, so that
no form token protects it; what it can do is bounded by what a desk may say (docs/adr/0061, 0110).
"""

from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Annotated

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from werkzeug.exceptions import RequestEntityTooLarge

from clearance.domain.desk import Desk, Holding
from clearance.domain.desk_journal import JournalRow, OutOfStep, RowKind
from clearance.issuing import desk_cards, desk_journals, desks
from clearance.issuing.desks import NotEnrolled
from clearance.issuing.ports import Conflict, Unavailable
from clearance.issuing.service import Service
from clearance.issuing.witness import testify
from clearance.web.limits import visitor
from clearance.web.published import PublishedFiles

MAX_BODY = 8 << 10
"""Bytes; a report of three lists takes 200."""
MAX_JOURNAL_BODY = 4 << 20
"""Bytes; 200 rows, of which each may carry the text of a forgery."""
MAX_ROWS = 500
MAX_DEPARTURES = 1_000
MAX_CARDS = 500
MAX_LISTS = 64
MAX_CHECKPOINTS = 9
"""The newest, and the two halves of up to four contradictions."""
PER_ADDRESS = "120 per minute"
"""An airport's desks stand behind one address and report at most once a pull, which takes five seconds or more."""

EXCHANGES_PER_ADDRESS = "1200 per minute"
"""Twelve desks that catch up after a week without a line."""

Seconds = Annotated[int, Field(ge=0, lt=1 << 40)]
Address = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$")]
Token = Annotated[str, StringConstraints(max_length=700, pattern=r"^([0-9A-Za-z+/]{4})*([0-9A-Za-z+/]{2,3}={1,2})?$")]
Version = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[0-9A-Za-z.+_-]+$")]


class Report(BaseModel):
    """The message, and nothing besides."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    trust_sequence: Annotated[int, Field(ge=0, lt=1 << 53)] | None
    lists: Annotated[dict[Address, Seconds], Field(max_length=MAX_LISTS)]
    software: Version
    rows: Annotated[int, Field(ge=0, lt=1 << 31)] = 0
    checkpoints: Annotated[list[Token], Field(max_length=MAX_CHECKPOINTS)] = []
    """Signed checkpoints of the office's record as this desk saw them, in base64."""


Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Code = Annotated[str, StringConstraints(min_length=1, max_length=30, pattern=r"^[a-z_]+$")]
Cell = Annotated[str, StringConstraints(max_length=20_000)] | int | None


class Row(BaseModel):
    """One row of a journal: what the office needs of it, and whatever else the desk's program writes."""

    model_config = ConfigDict(strict=True, extra="allow", frozen=True)
    __pydantic_extra__: dict[str, Cell]

    kind: RowKind = Field(strict=False)
    seq: Annotated[int, Field(ge=1, lt=1 << 31)]
    nonce: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
    at: Annotated[int, Field(ge=0, lt=1 << 36)]
    previous: Digest
    hash: Digest
    reason: Code | None = None
    act: Annotated[str, StringConstraints(min_length=1, max_length=20)] | None = None
    ground: Code | None = None
    clearance_no: Annotated[str, StringConstraints(min_length=1, max_length=40)] | None = None

    def row(self) -> JournalRow:
        """The row as the desk wrote it: columns that it did not send are not there."""
        return JournalRow(kind=self.kind, columns=self.model_dump(exclude={"kind"}, exclude_unset=True))


class JournalPart(BaseModel):
    """Some rows of a journal, which is named by the hash of its first row."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    journal: Digest
    rows: Annotated[list[Row], Field(min_length=1, max_length=MAX_ROWS)]


def blueprint(service: Service, published: PublishedFiles, limiter: Limiter) -> Blueprint:
    """The routes of desks; to be exempted from the check of form tokens."""
    routes = Blueprint("desk_api", __name__, url_prefix="/api/desks")

    @routes.post("/report")
    @limiter.limit(PER_ADDRESS, key_func=visitor)
    def report() -> ResponseReturnValue:
        def told(desk: Desk, body: bytes) -> ResponseReturnValue:
            said = Report.model_validate_json(body)
            desks.report(service, desk.id, Holding(**said.model_dump(exclude={"checkpoints"})))
            testify(service, desk, map(b64decode, said.checkpoints), signers=published.held().signers)
            return "", 204

        return _heard(service, told, max_body=MAX_BODY)

    @routes.post("/journal")
    @limiter.limit(EXCHANGES_PER_ADDRESS, key_func=visitor)
    def journal() -> ResponseReturnValue:
        def told(desk: Desk, body: bytes) -> ResponseReturnValue:
            part = JournalPart.model_validate_json(body)
            rows = [row.row() for row in part.rows]
            outcome = desk_journals.take_rows(service, desk, journal=part.journal, rows=rows)
            if isinstance(outcome, OutOfStep):
                return {"taken": outcome.taken}, 409
            return {"taken": outcome.place.taken}

        return _heard(service, told, max_body=MAX_JOURNAL_BODY)

    @routes.get("/departures")
    @limiter.limit(EXCHANGES_PER_ADDRESS, key_func=visitor)
    def departures() -> ResponseReturnValue:
        after = request.args.get("after", default=0, type=int)
        limit = min(request.args.get("limit", default=MAX_DEPARTURES, type=int), MAX_DEPARTURES)
        try:
            desks.authenticate(service, _token())
        except NotEnrolled:
            return _stranger()
        found = desk_journals.departures(service, after=after, limit=max(1, limit))
        rows = [[each.clearance_no, each.desk_name, int(each.at.timestamp())] for each in found]
        return {"departures": rows, "cursor": found[-1].number if found else after}

    @routes.get("/self")
    @limiter.limit(PER_ADDRESS, key_func=visitor)
    def itself() -> ResponseReturnValue:
        """Who the desk of this token is: asked once, when it is set up."""
        return _asked(service, lambda desk: {"name": desk.name, "airport": desk.airport.value, "counter": desk.counter})

    @routes.get("/cards")
    @limiter.limit(EXCHANGES_PER_ADDRESS, key_func=visitor)
    def cards() -> ResponseReturnValue:
        try:
            desks.authenticate(service, _token())
            found = desk_cards.cards_after(service, request.args.get("after", ""), limit=MAX_CARDS)
        except NotEnrolled:
            return _stranger()
        except desk_cards.NoSuchPlace:
            return _said("no such place", 422)
        tokens = [b64encode(token).decode("ascii") for token in found.tokens]
        return {"cards": tokens, "cursor": found.cursor, "more": found.more}

    return routes


def _heard(
    service: Service, told: Callable[[Desk, bytes], ResponseReturnValue], *, max_body: int
) -> ResponseReturnValue:
    """What a desk's JSON message leads to, or why it is not listened to."""
    try:
        desk = desks.authenticate(service, _token())
        if request.mimetype != "application/json":
            return _said("not application/json", 415)
        request.max_content_length = max_body
        return told(desk, request.get_data(cache=False))
    except NotEnrolled:
        return _stranger()
    except RequestEntityTooLarge:
        return _said("too large", 413)
    except ValidationError:
        return _said("not such a message", 422)
    except (Conflict, Unavailable):
        return _said("not now", 503)


def _asked(service: Service, answer: Callable[[Desk], ResponseReturnValue]) -> ResponseReturnValue:
    """What an enrolled desk is answered to a question without a message."""
    try:
        return answer(desks.authenticate(service, _token()))
    except NotEnrolled:
        return _stranger()


def _stranger() -> ResponseReturnValue:
    return {"error": "not an enrolled desk"}, 401, {"WWW-Authenticate": "Bearer"}


def _token() -> str:
    """The token of the request; empty where it carries none."""
    given = request.authorization
    return given.token or "" if given is not None and given.type == "bearer" else ""


def _said(error: str, status: int) -> ResponseReturnValue:
    return {"error": error}, status
