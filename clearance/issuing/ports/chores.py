"""What is remembered of each chore: when it is due, and who is at it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class ChoreRecord:
    """One chore's row. `holder` is the worker that is at it until `held_until`; `failures` counts those in a row."""

    name: str
    due_at: datetime
    holder: str | None = None
    held_until: datetime | None = None
    failures: int = 0
    done_at: datetime | None = None

    def free(self, at: datetime) -> bool:
        """Whether it is due and nobody is at it; a holder who let his time run out is taken for dead."""
        return self.due_at <= at and (self.held_until is None or self.held_until <= at)


class ChoreRecords(Protocol):
    """The rows of chores."""

    def get(self, name: str) -> ChoreRecord | None: ...

    def save(self, record: ChoreRecord) -> None:
        """Write the row, new or not."""
        ...
