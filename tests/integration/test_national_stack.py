"""What several programs of one nation share: work through Redis, files in the store, counts, and sealed questions."""

import re
import time
from collections.abc import Iterator
from itertools import cycle

import pytest
import redis

from clearance.domain.application import Application
from clearance.domain.batch import BatchStep
from clearance.domain.lifecycle import ApplicationState
from clearance.issuing import batches, batches_runs
from clearance.issuing.request import request_card
from clearance.issuing.sheet import OWN_NAMES
from tests.fakes.batch_files import csv_of, photos_of
from tests.fakes.installation import snapshot
from tests.fakes.office import APPROVER, CHECKER, CLERK, DEVICE, ISSUER, expect
from tests.faults_servers.lines import Browser
from tests.faults_servers.premises import Premises, current_row, premises
from tests.stack import nation, postgresql, programs

ROWS = 12
PATIENCE_S = 120.0
BY = {BatchStep.SUBMIT: CLERK, BatchStep.CHECK: CHECKER, BatchStep.APPROVE: APPROVER, BatchStep.ISSUE: ISSUER}
FAILURES_A_MINUTE = 5
"""Of one user name (`web.staff.access`)."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Premises]:
    postgresql.require()
    with nation.servers(durable=False) as shared, premises(tmp_path_factory.mktemp("office"), shared) as opened:
        yield opened


def test_a_batch_is_issued_by_two_workers_that_redis_wakes(office: Premises) -> None:
    service, shared = office.service, office.nation.servers
    second = programs.worker(
        office.home / "worker", environment=office.nation.environment, log=office.home / "second-worker.log"
    )
    with second:
        batch = expect(
            batches.upload(
                service,
                officer=CLERK,
                device=DEVICE,
                file_name="sheet.csv",
                content=csv_of(current_row(index) for index in range(ROWS)),
                names=OWN_NAMES,
                archives=[photos_of(range(ROWS), snapshot())],
            )
        )
        wait_for_runs(office, batch.number)
        for step, officer in BY.items():
            assert batches_runs.order(service, batch.number, step, officer=officer, device=DEVICE, rows=None)
            wait_for_runs(office, batch.number)
    view = batches_runs.batch_view(service, batch.number, officer=CLERK)
    assert view.states == {ApplicationState.ISSUED: ROWS}
    assert [(run.tally.done, run.tally.refused) for run in view.runs] == [(ROWS, 0)] * 5
    with service.database.read() as work:
        cards = [work.clearances.active_for_passport(f"A{index:08d}") for index in range(ROWS)]
        assert work.audit.verify().faults == ()
    assert len({card.clearance_no for card in cards if card}) == ROWS
    stored = {key.rpartition("bmet/")[2].replace("/", "") for key in shared.store.objects()}
    assert {card.pdf_sha256 for card in cards if card} <= stored
    asked = redis.Redis.from_url(shared.redis.url).info("commandstats")
    assert asked["cmdstat_brpop"]["calls"] > 0
    assert asked["cmdstat_lpush"]["calls"] >= len(BY)


def wait_for_runs(office: Premises, number: str) -> None:
    ends = time.monotonic() + PATIENCE_S
    while True:
        runs = batches_runs.batch_view(office.service, number, officer=CLERK).runs
        if all(run.tally.run.finished_at for run in runs):
            return
        assert time.monotonic() < ends, runs[0].tally
        time.sleep(0.2)


def issued(office: Premises, index: int) -> Application:
    case = office.approved(index)
    expect(request_card(office.service, case.reference, officer=ISSUER, device=DEVICE))
    return case


def test_a_card_is_found_on_one_web_server_and_handed_out_by_the_other(office: Premises) -> None:
    issued(office, 500)
    one, other = (Browser(port=server.port, address="127.0.50.1") for server in office.nation.web)
    page = one.look_up("A00000500")
    ticket = re.search(r'name="ticket" value="([^"]+)"', page.text)
    assert ticket, page
    sent = other.post("/card/download?lang=en", ticket=ticket[1])
    assert sent.status == 303
    file = one.get(sent.headers["Location"])
    assert (file.status, file.headers["Content-Type"]) == (200, "application/pdf")


def test_tries_are_counted_over_all_web_servers(office: Premises) -> None:
    """As many as one server would allow: with each of them counting by itself it would be twice that."""
    browsers = cycle([Browser(port=server.port, address="127.0.51.1") for server in office.nation.web])
    statuses = [next(browsers).sign_in("i-1", f"wrong {number}").status for number in range(2 * FAILURES_A_MINUTE + 2)]
    assert statuses == [403] * FAILURES_A_MINUTE + [429] * (FAILURES_A_MINUTE + 2)


def test_no_program_keeps_anything_but_secrets_in_its_own_folder(office: Premises) -> None:
    of_a_demo = "messages"  # what it would send to workers
    for name in ("web-1", "web-2", "worker"):
        assert {path.name for path in (office.home / name).iterdir()} <= {*nation.SECRETS, of_a_demo}
