"""A few look-ups at once, a short queue, and for the others a place in the day that is kept for them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from clearance.web.public.admission import Admission, Overloaded
from tests.fakes.office import NOW
from tests.fakes.outside import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def admission(clock: FakeClock) -> Admission:
    return Admission(now=clock.now, at_once=2, queue=1, patience_s=0.02, patience_with_place_s=5, soonest_s=10)


@contextmanager
def everybody_inside(admission: Admission) -> Iterator[threading.Event]:
    """All turns taken until the event is set."""
    leave, inside = threading.Event(), threading.Barrier(admission.at_once + 1)

    def look_up() -> None:
        with admission.turn():
            inside.wait(10)
            leave.wait(10)

    threads = [threading.Thread(target=look_up) for _ in range(admission.at_once)]
    for thread in threads:
        thread.start()
    inside.wait(10)
    try:
        yield leave
    finally:
        leave.set()
        for thread in threads:
            thread.join(10)


def refused(admission: Admission) -> Overloaded:
    with pytest.raises(Overloaded) as caught, admission.turn():
        pass
    return caught.value


def test_who_comes_when_all_turns_are_taken_gets_a_place_and_each_a_later_one(admission: Admission) -> None:
    with everybody_inside(admission):
        places = [refused(admission).place for _ in range(30)]
    assert places[0] == NOW + timedelta(seconds=10)
    assert places == sorted(set(places))
    assert places[-1] - places[0] == timedelta(seconds=29 / admission.places_a_second)


def test_places_are_not_given_in_the_past(admission: Admission, clock: FakeClock) -> None:
    with everybody_inside(admission):
        refused(admission)
        clock.advance(hours=1)
        assert refused(admission).place == clock.at + timedelta(seconds=10)


def test_who_has_a_place_waits_longer_and_is_let_in_when_a_turn_comes_free(admission: Admission) -> None:
    with everybody_inside(admission) as leave:
        threading.Timer(0.2, leave.set).start()
        with admission.turn(has_place=True):
            pass
    with admission.turn():
        pass


def test_a_turn_is_given_back_when_a_look_up_fails(admission: Admission) -> None:
    for _ in range(10):
        with pytest.raises(ValueError, match="broken"), admission.turn():
            raise ValueError("broken")
