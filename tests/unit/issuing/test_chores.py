"""Chores: due or not, one worker at a time, tried again after a failure."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from clearance.issuing.chores import FIRST_RETRY, LAST_RETRY, Chore, due, retry_after, run_chore
from clearance.issuing.service import Service
from tests.fakes.office import OfficeAtWork

HOURLY = timedelta(hours=1)


def chore(run: Callable[[Service, datetime], object]) -> Chore:
    return Chore(name="count", every=HOURLY, run=run, within=timedelta(minutes=10))


def test_a_chore_is_due_at_once_and_then_every_so_often(office: OfficeAtWork) -> None:
    runs: list[datetime] = []
    count = chore(lambda _service, at: runs.append(at))
    assert due(office.service, [count]) == [count]
    assert run_chore(office.service, count, worker="one")
    assert due(office.service, [count]) == []
    assert not run_chore(office.service, count, worker="one")
    office.clock.advance(hours=1)
    assert run_chore(office.service, count, worker="two")
    assert runs == [office.clock.at - HOURLY, office.clock.at]


def test_nobody_takes_up_a_chore_that_another_is_at(office: OfficeAtWork) -> None:
    inner: list[bool] = []

    def run(service: Service, _at: datetime) -> None:
        inner.append(run_chore(service, chore(run), worker="two"))

    assert run_chore(office.service, chore(run), worker="one")
    assert inner == [False]


def test_the_chore_of_a_worker_that_died_is_taken_up_when_its_time_ran_out(office: OfficeAtWork) -> None:
    def die(_service: Service, _at: datetime) -> None:
        raise SystemExit

    with pytest.raises(SystemExit):  # not an Exception: as after kill -9, nothing is noted
        run_chore(office.service, chore(die), worker="one")
    assert not run_chore(office.service, chore(lambda *_: None), worker="two")
    office.clock.advance(minutes=10)
    assert run_chore(office.service, chore(lambda *_: None), worker="two")


def test_whoever_was_too_slow_does_not_disturb_the_next(office: OfficeAtWork) -> None:
    def slow(service: Service, _at: datetime) -> None:
        office.clock.advance(minutes=11)
        with pytest.raises(ZeroDivisionError):
            run_chore(service, chore(lambda *_: 1 / 0), worker="two")

    assert run_chore(office.service, chore(slow), worker="one")
    with office.service.database.read() as work:
        record = work.chores.get("count")
    assert record
    assert record.failures == 1


def test_a_chore_does_not_wait_for_the_time_of_a_clock_that_was_set_back(office: OfficeAtWork) -> None:
    right = office.clock.at
    office.clock.advance(days=730)
    assert run_chore(office.service, chore(lambda *_: None), worker="one")
    with pytest.raises(SystemExit):
        run_chore(office.service, Chore(name="dies", every=HOURLY, run=_die), worker="one")
    office.clock.at = right
    for name in ("count", "dies"):
        again = Chore(name=name, every=HOURLY, run=lambda *_: None)
        assert due(office.service, [again]) == [again]
        assert run_chore(office.service, again, worker="two")
        assert due(office.service, [again]) == []


def _die(_service: Service, _at: datetime) -> None:
    raise SystemExit


def test_a_failed_chore_is_tried_again_sooner_and_then_ever_later(office: OfficeAtWork) -> None:
    failing = chore(lambda *_: 1 / 0)
    for failures in (1, 2, 3):
        with pytest.raises(ZeroDivisionError):
            run_chore(office.service, failing, worker="one")
        assert due(office.service, [failing]) == []
        office.clock.advance(seconds=FIRST_RETRY.total_seconds() * 2 ** (failures - 1))
        assert due(office.service, [failing]) == [failing]
    assert run_chore(office.service, chore(lambda *_: None), worker="one")
    with office.service.database.read() as work:
        record = work.chores.get("count")
    assert record
    assert (record.failures, record.holder) == (0, None)


def test_a_chore_that_always_fails_is_still_tried_now_and_then() -> None:
    assert retry_after(1) == FIRST_RETRY
    assert retry_after(10_000) == LAST_RETRY
