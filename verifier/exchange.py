"""Send the journal to whoever keeps it, and hear from them who left at other desks.

Decides in which portions, and that a row is sent until somebody says it is theirs: a row may arrive twice and counts
once there, by its nonce. The journal is only read here. A listener is the office, or the relay of an airport that says
the same words (docs/adr/0110). Nobody at the counter waits for any of this.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from threading import Lock
from typing import Any, Protocol

from clearance.credential.journal import Row
from verifier.acts import Departure
from verifier.desk import NotRecorded
from verifier.heard import Heard, Mark, Talk
from verifier.line import Line, NotHeard, OutOfStep

ROWS_AT_ONCE = 200
MARKS_AT_ONCE = 1_000
ROUNDS = 500  # of one exchange: a week of a busy desk; the rest goes with the next

log = logging.getLogger(__name__)


class Journal(Protocol):
    """What is sent. Each method may raise NotRecorded."""

    def name(self) -> str | None: ...
    def rows(self, *, after: int, limit: int) -> Sequence[Row]: ...
    def last(self) -> int: ...
    def scans_after(self, number: int) -> int: ...


class Exchange:
    """The talk with one listener, as far as it was kept."""

    def __init__(self, line: Line, journal: Journal, heard: Heard, *, now: Callable[[], int]) -> None:
        """`now` gives UTC seconds."""
        self._line, self._journal, self._heard, self._now = line, journal, heard, now
        self._one_at_a_time = Lock()

    def exchange(self) -> bool:
        """Send what is unsent and hear what is new; False where something is left for the next time. Never raises
        for the network."""
        if self._line.token() is None:
            return False
        try:
            with self._one_at_a_time:
                sent = self._send()
                return self._hear() and sent
        except (NotHeard, NotRecorded, OSError) as error:
            log.info("exchange with %s: %s", self._line.name, error)
            return False

    def unsent(self) -> int | None:
        """How many scans this listener does not know all about; None where nobody listens, because this desk is not
        enrolled. May raise NotRecorded, OSError."""
        return None if self._line.token() is None else self._journal.scans_after(self._talk().taken)

    def heard_at(self) -> int | None:
        """When it last told who left elsewhere (UTC seconds). May raise OSError."""
        return self._heard.talk(self._line.name).heard_at

    def _talk(self) -> Talk:
        """Where the talk stands; from the beginning where it was about another journal than the one that is here."""
        talk, name = self._heard.talk(self._line.name), self._journal.name()
        if talk.journal == name and talk.taken <= self._journal.last():
            return talk
        return replace(talk, journal=name, taken=0)  # another journal, or an older copy of this one

    def _send(self) -> bool:
        talk = self._talk()
        for _ in range(ROUNDS):
            rows = self._journal.rows(after=talk.taken, limit=ROWS_AT_ONCE)
            if not rows:
                return True
            try:
                self._line.ask("/api/desks/journal", {"journal": talk.journal, "rows": rows})
                taken = int(rows[-1]["seq"] or 0)
            except OutOfStep as elsewhere:
                taken = min(elsewhere.taken, self._journal.last())
                if taken == talk.taken:
                    raise NotHeard("it asks for what it was just given") from elsewhere
            talk = replace(talk, taken=taken)
            self._heard.keep(self._line.name, replace(self._heard.talk(self._line.name), **_sent(talk)))
        return False

    def _hear(self) -> bool:
        talk = self._heard.talk(self._line.name)
        for _ in range(ROUNDS):
            answer = self._line.ask(f"/api/desks/departures?after={talk.cursor}&limit={MARKS_AT_ONCE}", None)
            marks, cursor = _marks_of(answer)
            talk = replace(talk, cursor=cursor, heard_at=self._now())
            self._heard.keep(self._line.name, talk, marks)
            if len(marks) < MARKS_AT_ONCE:
                return True
        return False


def _sent(talk: Talk) -> dict[str, Any]:
    return {"journal": talk.journal, "taken": talk.taken}


def _marks_of(answer: Mapping[str, Any]) -> tuple[tuple[Mark, ...], int]:
    """Departures and the new cursor. Raises NotHeard for anything else than what was agreed."""
    rows, cursor = answer.get("departures"), answer.get("cursor")
    if not isinstance(rows, list) or not isinstance(cursor, int):
        raise NotHeard("an answer without departures")
    marks = []
    for row in rows:
        match row:
            case [str(clearance_no), str(desk), int(at)]:
                marks.append(Mark(clearance_no=clearance_no, departure=Departure(desk=desk, at=at)))
            case _:
                raise NotHeard("a departure of another form")
    return tuple(marks), cursor
