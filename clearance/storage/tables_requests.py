"""The table of what workers ask of the office."""

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, String, Table

from clearance.storage.sealed import Sealed
from clearance.storage.tables import UtcDateTime, metadata

correction_requests = Table(
    "correction_requests",
    metadata,
    Column("reference", String(12), primary_key=True),
    Column("form_id", String(64), nullable=False, unique=True),
    Column("passport_no", String(9), nullable=False),
    Column("birth_date", Date),
    Column("application_reference", ForeignKey("applications.reference")),
    Column("office_code", ForeignKey("offices.code"), nullable=False),
    Column("about", String(20), nullable=False),
    Column("text", Sealed("correction_requests.text"), nullable=False),
    Column("phone", Sealed("correction_requests.phone", String(20)), nullable=False),
    Column("slip_code", String(20)),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("state", String(10), nullable=False),
    Column("settled_by", ForeignKey("officers.number")),
    Column("settled_at", UtcDateTime),
    Column("answer", Sealed("correction_requests.answer")),
    Column("correction", ForeignKey("applications.reference")),
    Column("redacted_on", Date),
    CheckConstraint("(settled_by IS NULL) = (settled_at IS NULL)", name="settled_by_somebody"),
    CheckConstraint("(state = 'open') = (settled_by IS NULL)", name="open_until_settled"),
    CheckConstraint("state <> 'answered' OR answer IS NOT NULL", name="answered_in_words"),
    CheckConstraint("state <> 'taken_up' OR correction IS NOT NULL", name="taken_up_by_a_case"),
    Index("ix_correction_requests_queue", "office_code", "state", "opened_at"),
)
