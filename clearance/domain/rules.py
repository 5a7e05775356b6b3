"""The office's rules as dated data: which one a case falls under on a day, and what that rule asks for.

A rule names whom it is for (destination, sex, channel, kind of visa; unnamed means any) and from which day until which.
A version is never edited: a change is a new version that takes over from the one it replaces. This module decides which
version governs; what stands against a case under it is `eligibility`, who may change it is `rule_changes`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property

from clearance.credential.claims import VisaType
from clearance.domain.application import ApplicationDraft
from clearance.domain.person import Sex
from clearance.domain.proposal import ProposalState, Signature
from clearance.domain.staff import Office

ANY = "*"
"""How an unnamed part of a key is written."""
GROUP_THRESHOLD = 25
"""More clearances than this on one visa advice make it a group visa, where a rule says nothing else."""
MISSION_PREFIX = "MSN-"
"""How the code of an office abroad begins."""
SINGLE_VISAS = frozenset({VisaType.SINGLE, VisaType.ATTESTED_SINGLE})
ATTESTED_VISAS = frozenset({VisaType.ATTESTED_SINGLE, VisaType.ATTESTED_GROUP})


class Channel(StrEnum):
    """By which way a case came to the office (data dictionary: `channel`)."""

    HEADQUARTERS = "hq"
    DEMO = "demo"
    AGENCY = "agency"
    MISSION = "mission"


class VisaKind(StrEnum):
    """One worker's own visa, or one of a group's. Attestation is not a kind but something a rule may ask for."""

    SINGLE = "single"
    GROUP = "group"


class Decider(StrEnum):
    """Which office may decide a case."""

    DEMO = "demo"
    """A district office may; so may headquarters."""
    HEADQUARTERS = "hq"
    NOBODY = "nobody"
    """Closed: an order that stops clearances is a rule as well."""


class Need(StrEnum):
    """What a rule may ask for beyond what every case needs."""

    VISA_CHECK = "visa_check"
    """An officer checked the visa with the issuing country."""
    ATTESTATION = "attestation"
    """The visa is attested by the mission."""
    TRAINING = "training"
    """A training certificate."""


@dataclass(frozen=True, kw_only=True)
class RuleKey:
    """For whom a rule is; None means any. With every part named it is the situation of one case."""

    destination: str | None = None
    sex: Sex | None = None
    channel: Channel | None = None
    visa: VisaKind | None = None

    @property
    def named(self) -> tuple[bool, bool, bool, bool]:
        """Which parts are named, the weightiest first: tuples of this kind are the order of precedence."""
        return tuple(part is not None for part in self._parts)  # type: ignore[return-value]

    def fits(self, situation: "RuleKey") -> bool:
        """Whether a case in this situation falls under the key."""
        return all(mine is None or mine == its for mine, its in zip(self._parts, situation._parts, strict=True))

    def __str__(self) -> str:
        return " ".join(ANY if part is None else str(part) for part in self._parts)

    @property
    def _parts(self) -> tuple[str | None, ...]:
        return (self.destination, self.sex, self.channel, self.visa)


@dataclass(frozen=True, kw_only=True)
class SalaryFloor:
    """The least that a contract must pay each month, in an ISO 4217 currency."""

    amount: int
    currency: str

    def __str__(self) -> str:
        return f"{self.currency} {self.amount:,}"


@dataclass(frozen=True, kw_only=True)
class RuleTerms:
    """What a rule says.

    `orientation_days` is 0 where the worker is exempt, `validity_days` caps how long a clearance lasts, `fees_taka` is
    the least to be paid by the fee table `fees_version`. `group_threshold` is how many clearances one visa advice may
    have and still be no group. `reference` names the law or order, `circular_no` the circular that brought it.
    """

    decided_by: Decider
    minimum_age: int
    orientation_days: int = 3
    needs: frozenset[Need] = frozenset()
    validity_days: int = 90
    fees_taka: int
    fees_version: str
    salary_floor: SalaryFloor | None = None
    group_threshold: int = GROUP_THRESHOLD
    reference: str
    circular_no: str | None = None

    @property
    def source(self) -> str:
        """What a refusal names: the circular where there is one, else the law or order."""
        return self.circular_no or self.reference


@dataclass(frozen=True, kw_only=True)
class RuleVersion:
    """One version of a rule. `ends_on` is its last day, None for no end; `replaces` names the version that it takes
    over from. `settled` says who consented, rejected or withdrew."""

    number: int
    key: RuleKey
    terms: RuleTerms
    starts_on: date
    ends_on: date | None
    replaces: int | None
    state: ProposalState
    proposed: Signature
    settled: Signature | None = None


@dataclass(frozen=True, kw_only=True)
class Period:
    """The days `first` to `last`, both included; no end where `last` is None; no day at all where it is before `first`.

    A version has no day where its successor started sooner than itself.
    """

    first: date
    last: date | None

    def holds_on(self, day: date) -> bool:
        """Whether the day is one of them."""
        return self.first <= day and (self.last is None or day <= self.last)

    @property
    def empty(self) -> bool:
        """Whether there is no day in it."""
        return self.last is not None and self.last < self.first

    def meets(self, other: "Period") -> bool:
        """Whether the two share a day."""
        if self.empty or other.empty:
            return False
        return (other.last is None or self.first <= other.last) and (self.last is None or other.first <= self.last)


@dataclass(frozen=True, kw_only=True)
class RuleBook:
    """The versions that a second officer consented to, and which of them governs what on which day."""

    versions: tuple[RuleVersion, ...]

    def governing(self, situation: RuleKey, *, on: date) -> RuleVersion | None:
        """The version a case falls under on a day; None where no rule is for it, so that nobody may be cleared.

        Of several that fit, the one that names the destination goes before one that does not; then the one that names
        the sex; then the channel; then the kind of visa. Two that name the same parts have the same key, and versions
        of one key never share a day: there is always one answer.
        """
        fitting = [v for v in self._by_destination(situation.destination) if v.key.fits(situation)]
        holding = (v for v in fitting if self.period(v).holds_on(on))
        return max(holding, key=lambda version: version.key.named, default=None)

    def period(self, version: RuleVersion) -> Period:
        """The days on which a version of the book governs: until its end, or until a successor takes over."""
        takeovers = [successor.starts_on - timedelta(days=1) for successor in self._successors(version)]
        ends = [day for day in (version.ends_on, *takeovers) if day is not None]
        return Period(first=version.starts_on, last=min(ends, default=None))

    def holding(self, day: date) -> tuple[RuleVersion, ...]:
        """The versions that govern something on a day or will later, in the order of the book."""
        return tuple(version for version in self.versions if self._not_over(version, day))

    def with_version(self, version: RuleVersion) -> "RuleBook":
        """The book as it would be with one more version."""
        return RuleBook(versions=(*self.versions, version))

    def clashing(self, version: RuleVersion) -> RuleVersion | None:
        """A version of the same key that would share a day with this one, were it in the book."""
        book = self.with_version(version)
        period = book.period(version)
        same_key = (other for other in self.versions if other.key == version.key)
        return next((other for other in same_key if book.period(other).meets(period)), None)

    def get(self, number: int) -> RuleVersion | None:
        """The version of a number."""
        return next((version for version in self.versions if version.number == number), None)

    def successor(self, number: int) -> RuleVersion | None:
        """The version that replaced another."""
        return self._replaced_by.get(number)

    def _successors(self, version: RuleVersion) -> Iterator[RuleVersion]:
        """Those that took over from it, directly or through others: one brought forward ends all before it."""
        successor = self._replaced_by.get(version.number)
        while successor is not None:
            yield successor
            successor = self._replaced_by.get(successor.number)

    def _not_over(self, version: RuleVersion, day: date) -> bool:
        period = self.period(version)
        return not period.empty and (period.last is None or day <= period.last)

    def _by_destination(self, destination: str | None) -> Iterator[RuleVersion]:
        return (version for version in self.versions if version.key.destination in (None, destination))

    @cached_property
    def _replaced_by(self) -> dict[int, RuleVersion]:
        return {version.replaces: version for version in self.versions if version.replaces is not None}


def situation_of(draft: ApplicationDraft, office: Office) -> RuleKey:
    """What the rules ask about a case."""
    return RuleKey(
        destination=draft.destination,
        sex=draft.worker.sex,
        channel=_channel(draft, office),
        visa=VisaKind.SINGLE if draft.visa.type in SINGLE_VISAS else VisaKind.GROUP,
    )


def _channel(draft: ApplicationDraft, office: Office) -> Channel:
    if draft.licence_no is not None:
        return Channel.AGENCY
    if office.headquarters:
        return Channel.HEADQUARTERS
    return Channel.MISSION if office.code.startswith(MISSION_PREFIX) else Channel.DEMO
