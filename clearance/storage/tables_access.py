"""The tables of who is at the other end: sessions, second factors, invitations, proposed changes of accounts."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    text,
)

from clearance.storage.sealed import Sealed
from clearance.storage.tables import UtcDateTime, metadata

officer_sessions = Table(
    "officer_sessions",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("officer_no", ForeignKey("officers.number"), nullable=False),
    Column("device", String(64), nullable=False),
    Column("agent", Sealed("officer_sessions.agent", String(40)), nullable=False),
    Column("network", Sealed("officer_sessions.network", String(45)), nullable=False),
    Column("began_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("shown_at", UtcDateTime),
    Column("factor", String(10)),
    Column("complete", Boolean, nullable=False),
    Column("overlapped", Boolean, nullable=False),
    Column("challenge", LargeBinary),
    Column("ended_at", UtcDateTime),
    Column("ended_because", String(16)),
    CheckConstraint("(ended_because IS NULL) = (ended_at IS NULL)", name="ended_somehow"),
    CheckConstraint("(factor IS NULL) = (shown_at IS NULL)", name="shown_somehow"),
    Index("ix_officer_sessions_officer", "officer_no", "began_at"),
    Index("ix_officer_sessions_seen", "seen_at"),
)

authenticators = Table(
    "authenticators",
    metadata,
    Column("officer_no", ForeignKey("officers.number"), primary_key=True),
    Column("sealed_secret", LargeBinary, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    # The newest step whose code was used: a code works once.
    Column("last_step", BigInteger, nullable=False),
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("credential_id", LargeBinary, primary_key=True),
    Column("officer_no", ForeignKey("officers.number"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("officer_no", ForeignKey("officers.number"), primary_key=True),
    Column("digest", String(64), primary_key=True),
)

invitations = Table(
    "invitations",
    metadata,
    Column("officer_no", ForeignKey("officers.number"), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False),
)

staff_changes = Table(
    "staff_changes",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("officer_no", ForeignKey("officers.number"), nullable=False),
    Column("roles", JSON(none_as_null=True)),
    Column("proposed_by", ForeignKey("officers.number"), nullable=False),
    Column("proposed_at", UtcDateTime, nullable=False),
    Column("outcome", String(10)),
    Column("settled_by", ForeignKey("officers.number")),
    Column("settled_at", UtcDateTime),
    CheckConstraint("(outcome IS NULL) = (settled_by IS NULL)", name="settled_by_somebody"),
    CheckConstraint(
        "outcome <> 'agreed' OR (settled_by <> proposed_by AND settled_by <> officer_no)", name="two_administrators"
    ),
    CheckConstraint("proposed_by <> officer_no", name="of_another"),
    Index(
        "uq_staff_changes_waiting",
        "officer_no",
        "kind",
        unique=True,
        sqlite_where=text("outcome IS NULL"),
        postgresql_where=text("outcome IS NULL"),
    ),
)
