"""What is remembered of returns from a backup."""

from collections.abc import Mapping
from typing import Protocol

from clearance.credential.claims import StatusRef
from clearance.credential.status import Status
from clearance.domain.restoration import Restoration


class Restorations(Protocol):
    """Returns from backups, and what was taken over from lists that were published in the lost days."""

    def begin(self, restoration: Restoration) -> None: ...

    def finish(self, restoration: Restoration) -> None:
        """Write who finished it, when, and despite what."""
        ...

    def standing(self) -> Restoration | None:
        """The return that is not finished: nothing may be published, nothing signed."""
        ...

    def epoch(self) -> str:
        """That of the last return; "" for a database that was never restored."""
        ...

    def card_at(self, ref: StatusRef) -> str | None:
        """The number of the clearance whose card has this index."""
        ...

    def keep_marks(self, uri: str, marks: Mapping[int, Status]) -> None:
        """Keep what a list said of indices for which no row can say it."""
        ...

    def marks(self, uri: str) -> Mapping[int, Status]:
        """What was kept of one list."""
        ...
