"""The tables, and the rules that hold whatever program writes to them.

Every rule of the office that a row can break is a constraint here as well (docs/adr/0041): a permit cannot be
overdrawn, a passport cannot hold two clearances, one person cannot sign a case twice. The migrations build the same
tables step by step; a test compares the two.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.engine import Dialect

from clearance.storage.sealed import Sealed


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept as UTC: SQLite has no time zones of its own."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


def where(condition: str) -> dict[str, Any]:
    return {f"{dialect}_where": text(condition) for dialect in ("sqlite", "postgresql")}


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

offices = Table(
    "offices",
    metadata,
    Column("code", String(12), primary_key=True),
    Column("name_en", Text, nullable=False),
    Column("name_bn", Text),
)

officers = Table(
    "officers",
    metadata,
    Column("number", String(20), primary_key=True),
    Column("username", String(40), nullable=False, unique=True),
    Column("name_en", Text, nullable=False),
    Column("name_bn", Text),
    Column("roles", JSON, nullable=False),
    Column("office_code", ForeignKey("offices.code"), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("licence_no", String(12)),
)

agencies = Table(
    "agencies",
    metadata,
    Column("licence_no", String(12), primary_key=True),
    Column("name_en", Text, nullable=False),
    Column("name_bn", Text),
    Column("phone", Text, nullable=False),
    Column("licence_valid_until", Date, nullable=False),
    Column("suspended_on", Date),
    Column("suspended_by", String(20)),
    Column("suspended_reason", Text),
)

permits = Table(
    "permits",
    metadata,
    Column("number", String(30), primary_key=True),
    Column("licence_no", ForeignKey("agencies.licence_no")),
    Column("destination", String(3), nullable=False),
    Column("places", Integer, nullable=False),
    Column("used", Integer, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date, nullable=False),
    # Places that were used before this database counted; `used` is these and the cards (docs/adr/0076).
    Column("used_before", Integer),
    CheckConstraint("used >= 0 AND used <= places", name="within_budget"),
)

applications = Table(
    "applications",
    metadata,
    Column("reference", String(12), primary_key=True),
    Column("state", String(12), nullable=False),
    Column("version", Integer, nullable=False),
    Column("forwarded", Boolean, nullable=False),
    # A clearance's number. No foreign key: clearances name their cases already, and the two would go round in a circle.
    Column("replaces", String(24)),
    Column("valid_until", Date),
    Column("entered_at", UtcDateTime, nullable=False),
    Column("search", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("name_bn", Text),
    Column("birth_date", Date, nullable=False),
    Column("sex", String(6), nullable=False),
    Column("passport_no", String(9), nullable=False),
    Column("passport_issued_on", Date, nullable=False),
    Column("passport_expires_on", Date, nullable=False),
    Column("registration_no", String(24), nullable=False, index=True),
    Column("registered_on", Date, nullable=False),
    Column("fingerprint_taken_on", Date),
    Column("fingerprint_office", String(12)),
    Column("photo_sha256", String(64), nullable=False),
    Column("photo_remark", String(16)),
    Column("mobile", Sealed("applications.mobile", String(14))),
    Column("email", Sealed("applications.email", String(254))),
    Column("kin_name", Sealed("applications.kin_name")),
    Column("kin_relation", Sealed("applications.kin_relation")),
    Column("kin_phone", Sealed("applications.kin_phone", String(14))),
    Column("destination", String(3), nullable=False),
    Column("visa_no", String(20), nullable=False),
    Column("visa_type", Integer, nullable=False),
    Column("visa_issued_on", Date, nullable=False),
    Column("visa_expires_on", Date, nullable=False),
    Column("visa_advice_no", String(20)),
    Column("sponsor_id", String(20)),
    Column("visa_checked_on", Date),
    Column("visa_checked_by", Sealed("applications.visa_checked_by")),
    Column("visa_check_site", Text),
    Column("visa_check_result", Sealed("applications.visa_check_result")),
    Column("visa_check_evidence", Text),
    Column("employer", Sealed("applications.employer"), nullable=False),
    Column("occupation_code", Integer, nullable=False),
    Column("occupation_en", Sealed("applications.occupation_en"), nullable=False),
    Column("occupation_bn", Sealed("applications.occupation_bn")),
    Column("salary", Sealed("applications.salary")),
    Column("contract_until", Date, nullable=False),
    Column("licence_no", String(12)),
    Column("permit_no", String(30), nullable=False, index=True),
    Column("orientation_days", JSON, nullable=False),
    Column("orientation_certificate_no", String(30)),
    Column("orientation_venue", Text),
    Column("receipt_no", String(30), nullable=False),
    Column("pay_order_no", String(30)),
    Column("bank", Text),
    Column("paid_on", Date, nullable=False),
    Column("amount_taka", Integer, nullable=False),
    Column("card_class", Integer, nullable=False),
    Column("office_code", ForeignKey("offices.code"), nullable=False),
    Column("training_certificate_no", String(30)),
    # The rule version that the last decision went by.
    Column("rule_no", Integer),
    # The day on which the person was taken out of it (docs/adr/0138).
    Column("redacted_on", Date),
    CheckConstraint(
        "state IN ('draft', 'submitted', 'checked', 'approved', 'issued', 'held', 'returned', 'rejected', 'superseded',"
        " 'revoked', 'departed')",
        name="state",
    ),
    CheckConstraint("state NOT IN ('issued', 'departed') OR valid_until IS NOT NULL", name="issued_until_a_day"),
    Index("ix_applications_person", "passport_no", "birth_date"),
    Index("ix_applications_queue", "state", "entered_at"),
    Index("ix_applications_office", "office_code", "state"),
    Index("ix_applications_agency", "licence_no", "state"),
    # A case that corrects a card was paid for by the first one.
    Index("uq_applications_receipt_no", "receipt_no", unique=True, **where("replaces IS NULL")),
    Index("uq_applications_pay_order_no", "pay_order_no", unique=True, **where("replaces IS NULL")),
)

clearances = Table(
    "clearances",
    metadata,
    Column("clearance_no", String(24), primary_key=True),
    Column("application_reference", ForeignKey("applications.reference"), nullable=False, index=True),
    Column("passport_no", String(9), nullable=False),
    Column("status", Integer, nullable=False),
    Column("status_uri", String(64), nullable=False),
    Column("status_idx", Integer, nullable=False),
    Column("issued_at", UtcDateTime, nullable=False, index=True),
    Column("valid_until", Date, nullable=False),
    Column("token", Sealed("clearances.token", LargeBinary()), nullable=False),
    Column("kid", LargeBinary, nullable=False),
    Column("pdf_sha256", String(64), nullable=False),
    Column("pdf_size", Integer, nullable=False),
    Column("approved_by", ForeignKey("officers.number"), nullable=False),
    Column("issued_by", ForeignKey("officers.number"), nullable=False),
    Column("revoked_by", ForeignKey("officers.number")),
    Column("revoked_at", UtcDateTime),
    Column("revocation_reason", String(24)),
    Column("revocation_remark", Sealed("clearances.revocation_remark")),
    Column("grade", String(1)),
    # Of the case on the day of issue, for what the database itself counts and compares (docs/adr/0076).
    Column("permit_no", String(30)),
    Column("destination", String(3)),
    Column("visa_no", String(20)),
    # The superseded clearance whose place on the permit this one took over; every other takes a place of its own.
    Column("place_of", String(24)),
    UniqueConstraint("status_uri", "status_idx"),
    CheckConstraint("status BETWEEN 0 AND 3", name="status"),
    CheckConstraint("issued_by <> approved_by", name="two_officers"),
    CheckConstraint("(status = 1) = (revoked_by IS NOT NULL)", name="revoked_by_somebody"),
    Index("uq_clearances_standing", "passport_no", unique=True, **where("status IN (0, 2)")),
    # All clearances of a case but the newest are SUPERSEDED: each was issued anew (docs/adr/0061).
    Index("uq_clearances_case", "application_reference", unique=True, **where("status <> 3")),
    Index("uq_clearances_visa", "destination", "visa_no", unique=True, **where("status IN (0, 2)")),
    Index("uq_clearances_place_of", "place_of", unique=True),
    Index("ix_clearances_permit", "permit_no"),
    Index("ix_clearances_not_valid", "status_uri", "status_idx", **where("status <> 0")),
)

signing_intents = Table(
    "signing_intents",
    metadata,
    Column("application_reference", ForeignKey("applications.reference"), primary_key=True),
    Column("clearance_no", String(24), nullable=False, unique=True),
    Column("status_uri", String(64), nullable=False),
    Column("status_idx", Integer, nullable=False),
    Column("issuer_no", ForeignKey("officers.number"), nullable=False),
    Column("planned_at", UtcDateTime, nullable=False),
    Column("payload_sha256", String(64), nullable=False),
    UniqueConstraint("status_uri", "status_idx"),
)

signatures = Table(
    "signatures",
    metadata,
    # Every credential that the card key was asked for, in order; rows are added and never changed (docs/adr/0060).
    Column("number", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("clearance_no", String(24), nullable=False),
    Column("payload_sha256", String(64), nullable=False),
)

signing_stops = Table(
    "signing_stops",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("stopped_by", ForeignKey("officers.number"), nullable=False),
    Column("stopped_at", UtcDateTime, nullable=False),
    Column("reason", Text, nullable=False),
    Column("resumed_by", ForeignKey("officers.number")),
    Column("resumed_at", UtcDateTime),
    CheckConstraint("(resumed_by IS NULL) = (resumed_at IS NULL)", name="resumed_by_somebody"),
)

desks = Table(
    "desks",
    metadata,
    Column("id", String(12), primary_key=True),
    Column("name", String(20), nullable=False),
    Column("airport", String(3), nullable=False),
    Column("counter", String(12), nullable=False),
    Column("token_sha256", String(64), nullable=False),
    Column("enrolled_by", Text, nullable=False),
    Column("enrolled_at", UtcDateTime, nullable=False),
    Column("last_seen", UtcDateTime),
    Column("trust_sequence", BigInteger),
    Column("lists", JSON, nullable=False),
    Column("software", String(40)),
    Column("journal_rows", Integer, nullable=False, server_default="0"),
    Column("withdrawn_at", UtcDateTime),
    CheckConstraint("(last_seen IS NULL) = (software IS NULL)", name="seen_by_report"),
    Index("uq_desks_open_name", "name", unique=True, **where("withdrawn_at IS NULL")),
)

reissue_queue = Table(
    "reissue_queue",
    metadata,
    Column("clearance_no", ForeignKey("clearances.clearance_no"), primary_key=True),
    Column("kid", LargeBinary, nullable=False, index=True),
    Column("queued_at", UtcDateTime, nullable=False),
    Column("done_clearance_no", ForeignKey("clearances.clearance_no"), unique=True),
    Column("settled_at", UtcDateTime),
    Column("ground", String(40)),
    CheckConstraint("(settled_at IS NULL) = (done_clearance_no IS NULL AND ground IS NULL)", name="settled_somehow"),
    CheckConstraint("done_clearance_no IS NULL OR ground IS NULL", name="settled_once"),
    Index("ix_reissue_queue_waiting", "kid", "clearance_no", **where("settled_at IS NULL")),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    # Texts as they entered the digest: a database that rewrote them in its own way would break the chain.
    Column("at", Text, nullable=False),
    Column("officer_no", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("subject", Text, nullable=False, index=True),
    Column("facts", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Index("ix_audit_log_officer", "officer_no", "number"),
    Index("ix_audit_log_at", "at"),
)

record_keys = Table(
    "record_keys",
    metadata,
    # By id, those that anything here may be sealed with: whoever opens this database must have all of them.
    Column("id", String(8), primary_key=True),
)

audit_head = Table(
    "audit_head",
    metadata,
    # One row. Writers queue on it, and it shows when the end of the log was cut off.
    Column("single", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    CheckConstraint("single = 1", name="one_row"),
)
