"""Batches, runs and chores in memory."""

from dataclasses import dataclass, field

from clearance.issuing.ports import ChoreRecord


@dataclass
class BatchRows:
    """The part of the stored state that belongs to batches and the worker."""

    chores: dict[str, ChoreRecord] = field(default_factory=dict)


@dataclass
class FakeChores:
    rows: BatchRows

    def get(self, name: str) -> ChoreRecord | None:
        return self.rows.chores.get(name)

    def save(self, record: ChoreRecord) -> None:
        self.rows.chores[record.name] = record
