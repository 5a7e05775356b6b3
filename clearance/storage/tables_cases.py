"""The tables around a case: every act on it, the passports before its own, and the cards it will not have.

Triggers of the migration hold the acts to the rules of the office (docs/adr/0070): rows are never changed, a signature
follows the one before it, nobody signs in two steps of one case, and the newest act is where the case stands.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
)

from clearance.storage.sealed import Sealed
from clearance.storage.tables import UtcDateTime, metadata

acts = Table(
    "acts",
    metadata,
    # An act is written before the row of the case that it moves, which is how the case can be held to it.
    Column("reference", ForeignKey("applications.reference", deferrable=True, initially="DEFERRED"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("move", String(16), nullable=False),
    Column("step", String(12), nullable=False),
    Column("state", String(12), nullable=False),
    # An officer, or the desk that let the worker pass; a trigger says which.
    Column("officer_no", String(20), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("device", String(64), nullable=False),
    Column("reason", Sealed("acts.reason")),
    PrimaryKeyConstraint("reference", "number"),
    CheckConstraint("number >= 1", name="counted"),
    Index("ix_acts_officer", "officer_no", "at"),
)

earlier_passports = Table(
    "earlier_passports",
    metadata,
    Column("reference", ForeignKey("applications.reference"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("passport_no", String(9), nullable=False, index=True),
    PrimaryKeyConstraint("reference", "position"),
)

abandoned_intents = Table(
    "abandoned_intents",
    metadata,
    # What was planned for a case that was then sent back or rejected: it may have been signed, and never holds.
    Column("clearance_no", String(24), primary_key=True),
    Column("reference", ForeignKey("applications.reference"), nullable=False),
    Column("status_uri", String(64), nullable=False),
    Column("status_idx", Integer, nullable=False),
    UniqueConstraint("status_uri", "status_idx"),
)
