"""How much waits for the worker, in memory."""

from datetime import datetime
from typing import Any

from clearance.domain.delivery import DeliveryState
from clearance.issuing.ports import Waiting


class FakeQueues:
    def __init__(self, rows: Any) -> None:
        self._rows = rows

    def deliveries(self, at: datetime) -> Waiting:
        stored = self._rows.deliveries.values()
        return _of([one.next_at for one in stored if one.state is DeliveryState.WAITING and one.next_at <= at])

    def chunks(self, at: datetime) -> Waiting:
        runs = self._rows.batch_runs
        return _of(
            [
                runs[chunk.run_no].ordered_at
                for chunk in self._rows.batch_chunks.values()
                if not chunk.done
                and runs[chunk.run_no].paused_by is None
                and all(bound is None or bound <= at for bound in (chunk.held_until, chunk.not_before))
            ]
        )


def _of(moments: list[datetime]) -> Waiting:
    return Waiting(count=len(moments), since=min(moments, default=None))
