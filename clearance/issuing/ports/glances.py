"""A glance at a person's cases: what the public look-up shows of a card, and nothing else of a case.

It is the one question that a whole nation asks on one day, and it is asked of the database in one statement: what that
sees is of one moment, and a transaction around it would cost as much again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, Self

from clearance.domain.application import OVER, Application
from clearance.domain.clearance import Clearance
from clearance.domain.lifecycle import ApplicationState


@dataclass(frozen=True, kw_only=True)
class Glance:
    """One case; `clearance` is the newest card made for it."""

    state: ApplicationState
    name_en: str
    name_bn: str | None
    destination: str
    clearance: Clearance | None

    @classmethod
    def at(cls, application: Application, clearance: Clearance | None) -> Self:
        """What a glance at a whole case sees."""
        worker = application.draft.worker
        return cls(
            state=application.state,
            name_en=worker.name_en,
            name_bn=worker.name_bn,
            destination=application.draft.destination,
            clearance=clearance,
        )

    @property
    def under_way(self) -> bool:
        """As `Application.under_way` has it: no card yet, and not over."""
        return self.clearance is None and self.state not in OVER


class Glances(Protocol):
    """Where look-ups of the public look. They may lag a moment behind what is written, but never show a card as
    standing that does not (docs/adr/0120); they never write."""

    def glance(self, passport_no: str, *, birth_date: date | None) -> Sequence[Glance]:
        """As `Applications.of_person`: newest first, at most ten. Raises Unavailable."""
        ...
