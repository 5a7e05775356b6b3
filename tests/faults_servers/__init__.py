"""Faults of servers, disks, clocks and networks, each really made to happen under traffic. See docs/TESTING.md.

| what | where |
|---|---|
| an office at work on PostgreSQL and Redis, and the traffic that it bears | `premises`, `traffic` |
| slow lines, huge bodies, thousands of requests | `lines` |
| machines with a network of their own, cut at will | `networks` |

`CLEARANCE_LONG_FAULTS=1` makes each of these runs as long as a release needs; without it they take seconds.
"""

import os

LONG = os.environ.get("CLEARANCE_LONG_FAULTS") == "1"


def short_or_long(short: int, long: int) -> int:
    """How often or how many, in the run of every day and in the run of a release."""
    return long if LONG else short
