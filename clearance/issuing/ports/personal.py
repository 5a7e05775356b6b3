"""People's data as such: what is due to go, what is left of a case, what is held about a person."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol, TypeAlias

from clearance.domain.erasure import ErasureOrder, InvestigationHold
from clearance.domain.retention import Kept

RowsHeld: TypeAlias = Mapping[str, Sequence[Mapping[str, Any]]]
"""Rows by table, with the names of their columns; what is sealed is opened."""


class PersonalData(Protocol):
    """What is kept about people, whatever table it lies in."""

    def count(self, kept: Kept, *, before: datetime) -> int:
        """How many things of a class are due that were done with before a moment."""
        ...

    def forget(self, kept: Kept, *, before: datetime, at: datetime, limit: int) -> int:
        """Let at most so many of them go; how many went. Not for cases: see `overdue`."""
        ...

    def overdue(self, kept: Kept, *, before: datetime, limit: int) -> Sequence[str]:
        """The cases of such a class that are due and that no investigation holds."""
        ...

    def redact(self, reference: str, *, at: datetime, on: date) -> None:
        """Take the person out of a case and of everything around it; documents that only it named are released.

        Raises NotOnRecord.
        """
        ...

    def cases_of(self, reference: str) -> Sequence[str]:
        """Every case of the person of a case: by passports and registration number, the newest first."""
        ...

    def held_about(self, references: Collection[str]) -> RowsHeld:
        """Every row that these cases' person is in."""
        ...

    def released(self, *, before: datetime, limit: int) -> Sequence[str]:
        """Documents released before a moment."""
        ...

    def settle_released(self, names: Collection[str]) -> frozenset[str]:
        """Take documents off that list; those of them that no row names."""
        ...

    def hold(self, hold: InvestigationHold) -> None:
        """Raises Conflict where one stands."""
        ...

    def end_hold(self, reference: str, *, officer_no: str, at: datetime) -> None:
        """Raises NotOnRecord where none stands."""
        ...

    def holds(self, references: Collection[str]) -> Sequence[InvestigationHold]:
        """Those that stand."""
        ...

    def add_order(self, order: ErasureOrder) -> None:
        """Raises Conflict where one about the case is open."""
        ...

    def order(self, number: str) -> ErasureOrder | None: ...

    def save_order(self, order: ErasureOrder) -> None:
        """Raises Conflict where it was settled meanwhile."""
        ...

    def open_orders(self) -> Sequence[ErasureOrder]:
        """Oldest first."""
        ...
