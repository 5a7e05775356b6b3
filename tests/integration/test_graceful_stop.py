"""A web program that is told to stop under load: whoever had come is answered, whoever comes later is refused."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from clearance.channel.address import UnixAddress
from clearance.channel.client import RemoteSigning
from clearance.channel.server import PLACES, bound
from clearance.issuing.ports import ComponentState, NotSigned, Trouble
from tests.e2e.programs import free_port, listens

SLOW = """
import socket, sys, time
from contextlib import contextmanager
from flask import Flask, request
from clearance.cli.signals import ending_on_signals
from clearance.one_process import OneProcess
from clearance.processes import Processes

app = Flask("slow")

@app.route("/", methods=["GET", "POST"])
def slowly():
    time.sleep(0.3)
    return request.get_data() or b"x" * 300_000

listener = socket.create_server(("127.0.0.1", int(sys.argv[2])), backlog=512)
if sys.argv[1] == "one":
    server = OneProcess(app, listener=listener, in_memory=1 << 20, largest=1 << 20)
    with ending_on_signals() as signals:
        signals.stop = server.stop
        server.serve()
    server.close()
else:
    @contextmanager
    def opened():
        yield app
    away = b"HTTP/1.1 503 Busy\\r\\nContent-Length: 0\\r\\n\\r\\n"
    Processes(opened, listener=listener, count=2, turned_away=away).run()
"""
AT_ONCE = 100
"""More than the threads of one process or of two: some wait in a queue of the server, some in the kernel's."""


@contextmanager
def slow_server(kind: str) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    port = free_port()
    with subprocess.Popen([sys.executable, "-c", SLOW, kind, str(port)]) as process:
        try:
            while not listens(port)():
                assert process.poll() is None
                time.sleep(0.05)
            yield port, process
        finally:
            process.kill()


def ask(port: int, began: threading.Barrier) -> bytes:
    """The whole answer to one GET; the barrier is passed when the request is on its way."""
    with socket.create_connection(("127.0.0.1", port), timeout=40) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        began.wait()
        content = b""
        while not content.endswith(b"x" * 1_000) or len(content) < 300_000:
            part = line.recv(1 << 16)
            if not part:
                break
            content += part
    return content


@pytest.mark.parametrize("kind", ["one", "several"])
def test_everybody_who_had_come_is_answered_after_the_stop(kind: str) -> None:
    with slow_server(kind) as (port, process), ThreadPoolExecutor(AT_ONCE) as crowd:
        began = threading.Barrier(AT_ONCE + 1)
        answers = [crowd.submit(ask, port, began) for _ in range(AT_ONCE)]
        began.wait()
        process.send_signal(signal.SIGTERM)
        contents = [answer.result() for answer in answers]
        assert process.wait(30) == 0
    assert [content.split(b"\r\n")[0] for content in contents] == [b"HTTP/1.1 200 OK"] * AT_ONCE
    assert {len(content.partition(b"\r\n\r\n")[2]) for content in contents} == {300_000}


@pytest.mark.parametrize("kind", ["one", "several"])
def test_a_request_that_was_half_sent_is_finished_and_a_new_one_is_refused(kind: str) -> None:
    with slow_server(kind) as (port, process), socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 10\r\n\r\nhalf ")
        time.sleep(0.3)  # until a thread of the server reads it
        process.send_signal(signal.SIGTERM)
        ends = time.monotonic() + 10
        while listens(port)():
            assert time.monotonic() < ends, "the door stays open"
            time.sleep(0.02)
        line.sendall(b"sent!")
        answer = b""
        while part := line.recv(4096):
            answer += part
        assert process.wait(30) == 0
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert answer.endswith(b"half sent!")


@pytest.mark.parametrize("kind", ["one", "several"])
def test_a_line_kept_open_for_nothing_does_not_hold_up_the_stop(kind: str) -> None:
    with slow_server(kind) as (port, process), socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert line.recv(4096).startswith(b"HTTP/1.1 200 OK")
        process.send_signal(signal.SIGTERM)
        while line.recv(1 << 16):
            pass
        assert process.wait(15) == 0


class SlowSigning(RemoteSigning):
    """Answers what it is asked for after a while."""

    def __init__(self) -> None:
        self.asked = threading.Semaphore(0)

    def state(self) -> ComponentState:
        self.asked.release()
        time.sleep(0.5)
        return ComponentState(kid=b"k" * 8, ready=True)


def test_the_signing_service_answers_whoever_had_come_before_it_goes(tmp_path: Path) -> None:
    address, service = UnixAddress(path=tmp_path / "signer.sock"), SlowSigning()
    with bound(address, service, users=frozenset({os.getuid()})) as server, ThreadPoolExecutor(PLACES * 2) as crowd:
        serving = threading.Thread(target=server.serve)
        serving.start()
        answers = [crowd.submit(RemoteSigning(address).state) for _ in range(PLACES * 2)]
        for _ in range(PLACES):
            assert service.asked.acquire(timeout=10)
        time.sleep(0.1)  # the others are at the door
        server.stop()
        assert all(answer.result().ready for answer in answers)
        serving.join(10)
        with pytest.raises(NotSigned) as refused:
            RemoteSigning(address).state()
    assert refused.value.trouble is Trouble.NO_ANSWER
