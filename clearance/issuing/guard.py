"""What a try at the public look-up costs, so that a worker gets in and nobody harvests. Pure arithmetic over counts.

A try is a pair of passport number and birth date. Wrong pairs are what a harvest is made of, so these are counted: for
the passport, for the network it came from (an IPv4 address, an IPv6 /64), for the wider network around that (/24, /48)
and for all of them together. The first few are free; then each costs work, more with each step; at last the door is
closed until the window ends. Right pairs are counted too, far more generously: a list of stolen pairs must not be
turned into cards. What the numbers bear, and what they let through, is worked out and measured in docs/THREATS.md.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

MINUTE, HOUR, DAY = 60, 3_600, 86_400


class Bound(StrEnum):
    """What is counted, and what is used up when the door is closed."""

    PASSPORT_DAY = "passport_day"
    NETWORK_HOUR = "network_hour"
    NETWORK_DAY = "network_day"
    WIDE_DAY = "wide_day"
    EVERYWHERE_DAY = "everywhere_day"
    FOUND_HOUR = "found_hour"
    FOUND_DAY = "found_day"


WINDOW_S: Final = {
    Bound.PASSPORT_DAY: DAY,
    Bound.NETWORK_HOUR: HOUR,
    Bound.NETWORK_DAY: DAY,
    Bound.WIDE_DAY: DAY,
    Bound.EVERYWHERE_DAY: DAY,
    Bound.FOUND_HOUR: HOUR,
    Bound.FOUND_DAY: DAY,
}
"""How long each is counted for. Days begin at midnight in Dhaka."""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The numbers. Wrong pairs, except `found_*`, which are right ones of one network."""

    passport_day: int = 5
    network_hour: int = 120
    """Thirty people in one cafe, three tries each within twenty minutes, all of them wrong: 90."""
    network_day: int = 200
    wide_day: int = 1_000
    everywhere_day: int = 50_000
    """Beyond this the guard is raised: nobody is locked out who has tried little, and nobody tries much."""
    raised_network_day: int = 20
    found_hour: int = 150
    found_day: int = 600
    free_of_passport: int = 2
    free_of_network: int = 10
    steps: tuple[int, ...] = (10, 30, 60)
    """From how many wrong pairs of a network within an hour on each level of work is asked for."""


ORDINARY: Final = Policy()
STRICT: Final = Policy(
    passport_day=2,
    network_hour=5,
    network_day=20,
    wide_day=40,
    everywhere_day=500,
    raised_network_day=3,
    found_hour=30,
    found_day=100,
    free_of_passport=0,
    free_of_network=0,
    steps=(0, 2, 4),
)
"""While the shared counts are out of reach and each process counts for itself."""


@dataclass(frozen=True, kw_only=True)
class Counted:
    """The counts at the moment of a try. The first three hold this try already, so that no two can slip through."""

    passport_day: int
    network_hour: int
    network_day: int
    wide_day: int
    everywhere_day: int
    found_hour: int
    found_day: int


@dataclass(frozen=True, kw_only=True)
class Free:
    """Look up."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """Work first: 1 is a second of a phone's time, each level about three times the one before."""

    level: int


@dataclass(frozen=True, kw_only=True)
class Closed:
    """No look-up until the window of `bound` ends."""

    bound: Bound


Toll: TypeAlias = Free | Work | Closed


def toll(counted: Counted, policy: Policy) -> Toll:
    """What this try costs. It depends on tries alone, never on what is on record: the toll is no oracle."""
    raised = counted.everywhere_day >= policy.everywhere_day
    closed = _closed(counted, policy, raised=raised)
    if closed is not None:
        return Closed(bound=closed)
    before = counted.network_hour - 1
    level = sum(before >= step for step in policy.steps) if before >= policy.free_of_network else 0
    if raised or counted.passport_day > policy.free_of_passport:
        level = max(level, 1)
    return Work(level=level) if level else Free()


def _closed(counted: Counted, policy: Policy, *, raised: bool) -> Bound | None:
    of_network = policy.raised_network_day if raised else policy.network_day
    bounds = (
        (Bound.PASSPORT_DAY, counted.passport_day > policy.passport_day),
        (Bound.NETWORK_DAY, counted.network_day > of_network),
        (Bound.WIDE_DAY, counted.wide_day >= policy.wide_day),
        (Bound.NETWORK_HOUR, counted.network_hour > policy.network_hour),
        (Bound.FOUND_DAY, counted.found_day >= policy.found_day),
        (Bound.FOUND_HOUR, counted.found_hour >= policy.found_hour),
    )
    return next((bound for bound, used_up in bounds if used_up), None)
