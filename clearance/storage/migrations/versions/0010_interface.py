"""Clients of the interface, their requests, webhooks, and messages waiting to be sent.

Readers of the record begin at its end: nobody is written to about what happened before there were messages.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

OPEN_CLIENT = sa.text("revoked_at IS NULL")
OPEN_WEBHOOK = sa.text("closed_at IS NULL")
WAITING = sa.text("state = 'waiting'")
TO_PERSON = sa.text("webhook_id IS NULL")


def upgrade() -> None:
    _add_clients()
    _add_webhooks()
    _add_deliveries()
    op.create_table(
        "message_optouts",
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("officer_no", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["officer_no"], ["officers.number"], name="fk_message_optouts_officer_no"),
        sa.ForeignKeyConstraint(["reference"], ["applications.reference"], name="fk_message_optouts_reference"),
        sa.PrimaryKeyConstraint("reference", name="pk_message_optouts"),
    )
    places = op.create_table(
        "feed_places",
        sa.Column("reader", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("reader", name="pk_feed_places"),
    )
    newest = op.get_bind().exec_driver_sql("SELECT COALESCE(MAX(number), 0) FROM audit_log").scalar_one()
    if newest:
        op.bulk_insert(places, [{"reader": "deliveries", "number": newest}])


def _add_clients() -> None:
    op.create_table(
        "api_clients",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("officer_no", sa.String(length=20), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["officer_no"], ["officers.number"], name="fk_api_clients_officer_no"),
        sa.PrimaryKeyConstraint("id", name="pk_api_clients"),
    )
    op.create_index(
        "uq_api_clients_open_name",
        "api_clients",
        ["name"],
        unique=True,
        sqlite_where=OPEN_CLIENT,
        postgresql_where=OPEN_CLIENT,
    )
    op.create_table(
        "api_tokens",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("client_id", sa.String(length=12), nullable=False),
        sa.Column("issued_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["api_clients.id"], name="fk_api_tokens_client_id"),
        sa.PrimaryKeyConstraint("sha256", name="pk_api_tokens"),
    )
    op.create_index("ix_api_tokens_client_id", "api_tokens", ["client_id"], unique=False)
    op.create_table(
        "api_requests",
        sa.Column("client_id", sa.String(length=12), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("lease", sa.String(length=32), nullable=False),
        sa.Column("reserved_until", sa.DateTime(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.CheckConstraint("(status IS NULL) = (body IS NULL)", name=op.f("ck_api_requests_answered_whole")),
        sa.ForeignKeyConstraint(["client_id"], ["api_clients.id"], name="fk_api_requests_client_id"),
        sa.PrimaryKeyConstraint("client_id", "key", name="pk_api_requests"),
    )
    op.create_index("ix_api_requests_reserved_until", "api_requests", ["reserved_until"], unique=False)


def _add_webhooks() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("client_id", sa.String(length=12), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret_number", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("overlap_until", sa.DateTime(), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["api_clients.id"], name="fk_webhooks_client_id"),
        sa.PrimaryKeyConstraint("id", name="pk_webhooks"),
    )
    op.create_index("ix_webhooks_client_id", "webhooks", ["client_id"], unique=False)
    op.create_index(
        "ix_webhooks_open",
        "webhooks",
        ["created_at"],
        unique=False,
        sqlite_where=OPEN_WEBHOOK,
        postgresql_where=OPEN_WEBHOOK,
    )


def _add_deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("webhook_id", sa.String(length=40), nullable=True),
        sa.Column("event", sa.String(length=20), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("case_state", sa.String(length=12), nullable=True),
        sa.Column("clearance_no", sa.String(length=24), nullable=True),
        sa.Column("audit_number", sa.Integer(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(), nullable=False),
        sa.Column("next_at", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.Column("error", sa.String(length=40), nullable=True),
        sa.CheckConstraint(
            "(channel = 'webhook') = (webhook_id IS NOT NULL)", name=op.f("ck_deliveries_webhooks_have_an_address")
        ),
        sa.CheckConstraint(
            "(state = 'waiting') = (settled_at IS NULL)", name=op.f("ck_deliveries_settled_at_some_time")
        ),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhooks.id"], name="fk_deliveries_webhook_id"),
        sa.PrimaryKeyConstraint("number", name="pk_deliveries"),
        sa.UniqueConstraint("id", name="uq_deliveries_id"),
        sa.UniqueConstraint("webhook_id", "audit_number", name="uq_deliveries_webhook_id_audit_number"),
    )
    op.create_index(
        "uq_deliveries_to_person",
        "deliveries",
        ["channel", "audit_number"],
        unique=True,
        sqlite_where=TO_PERSON,
        postgresql_where=TO_PERSON,
    )
    op.create_index(
        "ix_deliveries_due", "deliveries", ["next_at"], unique=False, sqlite_where=WAITING, postgresql_where=WAITING
    )
    op.create_index("ix_deliveries_case", "deliveries", ["reference", "channel", "number"], unique=False)
    op.create_index("ix_deliveries_webhook", "deliveries", ["webhook_id", "number"], unique=False)
