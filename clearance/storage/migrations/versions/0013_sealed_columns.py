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
STANDING = sa.text("ended_by IS NULL")
OPEN = sa.text("consented_by IS NULL AND withdrawn_by IS NULL")

NOT_JUST_REDACTED = """
    NEW.reason IS NOT NULL OR NEW.reference <> OLD.reference OR NEW.number <> OLD.number OR NEW.move <> OLD.move
    OR NEW.step <> OLD.step OR NEW.state <> OLD.state OR NEW.officer_no <> OLD.officer_no OR NEW.at <> OLD.at
    OR NEW.device <> OLD.device OR NOT EXISTS (SELECT 1 FROM applications a WHERE a.reference = OLD.reference
    AND a.redacted_on IS NOT NULL)"""
"""An act stays as it is, but the words to a case that is redacted go."""
GUARDS = {
    "sqlite": (
        "DROP TRIGGER acts_no_update",
        (
            f"CREATE TRIGGER acts_no_update BEFORE UPDATE ON acts WHEN {NOT_JUST_REDACTED}"
            " BEGIN SELECT RAISE(ABORT, 'acts are append-only'); END"
        ),
        "DROP TRIGGER lookups_no_delete",
        (
            "CREATE TRIGGER lookups_no_delete BEFORE DELETE ON lookups WHEN OLD.at > datetime('now', '-730 days')"
            " BEGIN SELECT RAISE(ABORT, 'look-ups are append-only'); END"
        ),
    ),
    "postgresql": (
        "DROP TRIGGER acts_append_only ON acts",
        (
            "CREATE TRIGGER acts_append_only BEFORE DELETE OR TRUNCATE ON acts"
            " FOR EACH STATEMENT EXECUTE FUNCTION acts_are_append_only()"
        ),
        (
            "CREATE FUNCTION acts_are_just_redacted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF {NOT_JUST_REDACTED} THEN RAISE EXCEPTION 'acts are append-only' USING ERRCODE = '23514'; END IF;"
            " RETURN NEW; END $$"
        ),
        ("CREATE TRIGGER acts_no_update BEFORE UPDATE ON acts FOR EACH ROW EXECUTE FUNCTION acts_are_just_redacted()"),
        "DROP TRIGGER lookups_append_only ON lookups",
        (
            "CREATE TRIGGER lookups_append_only BEFORE UPDATE OR TRUNCATE ON lookups"
            " FOR EACH STATEMENT EXECUTE FUNCTION lookups_are_append_only()"
        ),
        (
            "CREATE FUNCTION lookups_are_old() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " IF OLD.at > (now() AT TIME ZONE 'UTC') - interval '730 days' THEN"
            " RAISE EXCEPTION 'look-ups are append-only'; END IF; RETURN OLD; END $$"
        ),
        "CREATE TRIGGER lookups_no_delete BEFORE DELETE ON lookups FOR EACH ROW EXECUTE FUNCTION lookups_are_old()",
        # The application may not delete a look-up; it may have the owner's function delete some that are old.
        (
            "CREATE FUNCTION forget_lookups(before timestamp, at_most integer) RETURNS integer LANGUAGE plpgsql"
            " SECURITY DEFINER AS $$ DECLARE gone integer; BEGIN"
            " DELETE FROM lookups WHERE number IN (SELECT number FROM lookups WHERE at < before"
            " AND at < (now() AT TIME ZONE 'UTC') - interval '730 days' ORDER BY number LIMIT at_most);"
            " GET DIAGNOSTICS gone = ROW_COUNT; RETURN gone; END $$"
        ),
        (
            "DO $$ BEGIN EXECUTE format('ALTER FUNCTION forget_lookups(timestamp, integer) SET search_path = %I,"
            " pg_temp', current_schema()); END $$"
        ),
        "REVOKE ALL ON FUNCTION forget_lookups(timestamp, integer) FROM PUBLIC",
    ),
}


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    if dialect == "postgresql":
        for table, column in LONGER:
            op.alter_column(table, column, type_=sa.Text())
    for table in ("applications", "batches", "correction_requests"):
        op.add_column(table, sa.Column("redacted_on", sa.Date(), nullable=True))
    _add_tables()
    for statement in GUARDS[dialect]:
        op.execute(sa.text(statement.replace(":", r"\:")))


def _add_tables() -> None:
    op.create_table(
        "record_keys",
        sa.Column("id", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_record_keys"),
    )
    op.create_table(
        "released_documents",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("released_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_released_documents"),
    )
    op.create_index("ix_released_documents_released_at", "released_documents", ["released_at"], unique=False)
    op.create_table(
        "investigation_holds",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("placed_by", sa.String(length=20), nullable=False),
        sa.Column("placed_at", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ended_by", sa.String(length=20), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("(ended_by IS NULL) = (ended_at IS NULL)", name=op.f("ck_investigation_holds_ended_wholly")),
        sa.ForeignKeyConstraint(["ended_by"], ["officers.number"], name="fk_investigation_holds_ended_by"),
        sa.ForeignKeyConstraint(["placed_by"], ["officers.number"], name="fk_investigation_holds_placed_by"),
        sa.ForeignKeyConstraint(["reference"], ["applications.reference"], name="fk_investigation_holds_reference"),
        sa.PrimaryKeyConstraint("number", name="pk_investigation_holds"),
    )
    _one_only("uq_investigation_holds_standing", "investigation_holds", STANDING)
    op.create_table(
        "erasure_orders",
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("basis", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ordered_by", sa.String(length=20), nullable=False),
        sa.Column("ordered_at", sa.DateTime(), nullable=False),
        sa.Column("ordered_device", sa.String(length=64), nullable=False),
        sa.Column("consented_by", sa.String(length=20), nullable=True),
        sa.Column("consented_at", sa.DateTime(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=20), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "(consented_by IS NULL) = (consented_at IS NULL)", name=op.f("ck_erasure_orders_consented_wholly")
        ),
        sa.CheckConstraint(
            "(withdrawn_by IS NULL) = (withdrawn_at IS NULL)", name=op.f("ck_erasure_orders_withdrawn_wholly")
        ),
        sa.CheckConstraint(
            "consented_by IS NULL OR consented_by <> ordered_by", name=op.f("ck_erasure_orders_two_officers")
        ),
        sa.CheckConstraint(
            "consented_by IS NULL OR withdrawn_by IS NULL", name=op.f("ck_erasure_orders_consented_or_withdrawn")
        ),
        sa.ForeignKeyConstraint(["consented_by"], ["officers.number"], name="fk_erasure_orders_consented_by"),
        sa.ForeignKeyConstraint(["ordered_by"], ["officers.number"], name="fk_erasure_orders_ordered_by"),
        sa.ForeignKeyConstraint(["reference"], ["applications.reference"], name="fk_erasure_orders_reference"),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["officers.number"], name="fk_erasure_orders_withdrawn_by"),
        sa.PrimaryKeyConstraint("number", name="pk_erasure_orders"),
    )
    _one_only("uq_erasure_orders_open", "erasure_orders", OPEN)


def _one_only(name: str, table: str, condition: sa.TextClause) -> None:
    op.create_index(name, table, ["reference"], unique=True, sqlite_where=condition, postgresql_where=condition)
