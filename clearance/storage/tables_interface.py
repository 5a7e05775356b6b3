"""The tables of clients, their requests, webhooks and deliveries."""

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from clearance.storage.sealed import Sealed
from clearance.storage.tables import UtcDateTime, metadata

_OPEN_CLIENT = text("revoked_at IS NULL")
_OPEN_WEBHOOK = text("closed_at IS NULL")
_WAITING = text("state = 'waiting'")
_TO_PERSON = text("webhook_id IS NULL")

api_clients = Table(
    "api_clients",
    metadata,
    Column("id", String(12), primary_key=True),
    Column("name", String(60), nullable=False),
    Column("officer_no", ForeignKey("officers.number"), nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    Index("uq_api_clients_open_name", "name", unique=True, sqlite_where=_OPEN_CLIENT, postgresql_where=_OPEN_CLIENT),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("client_id", ForeignKey("api_clients.id"), nullable=False, index=True),
    Column("issued_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)

api_requests = Table(
    "api_requests",
    metadata,
    Column("client_id", ForeignKey("api_clients.id"), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("lease", String(32), nullable=False),
    Column("reserved_until", UtcDateTime, nullable=False, index=True),
    Column("status", Integer),
    Column("body", Sealed("api_requests.body")),
    Column("location", Text),
    CheckConstraint("(status IS NULL) = (body IS NULL)", name="answered_whole"),
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("client_id", ForeignKey("api_clients.id"), nullable=False, index=True),
    Column("url", Text, nullable=False),
    Column("secret_number", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("overlap_until", UtcDateTime),
    Column("closed_at", UtcDateTime),
    Index("ix_webhooks_open", "created_at", sqlite_where=_OPEN_WEBHOOK, postgresql_where=_OPEN_WEBHOOK),
)

deliveries = Table(
    "deliveries",
    metadata,
    # In the order in which they came up: of a receiver and a case, the lower number goes first.
    Column("number", Integer, primary_key=True),
    Column("id", String(40), nullable=False, unique=True),
    Column("channel", String(10), nullable=False),
    Column("webhook_id", ForeignKey("webhooks.id")),
    Column("event", String(20), nullable=False),
    Column("reference", String(40), nullable=False),
    Column("case_state", String(12)),
    Column("clearance_no", String(24)),
    Column("audit_number", Integer),
    Column("occurred_at", UtcDateTime, nullable=False),
    Column("next_at", UtcDateTime, nullable=False),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("settled_at", UtcDateTime),
    Column("error", String(40)),
    # The same entry of the record never goes to one receiver as two deliveries.
    UniqueConstraint("webhook_id", "audit_number"),
    Index(
        "uq_deliveries_to_person",
        "channel",
        "audit_number",
        unique=True,
        sqlite_where=_TO_PERSON,
        postgresql_where=_TO_PERSON,
    ),
    CheckConstraint("(channel = 'webhook') = (webhook_id IS NOT NULL)", name="webhooks_have_an_address"),
    CheckConstraint("(state = 'waiting') = (settled_at IS NULL)", name="settled_at_some_time"),
    Index("ix_deliveries_due", "next_at", sqlite_where=_WAITING, postgresql_where=_WAITING),
    Index("ix_deliveries_case", "reference", "channel", "number"),
    Index("ix_deliveries_webhook", "webhook_id", "number"),
)

message_optouts = Table(
    "message_optouts",
    metadata,
    Column("reference", ForeignKey("applications.reference"), primary_key=True),
    Column("officer_no", ForeignKey("officers.number"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

feed_places = Table(
    "feed_places",
    metadata,
    Column("reader", String(20), primary_key=True),
    Column("number", Integer, nullable=False),
)
