"""EIO, ENOSPC or a kill at a call to the disk: the program says so or dies; started again, it finishes what it began.

A handful of points all over each program in `make test`; with FAULT_POINTS as many as are there.
"""

import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from clearance.bootstrap import ConfigurationRefused, now, read_settings, service_of
from clearance.credential.gate import Verdict
from clearance.credential.reasons import Reason
from clearance.credential.status import Status
from clearance.domain.batch import BatchStep
from clearance.domain.lifecycle import Move
from clearance.domain.staff import Scope
from clearance.issuing import batches, batches_runs
from clearance.issuing.component import SigningComponent
from clearance.issuing.ports import NotSigned, Trouble, Unavailable
from clearance.issuing.request import request_card
from clearance.issuing.service import Service
from clearance.issuing.sheet import OWN_NAMES
from clearance.signer import load_keys, room_of
from clearance.signing import publication
from clearance.signing.errors import SigningFault
from clearance.storage.database import SqlDatabase
from tests.fakes.batch_files import csv_of, photos_of, work_off
from tests.fakes.office import expect
from tests.fakes.outside import PORTRAIT, FakePrinter, prepare_photo
from tests.faults import at_work
from tests.faults.calls import DONE, SAID_SO, Ended, Point, made, points, run
from tests.faults.conftest import points_of
from tests.faults.invariants import Told, lost
from tests.faults.office import APPROVER, CHECKER, CLERK, ISSUER, row
from verifier.desk import NotRecorded, ScanRecord, Source
from verifier.journal import ScanJournal, verify_chain

pytestmark = pytest.mark.strace

SHORT = 8
"""Points of one program in `make test`."""
CLEAR = (ConfigurationRefused, NotSigned, Unavailable, NotRecorded, SigningFault)
"""What every caller turns into a sentence for whoever waits."""
ROWS = 2
LEASE_IS_OVER = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Work:
    """A program over a folder, and what is wrong with the folder when it is done."""

    before: Path
    """The folder as it is found; copied for each run."""
    does: Callable[[Path], None]
    wrong: Callable[[Path], list[str]]


def disturbed(work: Work, folder: Path, *, wanted: int) -> int:
    """Disturb the program at so many points, and have it done again each time; how many there were."""
    log = folder.parent / "log"

    def once(point: Point | None) -> Ended:
        return run(lambda: work.does(folder), clear=CLEAR, log=log, point=point)

    shutil.copytree(work.before, folder)
    assert once(None) == Ended(status=DONE, said="")
    tried = 0
    for point in points(made(log, below=folder), wanted=wanted):
        shutil.rmtree(folder)
        shutil.copytree(work.before, folder)
        ended = once(point)
        assert ended.status in {DONE, SAID_SO, -9}, f"{point}: {ended.said}"
        again = once(None)
        assert again.status == DONE, f"{point}, and then, undisturbed: {again.said}"
        assert not (found := work.wrong(folder)), f"{point}: {found}"
        tried += 1
    print(f"{tried} points")
    return tried


def opened(home: Path, act: Callable[[Service], None]) -> None:
    """Do something at an office that starts for it: everything real but the paper."""
    settings = read_settings(home)
    with service_of(settings) as joined:
        assert isinstance(joined.database, SqlDatabase)
        room = replace(room_of(settings, load_keys(settings), joined.database), printer=FakePrinter())
        act(replace(joined, printer=room.printer, signing=SigningComponent(room), prepare_photo=prepare_photo))


def test_a_card_is_issued_once_whatever_call_of_the_signing_service_fails(home: Path, tmp_path: Path) -> None:
    references: list[str] = []
    opened(home, lambda service: references.append(at_work.approved(service, 1)))
    [reference] = references

    def issue(folder: Path) -> None:
        opened(folder, lambda service: expect(_asked(service, reference)))

    def wrong(folder: Path) -> list[str]:
        return lost(folder, Told(moves={(reference, move) for move in (Move.SUBMIT, Move.APPROVE, Move.ISSUE)}))

    assert disturbed(Work(before=home, does=issue, wrong=wrong), tmp_path / "at", wanted=points_of(SHORT)) >= SHORT


def _asked(service: Service, reference: str) -> object:
    return request_card(service, reference, officer=at_work.officer(service, ISSUER), device=at_work.DEVICE)


def test_a_step_of_a_batch_is_done_once_whatever_call_of_the_worker_fails(home: Path, tmp_path: Path) -> None:
    opened(home, _with_batch_to_issue)

    def work(folder: Path) -> None:
        opened(folder, lambda service: _until_done(service))

    def wrong(folder: Path) -> list[str]:
        return lost(folder, Told()) + _unfinished(folder)

    assert disturbed(Work(before=home, does=work, wrong=wrong), tmp_path / "at", wanted=points_of(SHORT)) >= SHORT


def _with_batch_to_issue(service: Service) -> None:
    batch = expect(
        batches.upload(
            service,
            officer=at_work.officer(service, CLERK),
            device=at_work.DEVICE,
            file_name="sheet.csv",
            content=csv_of(row(index) for index in range(ROWS)),
            names=OWN_NAMES,
            archives=[photos_of(range(ROWS), PORTRAIT)],
        )
    )
    work_off(service)
    by = {BatchStep.SUBMIT: CLERK, BatchStep.CHECK: CHECKER, BatchStep.APPROVE: APPROVER, BatchStep.ISSUE: ISSUER}
    for step, officer in by.items():
        assert batches_runs.order(
            service, batch.number, step, officer=at_work.officer(service, officer), device=at_work.DEVICE, rows=None
        )
        if step is not BatchStep.ISSUE:
            work_off(service)


def _until_done(service: Service) -> None:
    """Another worker, when nobody believes any more that the one before is alive; again after what halted is over."""
    for passed in (LEASE_IS_OVER, 2 * LEASE_IS_OVER):
        work_off(replace(service, now=lambda passed=passed: now() + passed))


def _unfinished(folder: Path) -> list[str]:
    with service_of(read_settings(folder)) as service, service.database.read() as work:
        [batch] = work.batches.find(Scope(), limit=2, offset=0)
        cases = [each.reference or "" for each in work.batches.rows(batch.number, limit=10)]
        missing = [case for case in cases if work.clearances.for_application(case) is None]
        notes = [each.notes for each in work.batches.rows(batch.number, limit=10)]
    return [f"no card for {missing}: {notes}"] if missing or len(cases) != ROWS else []


def test_a_scan_is_in_the_journal_once_whatever_call_of_the_desk_fails(tmp_path: Path) -> None:
    desk = tmp_path / "desk"
    desk.mkdir()
    _scan(desk, "first")

    def wrong(folder: Path) -> list[str]:
        with closing(ScanJournal(folder / "journal.db", desk="DAC-1", version="1")) as journal:
            rows = journal.rows(after=0, limit=10)
        broken = verify_chain(folder / "journal.db")
        # One that was written while its answer was lost is scanned again: the officer saw nothing.
        return [] if broken is None and len(rows) in {2, 3} else [f"{len(rows)} rows, broken at {broken}"]

    work = Work(before=desk, does=lambda folder: _scan(folder, "second"), wrong=wrong)
    assert disturbed(work, tmp_path / "at", wanted=points_of(SHORT)) >= SHORT


def _scan(folder: Path, text: str) -> None:
    verdict = Verdict(reason=Reason.WEB_LINK)
    with closing(ScanJournal(folder / "journal.db", desk="DAC-1", version="1")) as journal:
        journal.append(
            ScanRecord(
                at=int(now().timestamp()),
                source=Source.CAMERA,
                text=text,
                passport=None,
                trust_sequence=1,
                verdict=verdict,
            )
        )


def test_what_desks_fetch_is_whole_and_revokes_whatever_call_of_the_publisher_fails(home: Path, tmp_path: Path) -> None:
    def publish(folder: Path) -> None:
        keys = load_keys(read_settings(folder))
        at = int(now().timestamp())
        try:
            keys.publisher().publish({7: Status.INVALID}, uri=keys.status_uri, at=at)
            keys.publisher().republish_trust(at)
        except OSError as error:  # as the signing component says it to its callers
            raise NotSigned(Trouble.STORAGE) from error

    def wrong(folder: Path) -> list[str]:
        keys = load_keys(read_settings(folder))
        held = publication.published(keys.public, root=keys.root_certificate)
        revoked = held.bundle is not None and held.lists[keys.status_uri].newest.value(7) == Status.INVALID
        left = [path for path in keys.public.rglob("*") if path.is_file() and not path.name.startswith(".")]
        return [] if revoked and len(left) >= 3 else [f"{held.faults}"]

    work = Work(before=home, does=publish, wrong=wrong)
    assert disturbed(work, tmp_path / "at", wanted=points_of(SHORT)) >= SHORT
