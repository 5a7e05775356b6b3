"""What workers ask for: corrections with a reference to follow."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "correction_requests",
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("form_id", sa.String(length=64), nullable=False),
        sa.Column("passport_no", sa.String(length=9), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("application_reference", sa.String(length=12), nullable=True),
        sa.Column("office_code", sa.String(length=12), nullable=False),
        sa.Column("about", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("slip_code", sa.String(length=20), nullable=True),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("settled_by", sa.String(length=20), nullable=True),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("correction", sa.String(length=12), nullable=True),
        sa.CheckConstraint(
            "(settled_by IS NULL) = (settled_at IS NULL)", name=op.f("ck_correction_requests_settled_by_somebody")
        ),
        sa.CheckConstraint(
            "(state = 'open') = (settled_by IS NULL)", name=op.f("ck_correction_requests_open_until_settled")
        ),
        sa.CheckConstraint(
            "state <> 'answered' OR answer IS NOT NULL", name=op.f("ck_correction_requests_answered_in_words")
        ),
        sa.CheckConstraint(
            "state <> 'taken_up' OR correction IS NOT NULL", name=op.f("ck_correction_requests_taken_up_by_a_case")
        ),
        sa.ForeignKeyConstraint(
            ["application_reference"], ["applications.reference"],
            name="fk_correction_requests_application_reference",
        ),
        sa.ForeignKeyConstraint(["office_code"], ["offices.code"], name="fk_correction_requests_office_code"),
        sa.ForeignKeyConstraint(["settled_by"], ["officers.number"], name="fk_correction_requests_settled_by"),
        sa.ForeignKeyConstraint(["correction"], ["applications.reference"], name="fk_correction_requests_correction"),
        sa.PrimaryKeyConstraint("reference", name="pk_correction_requests"),
        sa.UniqueConstraint("form_id", name="uq_correction_requests_form_id"),
    )
    op.create_index(
        "ix_correction_requests_queue", "correction_requests", ["office_code", "state", "opened_at"], unique=False
    )
