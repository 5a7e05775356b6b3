"""Who tries the public look-up in a way that no worker does: patterns in wrong pairs, and how they are put on record.

An alarm names a pattern, how often it was seen, and a short keyed digest of the network, so that two alarms of one
source can be told from two sources: no number, no date, no address. The record of acts keeps it beside the log.
"""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Lock
from typing import Final

import structlog

from clearance.domain.audit import AuditAct, AuditEntry
from clearance.issuing.guard import HOUR
from clearance.issuing.ports import Conflict, Unavailable
from clearance.issuing.service import Service

PUBLIC: Final = "public"
"""Stands where an officer's number would: nobody who is signed in did it."""
SUBJECT: Final = "public look-up"

log = structlog.get_logger()


class Pattern(StrEnum):
    """What is out of the ordinary."""

    ASCENDING_NUMBERS = "ascending_numbers"
    """One network tries passport numbers one above the other."""
    NEIGHBOURING_NUMBERS = "neighbouring_numbers"
    """Many numbers of one hundred, from one network or from several."""
    ONE_DATE_MANY_NUMBERS = "one_date_many_numbers"
    ONE_NUMBER_MANY_DATES = "one_number_many_dates"
    NETWORK_CLOSED = "network_closed"
    MANY_FOUND = "many_found"
    """One network was shown more cards than thirty people have."""
    GUARD_RAISED = "guard_raised"
    """More wrong pairs in a day than an ordinary peak day has."""


LEAST_SEEN: Final = {
    Pattern.ASCENDING_NUMBERS: 8,
    Pattern.NEIGHBOURING_NUMBERS: 15,
    Pattern.ONE_DATE_MANY_NUMBERS: 12,
    Pattern.ONE_NUMBER_MANY_DATES: 4,
}
"""From how many within an hour (of one number: a day) on. Eight numbers ascend by chance once in 40,320 times."""
OF_EVERYBODY: Final = 10
"""How many times more of it, from all networks together, is out of the ordinary: many people were born on 1 January."""


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """`source` is a digest, empty where many networks took part."""

    pattern: Pattern
    seen: int
    within_s: int = HOUR
    source: str = ""


@dataclass(kw_only=True)
class Ascents:
    """How long each network's newest run of ever greater passport numbers is. Kept in memory, of few networks."""

    networks: int = 4_096
    _runs: "OrderedDict[str, tuple[str, int]]" = field(default_factory=OrderedDict, init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    def after(self, network: str, passport_no: str) -> int:
        """The length of the run that this number goes on, 1 where it begins one."""
        with self._lock:
            last, run = self._runs.pop(network, ("", 0))
            if passport_no != last:
                run = run + 1 if passport_no > last and run else 1
            self._runs[network] = passport_no, run
            while len(self._runs) > self.networks:
                self._runs.popitem(last=False)
            return run


@dataclass(frozen=True, kw_only=True)
class Tried:
    """How often within the hour (dates of one number: the day) the like of a wrong pair was seen, this one included."""

    ascending: int
    neighbours_of_network: int
    neighbours: int
    date_of_network: int
    date: int
    dates_of_number: int
    source: str


def alarms_of(tried: Tried) -> Iterator[Alarm]:
    """Each alarm at the very count that raises it, so that it sounds once in a window."""
    least = LEAST_SEEN
    for pattern, of_network, of_all in (
        (Pattern.ASCENDING_NUMBERS, tried.ascending, 0),
        (Pattern.NEIGHBOURING_NUMBERS, tried.neighbours_of_network, tried.neighbours),
        (Pattern.ONE_DATE_MANY_NUMBERS, tried.date_of_network, tried.date),
    ):
        if of_network == least[pattern]:
            yield Alarm(pattern=pattern, seen=of_network, source=tried.source)
        if of_all == least[pattern] * OF_EVERYBODY:
            yield Alarm(pattern=pattern, seen=of_all)
    if tried.dates_of_number == least[Pattern.ONE_NUMBER_MANY_DATES]:
        yield Alarm(pattern=Pattern.ONE_NUMBER_MANY_DATES, seen=tried.dates_of_number, within_s=24 * HOUR)


def raise_alarm(service: Service, alarm: Alarm) -> None:
    """Say it in the log and put it on record. A record out of reach keeps nobody from an answer."""
    facts = {
        "pattern": alarm.pattern.value,
        "seen": alarm.seen,
        "within_s": alarm.within_s,
        "source": alarm.source or None,
    }
    log.warning("look-up alarm", **facts)
    entry = AuditEntry(at=service.now(), officer_no=PUBLIC, act=AuditAct.LOOKUP_ALARM, subject=SUBJECT, facts=facts)
    try:
        with service.database.write() as work:
            work.audit.append(entry)
            work.commit()
    except (Conflict, Unavailable):
        log.error("look-up alarm is not on record", pattern=alarm.pattern.value)
