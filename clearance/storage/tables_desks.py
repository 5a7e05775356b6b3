"""The tables of what desks sent: journals row by row, and the departures among the rows."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table

from clearance.storage.sealed import Sealed
from clearance.storage.tables import UtcDateTime, metadata, where

desk_journals = Table(
    "desk_journals",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("desk_id", ForeignKey("desks.id"), nullable=False),
    Column("journal", String(64), nullable=False),
    Column("taken", Integer, nullable=False),
    Column("head", String(64), nullable=False),
    Column("broken_at", Integer),
    Index("uq_desk_journals_desk_id", "desk_id", "journal", unique=True),
)

desk_rows = Table(
    "desk_rows",
    metadata,
    Column("number", Integer, primary_key=True),
    # What makes a row one row, whoever brings it and however often (docs/adr/0110).
    Column("nonce", String(64), nullable=False, unique=True),
    Column("desk_id", ForeignKey("desks.id"), nullable=False),
    Column("journal", String(64), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("kind", String(4), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("sound", Boolean, nullable=False),
    Column("reason", String(30)),
    Column("act", String(20)),
    Column("ground", String(30)),
    Column("clearance_no", String(40), index=True),
    Column("is_evidence", Boolean, nullable=False),
    # The whole row as JSON, as it was hashed.
    Column("columns", Sealed("desk_rows.columns"), nullable=False),
    Index("ix_desk_rows_at", "at", "desk_id"),
    Index("ix_desk_rows_evidence", "number", **where("is_evidence")),
)

departures = Table(
    "departures",
    metadata,
    # Desks read the list by this number; writers take turns, so that a lower one never appears late.
    Column("number", Integer, primary_key=True),
    Column("nonce", ForeignKey("desk_rows.nonce"), nullable=False, unique=True),
    Column("clearance_no", String(40), nullable=False, index=True),
    Column("desk_id", ForeignKey("desks.id"), nullable=False),
    Column("desk_name", String(40), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
)
