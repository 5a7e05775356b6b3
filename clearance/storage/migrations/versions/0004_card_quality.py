"""What was measured on each card before its release, and what was remarked on each portrait at entry."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("applications", sa.Column("photo_remark", sa.String(length=16), nullable=True))
    op.add_column("clearances", sa.Column("grade", sa.String(length=1), nullable=True))
