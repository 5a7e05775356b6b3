"""The tables of batches and of what the worker has to do: the state of record of everything that is queued."""

from sqlalchemy import CheckConstraint, Column, Integer, String, Table

from clearance.storage.tables import UtcDateTime, metadata

chores = Table(
    "chores",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("due_at", UtcDateTime, nullable=False),
    # The worker that is at it, and until when it is believed to be.
    Column("holder", String(80)),
    Column("held_until", UtcDateTime),
    Column("failures", Integer, nullable=False),
    Column("done_at", UtcDateTime),
    CheckConstraint("(holder IS NULL) = (held_until IS NULL)", name="held_by_somebody"),
)
