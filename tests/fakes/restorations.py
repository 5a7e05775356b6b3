"""Returns from a backup, in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from clearance.credential.claims import StatusRef
from clearance.credential.status import Status
from clearance.domain.restoration import Restoration


@dataclass
class RestorationRows:
    restorations: dict[str, Restoration] = field(default_factory=dict)
    published_marks: dict[tuple[str, int], Status] = field(default_factory=dict)


@dataclass
class FakeRestorations:
    rows: Any

    def begin(self, restoration: Restoration) -> None:
        self.rows.restorations[restoration.epoch] = restoration

    def finish(self, restoration: Restoration) -> None:
        self.rows.restorations[restoration.epoch] = restoration

    def standing(self) -> Restoration | None:
        last = self._last()
        return None if last is None or last.finished_at is not None else last

    def epoch(self) -> str:
        last = self._last()
        return "" if last is None else last.epoch

    def card_at(self, ref: StatusRef) -> str | None:
        cards = self.rows.clearances.values()
        return next((card.clearance_no for card in cards if card.status_ref == ref), None)

    def keep_marks(self, uri: str, marks: Mapping[int, Status]) -> None:
        self.rows.published_marks |= {(uri, idx): status for idx, status in marks.items()}

    def marks(self, uri: str) -> Mapping[int, Status]:
        return {idx: status for (of_uri, idx), status in self.rows.published_marks.items() if of_uri == uri}

    def _last(self) -> Restoration | None:
        return next(reversed(self.rows.restorations.values()), None)
