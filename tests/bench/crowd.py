"""Visitors as a program of its own: they come at their own times, whether the last one was answered or not.

    python -m tests.bench.crowd PORT A_SECOND SECONDS CLEARANCES FIRST

Each visitor reads the first page, asks for a card a moment later (one in five with a wrong birth date), and three of
four who found one download it. Some also fetch what is the same for everybody. A request's time runs from the moment it
was due, so that what waits behind a slow answer is counted as slow too. Every visitor has an address of its own, and
FIRST is the first one's number: nobody comes twice. Prints one JSON object. One thread and no library: it shares the
processors with what it measures.
"""

import heapq
import json
import re
import select
import socket
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

BORN = {"day": "14", "month": "3", "year": "1995"}
THINKS_S = 0.5
ANSWER_WITHIN_S = 30.0
REQUESTS_OF_A_VISITOR = 3.41
"""On average: see `steps_of`."""
BIND_LATE = 24
"""IP_BIND_ADDRESS_NO_PORT (Linux): an address of one's own without a port that is looked for at once."""
_TICKET = re.compile(rb'name="ticket" value="([^"]+)"')
_LOCATION = re.compile(rb"(?i)\nlocation: (\S+)")
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"


@dataclass
class Visit:
    """One visitor's way. `steps` gives a request and takes the answer to it."""

    address: str
    steps: "Iterator[tuple[str, bytes]]"
    due: float
    kind: str = ""
    request: bytes = b""
    answer: bytearray = field(default_factory=bytearray)


class Crowd:
    """All of them, and what came of it: seconds by kind of request, codes, and who got no answer at all."""

    def __init__(self, port: int, clearances: int) -> None:
        self._place, self._clearances = ("127.0.0.1", port), clearances
        self._open: dict[int, tuple[socket.socket, Visit]] = {}
        self._poll = select.epoll()
        self._later: list[tuple[float, int, Visit]] = []
        self._count = 0
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.codes: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self.unexplained = 0
        """Busy pages that do not say when to come again."""

    def run(self, *, a_second: float, seconds: float, first: int) -> None:
        gap = REQUESTS_OF_A_VISITOR / a_second
        begin = time.monotonic()
        for number in range(int(seconds / gap)):
            self._schedule(begin + number * gap, self._visit(first + number))
        while self._later or self._open:
            self._start_who_is_due()
            wait = min(self._later[0][0] - time.monotonic(), 1.0) if self._later else 1.0
            for descriptor, event in self._poll.poll(max(0.0, wait)):
                self._go_on(descriptor, event)
            self._give_up()

    def _schedule(self, due: float, visit: Visit) -> None:
        self._count += 1
        visit.due = due
        heapq.heappush(self._later, (due, self._count, visit))

    def _visit(self, number: int) -> Visit:
        address = f"127.{1 + number // 62_500 % 200}.{number // 250 % 250}.{1 + number % 250}"
        visit = Visit(address=address, steps=iter(()), due=0.0)
        visit.steps = steps_of(visit, number, self._clearances)
        visit.kind, visit.request = next(visit.steps)
        return visit

    def _start_who_is_due(self) -> None:
        while self._later and self._later[0][0] <= time.monotonic():
            _, _, visit = heapq.heappop(self._later)
            line = socket.socket()
            line.setblocking(False)
            line.setsockopt(socket.IPPROTO_IP, BIND_LATE, 1)
            line.bind((visit.address, 0))
            line.connect_ex(self._place)
            visit.answer = bytearray()
            self._open[line.fileno()] = line, visit
            self._poll.register(line.fileno(), select.EPOLLOUT)

    def _go_on(self, descriptor: int, event: int) -> None:
        line, visit = self._open[descriptor]
        try:
            if event & select.EPOLLOUT:
                line.sendall(visit.request)
                self._poll.modify(descriptor, select.EPOLLIN)
                return
            part = line.recv(1 << 18)
        except OSError as error:
            self._fail(descriptor, type(error).__name__)
            return
        if part:
            visit.answer += part
            return
        self._close(descriptor)
        self._note(visit)

    def _note(self, visit: Visit) -> None:
        head, _, body = bytes(visit.answer).partition(b"\r\n\r\n")
        length = re.search(rb"(?i)\ncontent-length: (\d+)", head)
        if not head.startswith(b"HTTP/1.1 ") or (length and int(length[1]) != len(body)):
            self.failed["cut off"] += 1
            return
        now, code = time.monotonic(), head[9:12].decode()
        self.seconds[visit.kind].append(now - visit.due)
        self.codes[code] += 1
        if code in ("429", "503"):
            self.unexplained += b"retry-after:" not in head.lower()
        try:
            visit.kind, visit.request = next(visit.steps)
        except StopIteration:
            return
        self._schedule(now + (THINKS_S if visit.kind == "look-up" else 0.0), visit)

    def _give_up(self) -> None:
        if self._open:
            late = time.monotonic() - ANSWER_WITHIN_S
            for descriptor, (_, visit) in list(self._open.items())[:50]:
                if visit.due < late:
                    self._fail(descriptor, "no answer in time")

    def _fail(self, descriptor: int, how: str) -> None:
        self.failed[how] += 1
        self._close(descriptor)

    def _close(self, descriptor: int) -> None:
        line, _ = self._open.pop(descriptor)
        self._poll.unregister(descriptor)
        line.close()


def steps_of(visit: Visit, number: int, clearances: int) -> Iterator[tuple[str, bytes]]:
    """The requests of a visitor, one after the answer to the other."""
    yield "first page", _request("GET", "/?lang=bn")
    if number % 10 == 0:
        yield "style", _request("GET", "/static/public.css")
    if number % 20 == 1:
        yield "trust", _request("GET", "/trust/trust.cose")
    if number % 16 == 2:
        yield "help", _request("GET", "/help/bn/")
    wrong = number % 5 == 0
    born = {**BORN, "day": str(1 + number % 13)} if wrong else BORN
    asked = {"passport_no": f"A{number * 7_919 % clearances:08d}", **born}
    yield "look-up", _request("POST", "/card?lang=bn", urlencode(asked))
    ticket = _TICKET.search(bytes(visit.answer))
    if wrong or number % 4 == 1 or ticket is None:
        return
    yield "way", _request("POST", "/card/download?lang=bn", urlencode({"ticket": ticket[1].decode()}))
    place = _LOCATION.search(bytes(visit.answer))
    if place:
        yield "file", _request("GET", place[1].decode())


def _request(method: str, path: str, form: str = "") -> bytes:
    body = f"{FORM}Content-Length: {len(form)}\r\n" if method == "POST" else ""
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\nConnection: close\r\n{body}\r\n"
    return (head + form).encode()


if __name__ == "__main__":
    port, a_second, seconds, clearances = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
    crowd = Crowd(port, clearances)
    crowd.run(a_second=a_second, seconds=seconds, first=int(sys.argv[5]))
    told = {
        "seconds": crowd.seconds,
        "codes": crowd.codes,
        "failed": crowd.failed,
        "unexplained": crowd.unexplained,
        "processor_s": time.process_time(),
    }
    print(json.dumps(told))
