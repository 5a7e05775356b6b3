"""The tables of batches and of what the worker has to do: the state of record of everything that is queued."""

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from clearance.storage.sealed import Sealed
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

batches = Table(
    "batches",
    metadata,
    Column("number", String(12), primary_key=True),
    Column("file_name", Sealed("batches.file_name"), nullable=False),
    Column("file_sha256", String(64), nullable=False),
    # Empty for an office: in a unique index, NULL would be like no other NULL.
    Column("licence_no", String(12), nullable=False),
    Column("office_code", ForeignKey("offices.code"), nullable=False),
    Column("uploaded_by", ForeignKey("officers.number"), nullable=False),
    Column("uploaded_at", UtcDateTime, nullable=False, index=True),
    Column("rows", Integer, nullable=False),
    Column("redacted_on", Date),
    UniqueConstraint("file_sha256", "office_code", "licence_no"),
)

batch_rows = Table(
    "batch_rows",
    metadata,
    Column("batch_no", ForeignKey("batches.number"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("texts", Sealed("batch_rows.texts", JSON()), nullable=False),
    Column("too_wide", Boolean, nullable=False),
    Column("standing", String(12), nullable=False),
    Column("notes", Sealed("batch_rows.notes", JSON()), nullable=False),
    Column("passport_no", String(64), nullable=False),
    Column("visa_no", String(64), nullable=False),
    Column("receipt_no", String(64), nullable=False),
    Column("permit_no", String(64), nullable=False),
    Column("photo_sha256", String(64), nullable=False),
    Column("photo_remark", String(16)),
    Column("corrected", Boolean, nullable=False),
    Column("wants_eyes", Boolean, nullable=False),
    # One row becomes one case, and no case comes from two rows.
    Column("reference", ForeignKey("applications.reference"), unique=True),
    CheckConstraint("(standing = 'submitted') = (reference IS NOT NULL)", name="submitted_as_a_case"),
    Index("ix_batch_rows_standing", "batch_no", "standing", "number"),
)

batch_photos = Table(
    "batch_photos",
    metadata,
    Column("batch_no", ForeignKey("batches.number"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("sha256", String(64), nullable=False),
    UniqueConstraint("batch_no", "sha256"),
)

batch_runs = Table(
    "batch_runs",
    metadata,
    Column("number", String(12), primary_key=True),
    Column("batch_no", ForeignKey("batches.number"), nullable=False, index=True),
    Column("step", String(8), nullable=False),
    Column("officer_no", ForeignKey("officers.number"), nullable=False),
    Column("device", String(64), nullable=False),
    Column("ordered_at", UtcDateTime, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("accepted", JSON, nullable=False),
    Column("paused_by", ForeignKey("officers.number")),
    Column("finished_at", UtcDateTime),
)

batch_chunks = Table(
    "batch_chunks",
    metadata,
    Column("run_no", ForeignKey("batch_runs.number"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("rows", JSON, nullable=False),
    Column("versions", JSON, nullable=False),
    Column("holder", String(80)),
    Column("held_until", UtcDateTime),
    Column("not_before", UtcDateTime),
    Column("waits_for", JSON, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("done", Boolean, nullable=False),
    CheckConstraint("(holder IS NULL) = (held_until IS NULL)", name="held_by_somebody"),
    Index("ix_batch_chunks_open", "done", "number", "run_no"),
)

batch_results = Table(
    "batch_results",
    metadata,
    Column("run_no", ForeignKey("batch_runs.number"), primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("done", Boolean, nullable=False),
    Column("notes", JSON, nullable=False),
)

entry_forms = Table(
    "entry_forms",
    metadata,
    Column("number", String(12), primary_key=True),
    Column("officer_no", ForeignKey("officers.number"), nullable=False),
    Column("saved_at", UtcDateTime, nullable=False),
    Column("texts", Sealed("entry_forms.texts", JSON()), nullable=False),
    Column("photo_sha256", String(64), nullable=False),
    Column("photo_remark", String(16)),
    Column("reference", ForeignKey("applications.reference"), unique=True),
    Index("ix_entry_forms_open", "officer_no", "reference", "saved_at"),
)
