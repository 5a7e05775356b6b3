"""PostgreSQL is restarted at once, drops its lines and vanishes behind a dead network, while everybody goes on asking.

Every act that was acknowledged is there once, nobody sees anything but a friendly refusal, and the service is back
within five seconds of its database.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.faults.invariants import violations
from tests.faults_servers import short_or_long
from tests.faults_servers.premises import Premises, premises
from tests.faults_servers.traffic import Traffic
from tests.stack import nation
from tests.stack.program import children

RESTARTS = short_or_long(3, 20)
BACK_WITHIN_S = 5.0


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Premises]:
    if not nation.can_run():
        assert not os.environ.get("CI"), "PostgreSQL is needed here"
        pytest.skip("no PostgreSQL server is installed")
    with nation.servers() as shared, premises(tmp_path_factory.mktemp("office"), shared) as opened:
        yield opened


def test_nothing_is_lost_or_doubled_over_restarts_and_cut_lines(office: Premises) -> None:
    cases = [office.approved(100_000 + index).reference for index in range(RESTARTS * 4)]
    traffic, tokens = Traffic(premises=office), [office.token(f"agency-{number}") for number in range(2)]
    ports = [server.port for server in office.nation.web]
    asking = [
        *(lambda port=port, token=token: traffic.submits(port, token) for port, token in zip(ports, tokens, strict=True)),
        *(lambda port=port: traffic.looks_up(port) for port in ports),
        lambda: traffic.issues(cases),
    ]
    back = []
    with traffic.running(*asking):
        traffic.back_after(time.monotonic(), "submit")
        for _ in range(RESTARTS):
            restart_at_once(office)
            back.append(traffic.back_after(time.monotonic(), "submit"))
            end_every_line(office)
            back.append(traffic.back_after(time.monotonic(), "submit"))
            time.sleep(0.5)
    print(f"\n{RESTARTS} restarts: back after {max(back):.2f} s; {traffic.counts()}")
    assert traffic.faults == []
    assert max(back) < BACK_WITHIN_S
    assert violations(office.home, traffic.told, open_work=True) == []


def restart_at_once(office: Premises) -> None:
    """As `pg_ctl -m immediate restart`: every server process drops what it is doing, and recovery follows."""
    database = office.nation.servers.postgresql.program
    os.kill(database.pid, signal.SIGQUIT)
    database.process.wait(20)
    database.start()


def end_every_line(office: Premises) -> None:
    with psycopg.connect(office.nation.servers.postgresql.conninfo, autocommit=True) as line:
        line.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
