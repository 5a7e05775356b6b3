"""The demo as its visitor meets it, and what keeps it apart from the real thing."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from clearance import bootstrap
from clearance.bootstrap import ConfigurationRefused, open_service
from clearance.config import SETTINGS_FILE
from clearance.credential.cose import Algorithm
from clearance.demo import home as demo_home
from clearance.demo import people, start
from clearance.demo.seed import RENEWED
from clearance.demo.staffing import POSTS
from clearance.domain.desk import Holding
from clearance.domain.lifecycle import ApplicationState
from clearance.issuing import desks
from clearance.issuing.ports import Sought
from clearance.signing import keystore
from clearance.signing.authority import DEMO
from tests.e2e.programs import free_port

STARTS_WITHIN_S = 90


@pytest.fixture
def home(demo: Path) -> Path:
    return demo


@contextmanager
def running(home: Path, *ports: int) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`clearance demo` until it has said everything; with what it said."""
    port, desk_port = ports
    command = [sys.executable, "-m", "clearance", "demo", "--home", str(home)]
    command += ["--port", str(port), "--desk-port", str(desk_port)]
    often = {**os.environ, "VERIFIER_SYNC_EVERY_S": "5"}  # the desk is up before the service that it asks
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True, env=often) as demo:
        assert demo.stdout
        said, ends = "", time.monotonic() + STARTS_WITHIN_S
        while "Stop: Ctrl-C" not in said and time.monotonic() < ends and (line := demo.stdout.readline()):
            said += line
        try:
            yield demo, said
        finally:
            if demo.poll() is None:
                os.killpg(demo.pid, signal.SIGTERM)


def holding_of_the_desk(home: Path) -> Holding | None:
    """What the demo's desk reported, once it did."""
    ends = time.monotonic() + STARTS_WITHIN_S
    with open_service(home) as service:
        while time.monotonic() < ends:
            [desk] = desks.enrolled(service)
            if desk.holding is not None:
                return desk.holding
            time.sleep(0.2)
    return None


def test_the_demo_says_where_everything_is_and_ends_at_ctrl_c_with_all_its_programs(home: Path) -> None:
    ports = free_port(), free_port()
    with running(home, *ports) as (demo, said):
        for port in ports:
            assert f"http://127.0.0.1:{port}/" in said
            with urlopen(f"http://127.0.0.1:{port}/", timeout=10) as page:
                assert "ডেমো" in (text := page.read().decode()) or "DEMO" in text
        assert len(re.findall(r"^  \w+   \d\d-\d\d-\d{4}   ", said, re.MULTILINE)) == 3
        assert len(re.findall(r"[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}", said)) == len(POSTS)
        assert str(home / "cards") in said
        assert holding_of_the_desk(home) is not None
        os.killpg(demo.pid, signal.SIGINT)  # as a terminal does at Ctrl-C: to every program of the group
        assert demo.wait(30) == 0
    for port in ports:
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0
    assert not (home / "signer.sock").exists()


def test_a_second_start_keeps_the_data(home: Path) -> None:
    before = demo_home.welcome(home), sorted(path.name for path in (home / "cards").iterdir())
    demo_home.prepare(home, progress=lambda *_: pytest.fail("something was made anew"))
    assert (demo_home.welcome(home), sorted(path.name for path in (home / "cards").iterdir())) == before


def test_two_hundred_workers_are_there_in_every_state_that_a_day_can_bring(home: Path) -> None:
    with open_service(home) as service, service.database.read() as work:
        counts = work.applications.tally(Sought(states=frozenset(ApplicationState), on=service.today()))
    assert sum(counts.values()) == people.NUMBER_OF_WORKERS + RENEWED
    assert set(counts) == set(ApplicationState) - {ApplicationState.EXPIRED}


def test_logins_and_keys_are_readable_by_their_owner_only(home: Path) -> None:
    private = [home / "login.txt", home / "desk" / "desk.token", *(home / "keys" / "private").glob("*.pem")]
    assert len(private) == 7
    assert {path.stat().st_mode & 0o077 for path in private} == {0}


def test_a_taken_port_is_said_before_anything_is_made(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        with pytest.raises(start.PortTaken, match=f"Port {taken} is taken"):
            start.run(tmp_path / "demo", port=taken, desk_port=free_port(), say=print, progress=print)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    for act in (lambda: demo_home.prepare(tmp_path, progress=print), lambda: demo_home.reset(tmp_path)):
        with pytest.raises(demo_home.NotADemo):
            act()
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_production_refuses_demo_keys_and_says_what_to_do(tmp_path: Path) -> None:
    keystore.init(tmp_path / "keys", algorithm=Algorithm.ES256, subject=DEMO, at=int(bootstrap.now().timestamp()))
    with pytest.raises(ConfigurationRefused, match="demo keys") as refused, open_service(tmp_path):
        pass
    assert "clearance keys init" in refused.value.faults[0]


def test_production_without_keys_says_how_to_make_them(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationRefused, match="clearance keys init --dir"), open_service(tmp_path):
        pass


def test_every_wrong_setting_is_named_at_once(tmp_path: Path) -> None:
    (tmp_path / SETTINGS_FILE).write_text('second_factor = "shoe_size"\ntrusted_proxies = 99\ncolour = "green"\n')
    with pytest.raises(ConfigurationRefused) as refused:
        bootstrap.read_settings(tmp_path)
    assert {fault.partition(":")[0] for fault in refused.value.faults} == {
        "second_factor",
        "trusted_proxies",
        "colour",
    }
