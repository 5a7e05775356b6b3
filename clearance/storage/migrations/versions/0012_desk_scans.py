"""Scans and departures as desks reported them."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("desks", sa.Column("journal_rows", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "desk_journals",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("desk_id", sa.String(length=12), nullable=False),
        sa.Column("journal", sa.String(length=64), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("broken_at", sa.Integer()),
        sa.PrimaryKeyConstraint("number", name="pk_desk_journals"),
        sa.ForeignKeyConstraint(["desk_id"], ["desks.id"], name="fk_desk_journals_desk_id"),
    )
    op.create_index("uq_desk_journals_desk_id", "desk_journals", ["desk_id", "journal"], unique=True)
    op.create_table(
        "desk_rows",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("desk_id", sa.String(length=12), nullable=False),
        sa.Column("journal", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("sound", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=30)),
        sa.Column("act", sa.String(length=20)),
        sa.Column("ground", sa.String(length=30)),
        sa.Column("clearance_no", sa.String(length=40)),
        sa.Column("is_evidence", sa.Boolean(), nullable=False),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_desk_rows"),
        sa.ForeignKeyConstraint(["desk_id"], ["desks.id"], name="fk_desk_rows_desk_id"),
        sa.UniqueConstraint("nonce", name="uq_desk_rows_nonce"),
    )
    op.create_index("ix_desk_rows_clearance_no", "desk_rows", ["clearance_no"])
    op.create_index("ix_desk_rows_at", "desk_rows", ["at", "desk_id"])
    op.create_index(
        "ix_desk_rows_evidence",
        "desk_rows",
        ["number"],
        sqlite_where=sa.text("is_evidence"),
        postgresql_where=sa.text("is_evidence"),
    )
    op.create_table(
        "departures",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("clearance_no", sa.String(length=40), nullable=False),
        sa.Column("desk_id", sa.String(length=12), nullable=False),
        sa.Column("desk_name", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_departures"),
        sa.ForeignKeyConstraint(["desk_id"], ["desks.id"], name="fk_departures_desk_id"),
        sa.ForeignKeyConstraint(["nonce"], ["desk_rows.nonce"], name="fk_departures_nonce"),
        sa.UniqueConstraint("nonce", name="uq_departures_nonce"),
    )
    op.create_index("ix_departures_clearance_no", "departures", ["clearance_no"])
