"""What those who watch read and write: look-ups, witnesses, findings, absences, the books, orders to void."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from clearance.domain.day_patterns import ActSeen, Rejected
from clearance.domain.findings import Acknowledgement, Finding, KeptFinding, Severity
from clearance.domain.oversight import Absence, LookedUp, Lookup
from clearance.domain.record_checks import CardSeen, PermitSeen, Reused
from clearance.domain.statistics import Counts, Dimension
from clearance.domain.void_order import VoidItem, VoidOrder


class Lookups(Protocol):
    """Officers' looks at persons: added, never changed."""

    def add(self, lookup: Lookup) -> None: ...

    def lately(self, officer_no: str, *, now: datetime) -> LookedUp:
        """How many different subjects in the hour and the 24 hours before now."""
        ...

    def seen_lately(self, officer_no: str, subject: str, *, now: datetime) -> bool:
        """Whether the officer looked at it in the hour before now."""
        ...

    def find(self, *, officer_no: str, subject: str, limit: int, offset: int) -> Sequence[Lookup]:
        """Newest first; an empty text stands for all."""
        ...

    def count(self, *, officer_no: str, subject: str) -> int: ...


@dataclass(frozen=True, kw_only=True)
class WitnessedCheckpoint:
    """A checkpoint of the record as a desk holds it. `issued_at` in epoch seconds, `digest` in hexadecimal digits."""

    desk_id: str
    number: int
    digest: str
    issued_at: int
    reported_at: datetime
    token: bytes


class Witnesses(Protocol):
    """Checkpoints that desks reported."""

    def add(self, witnessed: WitnessedCheckpoint) -> None:
        """Keep it; one that is kept already stays as it is."""
        ...

    def newest(self) -> Sequence[WitnessedCheckpoint]:
        """The one issued last of each desk."""
        ...

    def heads(self, *, limit: int) -> Sequence[tuple[int, str]]:
        """Number and digest of the newest ones of all desks, each pair once."""
        ...


class Findings(Protocol):
    """What the nightly report found."""

    def add(self, finding: Finding, *, at: datetime) -> bool:
        """Keep it unless it is kept already; whether it was new."""
        ...

    def get(self, number: int) -> KeptFinding | None: ...

    def find(self, *, open_only: bool, least: Severity, limit: int, offset: int) -> Sequence[KeptFinding]:
        """The weightiest first, then the newest."""
        ...

    def count(self, *, open_only: bool, least: Severity) -> int: ...

    def acknowledge(self, number: int, acknowledgement: Acknowledgement) -> None:
        """Raises Conflict where somebody did, NotOnRecord where there is none."""
        ...


class Absences(Protocol):
    """Days on which officers are away."""

    def put(self, absence: Absence) -> None:
        """Write it, in place of one that began on the same day."""
        ...

    def on(self, day: date) -> Sequence[Absence]: ...


class Books(Protocol):
    """The whole of cards, acts, permits and signatures, read side by side for the nightly report."""

    def acts(self, *, since: datetime, until: datetime) -> Sequence[ActSeen]:
        """Acts in a span, in order of time; an act of a batch has the moment at which it was ordered."""
        ...

    def moments_of_decisions(self, *, since: datetime, until: datetime) -> Iterator[tuple[str, datetime]]:
        """Officer and moment of each decision in a span."""
        ...

    def moments_of_cards(self, *, since: datetime, until: datetime) -> Iterator[tuple[str, datetime]]:
        """Agency and moment of each card issued in a span."""
        ...

    def rejected_then_approved(self, *, since: datetime, until: datetime) -> Sequence[Rejected]:
        """Persons approved in a span whose earlier or same case was rejected."""
        ...

    def cards(self) -> Iterator[CardSeen]:
        """Every card with its case."""
        ...

    def permits(self) -> Sequence[PermitSeen]: ...

    def signatures_without_card(self, *, before: datetime) -> Sequence[str]:
        """Clearance numbers that were signed for and neither recorded nor given up."""
        ...

    def scanned_unknown(self) -> Sequence[tuple[str, int]]:
        """Clearance numbers of cards that desks proved and that are not among the clearances; how often each was
        scanned."""
        ...

    def acts_not_on_record(self) -> Sequence[tuple[str, str]]:
        """Case and officer of acts of which the record knows nothing; and cases that stand where no act led."""
        ...

    def one_officer_twice(self) -> Sequence[tuple[str, str]]:
        """Case and officer where one person made two of its signatures."""
        ...

    def receipts_reused(self) -> Sequence[Reused]: ...

    def visas_reused(self) -> Sequence[Reused]:
        """Visas for one person on cards of several that were not taken back."""
        ...


class VoidOrders(Protocol):
    """Orders to void what an account did."""

    def add(self, order: VoidOrder) -> None:
        """Raises Conflict where an open order about the same account exists."""
        ...

    def get(self, number: str) -> VoidOrder | None: ...

    def all(self) -> Sequence[VoidOrder]:
        """Newest first."""
        ...

    def save(self, order: VoidOrder) -> None:
        """Raises NotOnRecord."""
        ...

    def reached(self, officer_no: str, *, since: datetime) -> Sequence[str]:
        """References of the cases in which an officer made a signature since a moment, in order."""
        ...

    def put_items(self, order_no: str, references: Iterable[str]) -> None: ...

    def waiting(self, order_no: str, *, limit: int) -> Sequence[str]:
        """References that are still to be done, in order."""
        ...

    def settle(self, item: VoidItem) -> None: ...

    def outcomes(self, order_no: str) -> Mapping[str, int]:
        """How many items ended in which way; "" for those that wait."""
        ...


class Oversight(Protocol):
    """All that those who watch read and write."""

    lookups: Lookups
    witnesses: Witnesses
    findings: Findings
    absences: Absences
    books: Books
    void_orders: VoidOrders
    statistics: "Statistics"


class Statistics(Protocol):
    """Counts of cards."""

    def counts(self, dimension: Dimension, *, first: date, last: date) -> Mapping[str, Counts]:
        """Cards issued from the first to the last day (Dhaka) and what became of them, by one dimension."""
        ...
