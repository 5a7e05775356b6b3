"""What happens at the airports, as head office has heard it: desks, refusals, departures, contradictions, forgeries."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from clearance.domain.desk import Airport, Desk
from clearance.domain.desk_journal import Departure, JournalPlace, KeptRow
from clearance.issuing.keys_and_desks import SILENT_AFTER
from clearance.issuing.ports import DeskDay, UnitOfWork
from clearance.issuing.service import DHAKA, Service

TWICE_SHOWN = 50
EVIDENCE_SHOWN = 50

NOTHING = DeskDay(scans={}, referrals={}, departures=0)


@dataclass(frozen=True, kw_only=True)
class DeskNow:
    """One desk. Ages in seconds, None for what was never heard; `unsent` rows of its journal have not arrived.

    `broken_at` is the first row of its journal that did not follow, `day` what it did today.
    """

    desk: Desk
    silent_s: int | None
    silent: bool
    list_age_s: int | None
    unsent: int
    broken_at: int | None
    day: DeskDay


@dataclass(frozen=True, kw_only=True)
class UsedTwice:
    """One clearance on which people were let pass more than once, by the desks' clocks."""

    clearance_no: str
    departures: Sequence[Departure]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A scan that no key of ours proved, with its text."""

    desk: Desk | None
    kept: KeptRow


@dataclass(frozen=True, kw_only=True)
class AirportsNow:
    """Everything at once. Counts are of today in Dhaka, by the desks' clocks."""

    at: datetime
    desks: Sequence[DeskNow]
    used_twice: Sequence[UsedTwice]
    evidence: Sequence[Evidence]

    @property
    def departures(self) -> Mapping[Airport, int]:
        """How many left from each airport."""
        left = Counter[Airport]()
        for each in self.desks:
            left[each.desk.airport] += each.day.departures
        return {airport: left[airport] for airport in Airport}

    @property
    def scans(self) -> Counter[str]:
        """How many scans had each reason."""
        return sum((Counter(each.day.scans) for each in self.desks), Counter[str]())

    @property
    def referrals(self) -> Counter[str]:
        """How many people were referred for each ground."""
        return sum((Counter(each.day.referrals) for each in self.desks), Counter[str]())


def airports_now(service: Service) -> AirportsNow:
    """What is known now; one consistent read."""
    now = service.now()
    midnight = datetime.combine(service.today(), time(), DHAKA)
    with service.database.read() as work:
        known = work.desks.open()
        days, places = work.desk_journals.days(since=midnight), work.desk_journals.places()
        return AirportsNow(
            at=now,
            desks=tuple(_desk_now(desk, days.get(desk.id, NOTHING), _of(desk, places), now) for desk in known),
            used_twice=_used_twice(work),
            evidence=_evidence(work),
        )


def _of(desk: Desk, places: Sequence[JournalPlace]) -> Sequence[JournalPlace]:
    return [place for place in places if place.desk_id == desk.id]


def _desk_now(desk: Desk, day: DeskDay, places: Sequence[JournalPlace], now: datetime) -> DeskNow:
    silence = None if desk.last_seen is None else now - desk.last_seen
    newest = max(desk.holding.lists.values(), default=None) if desk.holding else None
    written, taken = desk.holding.rows if desk.holding else 0, places[-1].taken if places else 0
    return DeskNow(
        desk=desk,
        silent_s=None if silence is None else max(0, int(silence.total_seconds())),
        silent=silence is None or silence > SILENT_AFTER,
        list_age_s=None if newest is None else max(0, int(now.timestamp()) - newest),
        unsent=max(0, written - taken),
        broken_at=next((place.broken_at for place in places if place.broken_at is not None), None),
        day=day,
    )


def _used_twice(work: UnitOfWork) -> Sequence[UsedTwice]:
    return [
        UsedTwice(clearance_no=number, departures=work.desk_journals.departures_of(number))
        for number in work.desk_journals.used_twice(limit=TWICE_SHOWN)
    ]


def _evidence(work: UnitOfWork) -> Sequence[Evidence]:
    rows = work.desk_journals.evidence(limit=EVIDENCE_SHOWN)
    return [Evidence(desk=work.desks.get(kept.desk_id), kept=kept) for kept in rows]
