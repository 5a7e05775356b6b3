"""Permits, the agencies that hold them, and what the cards say about both."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from clearance.domain.permit import Agency, CardCount, Permit


class Permits(Protocol):
    """Recruitment permits and the agencies that hold them.

    A place is used by `Clearances.add` and by nothing else; the database counts.
    """

    def add(self, permit: Permit) -> None:
        """Raises Conflict where the number is taken."""
        ...

    def get(self, number: str) -> Permit | None: ...

    def all(self) -> Sequence[Permit]:
        """In order of their numbers."""
        ...

    def add_agency(self, agency: Agency) -> None: ...

    def agency(self, licence_no: str) -> Agency | None: ...

    def agencies(self) -> Sequence[Agency]:
        """In order of their licence numbers."""
        ...

    def save_agency(self, agency: Agency) -> None:
        """Write a suspension, a lifted one or a renewed licence. Raises NotOnRecord."""
        ...

    def card_counts(self) -> Mapping[str, CardCount]:
        """What was counted among the cards of each permit, by its number; permits without cards or cases are absent."""
        ...

    def visa_holder(self, *, destination: str, visa_no: str) -> str | None:
        """The number of the standing clearance that was issued on a visa."""
        ...

    def cleared_on_advice(self, *, destination: str, advice_no: str | None, sponsor_id: str | None) -> int:
        """How many clearances stand on one visa advice, or, where a case names none, on one sponsor."""
        ...
