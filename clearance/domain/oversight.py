"""What an office watches for: its hours, how much one officer may look up, and when a day is out of the ordinary.

Plain numbers with their reasons, to be changed in the settings; what is done with them is decided in `findings`,
`day_patterns` and the look-ups.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

DHAKA = ZoneInfo("Asia/Dhaka")
FRIDAY, SATURDAY = 4, 5


@dataclass(frozen=True, kw_only=True)
class OfficeHours:
    """When decisions are expected, Dhaka time. `holidays` are the days of the government's list."""

    opens: time = time(8, 0)
    closes: time = time(20, 0)
    closed_weekdays: frozenset[int] = frozenset({FRIDAY, SATURDAY})
    holidays: frozenset[date] = frozenset()

    def are_now(self, at: datetime) -> bool:
        """Whether the office is open at an aware moment."""
        local = at.astimezone(DHAKA)
        day_off = local.weekday() in self.closed_weekdays or local.date() in self.holidays
        return not day_off and self.opens <= local.time() < self.closes


@dataclass(frozen=True, kw_only=True)
class Quota:
    """How many different persons and searches one officer may look up before somebody is told: one each fifteen seconds
    for an hour, and five such hours a day. Looking at the same case again does not count."""

    an_hour: int = 240
    a_day: int = 1_200


@dataclass(frozen=True, kw_only=True)
class Unusual:
    """When a day is worth a look. An ordinary day is the median (officers) or the mean (agencies) of `days` before."""

    days: int = 28
    decisions: int = 40
    """An officer's decisions in a day that are never too many."""
    decisions_times: float = 3.0
    """... and how often an ordinary day's they must be."""
    cards: int = 15
    """An agency's cards in a day that are never too many."""
    cards_times: float = 4.0
    hasty_s: float = 5.0
    """Nobody reads a case in less."""
    hasty_in_a_row: int = 5
    unfinished_s: int = 3_600
    """A signature without a card is explained by a crash for this long; then by nothing."""


@dataclass(frozen=True, kw_only=True)
class OversightPolicy:
    """All of it."""

    hours: OfficeHours = field(default_factory=OfficeHours)
    quota: Quota = field(default_factory=Quota)
    unusual: Unusual = field(default_factory=Unusual)


class LookupKind(StrEnum):
    """What an officer looked at."""

    CASE = "case"
    PHOTO = "photo"
    CARD = "card"
    CARD_FILE = "card_file"
    REQUEST = "request"
    CASE_SEARCH = "case_search"
    CARD_SEARCH = "card_search"
    PERSON = "person"
    """Everything that is held about somebody."""


@dataclass(frozen=True, kw_only=True)
class Lookup:
    """One look at a person or one search, by an officer. `subject` is a reference or clearance number, or a keyed
    digest of what was searched for: never the text itself."""

    at: datetime
    officer_no: str
    kind: LookupKind
    subject: str
    device: str


@dataclass(frozen=True, kw_only=True)
class LookedUp:
    """How many different subjects an officer looked up lately."""

    in_an_hour: int
    in_a_day: int

    def exhausts(self, quota: Quota) -> bool:
        """Whether one more would be one too many."""
        return self.in_an_hour >= quota.an_hour or self.in_a_day >= quota.a_day


@dataclass(frozen=True, kw_only=True)
class Absence:
    """Days on which an officer is not in the office: both ends are absent."""

    officer_no: str
    first_day: date
    last_day: date
