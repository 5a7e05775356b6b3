"""The tables of those who watch: look-ups of persons, what desks witnessed, findings, absences, orders to void."""

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from clearance.storage.sealed import Sealed
from clearance.storage.tables import UtcDateTime, metadata, where

lookups = Table(
    "lookups",
    metadata,
    # Added and never changed; triggers of the migration refuse it. What was searched for is kept as a keyed digest.
    Column("number", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("officer_no", ForeignKey("officers.number"), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("device", String(64), nullable=False),
    Index("ix_lookups_officer", "officer_no", "at"),
    Index("ix_lookups_subject", "subject"),
)

witnessed = Table(
    "witnessed",
    metadata,
    # Checkpoints of the record as desks hold them, with the tokens that prove them. Times in epoch seconds.
    Column("desk_id", ForeignKey("desks.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("issued_at", BigInteger, nullable=False),
    Column("reported_at", UtcDateTime, nullable=False),
    Column("token", LargeBinary, nullable=False),
    PrimaryKeyConstraint("desk_id", "number", "digest"),
)

findings = Table(
    "findings",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("kind", String(24), nullable=False),
    Column("subject", String(90), nullable=False),
    Column("day", Date, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("found_at", UtcDateTime, nullable=False),
    Column("acknowledged_by", ForeignKey("officers.number")),
    Column("acknowledged_at", UtcDateTime),
    Column("remark", Sealed("findings.remark")),
    # What does not add up is found once, however often the report runs.
    UniqueConstraint("kind", "subject"),
    CheckConstraint(
        "(acknowledged_by IS NULL) = (acknowledged_at IS NULL) AND (acknowledged_by IS NULL) = (remark IS NULL)",
        name="acknowledged_wholly",
    ),
    Index("ix_findings_open", "severity", "day", **where("acknowledged_by IS NULL")),
)

absences = Table(
    "absences",
    metadata,
    Column("officer_no", ForeignKey("officers.number"), nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    PrimaryKeyConstraint("officer_no", "first_day"),
    CheckConstraint("first_day <= last_day", name="in_order"),
)

void_orders = Table(
    "void_orders",
    metadata,
    Column("number", String(12), primary_key=True),
    Column("target_no", ForeignKey("officers.number"), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("reason", Text, nullable=False),
    Column("ordered_by", ForeignKey("officers.number"), nullable=False),
    Column("ordered_at", UtcDateTime, nullable=False),
    Column("ordered_device", String(64), nullable=False),
    Column("consented_by", ForeignKey("officers.number")),
    Column("consented_at", UtcDateTime),
    Column("withdrawn_by", ForeignKey("officers.number")),
    Column("withdrawn_at", UtcDateTime),
    Column("done_at", UtcDateTime),
    CheckConstraint("ordered_by <> target_no", name="not_about_oneself"),
    CheckConstraint(
        "consented_by IS NULL OR (consented_by <> ordered_by AND consented_by <> target_no)", name="a_second_officer"
    ),
    CheckConstraint("(consented_by IS NULL) = (consented_at IS NULL)", name="consented_wholly"),
    CheckConstraint("(withdrawn_by IS NULL) = (withdrawn_at IS NULL)", name="withdrawn_wholly"),
    CheckConstraint("consented_by IS NULL OR withdrawn_by IS NULL", name="consented_or_withdrawn"),
    CheckConstraint("done_at IS NULL OR consented_by IS NOT NULL", name="done_with_consent"),
)

void_items = Table(
    "void_items",
    metadata,
    # The cases that an order reaches, fixed at its consent; each is done once.
    Column("order_no", ForeignKey("void_orders.number"), nullable=False),
    Column("reference", ForeignKey("applications.reference"), nullable=False),
    Column("outcome", String(12)),
    Column("done_at", UtcDateTime),
    PrimaryKeyConstraint("order_no", "reference"),
    CheckConstraint("(outcome IS NULL) = (done_at IS NULL)", name="done_somehow"),
    Index("ix_void_items_open", "order_no", "reference", **where("done_at IS NULL")),
)
