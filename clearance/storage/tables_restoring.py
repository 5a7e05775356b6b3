"""The tables of returns from a backup (docs/adr/0129)."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, PrimaryKeyConstraint, String, Table, Text

from clearance.storage.tables import UtcDateTime, metadata

restorations = Table(
    "restorations",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("epoch", String(4), nullable=False, unique=True),
    Column("backup", String(64), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("head_number", Integer, nullable=False),
    Column("head_digest", String(64), nullable=False),
    Column("begun_by", ForeignKey("officers.number"), nullable=False),
    Column("begun_at", UtcDateTime, nullable=False),
    Column("finished_by", ForeignKey("officers.number")),
    Column("finished_at", UtcDateTime),
    Column("despite", Text),
    CheckConstraint("(finished_by IS NULL) = (finished_at IS NULL)", name="finished_by_somebody"),
)

published_marks = Table(
    "published_marks",
    metadata,
    # What a list of the lost days said of a card that these books do not know, or cannot say it of.
    Column("status_uri", String(64), nullable=False),
    Column("status_idx", Integer, nullable=False),
    Column("status", Integer, nullable=False),
    PrimaryKeyConstraint("status_uri", "status_idx"),
    CheckConstraint("status BETWEEN 1 AND 3", name="status"),
)
