"""The tables of dated rules and of what was asked for permits: proposals that a second officer settled.

The content of a row is never changed and no row is deleted; triggers of the migration see to that.
"""

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Integer, String, Table, Text
from sqlalchemy.sql.schema import SchemaItem

from clearance.storage.tables import UtcDateTime, metadata, where


def _proposal() -> tuple[SchemaItem, ...]:
    """Who proposed it and who settled it, and that these are two people unless the proposal was taken back."""
    return (
        Column("state", String(9), nullable=False),
        Column("proposed_by", String(20), nullable=False),
        Column("proposed_at", UtcDateTime, nullable=False),
        Column("proposed_device", String(64), nullable=False),
        Column("proposed_reason", Text),
        Column("settled_by", String(20)),
        Column("settled_at", UtcDateTime),
        Column("settled_device", String(64)),
        Column("settled_reason", Text),
        CheckConstraint("state IN ('proposed', 'consented', 'rejected', 'withdrawn')", name="state"),
        CheckConstraint("(state = 'proposed') = (settled_by IS NULL)", name="settled_by_somebody"),
        CheckConstraint("(settled_by IS NULL) = (settled_at IS NULL)", name="settled_sometime"),
        CheckConstraint("state <> 'withdrawn' OR settled_by = proposed_by", name="withdrawn_by_its_own"),
    )


rules = Table(
    "rules",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    # NULL stands for any.
    Column("destination", String(3)),
    Column("sex", String(6)),
    Column("channel", String(7)),
    Column("visa", String(6)),
    Column("decided_by", String(6), nullable=False),
    Column("minimum_age", Integer, nullable=False),
    Column("orientation_days", Integer, nullable=False),
    Column("needs", Text, nullable=False),
    Column("validity_days", Integer, nullable=False),
    Column("fees_taka", Integer, nullable=False),
    Column("fees_version", Text, nullable=False),
    Column("salary_floor", Integer),
    Column("salary_currency", String(3)),
    Column("group_threshold", Integer, nullable=False),
    Column("reference", Text, nullable=False),
    Column("circular_no", Text),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date),
    Column("replaces", ForeignKey("rules.number")),
    *_proposal(),
    CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
    CheckConstraint("(salary_floor IS NULL) = (salary_currency IS NULL)", name="salary_in_money"),
    # The first rules were written by the installation; every other one needs two officers.
    CheckConstraint(
        "state NOT IN ('consented', 'rejected') OR settled_by <> proposed_by OR proposed_by = 'installation'",
        name="two_officers",
    ),
    Index("uq_rules_successor", "replaces", unique=True, **where("state = 'consented'")),
    Index("ix_rules_destination", "destination", "state"),
)

permit_changes = Table(
    "permit_changes",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("permit_no", ForeignKey("permits.number"), nullable=False),
    Column("places_before", Integer, nullable=False),
    Column("places", Integer, nullable=False),
    Column("letter_no", String(40), nullable=False),
    *_proposal(),
    CheckConstraint("places >= 0 AND places <> places_before", name="changes_something"),
    CheckConstraint("state NOT IN ('consented', 'rejected') OR settled_by <> proposed_by", name="two_officers"),
    # One at a time, so that nobody consents to one thing and brings about another.
    Index("uq_permit_changes_open", "permit_no", unique=True, **where("state = 'proposed'")),
    # One letter of the ministry changes a permit once.
    Index(
        "uq_permit_changes_letter",
        "permit_no",
        "letter_no",
        unique=True,
        **where("state IN ('proposed', 'consented')"),
    ),
)
