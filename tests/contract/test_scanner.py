"""Whoever looks through files: the fake and ClamAV's daemon, and how the line to it may break."""

import io
import socket
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from clearance.clamd import MAX_ANSWER, Clamd
from clearance.issuing.ports import ContentScanner, Judgement, Scan, ScannerAway
from tests.fakes.scanner import LIMIT, MARK, FakeScanner
from tests.stack import clamd

CLEAN = Scan(judgement=Judgement.CLEAN)


@pytest.fixture(scope="module")
def daemon() -> Iterator[clamd.Daemon]:
    clamd.require()
    with clamd.clamd() as daemon:
        yield daemon


@pytest.fixture
def address(daemon: clamd.Daemon) -> str:
    return daemon.address


@pytest.fixture(params=["fake", "clamd", "clamd over TCP"])
def scanner(request: pytest.FixtureRequest) -> ContentScanner:
    if request.param == "fake":
        return FakeScanner()
    daemon = request.getfixturevalue("daemon")
    return Clamd(daemon.address if request.param == "clamd" else daemon.tcp_address)


def packed(content: bytes, *, times: int = 1) -> bytes:
    """An archive with a file in it, as often packed into another."""
    for _ in range(times):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("photos/A00000001.jpg", content)
        content = out.getvalue()
    return content


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", bytes(LIMIT)], ids=["none", "small", "large"])
def test_what_nothing_is_known_against_is_clean(scanner: ContentScanner, content: bytes) -> None:
    assert scanner.scan(content) == CLEAN


@pytest.mark.parametrize("before", [0, 1_000_000])
def test_what_is_harmful_is_found_and_named_wherever_it_stands(scanner: ContentScanner, before: int) -> None:
    found = scanner.scan(b"\xff\xd8\xff" + bytes(before) + MARK + b"more")
    assert found == Scan(judgement=Judgement.INFECTED, signature="Clearance.Test.Mark.UNOFFICIAL")


def test_what_is_larger_than_the_scanner_takes_is_neither_clean_nor_harmful(scanner: ContentScanner) -> None:
    assert scanner.scan(bytes(LIMIT + 1)) == Scan(judgement=Judgement.BEYOND_LIMITS)
    assert scanner.scan(bytes(8 * LIMIT)) == Scan(judgement=Judgement.BEYOND_LIMITS)


def test_the_daemon_looks_into_archives_and_says_where_it_gave_up(address: str) -> None:
    scanner = Clamd(address)
    assert scanner.scan(packed(b"\xff\xd8\xff")) == CLEAN
    assert scanner.scan(packed(b"\xff\xd8\xff" + MARK)).judgement is Judgement.INFECTED
    assert scanner.scan(packed(b"\xff\xd8\xff" + MARK, times=40)).judgement is Judgement.BEYOND_LIMITS


def test_files_of_many_threads_are_not_mixed_up(address: str) -> None:
    scanner, found = Clamd(address), {}

    def ask(number: int) -> None:
        found[number] = scanner.scan(bytes(300_000) + (MARK if number % 2 else b"")).judgement

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: Judgement.INFECTED if number % 2 else Judgement.CLEAN for number in range(12)}


def test_the_daemon_says_what_it_is(address: str) -> None:
    version = Clamd(address).version()
    assert version.engine.startswith("1.")
    assert version.signatures is None  # with signatures of our own it names no day


def test_the_day_of_the_signatures_is_understood() -> None:
    with answering(b"ClamAV 1.4.3/27600/Sun Nov  2 08:35:12 2026\0") as (address, _heard):
        version = Clamd(address).version()
    assert version.engine == "1.4.3"
    assert version.signatures is not None
    assert version.signatures.isoformat() == "2026-11-02T08:35:12+00:00"


def test_a_daemon_that_was_killed_gives_no_judgement_and_one_that_is_there_again_does() -> None:
    clamd.require()
    with clamd.clamd() as daemon:
        daemon.program.kill()
        with pytest.raises(ScannerAway):
            Clamd(daemon.address).scan(b"x")
        daemon.program.start()
        assert Clamd(daemon.address).scan(b"x") == CLEAN


@contextmanager
def answering(
    *parts: bytes, listen: bool = True, first: Callable[[], object] = lambda: None
) -> Iterator[tuple[str, list[bytes]]]:
    """Somebody who says these parts to whoever opens a line, and hangs up; the address, and what was heard."""
    heard: list[bytes] = []
    with TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as door:
        door.bind(str(Path(folder) / "ctl"))
        door.listen()

        def serve() -> None:
            line, _ = door.accept()
            with line:
                first()
                while listen and not b"".join(heard).endswith((b"\0\0\0\0", b"VERSION\0")):
                    heard.append(line.recv(1 << 16))
                for part in parts:
                    line.sendall(part)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"unix:{folder}/ctl", heard
        thread.join()


@pytest.mark.parametrize(
    "parts",
    [
        (),
        (b"stream: OK",),
        (b"\0",),
        (b"stream: ok\0",),
        (b"stream: OK \0",),
        (b"stream: FOUND\0",),
        (b"stream: lstat() failed: No such file or directory. ERROR\0",),
        (b"COMMAND READ TIMED OUT\0",),
        (b"UNKNOWN COMMAND\0",),
        ("stream: ঠিক আছে OK\0".encode(),),
        (b"stream: OK" + b" " * MAX_ANSWER, b" " * MAX_ANSWER, b"\0"),
    ],
)
def test_what_is_no_whole_judgement_counts_as_none(parts: tuple[bytes, ...]) -> None:
    told: list[str] = []
    with answering(*parts) as (address, heard):
        scanner = Clamd(address, report=lambda event, **about: told.append(event))
        with pytest.raises(ScannerAway):
            scanner.scan(b"abc")
    assert b"".join(heard) == b"zINSTREAM\0\0\0\0\3abc\0\0\0\0"
    assert told == ["the scanner gave no judgement"]


def test_an_answer_in_pieces_is_one() -> None:
    with answering(b"str", b"eam: ", b"OK\0") as (address, _heard):
        assert Clamd(address).scan(b"abc") == CLEAN


def test_who_answers_before_the_end_and_hangs_up_is_heard() -> None:
    with answering(b"INSTREAM size limit exceeded. ERROR\0", listen=False) as (address, _heard):
        assert Clamd(address).scan(bytes(10 << 20)).judgement is Judgement.BEYOND_LIMITS


@pytest.mark.parametrize("size", [3, 10 << 20], ids=["sent whole", "stuck while sending"])
def test_who_never_answers_is_not_waited_for(size: int) -> None:
    over = threading.Event()
    with answering(listen=False, first=over.wait) as (address, _heard):
        try:
            with pytest.raises(ScannerAway):
                Clamd(address, within_s=0.2).scan(bytes(size))
        finally:
            over.set()


@pytest.mark.parametrize("place", ["unix:/nowhere/clamd.ctl", "tcp://127.0.0.1:1", "tcp://[::1]:1"])
def test_where_nobody_listens_there_is_no_judgement(place: str) -> None:
    with pytest.raises(ScannerAway):
        Clamd(place, within_s=5).scan(b"x")
