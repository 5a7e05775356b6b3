"""How many times one thing costs another, measured so that a busy machine does not decide the answer.

CPU time, not wall time; the candidates take short turns, one after the other, many times in a round; the cheapest turn
of a round counts, since neighbours can only make a turn dearer; the ratio is taken round by round and its median given,
so that a slow minute slows both sides of it.
"""

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

TURN_NS = 700_000
"""About how long a turn lasts: far above the clock's resolution, and below the time a busy scheduler leaves us."""
TURNS_A_ROUND = 9


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
    costs: dict[str, list[float]] = {name: [] for name in candidates}
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            turns = [
                {name: _turn(call, repeats[name]) / repeats[name] for name, call in candidates.items()}
                for _ in range(TURNS_A_ROUND)
            ]
            for name in candidates:
                costs[name].append(min(turn[name] for turn in turns))
    finally:
        gc.enable()
    measured = Measured(rounds=costs)
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
    while (spent := _turn(call, repeat)) < TURN_NS // 10:
        repeat *= 4
    return max(1, round(repeat * TURN_NS / spent))


def _print_table(measured: Measured) -> None:
    floor = list(measured.rounds)[-1]
    width = max(map(len, measured.rounds))
    print(f"\n{'':{width}}  {'CPU us':>10}  x {floor}")
    for name in measured.rounds:
        print(f"{name:{width}}  {measured.median_us(name):10.1f}  {measured.ratio(name, floor):.2f}")
