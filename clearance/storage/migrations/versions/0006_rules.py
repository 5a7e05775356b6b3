"""Rules of the office as dated data, and permits as budgets that the database itself keeps."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from clearance.domain.first_rules import first_rules
from clearance.storage.permit_guards import statements
from clearance.storage.rules import rule_row
from clearance.storage.tables_rules import rules

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STANDING = sa.text("status IN (0, 2)")
CONSENTED = sa.text("state = 'consented'")
PROPOSED = sa.text("state = 'proposed'")
NOT_TURNED_DOWN = sa.text("state IN ('proposed', 'consented')")
OF_THE_CASE = "(SELECT {column} FROM applications a WHERE a.reference = clearances.application_reference)"


def upgrade() -> None:
    op.add_column("agencies", sa.Column("suspended_by", sa.String(length=20), nullable=True))
    op.add_column("agencies", sa.Column("suspended_reason", sa.Text(), nullable=True))
    op.add_column("applications", sa.Column("training_certificate_no", sa.String(length=30), nullable=True))
    op.add_column("applications", sa.Column("rule_no", sa.Integer(), nullable=True))
    op.add_column("permits", sa.Column("used_before", sa.Integer(), nullable=True))
    _let_cards_name_their_permit()
    op.execute(
        "UPDATE permits SET used_before = used"
        " - (SELECT count(*) FROM clearances c WHERE c.permit_no = permits.number AND c.place_of IS NULL)"
    )
    _make_rules()
    _make_permit_changes()
    for statement in statements(op.get_bind().dialect.name):
        op.execute(statement)


def _let_cards_name_their_permit() -> None:
    columns = {"permit_no": 30, "destination": 3, "visa_no": 20}
    for name, length in columns.items():
        op.add_column("clearances", sa.Column(name, sa.String(length=length), nullable=True))
    op.add_column("clearances", sa.Column("place_of", sa.String(length=24), nullable=True))
    for name in columns:
        op.execute(f"UPDATE clearances SET {name} = {OF_THE_CASE.format(column=name)}")
    op.execute(
        "UPDATE clearances SET place_of = (SELECT max(c.clearance_no) FROM clearances c"
        " WHERE c.application_reference = clearances.application_reference AND c.issued_at ="
        " (SELECT max(d.issued_at) FROM clearances d WHERE d.application_reference = clearances.application_reference"
        " AND d.issued_at < clearances.issued_at))"
    )
    op.create_index(
        "uq_clearances_visa",
        "clearances",
        ["destination", "visa_no"],
        unique=True,
        sqlite_where=STANDING,
        postgresql_where=STANDING,
    )
    op.create_index("uq_clearances_place_of", "clearances", ["place_of"], unique=True)
    op.create_index("ix_clearances_permit", "clearances", ["permit_no"], unique=False)


def _proposal(table: str) -> tuple[Any, ...]:
    return (
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("proposed_by", sa.String(length=20), nullable=False),
        sa.Column("proposed_at", sa.DateTime(), nullable=False),
        sa.Column("proposed_device", sa.String(length=64), nullable=False),
        sa.Column("proposed_reason", sa.Text(), nullable=True),
        sa.Column("settled_by", sa.String(length=20), nullable=True),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.Column("settled_device", sa.String(length=64), nullable=True),
        sa.Column("settled_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('proposed', 'consented', 'rejected', 'withdrawn')", name=op.f(f"ck_{table}_state")
        ),
        sa.CheckConstraint(
            "(state = 'proposed') = (settled_by IS NULL)", name=op.f(f"ck_{table}_settled_by_somebody")
        ),
        sa.CheckConstraint(
            "(settled_by IS NULL) = (settled_at IS NULL)", name=op.f(f"ck_{table}_settled_sometime")
        ),
        sa.CheckConstraint(
            "state <> 'withdrawn' OR settled_by = proposed_by", name=op.f(f"ck_{table}_withdrawn_by_its_own")
        ),
    )


def _make_rules() -> None:
    op.create_table(
        "rules",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("destination", sa.String(length=3), nullable=True),
        sa.Column("sex", sa.String(length=6), nullable=True),
        sa.Column("channel", sa.String(length=7), nullable=True),
        sa.Column("visa", sa.String(length=6), nullable=True),
        sa.Column("decided_by", sa.String(length=6), nullable=False),
        sa.Column("minimum_age", sa.Integer(), nullable=False),
        sa.Column("orientation_days", sa.Integer(), nullable=False),
        sa.Column("needs", sa.Text(), nullable=False),
        sa.Column("validity_days", sa.Integer(), nullable=False),
        sa.Column("fees_taka", sa.Integer(), nullable=False),
        sa.Column("fees_version", sa.Text(), nullable=False),
        sa.Column("salary_floor", sa.Integer(), nullable=True),
        sa.Column("salary_currency", sa.String(length=3), nullable=True),
        sa.Column("group_threshold", sa.Integer(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("circular_no", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("replaces", sa.Integer(), nullable=True),
        *_proposal("rules"),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_rules_ends_after_start")),
        sa.CheckConstraint(
            "(salary_floor IS NULL) = (salary_currency IS NULL)", name=op.f("ck_rules_salary_in_money")
        ),
        sa.CheckConstraint(
            "state NOT IN ('consented', 'rejected') OR settled_by <> proposed_by OR proposed_by = 'installation'",
            name=op.f("ck_rules_two_officers"),
        ),
        sa.ForeignKeyConstraint(["replaces"], ["rules.number"], name="fk_rules_replaces"),
        sa.PrimaryKeyConstraint("number", name="pk_rules"),
    )
    op.create_index(
        "uq_rules_successor", "rules", ["replaces"], unique=True, sqlite_where=CONSENTED, postgresql_where=CONSENTED
    )
    op.create_index("ix_rules_destination", "rules", ["destination", "state"], unique=False)
    op.bulk_insert(rules, [rule_row(version) for version in first_rules()])


def _make_permit_changes() -> None:
    op.create_table(
        "permit_changes",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("permit_no", sa.String(length=30), nullable=False),
        sa.Column("places_before", sa.Integer(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("letter_no", sa.String(length=40), nullable=False),
        *_proposal("permit_changes"),
        sa.CheckConstraint(
            "places >= 0 AND places <> places_before", name=op.f("ck_permit_changes_changes_something")
        ),
        sa.CheckConstraint(
            "state NOT IN ('consented', 'rejected') OR settled_by <> proposed_by",
            name=op.f("ck_permit_changes_two_officers"),
        ),
        sa.ForeignKeyConstraint(["permit_no"], ["permits.number"], name="fk_permit_changes_permit_no"),
        sa.PrimaryKeyConstraint("number", name="pk_permit_changes"),
    )
    op.create_index(
        "uq_permit_changes_open",
        "permit_changes",
        ["permit_no"],
        unique=True,
        sqlite_where=PROPOSED,
        postgresql_where=PROPOSED,
    )
    op.create_index(
        "uq_permit_changes_letter",
        "permit_changes",
        ["permit_no", "letter_no"],
        unique=True,
        sqlite_where=NOT_TURNED_DOWN,
        postgresql_where=NOT_TURNED_DOWN,
    )
