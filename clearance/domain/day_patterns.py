"""What is out of the ordinary about the decisions of one day: hours, devices, speed, numbers, persons.

Each function takes what was done and yields findings; none of them proves anything. What contradicts the record itself
is looked for in `record_checks`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from statistics import mean, median

from clearance.domain.findings import Finding, FindingKind, Severity, finding
from clearance.domain.lifecycle import Move
from clearance.domain.oversight import DHAKA, Absence, OfficeHours, Unusual

DECIDING = frozenset({Move.CHECK, Move.APPROVE, Move.ISSUE, Move.REJECT, Move.TAKE_UP_AGAIN})
"""The moves by which an officer answers for a case."""


@dataclass(frozen=True, kw_only=True)
class ActSeen:
    """One act of a day, with what is asked about its case. `ordered_at`: when the officer ordered it together with
    many others, as a batch; a program then made it."""

    reference: str
    move: Move
    officer_no: str
    at: datetime
    device: str
    licence_no: str | None = None
    ordered_at: datetime | None = None

    @property
    def decided_at(self) -> datetime:
        """When the officer gave the word."""
        return self.ordered_at or self.at


@dataclass(frozen=True, kw_only=True)
class Rejected:
    """A case that was rejected and, after that, a case of the same person that was approved; one and the same where it
    was taken up again. `shared` names an officer who acted in both, if any."""

    rejected: str
    approved: str
    approved_by: str
    shared: str | None


def out_of_hours(acts: Iterable[ActSeen], hours: OfficeHours, *, day: date) -> Iterator[Finding]:
    """Officers who decided at night, on a weekend or on a holiday: one finding for an officer and day."""
    times: dict[str, list[ActSeen]] = defaultdict(list)
    for act in _decisions(acts):
        if not hours.are_now(act.decided_at):
            times[act.officer_no].append(act)
    for officer_no, found in times.items():
        first, last = (f"{moment.astimezone(DHAKA):%H:%M}" for moment in _ends(found))
        subject = f"{officer_no}@{day}"
        yield finding(
            FindingKind.OUT_OF_HOURS, subject, day, officer=officer_no, count=len(found), first=first, last=last
        )


def shared_devices(acts: Iterable[ActSeen], *, day: date) -> Iterator[Finding]:
    """Devices from which two or more officers decided on one day."""
    users: dict[str, set[str]] = defaultdict(set)
    for act in _decisions(acts):
        users[act.device].add(act.officer_no)
    for device, officers in users.items():
        if len(officers) > 1:
            yield finding(
                FindingKind.SHARED_DEVICE, f"{device}@{day}", day, device=device, officers=", ".join(sorted(officers))
            )


def too_fast(acts: Iterable[ActSeen], unusual: Unusual, *, day: date) -> Iterator[Finding]:
    """Officers who decided several cases in a row, each faster than anybody reads."""
    by_hand = [act for act in acts if act.ordered_at is None]
    for officer_no, moments in _moments(by_hand).items():
        row = longest = 1
        for earlier, later in pairwise(sorted(moments)):
            row = row + 1 if (later - earlier).total_seconds() < unusual.hasty_s else 1
            longest = max(longest, row)
        if longest >= unusual.hasty_in_a_row:
            yield finding(FindingKind.TOO_FAST, f"{officer_no}@{day}", day, officer=officer_no, count=longest)


def many_decisions(
    acts: Iterable[ActSeen], before: Mapping[str, Sequence[int]], unusual: Unusual, *, day: date
) -> Iterator[Finding]:
    """Officers who decided far more than on their ordinary days; `before` has their counts of earlier days at work."""
    for officer_no, moments in _moments(acts).items():
        ordinary = median(before.get(officer_no) or [0])
        if len(moments) > unusual.decisions and len(moments) > unusual.decisions_times * ordinary:
            yield finding(
                FindingKind.MANY_DECISIONS,
                f"{officer_no}@{day}",
                day,
                officer=officer_no,
                count=len(moments),
                ordinary=round(ordinary),
            )


def agency_spikes(
    acts: Iterable[ActSeen], before: Mapping[str, Sequence[int]], unusual: Unusual, *, day: date
) -> Iterator[Finding]:
    """Agencies with far more cards than on their ordinary days."""
    cards = Counter(act.licence_no for act in acts if act.move is Move.ISSUE and act.licence_no)
    for licence_no, count in cards.items():
        ordinary = mean(before.get(str(licence_no)) or [0])
        if count > unusual.cards and count > unusual.cards_times * ordinary:
            subject = f"{licence_no}@{day}"
            yield finding(
                FindingKind.AGENCY_SPIKE, subject, day, agency=licence_no, count=count, ordinary=round(ordinary)
            )


def absent_officers(acts: Iterable[ActSeen], absences: Iterable[Absence], *, day: date) -> Iterator[Finding]:
    """Officers who decided on a day on which they are on leave."""
    away = {each.officer_no for each in absences if each.first_day <= day <= each.last_day}
    for officer_no, moments in _moments(acts).items():
        if officer_no in away:
            yield finding(
                FindingKind.ABSENT_OFFICER, f"{officer_no}@{day}", day, officer=officer_no, count=len(moments)
            )


def blocked_officers(
    acts: Iterable[ActSeen], blocked: Mapping[str, Sequence[tuple[datetime, datetime | None]]], *, day: date
) -> Iterator[Finding]:
    """Officers in whose name was decided while their accounts were closed; `blocked` has the spans."""
    counts = Counter(
        act.officer_no
        for act in _decisions(acts)
        if any(since < act.at and (until is None or act.at < until) for since, until in blocked.get(act.officer_no, ()))
    )
    for officer_no, count in counts.items():
        yield finding(FindingKind.BLOCKED_OFFICER, f"{officer_no}@{day}", day, officer=officer_no, count=count)


def rejected_then_approved(pairs: Iterable[Rejected], *, day: date) -> Iterator[Finding]:
    """Persons who were rejected and then approved. That one officer had a hand in both is no coincidence any more."""
    for pair in pairs:
        severity = Severity.SEVERE if pair.shared else None
        yield finding(
            FindingKind.REJECTED_THEN_APPROVED,
            pair.approved,
            day,
            severity=severity,
            rejected=pair.rejected,
            officer=pair.approved_by,
            shared=pair.shared,
        )


def counts_by_day(moments: Iterable[tuple[str, datetime]]) -> Mapping[str, Sequence[int]]:
    """For each name, how often it occurs on each day (Dhaka) on which it does."""
    counted = Counter((name, at.astimezone(DHAKA).date()) for name, at in moments)
    by_name: dict[str, list[int]] = defaultdict(list)
    for (name, _), count in counted.items():
        by_name[name].append(count)
    return by_name


def _decisions(acts: Iterable[ActSeen]) -> Iterator[ActSeen]:
    return (act for act in acts if act.move in DECIDING)


def _moments(acts: Iterable[ActSeen]) -> Mapping[str, list[datetime]]:
    moments: dict[str, list[datetime]] = defaultdict(list)
    for act in _decisions(acts):
        moments[act.officer_no].append(act.at)
    return moments


def _ends(acts: Sequence[ActSeen]) -> tuple[datetime, datetime]:
    moments = [act.decided_at for act in acts]
    return min(moments), max(moments)
