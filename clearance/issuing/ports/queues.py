"""How much waits for the worker, for whoever watches over the office's programs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """How many pieces of work could be taken up, and since when the first of them could; None where there are none."""

    count: int
    since: datetime | None


class Queues(Protocol):
    """What waits, counted."""

    def deliveries(self, at: datetime) -> Waiting:
        """Messages and webhooks that are due."""
        ...

    def chunks(self, at: datetime) -> Waiting:
        """Pieces of batches that nobody is at, of runs that were not paused; since the run was ordered."""
        ...
