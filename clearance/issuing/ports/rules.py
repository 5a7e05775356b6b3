"""Dated rules and changes of permits as they are stored: proposals, and the versions that govern."""

from collections.abc import Sequence
from typing import Protocol

from clearance.domain.permit import PermitChange
from clearance.domain.rules import RuleBook, RuleVersion


class Rules(Protocol):
    """Versions of the office's rules. None is ever deleted, and none changes but to be settled once."""

    def book(self, *, destination: str | None = None) -> RuleBook:
        """The consented versions in order of their numbers; with a destination, those that may be for it."""
        ...

    def get(self, number: int) -> RuleVersion | None:
        """One version, whatever became of it."""
        ...

    def all(self) -> Sequence[RuleVersion]:
        """Every version in order of the numbers, proposed and rejected ones too."""
        ...

    def next_number(self) -> int: ...

    def propose(self, version: RuleVersion) -> None:
        """Add a proposed version. Raises Conflict where the number is taken."""
        ...

    def settle(self, version: RuleVersion) -> None:
        """Write what became of a proposed version. Raises Conflict where it is settled, or what it replaces already
        has a successor."""
        ...


class PermitChanges(Protocol):
    """What was asked for permits: more places, or fewer. None is ever deleted, and each is settled once."""

    def get(self, number: int) -> PermitChange | None: ...

    def of_permit(self, permit_no: str) -> Sequence[PermitChange]:
        """In order of their numbers."""
        ...

    def open(self) -> Sequence[PermitChange]:
        """Those that wait for a second officer."""
        ...

    def next_number(self) -> int: ...

    def propose(self, change: PermitChange) -> None:
        """Raises Conflict where the permit has an open proposal, or the letter changed it before."""
        ...

    def settle(self, change: PermitChange) -> None:
        """Write what became of a proposed change; with consent the permit has the new places. Raises Conflict where it
        is settled, or more places are used than there would be."""
        ...
