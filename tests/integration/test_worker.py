"""The worker: rung for, watching by itself, with the queue gone, and as a program of its own."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import structlog

from clearance.domain.batch import RowStanding
from clearance.issuing import batches, batches_runs
from clearance.issuing.chores import Chore
from clearance.issuing.sheet import OWN_NAMES
from clearance.storage.queue import QueueLost, WorkQueue
from clearance.worker import working
from tests.fakes.batch_files import csv_of, line, photos_of
from tests.fakes.installation import installation, snapshot
from tests.fakes.office import CLERK, DEVICE, OfficeAtWork, expect, open_office
from tests.fakes.sqlite import sqlite_database

SOON_S = 20


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[WorkQueue]:
    with closing(WorkQueue("", file=tmp_path / "queue.db")) as queue:
        yield queue


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficeAtWork]:
    with sqlite_database(tmp_path) as database:
        yield open_office(database)


def test_a_due_chore_is_done_by_itself(office: OfficeAtWork, queue: WorkQueue) -> None:
    done = threading.Event()
    chore = Chore(name="ours", every=timedelta(hours=1), run=lambda *_: done.set())
    with working(office.service, queue, threads=1, chores=[chore]):
        assert done.wait(SOON_S)


def test_a_ring_from_another_process_is_heard(office: OfficeAtWork, queue: WorkQueue, tmp_path: Path) -> None:
    heard = threading.Event()
    with queue.heard(lambda name: heard.set() if name == "ours" else None, threads=1):
        other = WorkQueue("", file=tmp_path / "queue.db")
        other.ring("ours")
        assert heard.wait(SOON_S)
        other.close()


def test_a_chore_that_fails_is_told_of_without_what_it_said_and_keeps_no_other_waiting(
    office: OfficeAtWork, queue: WorkQueue
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("MD. RAHIM UDDIN A00000001")

    done = threading.Event()
    hourly = timedelta(hours=1)
    chores = [Chore(name="bad", every=hourly, run=fail), Chore(name="good", every=hourly, run=lambda *_: done.set())]
    with structlog.testing.capture_logs() as lines, working(office.service, queue, threads=1, chores=chores):
        assert done.wait(SOON_S)
    [line] = [line for line in lines if line["event"] == "work failed"]
    assert (line["work"], line["kind"]) == ("bad", "ValueError")
    assert "RAHIM" not in str(lines)


class LostQueue(WorkQueue):
    def ring(self, name: str) -> None:
        raise QueueLost("ConnectionError")


def test_chores_are_done_without_the_queue_too(office: OfficeAtWork, tmp_path: Path) -> None:
    done = threading.Event()
    chore = Chore(name="ours", every=timedelta(hours=1), run=lambda *_: done.set())
    with (
        closing(LostQueue("", file=tmp_path / "lost.db")) as lost,
        working(office.service, lost, threads=1, chores=[chore]),
    ):
        assert done.wait(SOON_S)


def test_what_was_begun_is_finished_before_the_worker_stops(office: OfficeAtWork, queue: WorkQueue) -> None:
    begun, finished = threading.Event(), threading.Event()

    def slowly(*_: object) -> None:
        begun.set()
        threading.Event().wait(0.3)
        finished.set()

    chore = Chore(name="slow", every=timedelta(hours=1), run=slowly)
    with working(office.service, queue, threads=1, chores=[chore]):
        assert begun.wait(SOON_S)
    assert finished.is_set()


def test_the_queue_carries_names_and_nothing_that_could_be_run(tmp_path: Path, queue: WorkQueue) -> None:
    queue.ring("ours")
    stored = (tmp_path / "queue.db").read_bytes() + (tmp_path / "queue.db-wal").read_bytes()
    assert b'["ours"]' in stored
    assert b"pickle" not in stored
    assert b"\x80\x04\x95" not in stored


def test_the_program_works_off_a_batch_and_stops_when_it_is_told_to(tmp_path: Path) -> None:
    with installation(tmp_path) as made:
        (tmp_path / "clearance.toml").write_text('environment = "demo"\n', encoding="utf-8")
        batch = expect(
            batches.upload(
                made.service,
                officer=CLERK,
                device=DEVICE,
                file_name="sheet.csv",
                content=csv_of([line(1), line(2, sex="?")]),
                names=OWN_NAMES,
                archives=[photos_of([1, 2], snapshot())],
            )
        )
        command = [sys.executable, "-m", "clearance", "worker", "run", "--home", str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as program:
            ends = time.monotonic() + 90
            while not batches_runs.batch_view(made.service, batch.number, officer=CLERK).runs[0].tally.run.finished_at:
                assert program.poll() is None
                assert time.monotonic() < ends
                time.sleep(0.1)
            program.send_signal(signal.SIGTERM)
            assert program.wait(30) == 0
        standings = batches_runs.batch_view(made.service, batch.number, officer=CLERK).standings
    assert standings == {RowStanding.ACCEPTED: 1, RowStanding.TO_FIX: 1}
