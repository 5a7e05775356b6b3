"""Redis, which counts tries and wakes workers, is killed and is hung, while visitors, officers and a batch go on.

The look-up and the sign-in become stricter, and ordinary again when Redis is back; pages that count nothing stay open;
nobody waits for a Redis that is silent; the batch goes on without being woken, and nothing is lost.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from clearance.domain.batch import BatchStep
from clearance.issuing import batches, batches_runs
from clearance.issuing.guard import STRICT
from clearance.issuing.sheet import OWN_NAMES
from tests.fakes.batch_files import csv_of, photos_of
from tests.fakes.installation import snapshot
from tests.fakes.office import APPROVER, CHECKER, CLERK, DEVICE, expect
from tests.faults.invariants import Told, violations
from tests.faults_servers import short_or_long
from tests.faults_servers.lines import Browser
from tests.faults_servers.premises import Premises, current_row, premises
from tests.stack import nation

ANSWERED_WITHIN_S = 5.0
ROWS = short_or_long(12, 300)
FAILURES_A_MINUTE = 5
"""Of one user name at one web server (`web.staff.access`)."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Premises]:
    if not nation.can_run():
        assert not os.environ.get("CI"), "PostgreSQL is needed here"
        pytest.skip("no PostgreSQL server is installed")
    with nation.servers(durable=False) as shared, premises(tmp_path_factory.mktemp("office"), shared) as opened:
        yield opened


@contextmanager
def killed(office: Premises) -> Iterator[None]:
    office.nation.servers.redis.program.kill()
    try:
        yield
    finally:
        office.nation.servers.redis.program.start()


@contextmanager
def hung(office: Premises) -> Iterator[None]:
    """Its lines stay open, and nothing ever comes."""
    server = office.nation.servers.redis.program.pid
    os.kill(server, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server, signal.SIGCONT)


Fault = Callable[[Premises], "contextmanager[None]"]


@pytest.mark.parametrize(("fault", "street"), [(killed, 10), (hung, 20)], ids=["killed", "hung"])
def test_the_look_up_and_the_sign_in_grow_stricter_and_nobody_waits(
    office: Premises, fault: Fault, street: int
) -> None:
    visitors = [Browser(port=server.port, address=f"127.0.{street}.9") for server in office.nation.web]
    for number, server in enumerate(office.nation.web):
        wait_until_ordinary(server.port, f"127.0.{street + 1 + number}")
    with fault(office):
        for visitor in visitors:
            for path in ("/", "/check", "/healthz", "/static/public.css"):
                assert visitor.get(path).status == 200, path
        looked = [visitor.look_up(f"B{n * 61_803_399 % 10**8:08d}") for n in range(2, 22) for visitor in visitors]
        tried = [visitor.sign_in("a-1", f"wrong {n}") for n in range(FAILURES_A_MINUTE + 3) for visitor in visitors]
    statuses = {answer.status for answer in looked}
    served = sum("No card was found" in answer.text for answer in looked)
    refused = [answer.status for answer in tried]
    longest = max(answer.seconds for visitor in visitors for answer in visitor.heard)
    print(f"\n{fault.__name__}: {served} of {len(looked)} look-ups served, sign-in {refused}, longest {longest:.2f} s")
    assert statuses <= {200, 429}
    assert served <= STRICT.free_of_network * len(visitors)
    assert set(refused) == {403, 429}
    assert refused.count(403) <= FAILURES_A_MINUTE * len(visitors)
    assert longest < ANSWERED_WITHIN_S


def test_a_batch_goes_on_while_redis_is_gone_and_loses_nothing(office: Premises) -> None:
    service = office.service
    rows = [current_row(index) for index in range(300_000, 300_000 + ROWS)]
    photos = photos_of(range(300_000, 300_000 + ROWS), snapshot())
    batch = expect(
        batches.upload(
            service,
            officer=CLERK,
            device=DEVICE,
            file_name="sheet.csv",
            content=csv_of(rows),
            names=OWN_NAMES,
            archives=[photos],
        )
    )
    with hung(office):
        wait_for_runs(office, batch.number)
        assert batches_runs.order(service, batch.number, BatchStep.SUBMIT, officer=CLERK, device=DEVICE, rows=None)
        time.sleep(1)
    with killed(office):
        wait_for_runs(office, batch.number)
        assert batches_runs.order(service, batch.number, BatchStep.CHECK, officer=CHECKER, device=DEVICE, rows=None)
        time.sleep(1)
    wait_for_runs(office, batch.number)
    assert batches_runs.order(service, batch.number, BatchStep.APPROVE, officer=APPROVER, device=DEVICE, rows=None)
    wait_for_runs(office, batch.number)
    view = batches_runs.batch_view(service, batch.number, officer=CLERK)
    assert [(run.tally.done, run.tally.refused) for run in view.runs] == [(ROWS, 0)] * 4
    assert violations(office.home, Told(), open_work=True) == []


def wait_until_ordinary(port: int, street: str, *, within: float = 30) -> None:
    """A web server asks a Redis that was gone again after ten seconds; from then on a first try is free."""
    ends = time.monotonic() + within
    for number in range(1, 250):
        if "No card was found" in Browser(port=port, address=f"{street}.{number}").look_up(f"C{number:08d}").text:
            return
        assert time.monotonic() < ends, "it is as strict as without Redis"
        time.sleep(0.25)


def wait_for_runs(office: Premises, number: str, *, within: float = 120) -> None:
    ends = time.monotonic() + within
    while not all(run.tally.run.finished_at for run in view_runs(office, number)):
        assert time.monotonic() < ends, view_runs(office, number)[0].tally
        time.sleep(0.2)


def view_runs(office: Premises, number: str) -> list[batches_runs.RunView]:
    return list(batches_runs.batch_view(office.service, number, officer=CLERK).runs)
