"""The desk as a program: it starts, says where it is, says what is missing, and ends when told."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.unit.desk.bureau import Bureau
from verifier.journal import verify_chain


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Bureau:
    return Bureau(tmp_path_factory.mktemp("bureau") / "keys")


@pytest.fixture
def home(bureau: Bureau, tmp_path: Path) -> Path:
    shutil.copytree(bureau.public, tmp_path / "desk" / "trust")
    return tmp_path / "desk"


NAMED = ("--desk", "DAC-1")


def command(home: Path, port: int = 0, more: Sequence[str] = NAMED) -> list[str]:
    place = ("--home", str(home), "--issuer", "http://127.0.0.1:9", "--port", str(port))
    return [sys.executable, "-m", "verifier", "run", *place, *more]


@contextmanager
def running(home: Path, more: Sequence[str] = NAMED) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A desk on a free port, with its address as it printed it."""
    environment = {**os.environ, "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command(home, more=more), stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            yield process, line.split()[-1]
        finally:
            process.kill()


def failed(home: Path, port: int = 0) -> str:
    done = subprocess.run(command(home, port), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def posted(url: str, content: dict[str, object]) -> dict[str, object]:
    headers = {"X-Desk": "test", "Content-Type": "application/json"}
    with urlopen(Request(url, json.dumps(content).encode(), headers), timeout=10) as response:
        answer: dict[str, object] = json.load(response)
        return answer


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_it_prints_its_address_checks_cards_and_ends_cleanly(home: Path, end: signal.Signals) -> None:
    with running(home) as (process, address):
        answer = posted(address + "scan", {"candidates": ["https://example.com/"], "source": "keyboard"})
        assert answer["reason"] == "web_link"
        process.send_signal(end)
        assert process.wait(10) == 0
    assert verify_chain(home / "journal.db") is None


def test_killed_and_started_again_it_has_every_scan_it_showed(home: Path) -> None:
    for expected in (1, 2):
        with running(home) as (process, address):
            answer = posted(address + "scan", {"candidates": ["https://example.com/"], "source": "keyboard"})
            process.kill()
            process.wait(10)
        state = answer["state"]
        assert isinstance(state, dict)
        assert state["kept"] == expected


def test_without_a_root_certificate_it_says_what_to_do(tmp_path: Path) -> None:
    said = failed(tmp_path)
    assert "root.pem" in said
    assert "Copy the root certificate" in said
    assert "রুট সনদ" in said


def test_a_taken_port_is_a_clear_message(home: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = failed(home, port)
    assert f"Port {port} is taken" in said
    assert "পোর্ট ব্যস্ত" in said


def test_a_journal_that_is_none_is_a_clear_message(home: Path) -> None:
    (home / "journal.db").write_text("my shopping list " * 100)
    assert "The journal cannot be used" in failed(home)


def test_it_listens_on_this_computer_only(home: Path) -> None:
    with running(home) as (_, address):
        port = int(address.rsplit(":", 1)[1].strip("/"))
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) == 0
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.2", port)) != 0


def test_nobody_said_who_it_is_and_the_first_run_asks_then_opens_the_desk_there(home: Path) -> None:
    with running(home, more=()) as (process, address):
        with urlopen(address, timeout=10) as page:
            assert "Set up this desk" in page.read().decode()
        said = {"airport": "ZYL", "counter": "3"}
        assert posted(address + "unenrolled", dict(said))["step"] == "opened"
        assert process.stdout is not None
        assert process.stdout.readline().split()[-1] == address, "the desk opens where the set-up was"
        answer = posted(address + "scan", {"candidates": ["https://example.com/"], "source": "keyboard"})
        assert answer["reason"] == "web_link"
        process.terminate()
        assert process.wait(10) == 0
    with sqlite3.connect(home / "journal.db") as journal:
        assert journal.execute("SELECT desk FROM scan").fetchall() == [("ZYL-3",)]
    journal.close()
    token = "DSK-01234567-" + "0123456789ABCDEF" * 2
    (home / "desk.token").write_text(token)
    with running(home, more=()) as (_, address), urlopen(address, timeout=10) as page:
        assert "ZYL-3" in page.read().decode(), "an enrolled desk is asked nothing"


def test_the_first_run_can_be_ended_too(home: Path) -> None:
    with running(home, more=()) as (process, _):
        process.terminate()
        assert process.wait(10) == 0
    assert not (home / "desk.json").exists()


def test_a_second_program_in_the_same_home_says_so_and_ends(home: Path) -> None:
    with running(home) as (process, address):
        said = failed(home)
        assert "The desk is open already" in said
        assert "ডেস্ক আগে থেকেই খোলা" in said
        assert posted(address + "scan", {"candidates": ["https://example.com/"], "source": "keyboard"})["kind"]
        process.kill()
        process.wait(10)
    with running(home) as (_, address):
        assert address.startswith("http://"), "a desk that was killed bars nobody"


@pytest.mark.parametrize("scans", [0, 2])
def test_at_its_end_it_says_how_many_scans_wait_and_that_they_are_safe(home: Path, scans: int) -> None:
    with running(home) as (process, address):
        for number in range(scans):
            posted(address + "scan", {"candidates": [f"https://example.com/{number}"], "source": "keyboard"})
        process.terminate()
        assert process.stdout is not None
        said = process.stdout.read()
        assert process.wait(10) == 0
    if scans:
        assert "2 scans wait to be sent. They are safe on this computer" in said
        assert "২টি স্ক্যান পাঠানো বাকি" in said
    else:
        assert "wait" not in said
