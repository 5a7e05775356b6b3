"""Look-ups of persons, what desks witnessed of the record, findings of the nightly report, orders to void."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

APPEND_ONLY = {
    "sqlite": (
        (
            "CREATE TRIGGER lookups_no_update BEFORE UPDATE ON lookups"
            " BEGIN SELECT RAISE(ABORT, 'look-ups are append-only'); END"
        ),
        (
            "CREATE TRIGGER lookups_no_delete BEFORE DELETE ON lookups"
            " BEGIN SELECT RAISE(ABORT, 'look-ups are append-only'); END"
        ),
    ),
    "postgresql": (
        (
            "CREATE FUNCTION lookups_are_append_only() RETURNS trigger LANGUAGE plpgsql"
            " AS $$ BEGIN RAISE EXCEPTION 'look-ups are append-only'; END $$"
        ),
        (
            "CREATE TRIGGER lookups_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON lookups"
            " FOR EACH STATEMENT EXECUTE FUNCTION lookups_are_append_only()"
        ),
    ),
}


def upgrade() -> None:
    op.create_index("ix_audit_log_officer", "audit_log", ["officer_no", "number"], unique=False)
    op.create_index("ix_audit_log_at", "audit_log", ["at"], unique=False)
    _what_is_watched()
    _what_was_found()
    _what_is_voided()
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)


def _what_is_watched() -> None:
    op.create_table(
        "lookups",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("officer_no", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["officer_no"], ["officers.number"], name=op.f("fk_lookups_officer_no")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_lookups")),
    )
    op.create_index("ix_lookups_officer", "lookups", ["officer_no", "at"], unique=False)
    op.create_index("ix_lookups_subject", "lookups", ["subject"], unique=False)
    op.create_table(
        "witnessed",
        sa.Column("desk_id", sa.String(length=12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("reported_at", sa.DateTime(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["desk_id"], ["desks.id"], name=op.f("fk_witnessed_desk_id")),
        sa.PrimaryKeyConstraint("desk_id", "number", "digest", name=op.f("pk_witnessed")),
    )


def _what_was_found() -> None:
    op.create_table(
        "findings",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("subject", sa.String(length=90), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("found_at", sa.DateTime(), nullable=False),
        sa.Column("acknowledged_by", sa.String(length=20), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(acknowledged_by IS NULL) = (acknowledged_at IS NULL) AND (acknowledged_by IS NULL) = (remark IS NULL)",
            name=op.f("ck_findings_acknowledged_wholly"),
        ),
        sa.ForeignKeyConstraint(["acknowledged_by"], ["officers.number"], name=op.f("fk_findings_acknowledged_by")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_findings")),
        sa.UniqueConstraint("kind", "subject", name=op.f("uq_findings_kind_subject")),
    )
    op.create_index(
        "ix_findings_open",
        "findings",
        ["severity", "day"],
        unique=False,
        sqlite_where=sa.text("acknowledged_by IS NULL"),
        postgresql_where=sa.text("acknowledged_by IS NULL"),
    )
    op.create_table(
        "absences",
        sa.Column("officer_no", sa.String(length=20), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_absences_in_order")),
        sa.ForeignKeyConstraint(["officer_no"], ["officers.number"], name=op.f("fk_absences_officer_no")),
        sa.PrimaryKeyConstraint("officer_no", "first_day", name=op.f("pk_absences")),
    )


def _what_is_voided() -> None:
    op.create_table(
        "void_orders",
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("target_no", sa.String(length=20), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ordered_by", sa.String(length=20), nullable=False),
        sa.Column("ordered_at", sa.DateTime(), nullable=False),
        sa.Column("ordered_device", sa.String(length=64), nullable=False),
        sa.Column("consented_by", sa.String(length=20), nullable=True),
        sa.Column("consented_at", sa.DateTime(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=20), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "(consented_by IS NULL) = (consented_at IS NULL)", name=op.f("ck_void_orders_consented_wholly")
        ),
        sa.CheckConstraint(
            "(withdrawn_by IS NULL) = (withdrawn_at IS NULL)", name=op.f("ck_void_orders_withdrawn_wholly")
        ),
        sa.CheckConstraint(
            "consented_by IS NULL OR (consented_by <> ordered_by AND consented_by <> target_no)",
            name=op.f("ck_void_orders_a_second_officer"),
        ),
        sa.CheckConstraint(
            "consented_by IS NULL OR withdrawn_by IS NULL", name=op.f("ck_void_orders_consented_or_withdrawn")
        ),
        sa.CheckConstraint(
            "done_at IS NULL OR consented_by IS NOT NULL", name=op.f("ck_void_orders_done_with_consent")
        ),
        sa.CheckConstraint("ordered_by <> target_no", name=op.f("ck_void_orders_not_about_oneself")),
        sa.ForeignKeyConstraint(["consented_by"], ["officers.number"], name=op.f("fk_void_orders_consented_by")),
        sa.ForeignKeyConstraint(["ordered_by"], ["officers.number"], name=op.f("fk_void_orders_ordered_by")),
        sa.ForeignKeyConstraint(["target_no"], ["officers.number"], name=op.f("fk_void_orders_target_no")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["officers.number"], name=op.f("fk_void_orders_withdrawn_by")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_void_orders")),
    )
    op.create_table(
        "void_items",
        sa.Column("order_no", sa.String(length=12), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("(outcome IS NULL) = (done_at IS NULL)", name=op.f("ck_void_items_done_somehow")),
        sa.ForeignKeyConstraint(["order_no"], ["void_orders.number"], name=op.f("fk_void_items_order_no")),
        sa.ForeignKeyConstraint(["reference"], ["applications.reference"], name=op.f("fk_void_items_reference")),
        sa.PrimaryKeyConstraint("order_no", "reference", name=op.f("pk_void_items")),
    )
    op.create_index(
        "ix_void_items_open",
        "void_items",
        ["order_no", "reference"],
        unique=False,
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
