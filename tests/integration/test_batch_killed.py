"""kill -9 of the worker, again and again, in every step of a batch: it goes on by itself and does nothing twice."""

import random
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from clearance.domain.batch import Batch, BatchStep
from clearance.domain.lifecycle import ApplicationState
from clearance.domain.staff import Scope
from clearance.issuing import batches, batches_runs
from clearance.issuing.service import Service
from clearance.issuing.sheet import OWN_NAMES
from tests.fakes.batch_files import csv_of, line, photos_of
from tests.fakes.batch_worker import service_at, worker_process
from tests.fakes.installation import installation
from tests.fakes.office import APPROVER, CHECKER, CLERK, DEVICE, ISSUER, PERMIT, expect
from tests.fakes.outside import PORTRAIT, FakePrinter

ROWS = 20
KILLS = 1
"""In each of the five steps; tests/bench has five thousand rows and more of them."""
LONGEST_LIFE_S = 0.6
"""A worker that will be killed works between 0.1 s and so long."""
PATIENCE_S = 120.0
BY = {BatchStep.SUBMIT: CLERK, BatchStep.CHECK: CHECKER, BatchStep.APPROVE: APPROVER, BatchStep.ISSUE: ISSUER}


def test_a_batch_goes_on_after_every_kill_and_issues_no_row_twice(tmp_path: Path) -> None:
    with installation(tmp_path, printer=FakePrinter(), permits=(replace(PERMIT, places=ROWS),)):
        pass
    run_killed(tmp_path, rows=ROWS, kills=KILLS, seed=1)


def run_killed(home: Path, *, rows: int, kills: int, seed: int) -> None:
    """Take a batch from upload to cards, the worker killed `kills` times in each step, at moments of the seed."""
    chance, start = random.Random(seed), time.time()
    with service_at(home, start) as service:
        batch = expect(
            batches.upload(
                service,
                officer=CLERK,
                device=DEVICE,
                file_name="sheet.csv",
                content=csv_of(line(index) for index in range(rows)),
                names=OWN_NAMES,
                archives=[photos_of(range(rows), PORTRAIT)],
            )
        )
        work_through(service, batch, home, start, chance, kills=kills)
        for step, officer in BY.items():
            assert batches_runs.order(service, batch.number, step, officer=officer, device=DEVICE, rows=None)
            work_through(service, batch, home, start, chance, kills=kills)
        assert_issued_once(service, batch, rows=rows)


def work_through(
    service: Service, batch: Batch, home: Path, start: float, chance: random.Random, *, kills: int
) -> None:
    """Until the latest run is finished, by workers of which all but the last are killed."""
    ends = time.monotonic() + PATIENCE_S
    for _ in range(kills):
        with worker_process(home, start):
            time.sleep(chance.uniform(0.1, LONGEST_LIFE_S))
    with worker_process(home, start):
        while not all(run.tally.run.finished_at for run in view_of(service, batch).runs):
            assert time.monotonic() < ends, view_of(service, batch).runs[0].tally
            time.sleep(0.1)


def view_of(service: Service, batch: Batch) -> batches_runs.BatchView:
    return batches_runs.batch_view(service, batch.number, officer=CLERK)


def assert_issued_once(service: Service, batch: Batch, *, rows: int) -> None:
    view = view_of(service, batch)
    assert view.states == {ApplicationState.ISSUED: rows}
    assert [(run.tally.done, run.tally.refused) for run in view.runs] == [(rows, 0)] * 5
    with service.database.read() as work:
        permit = work.permits.get(PERMIT.number)
        cards = work.clearances.find(text="", limit=rows + 1, offset=0, scope=Scope())
        stored = work.batches.rows(batch.number, limit=rows)
        acts = Counter(len(case.acts) for row in stored if (case := work.applications.get(row.reference or "")))
        assert not work.audit.verify().faults
    assert permit
    assert permit.used == rows
    assert len({card.passport_no for card in cards}) == len(cards) == rows
    assert acts == {4: rows}
