"""What the signing component keeps in the database: the signatures it made, and the stops."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = {
    "sqlite": (
        "CREATE TRIGGER signatures_no_update BEFORE UPDATE ON signatures"
        " BEGIN SELECT RAISE(ABORT, 'signatures are counted for good'); END",
        "CREATE TRIGGER signatures_no_delete BEFORE DELETE ON signatures"
        " BEGIN SELECT RAISE(ABORT, 'signatures are counted for good'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION signatures_are_append_only() RETURNS trigger LANGUAGE plpgsql"
        " AS $$ BEGIN RAISE EXCEPTION 'signatures are counted for good'; END $$",
        "CREATE TRIGGER signatures_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON signatures"
        " FOR EACH STATEMENT EXECUTE FUNCTION signatures_are_append_only()",
    ),
}


def upgrade() -> None:
    op.create_table(
        "signatures",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("clearance_no", sa.String(length=24), nullable=False),
        sa.Column("payload_sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_signatures"),
    )
    op.create_index("ix_signatures_at", "signatures", ["at"], unique=False)
    op.create_table(
        "signing_stops",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("stopped_by", sa.String(length=20), nullable=False),
        sa.Column("stopped_at", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("resumed_by", sa.String(length=20), nullable=True),
        sa.Column("resumed_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "(resumed_by IS NULL) = (resumed_at IS NULL)", name=op.f("ck_signing_stops_resumed_by_somebody")
        ),
        sa.ForeignKeyConstraint(["stopped_by"], ["officers.number"], name="fk_signing_stops_stopped_by"),
        sa.ForeignKeyConstraint(["resumed_by"], ["officers.number"], name="fk_signing_stops_resumed_by"),
        sa.PrimaryKeyConstraint("number", name="pk_signing_stops"),
    )
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)
