"""How many times one thing costs another, measured so that a busy machine does not decide the answer.

CPU time, not wall time; the candidates take turns within each round; the ratio is taken round by round and its median
given, so that a slow minute slows both sides of it.
"""

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

CALIBRATION_NS = 5_000_000
"""A turn lasts about this long, far above the clock's resolution."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """CPU nanoseconds for one call, per candidate, a value for each round."""

    rounds: Mapping[str, list[float]]

    def median_us(self, name: str) -> float:
        """The median cost of one call in microseconds."""
        return statistics.median(self.rounds[name]) / 1000

    def ratio(self, name: str, floor: str) -> float:
        """The median over the rounds of cost(name) / cost(floor)."""
        return statistics.median(
            ours / theirs for ours, theirs in zip(self.rounds[name], self.rounds[floor], strict=True)
        )


def measure(candidates: Mapping[str, Callable[[], object]], *, rounds: int = 31) -> Measured:
    """Time the candidates in turns and print a table of medians; the last candidate is the floor of the ratios."""
    repeats = {name: _calibrated(call) for name, call in candidates.items()}
    times: dict[str, list[float]] = {name: [] for name in candidates}
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            for name, call in candidates.items():
                times[name].append(_turn(call, repeats[name]) / repeats[name])
    finally:
        gc.enable()
    measured = Measured(rounds=times)
    _print_table(measured)
    return measured


def _turn(call: Callable[[], object], repeat: int) -> int:
    start = time.process_time_ns()
    for _ in range(repeat):
        call()
    return time.process_time_ns() - start


def _calibrated(call: Callable[[], object]) -> int:
    """How often to call in one turn. Also warms up caches."""
    repeat = 1
    while (spent := _turn(call, repeat)) < CALIBRATION_NS // 10:
        repeat *= 4
    return max(1, round(repeat * CALIBRATION_NS / spent))


def _print_table(measured: Measured) -> None:
    floor = list(measured.rounds)[-1]
    width = max(map(len, measured.rounds))
    print(f"\n{'':{width}}  {'CPU us':>10}  x {floor}")
    for name in measured.rounds:
        print(f"{name:{width}}  {measured.median_us(name):10.1f}  {measured.ratio(name, floor):.2f}")
