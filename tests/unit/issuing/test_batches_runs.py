"""A batch taken through its steps by workers that may die, stop or wait: nothing is done twice, nothing is lost."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from clearance.domain.batch import Batch, BatchStep, RowStanding
from clearance.domain.lifecycle import ApplicationState
from clearance.domain.staff import Officer, Scope
from clearance.issuing import batches, batches_runs
from clearance.issuing.batches_photos import Albums
from clearance.issuing.batches_work import HELD_FOR, MAX_TRIES, take_up, work_on
from clearance.issuing.ports import BatchRow, NotSigned, RowNote, RowTrouble, Trouble
from clearance.issuing.sheet import OWN_NAMES
from tests.fakes.batch_files import csv_of, line, photos_of, raise_it, work_off
from tests.fakes.office import APPROVER, CHECKER, CLERK, DEVICE, ISSUER, SECOND_ISSUER, OfficeAtWork, expect
from tests.fakes.outside import PORTRAIT
from tests.unit.issuing.batch_rows import issue_all, order, row, rows, upload


class Killed(BaseException):
    """As after kill -9: no handler of Exception sees it, nothing is tidied up."""


@pytest.mark.parametrize("step", list(BatchStep))
@pytest.mark.parametrize("nth", [0, 1, 3])
def test_a_worker_that_dies_at_any_row_is_followed_by_another_that_does_nothing_twice(
    office: OfficeAtWork, step: BatchStep, nth: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = csv_of(line(index) for index in range(5))
    batch = upload(office, content)
    by = {BatchStep.SUBMIT: CLERK, BatchStep.CHECK: CHECKER, BatchStep.APPROVE: APPROVER, BatchStep.ISSUE: ISSUER}
    if step is BatchStep.READ:
        batches.upload(
            office.service, officer=CLERK, device=DEVICE, file_name="y", content=content + b"\r\n", names=OWN_NAMES
        )
    else:
        for before in list(by)[: list(by).index(step)]:
            order(office, batch, before, by[before])
            work_off(office.service)
        order(office, batch, step, by[step])
    job = take_up(office.service, "one", Albums(office.service.documents.get))
    assert job
    with pytest.raises(Killed):
        work_on(office.service, job, stopping=die_at(nth), report=raise_it)
    with monkeypatch.context() as patched:  # the step is taken and its result is not written down
        patched.setattr("clearance.issuing.batches_work._write_down", die)
        office.clock.advance(seconds=HELD_FOR.total_seconds())
        job = take_up(office.service, "two", Albums(office.service.documents.get))
        assert job
        with pytest.raises(Killed):
            work_on(office.service, job, stopping=lambda: False, report=raise_it)
    assert work_off(office.service) == 0  # another may be at it still
    office.clock.advance(seconds=HELD_FOR.total_seconds())
    work_off(office.service, worker="three")
    issued_in_the_end(office, batch, step, by)


def issued_in_the_end(office: OfficeAtWork, batch: Batch, step: BatchStep, by: dict[BatchStep, Officer]) -> None:
    for after in list(by)[list(by).index(step) + 1 if step in by else 0 :]:
        order(office, batch, after, by[after])
        work_off(office.service)
    runs = batches_runs.batch_view(office.service, batch.number, officer=CLERK).runs
    assert all((run.tally.left, run.tally.refused) == (0, 0) and run.tally.run.finished_at for run in runs)
    with office.service.database.read() as work:
        assert work.clearances.count(text="", scope=Scope()) == 5
        permit = work.permits.get("EA-SAU-1234")
        cases = [work.applications.get(each.reference or "") for each in rows(office, batch)]
    assert permit
    assert permit.used == 5
    assert all(case is not None and len(case.acts) == 4 for case in cases)


def die_at(nth: int) -> Callable[[], bool]:
    calls = iter(range(1_000))

    def stopping() -> bool:
        if next(calls) == nth:
            raise Killed
        return False

    return stopping


def die(*_: object) -> bool:
    raise Killed


def test_a_row_that_every_worker_dies_of_is_given_up_and_keeps_no_other(
    office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = upload(office, csv_of(line(index) for index in range(3)))
    order(office, batch, BatchStep.SUBMIT, CLERK)
    from clearance.issuing import batches_work

    sound = batches_work.take_step

    def deadly(*args: object, **named: object) -> object:
        if isinstance(args[3], BatchRow) and args[3].number == 3:
            raise Killed
        return sound(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(batches_work, "take_step", deadly)
    for _ in range(MAX_TRIES + 2):
        job = take_up(office.service, "one", Albums(office.service.documents.get))
        assert job
        try:
            work_on(office.service, job, stopping=lambda: False, report=raise_it)
        except Killed:
            office.clock.advance(seconds=HELD_FOR.total_seconds())
    [run, *_] = batches_runs.batch_view(office.service, batch.number, officer=CLERK).runs
    assert run.tally.run.finished_at
    assert (run.tally.done, [result.row for result in run.refused]) == (2, [3])


@pytest.mark.parametrize("step", list(BatchStep))
def test_rows_that_were_given_up_after_the_step_was_taken_are_finished_by_a_second_order(
    office: OfficeAtWork, step: BatchStep, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = csv_of(line(index) for index in range(2))
    by = {BatchStep.SUBMIT: CLERK, BatchStep.CHECK: CHECKER, BatchStep.APPROVE: APPROVER, BatchStep.ISSUE: ISSUER}
    batch = upload(office, content)
    steps = list(by)
    if step is BatchStep.READ:
        again = content + b"\r\n"
        batch = expect(
            batches.upload(
                office.service,
                officer=CLERK,
                device=DEVICE,
                file_name="y",
                content=again,
                names=OWN_NAMES,
                archives=[photos_of(range(2), PORTRAIT)],
            )
        )
    else:
        steps = steps[steps.index(step) :]
        for before in list(by)[: list(by).index(step)]:
            order(office, batch, before, by[before])
            work_off(office.service)
        order(office, batch, step, by[step])
    give_up_every_row(office, monkeypatch)
    [run, *_] = batches_runs.batch_view(office.service, batch.number, officer=CLERK).runs
    assert (run.tally.done, [result.row for result in run.refused]) == (0, [2, 3])
    assert all(result.notes == (RowNote(trouble=RowTrouble.STUCK),) for result in run.refused)
    if step is BatchStep.READ:
        assert batches.read_again(office.service, batch.number, officer=CLERK, device=DEVICE) == 2
        work_off(office.service)
    for each in steps:
        office.clock.advance(seconds=1)
        batches_runs.order(office.service, batch.number, each, officer=by[each], device=DEVICE, rows=None)
        work_off(office.service)
    view = batches_runs.batch_view(office.service, batch.number, officer=CLERK)
    assert view.states == {ApplicationState.ISSUED: 2}
    assert not view.busy


def give_up_every_row(office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each worker takes the step and dies before it can say so, until no row is left to try."""
    with monkeypatch.context() as patched:
        patched.setattr("clearance.issuing.batches_work._write_down", die)
        while (job := take_up(office.service, "one", Albums(office.service.documents.get))) is not None:
            try:
                work_on(office.service, job, stopping=lambda: False, report=raise_it)
            except Killed:
                office.clock.advance(seconds=HELD_FOR.total_seconds())


def test_an_error_that_nobody_foresaw_is_one_rows_own(office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = upload(office, csv_of(line(index) for index in range(3)))
    order(office, batch, BatchStep.SUBMIT, CLERK)
    from clearance.issuing import batches_work

    sound = batches_work.take_step

    def broken(*args: object, **named: object) -> object:
        if isinstance(args[3], BatchRow) and args[3].number == 3:
            raise ZeroDivisionError
        return sound(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(batches_work, "take_step", broken)
    told: list[Exception] = []
    job = take_up(office.service, "one", Albums(office.service.documents.get))
    assert job
    work_on(office.service, job, stopping=lambda: False, report=told.append)
    assert [type(error) for error in told] == [ZeroDivisionError]
    [run, *_] = batches_runs.batch_view(office.service, batch.number, officer=CLERK).runs
    assert (run.tally.done, run.tally.refused) == (2, 1)


def test_a_paused_run_rests_and_goes_on_where_it_stopped(office: OfficeAtWork) -> None:
    batch = upload(office, csv_of(line(index) for index in range(4)))
    order(office, batch, BatchStep.SUBMIT, CLERK)
    [run, *_] = batches_runs.batch_view(office.service, batch.number, officer=CLERK).runs
    batches_runs.pause(office.service, run.tally.run.number, officer=SECOND_ISSUER, device=DEVICE)
    assert work_off(office.service) == 0
    assert not batches_runs.batch_view(office.service, batch.number, officer=CLERK).busy
    batches_runs.resume(office.service, run.tally.run.number, officer=CLERK, device=DEVICE)
    work_off(office.service)
    assert len(rows(office, batch, RowStanding.SUBMITTED)) == 4


def test_a_worker_that_stops_lays_its_chunk_down_for_the_next(office: OfficeAtWork) -> None:
    batch = upload(office, csv_of(line(index) for index in range(4)))
    order(office, batch, BatchStep.SUBMIT, CLERK)
    job = take_up(office.service, "one", Albums(office.service.documents.get))
    assert job
    work_on(office.service, job, stopping=lambda: len(rows(office, batch, RowStanding.SUBMITTED)) == 2, report=raise_it)
    assert len(rows(office, batch, RowStanding.SUBMITTED)) == 2
    work_off(office.service, worker="two")
    assert len(rows(office, batch, RowStanding.SUBMITTED)) == 4


def test_issuing_waits_for_a_signing_service_that_does_not_answer(office: OfficeAtWork) -> None:
    batch = upload(office, csv_of(line(index) for index in range(3)))
    issue_all(office, batch, until=BatchStep.APPROVE)
    sound = office.service

    class Silent:
        def issue(self, reference: str, *, officer_no: str, device: str) -> str:
            raise NotSigned(Trouble.NO_ANSWER)

    office.service = replace(office.service, signing=Silent())  # type: ignore[arg-type]
    order(office, batch, BatchStep.ISSUE, ISSUER)
    work_off(office.service)
    [run, *_] = batches_runs.batch_view(office.service, batch.number, officer=CLERK).runs
    assert run.waits_for == (RowNote(trouble=RowTrouble.NOT_MADE, details={"trouble": "no_answer"}),)
    assert run.tally.left == 3
    office.service = sound
    office.clock.advance(seconds=60)
    work_off(office.service)
    assert batches_runs.batch_view(office.service, batch.number, officer=CLERK).states == {ApplicationState.ISSUED: 3}


def test_a_card_that_cannot_be_read_back_keeps_no_other(office: OfficeAtWork) -> None:
    batch = upload(office, csv_of([line(1), line(2)]))
    issue_all(office, batch, until=BatchStep.APPROVE)
    signing = office.service.signing
    spoilt = row(office, batch, 2).reference

    class OneSpoilt:
        def issue(self, reference: str, *, officer_no: str, device: str) -> object:
            if reference == spoilt:
                raise NotSigned(Trouble.UNREADABLE, about="page 1")
            return signing.issue(reference, officer_no=officer_no, device=device)

    office.service = replace(office.service, signing=OneSpoilt())  # type: ignore[arg-type]
    order(office, batch, BatchStep.ISSUE, ISSUER)
    work_off(office.service)
    [run, *_] = batches_runs.batch_view(office.service, batch.number, officer=CLERK).runs
    assert (run.tally.done, [result.row for result in run.refused]) == (1, [2])


def test_rows_under_way_are_not_ordered_twice(office: OfficeAtWork) -> None:
    batch = upload(office, csv_of([line(1), line(2)]))
    order(office, batch, BatchStep.SUBMIT, CLERK)
    again = batches_runs.order(office.service, batch.number, BatchStep.SUBMIT, officer=CLERK, device=DEVICE, rows=None)
    assert again is None
