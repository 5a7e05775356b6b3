"""What is personal is kept sealed; what is kept too long goes, and the guards of append-only rows allow just that.

Rows from before stay as they are until `clearance db reseal` comes by: no step of a million rows under one lock.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

LONGER = (
    ("applications", "mobile"),
    ("applications", "email"),
    ("applications", "kin_phone"),
    ("correction_requests", "phone"),
    ("officer_sessions", "agent"),
    ("officer_sessions", "network"),
)
"""Sealed texts are longer than plain ones. PostgreSQL writes no row for it, and SQLite never asked."""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table, column in LONGER:
            op.alter_column(table, column, type_=sa.Text())
    op.create_table(
        "record_keys",
        sa.Column("id", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_record_keys"),
    )
