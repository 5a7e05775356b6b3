"""A peak day: 100 requests a second at the real stack over a million clearances, and what happens beyond its capacity.

Printed are milliseconds as a visitor sees them, from the moment a request was due. The crowd and the database share the
processors with the web processes. PEAK_CLEARANCES, PEAK_SECONDS and PEAK_A_SECOND change the size.
"""

import os

import pytest

from tests.bench.nation import Load, Stack, crowd, served

CLEARANCES = int(os.environ.get("PEAK_CLEARANCES", "1000000"))
SECONDS = float(os.environ.get("PEAK_SECONDS", "60"))
A_SECOND = float(os.environ.get("PEAK_A_SECOND", "100"))
PROCESSES = 2
OVERLOAD = 4
"""Times the capacity; how long the crowd then comes, and how soon everything is as before."""
OVERLOAD_S, AGAIN_S = 15.0, 10.0


def test_a_hundred_requests_a_second_are_answered_within_a_quarter_of_a_second_and_a_crush_politely() -> None:
    with served(clearances=CLEARANCES, processes=PROCESSES) as stack:
        crowd(stack, a_second=A_SECOND / 2, seconds=10, clearances=CLEARANCES)  # connections, plans and caches
        load, each = measured(stack, a_second=A_SECOND, seconds=SECONDS)
        assert not load.failed
        assert set(load.codes) <= {"200", "303"}
        assert load.quantile(0.99) < 250

        capacity = PROCESSES / each
        print(
            f"\nat {each * 1000:.2f} ms a request {PROCESSES} processors bear {capacity:.0f} a second; a crush of "
            f"{OVERLOAD * capacity:.0f} a second:"
        )
        crush, _ = measured(stack, a_second=OVERLOAD * capacity, seconds=OVERLOAD_S)
        assert not crush.failed, "everybody got an answer"
        assert set(crush.codes) <= {"200", "303", "503"}
        assert crush.unexplained == 0, "and whoever was asked to come again was told when"

        again, _ = measured(stack, a_second=A_SECOND, seconds=AGAIN_S)
        assert not again.failed
        assert set(again.codes) <= {"200", "303"}, "right after it everything is as before"


def measured(stack: Stack, *, a_second: float, seconds: float) -> tuple[Load, float]:
    """The load, and the seconds of a processor that a request took of everything but the crowd itself."""
    before = stack.seconds_used()
    load = crowd(stack, a_second=a_second, seconds=seconds, clearances=CLEARANCES)
    used = {name: after - before[name] for name, after in stack.seconds_used().items()}
    total = sum(used.values()) / max(1, load.answers)
    print(f"\n{a_second:.0f} requests a second for {seconds:.0f} s")
    load.say()
    parts = ", ".join(f"{name} {1000 * spent / max(1, load.answers):.2f}" for name, spent in used.items())
    print(
        f"  processor ms for a request: {parts}, together {1000 * total:.2f}; the crowd itself "
        f"{1000 * load.processor_s / max(1, load.answers):.2f}"
    )
    return load, total


pytestmark = [pytest.mark.bench, pytest.mark.timeout(1_800)]
