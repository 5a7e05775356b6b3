"""Fifty megabytes to every kind of route, bodies without a length, bombs and floods of heads; then thousands of
requests one after the other: refused at once, nothing held, nothing leaked.
"""

import gzip
import random
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest

from tests.faults_servers import short_or_long
from tests.faults_servers.lines import Answer, Browser
from tests.faults_servers.street import Street, open_street, used_by

HUGE = 50 << 20
PIECE = 1 << 16
PATIENCE_S = 30
FILE_BYTES = 14 << 20
MORE_MEMORY_MB = 10
REFUSED_WITHIN_S = 10
"""A second on a machine with nothing else to do, and the time that 50 MB take to be sent where they are read."""
REQUESTS = short_or_long(2_000, 10_000)
BY = 4
FORM, JSON, FILE = "application/x-www-form-urlencoded", "application/json", "multipart/form-data; boundary=xx"
ROUTES = {
    "look-up": ("/card", FORM),
    "download": ("/card/download", FORM),
    "sign-in": ("/staff/sign-in", FORM),
    "check": ("/check", FILE),
    "batch": ("/staff/batches", FILE),
    "desk's journal": ("/api/desks/journal", JSON),
    "desk's report": ("/api/desks/report", JSON),
    "interface": ("/api/v1/applications", JSON),
}


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    with open_street(tmp_path_factory.mktemp("street")) as opened:
        for server in opened.web:  # what a first request loads, and room for one file to check, is there from now on
            for path, kind in ROUTES.values():
                send(server.port, head_of(path, kind, f"Content-Length: {FILE_BYTES}"), pieces(FILE_BYTES))
        yield opened


@dataclass(frozen=True, kw_only=True)
class Sent:
    """How a body was taken: the status (0: the line was cut), how much of it went out, and how long it took."""

    status: int
    bytes: int
    seconds: float


def send(port: int, head: str, body: Iterator[bytes], *, trusted: ssl.SSLContext | None = None) -> Sent:
    """Send on until the other side has answered or cut the line, as a rude program does."""
    began, sent = time.monotonic(), 0
    with closing(_line(port, trusted)) as line:
        try:
            line.sendall(head.encode())
            for piece in body:
                if status := _status(line, within_s=0.0005):
                    return Sent(status=status, bytes=sent, seconds=time.monotonic() - began)
                line.settimeout(PATIENCE_S)
                line.sendall(piece)
                sent += len(piece)
            status = _status(line, within_s=PATIENCE_S)
        except OSError:
            status = 0
    return Sent(status=status, bytes=sent, seconds=time.monotonic() - began)


def _line(port: int, trusted: ssl.SSLContext | None) -> socket.socket:
    plain = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S, source_address=("127.0.0.77", 0))
    return trusted.wrap_socket(plain, server_hostname="localhost") if trusted else plain


def _status(line: socket.socket, *, within_s: float) -> int:
    """Of the answer that begins to come, 0 where none does."""
    line.settimeout(within_s)
    try:
        answer = line.recv(64)
    except (TimeoutError, ssl.SSLWantReadError):
        return 0
    if not answer:
        raise ConnectionResetError
    return int(answer.split()[1])


def head_of(path: str, kind: str, *more: str) -> str:
    lines = (f"POST {path} HTTP/1.1", "Host: localhost", f"Content-Type: {kind}", "Connection: close", *more)
    return "\r\n".join(lines) + "\r\n\r\n"


def pieces(size: int) -> Iterator[bytes]:
    yield from (b"a" * PIECE for _ in range(size // PIECE))


def in_chunks(size: int) -> Iterator[bytes]:
    yield from (b"%x\r\n%s\r\n" % (PIECE, b"a" * PIECE) for _ in range(size // PIECE))
    yield b"0\r\n\r\n"


@pytest.mark.parametrize("through_proxy", [True, False], ids=["proxy", "directly"])
@pytest.mark.parametrize("length", ["told", "untold"])
def test_fifty_megabytes_are_refused_and_not_kept_in_memory(
    street: Street, *, through_proxy: bool, length: str
) -> None:
    port = street.port if through_proxy else street.web[0].port
    trusted = street.trusted if through_proxy else None
    before = [used_by(server.program).memory_mb for server in street.web]
    told = {}
    for name, (path, kind) in ROUTES.items():
        if length == "told":
            told[name] = send(port, head_of(path, kind, f"Content-Length: {HUGE}"), pieces(HUGE), trusted=trusted)
        else:
            told[name] = send(port, head_of(path, kind, "Transfer-Encoding: chunked"), in_chunks(HUGE), trusted=trusted)
    more = [used_by(server.program).memory_mb - mb for server, mb in zip(street.web, before, strict=True)]
    print()
    for name, sent in told.items():
        print(f"  {name}: {sent.status} after {sent.bytes >> 20} MB, {sent.seconds:.2f} s")
    print(f"  memory {max(more):+.1f} MB")
    assert {name: sent.status for name, sent in told.items() if sent.status not in {302, 303, 400, 401, 403, 413}} == {}
    assert max(sent.seconds for sent in told.values()) < REFUSED_WITHIN_S
    assert max(more) < MORE_MEMORY_MB


def test_a_bomb_and_a_flood_of_heads_are_refused(street: Street) -> None:
    bomb = gzip.compress(bytes(HUGE))
    for port, trusted in ((street.port, street.trusted), (street.web[0].port, None)):
        before = used_by(street.web[0].program).memory_mb
        packed = head_of("/card", FORM, f"Content-Length: {len(bomb)}", "Content-Encoding: gzip")
        assert send(port, packed, iter([bomb]), trusted=trusted).status in {400, 413, 415, 422, 429}
        flood = head_of("/card", FORM, *(f"X-{number}: {'a' * 1_000}" for number in range(1_000)), "Content-Length: 0")
        assert send(port, flood, iter(()), trusted=trusted).status in {0, 400, 431}
        assert used_by(street.web[0].program).memory_mb - before < MORE_MEMORY_MB
        assert Browser(port=street.web[0].port).get("/").status == 200


def test_thousands_of_requests_are_all_answered_and_nothing_leaks(street: Street) -> None:
    heard: list[tuple[str, Answer]] = []
    for share in (0.2, 0.8):
        visitors = [
            threading.Thread(target=wanders, args=(street, seed + int(10 * share), int(share * REQUESTS / BY), heard))
            for seed in range(BY)
        ]
        for visitor in visitors:
            visitor.start()
        for visitor in visitors:
            visitor.join()
        used = [used_by(server.program) for server in street.web]
        if share < 0.5:
            early = used
    failed = [(path, answer.status, answer.text[:80]) for path, answer in heard if answer.status in {0, 500, 502, 503}]
    print(f"\n{len(heard)} requests: {Counter(answer.status for _, answer in heard)}\n  early {early}\n  late  {used}")
    assert failed == []
    for first, last in zip(early, used, strict=True):
        assert last.memory_mb - first.memory_mb < MORE_MEMORY_MB
        assert last.files <= first.files + 4
        assert last.threads <= first.threads + 1


def wanders(street: Street, seed: int, requests: int, heard: list[tuple[str, Answer]]) -> None:
    """Pages of every kind, some through the proxy and some past it, from ever other addresses."""
    chance = random.Random(seed)
    paths = (
        "/",
        "/check",
        "/static/public.css",
        "/staff/sign-in",
        "/api/v1/openapi.json",
        "/trust/trust.cose",
        "/nothing",
    )
    direct = Browser(port=street.web[seed % 2].port)
    for number in range(requests):
        browser = street.visitor(f"127.0.{100 + seed}.{1 + number % 200}") if number % 4 == 0 else direct
        browser.heard.clear()
        browser.address = f"127.0.{100 + seed}.{1 + number % 200}"
        if chance.random() < 0.3:
            answer = browser.look_up(f"B{chance.randrange(10**8):08d}")
            heard.append(("/card", answer))
        else:
            path = chance.choice(paths)
            heard.append((path, browser.get(path)))
