"""PostgreSQL is restarted at once, drops its lines and vanishes behind a dead network, while everybody goes on asking.

Every act that was acknowledged is there once, nobody sees anything but a friendly refusal, and the service is back
within five seconds of its database.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
import pytest

from tests.faults.invariants import violations
from tests.faults_servers import short_or_long
from tests.faults_servers.premises import Premises, premises
from tests.faults_servers.traffic import Traffic
from tests.stack import nation
from tests.stack.postgresql import Cluster

RESTARTS = short_or_long(3, 20)
BACK_WITHIN_S = 5.0
BACK_FROM_SILENCE_WITHIN_S = 10.0
"""What hung in the silence holds the record's lock until the server has found out that nobody is there."""
SILENT_S = 8.0
ANSWERED_WITHIN_S = 12.0
"""A request that was under way when the network died, and one that came while it was dead: see `BRIEF` and the pool."""


@dataclass(frozen=True, kw_only=True)
class OverTcp(Cluster):
    """Reached as a server on another machine is."""

    @property
    def url(self) -> str:
        return self.loopback_url


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Premises]:
    if not nation.can_run():
        assert not os.environ.get("CI"), "PostgreSQL is needed here"
        pytest.skip("no PostgreSQL server is installed")
    with nation.servers() as shared:
        over_tcp = nation.Servers(**vars(shared) | {"postgresql": OverTcp(**vars(shared.postgresql))})
        with premises(tmp_path_factory.mktemp("office"), over_tcp) as opened:
            yield opened


def test_nothing_is_lost_or_doubled_over_restarts_and_cut_lines(office: Premises) -> None:
    cases = [office.approved(100_000 + index).reference for index in range(RESTARTS * 3)]
    traffic, back = Traffic(premises=office), []
    with everybody_asks(office, traffic, cases):
        traffic.back_after(time.monotonic(), "submit")
        for _ in range(RESTARTS):
            for fault in (restart_at_once, end_every_line):
                fault(office)
                back.append(traffic.back_after(time.monotonic(), "submit"))
        traffic.back_after(time.monotonic(), "issue", within=60)
    print(f"\n{RESTARTS} restarts: back after {max(back):.2f} s at most; {traffic.counts()}")
    assert traffic.faults == []
    assert max(back) < BACK_WITHIN_S
    assert violations(office.home, traffic.told, open_work=True) == []


def test_a_network_that_swallows_everything_keeps_nobody_waiting(office: Premises) -> None:
    cases = [office.approved(200_000 + index).reference for index in range(4)]
    traffic = Traffic(premises=office, first=1_000)
    with everybody_asks(office, traffic, cases):
        traffic.back_after(time.monotonic(), "submit")
        with swallowed(office.nation.servers.postgresql.port):
            time.sleep(SILENT_S)
        back = traffic.back_after(time.monotonic(), "submit")
    longest = max(each.seconds for each in traffic.heard if each.what != "issue")
    print(f"\n{SILENT_S} s of silence: longest answer {longest:.1f} s, back after {back:.2f} s; {traffic.counts()}")
    assert traffic.faults == []
    assert longest < ANSWERED_WITHIN_S
    assert back < BACK_FROM_SILENCE_WITHIN_S
    assert violations(office.home, traffic.told, open_work=True) == []


@contextmanager
def everybody_asks(office: Premises, traffic: Traffic, cases: list[str]) -> Iterator[None]:
    """Two agencies' programs and two phones, one at each web server, and an issuer."""
    programs = []
    for server in office.nation.web:
        token = office.token(f"agency-{time.monotonic_ns()}")
        programs.append(lambda port=server.port, token=token: traffic.submits(port, token))
        programs.append(lambda port=server.port: traffic.looks_up(port))
    with traffic.running(*programs, lambda: traffic.issues(cases)):
        yield


def restart_at_once(office: Premises) -> None:
    """As `pg_ctl -m immediate restart`: every server process drops what it is doing, and recovery follows."""
    database = office.nation.servers.postgresql.program
    os.kill(database.pid, signal.SIGQUIT)
    database.process.wait(20)
    database.start()


def end_every_line(office: Premises) -> None:
    with psycopg.connect(office.nation.servers.postgresql.conninfo, autocommit=True) as line:
        line.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")


@contextmanager
def swallowed(port: int) -> Iterator[None]:
    """Nothing to or from a port of this machine arrives, and nobody is told so."""
    if os.geteuid() != 0 or not shutil.which("iptables"):
        assert not os.environ.get("CI"), "root and iptables are needed here"
        pytest.skip("only root can make a network swallow packets")
    rules = [[chain, "-i", "lo", "-p", "tcp", side, str(port), "-j", "DROP"] for chain, side in _BOTH_WAYS]
    for rule in rules:
        subprocess.run(["iptables", "-I", *rule], check=True)
    try:
        yield
    finally:
        for rule in rules:
            subprocess.run(["iptables", "-D", *rule], check=True)


_BOTH_WAYS = (("INPUT", "--dport"), ("INPUT", "--sport"))
