"""A restored database knows its epoch, and what was published in the days that it lost."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "restorations",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.String(length=4), nullable=False),
        sa.Column("backup", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("head_number", sa.Integer(), nullable=False),
        sa.Column("head_digest", sa.String(length=64), nullable=False),
        sa.Column("begun_by", sa.String(length=20), nullable=False),
        sa.Column("begun_at", sa.DateTime(), nullable=False),
        sa.Column("finished_by", sa.String(length=20)),
        sa.Column("finished_at", sa.DateTime()),
        sa.Column("despite", sa.Text()),
        sa.CheckConstraint(
            "(finished_by IS NULL) = (finished_at IS NULL)", name=op.f("ck_restorations_finished_by_somebody")
        ),
        sa.PrimaryKeyConstraint("number", name="pk_restorations"),
        sa.ForeignKeyConstraint(["begun_by"], ["officers.number"], name="fk_restorations_begun_by"),
        sa.ForeignKeyConstraint(["finished_by"], ["officers.number"], name="fk_restorations_finished_by"),
        sa.UniqueConstraint("epoch", name="uq_restorations_epoch"),
    )
    op.create_table(
        "published_marks",
        sa.Column("status_uri", sa.String(length=64), nullable=False),
        sa.Column("status_idx", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.CheckConstraint("status BETWEEN 1 AND 3", name=op.f("ck_published_marks_status")),
        sa.PrimaryKeyConstraint("status_uri", "status_idx", name="pk_published_marks"),
    )
