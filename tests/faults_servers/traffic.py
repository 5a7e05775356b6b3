"""Visitors, programs and officers who go on asking while servers break, and keep what they were told.

Nobody here gives up: what was not acknowledged is asked for again, under the same key, until it is. Every answer is
looked at: nothing but what is served or a friendly refusal may come, however broken things are.
"""

import base64
import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import count

from clearance.domain.lifecycle import Move
from clearance.issuing.ports import Conflict, NotSigned, Unavailable
from clearance.issuing.request import request_card
from tests.fakes.installation import snapshot
from tests.fakes.office import DEVICE, ISSUER, expect
from tests.faults.invariants import Told
from tests.faults_servers.premises import Premises, current_row

ANSWER_WITHIN_S = 20.0
BETWEEN_TRIES_S = 0.1
FRIENDLY = {200, 201, 202, 303, 409, 422, 429, 503}
"""What somebody may be answered while servers are broken: served, asked to wait, or told to come again."""
LEAKS = (b"Traceback", b"sqlalchemy", b"psycopg", b"redis.", b'File "/')


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One answer: when, how long it took, what it was. Status 0 is a line that was cut."""

    at: float
    seconds: float
    what: str
    status: int


@dataclass(kw_only=True)
class Traffic:
    """Everybody who asks, what they were told, and what was wrong with it."""

    premises: Premises
    told: Told = field(default_factory=Told)
    heard: list[Heard] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    first: int = 1
    """Of the workers who apply; everybody's numbers hang on it."""
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._numbers = count(self.first)

    # ---- who asks

    def submits(self, port: int, token: str) -> None:
        """An agency's program: one application after the other, each repeated until it is acknowledged.

        One whose key is in hand (409) is left for later: the process that had it in hand lost its database, and nobody
        may take it up for a minute.
        """
        photo = base64.b64encode(snapshot()).decode()
        while not self._stop.is_set():
            with self._guard:
                index = next(self._numbers)
            body = json.dumps(current_row(index) | {"photo": photo}).encode()
            headers = {
                "Authorization": f"Bearer {token}",
                "Idempotency-Key": f"application-{index}",
                "Content-Type": "application/json",
            }
            ask = partial(self.ask, port, "POST", "/api/v1/applications", body, headers, what="submit")
            answer = self._until_done(ask, done={201, 409})
            if b'"reference"' in answer:
                self.told.moves.add((json.loads(answer)["reference"], Move.SUBMIT))

    def looks_up(self, port: int) -> None:
        """A worker's phone that asks for a case that is there; how the gate answers is the gate's business."""
        while not self._stop.is_set():
            body = b"passport_no=A00000001&day=14&month=3&year=1995"
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            self.ask(port, "POST", "/card", body, headers, what="look-up")
            time.sleep(BETWEEN_TRIES_S)

    def issues(self, references: list[str]) -> None:
        """An issuer who wants a card for each of these cases, and asks again until there is one."""
        for reference in references:
            while not self._stop.is_set():
                began = time.monotonic()
                try:
                    card = expect(request_card(self.premises.service, reference, officer=ISSUER, device=DEVICE))
                except (NotSigned, Unavailable, Conflict) as later:
                    self._note(began, "issue", 503 if isinstance(later, Unavailable) else 502)
                    time.sleep(BETWEEN_TRIES_S)
                else:
                    self._note(began, "issue", 200)
                    self.told.cards.add((reference, card.clearance_no))
                    break

    # ---- how they ask

    def ask(
        self, port: int, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None, *, what: str
    ) -> tuple[int, bytes]:
        """Status and content of one answer; (0, b"") for a line that was cut."""
        began, line = time.monotonic(), http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_WITHIN_S)
        try:
            line.request(method, path, body or None, headers or {})
            answer = line.getresponse()
            status, content = answer.status, answer.read()
            self._judge(what, answer, content)
        except (OSError, http.client.HTTPException) as cut:
            status, content = 0, b""
            if isinstance(cut, TimeoutError):
                self.faults.append(f"{what}: no answer within {ANSWER_WITHIN_S} s")
        finally:
            line.close()
        self._note(began, what, status)
        return status, content

    def _judge(self, what: str, answer: http.client.HTTPResponse, content: bytes) -> None:
        if answer.status not in FRIENDLY:
            self.faults.append(f"{what}: {answer.status} {content[:300]!r}")
        if answer.status == 503 and not answer.headers["Retry-After"]:
            self.faults.append(f"{what}: 503 without a word on when to come again")
        self.faults.extend(f"{what}: {leak!r} in an answer" for leak in LEAKS if leak in content)

    def _until_done(self, ask: Callable[[], tuple[int, bytes]], *, done: set[int]) -> bytes:
        while not self._stop.is_set():
            status, content = ask()
            if status in done:
                return content
            time.sleep(BETWEEN_TRIES_S)
        return b""

    def _note(self, began: float, what: str, status: int) -> None:
        now = time.monotonic()
        self.heard.append(Heard(at=now, seconds=now - began, what=what, status=status))

    # ---- reading it

    def back_after(self, moment: float, what: str, *, within: float = 30.0) -> float:
        """Seconds from a moment until somebody who asked for this after it was served; waits for it."""
        ends = moment + within
        while time.monotonic() < ends:
            with suppress(StopIteration):
                return next(
                    each.at - moment
                    for each in list(self.heard)
                    if each.what == what and each.at - each.seconds >= moment and each.status in (200, 201)
                )
            time.sleep(0.02)
        raise AssertionError(f"no {what} was served within {within} s; last: {self.heard[-3:]}")

    def counts(self) -> dict[tuple[str, int], int]:
        return dict(sorted(Counter((each.what, each.status) for each in self.heard).items()))

    @contextmanager
    def running(self, *who: Callable[[], None]) -> Iterator[None]:
        """Everybody at once until the block ends. What escapes a thread is a fault."""

        def on(one: Callable[[], None]) -> None:
            try:
                one()
            except Exception as escaped:  # noqa: BLE001 - the test reads the faults
                self.faults.append(f"escaped: {escaped!r}")

        threads = [threading.Thread(target=on, args=(one,), daemon=True) for one in who]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in threads:
                thread.join(60)
