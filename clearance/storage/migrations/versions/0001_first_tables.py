"""The first tables: offices and officers, agencies and permits, cases, clearances, signing intents, the audit log."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NOTHING_BEFORE = "0" * 64

APPEND_ONLY = {
    "sqlite": (
        "CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log"
        " BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
        "CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log"
        " BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION audit_log_is_append_only() RETURNS trigger LANGUAGE plpgsql"
        " AS $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$",
        "CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_log_is_append_only()",
    ),
}


def upgrade() -> None:
    op.create_table(
        "agencies",
        sa.Column("licence_no", sa.String(length=12), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("name_bn", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("licence_valid_until", sa.Date(), nullable=False),
        sa.Column("suspended_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("licence_no", name="pk_agencies"),
    )
    op.create_table(
        "audit_head",
        sa.Column("single", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint("single = 1", name=op.f("ck_audit_head_one_row")),
        sa.PrimaryKeyConstraint("single", name="pk_audit_head"),
    )
    op.create_table(
        "audit_log",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("officer_no", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit_log"),
    )
    op.create_index("ix_audit_log_subject", "audit_log", ["subject"], unique=False)
    op.create_table(
        "offices",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("name_bn", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name="pk_offices"),
    )
    op.create_table(
        "officers",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("username", sa.String(length=40), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("name_bn", sa.Text(), nullable=True),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("office_code", sa.String(length=12), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("session_epoch", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["office_code"], ["offices.code"], name="fk_officers_office_code"),
        sa.PrimaryKeyConstraint("number", name="pk_officers"),
        sa.UniqueConstraint("username", name="uq_officers_username"),
    )
    op.create_table(
        "permits",
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("licence_no", sa.String(length=12), nullable=True),
        sa.Column("destination", sa.String(length=3), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.CheckConstraint("used >= 0 AND used <= places", name=op.f("ck_permits_within_budget")),
        sa.ForeignKeyConstraint(["licence_no"], ["agencies.licence_no"], name="fk_permits_licence_no"),
        sa.PrimaryKeyConstraint("number", name="pk_permits"),
    )
    op.create_table(
        "applications",
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("name_bn", sa.Text(), nullable=True),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("sex", sa.String(length=6), nullable=False),
        sa.Column("passport_no", sa.String(length=9), nullable=False),
        sa.Column("passport_issued_on", sa.Date(), nullable=False),
        sa.Column("passport_expires_on", sa.Date(), nullable=False),
        sa.Column("previous_passport_no", sa.String(length=9), nullable=True),
        sa.Column("registration_no", sa.String(length=24), nullable=False),
        sa.Column("registered_on", sa.Date(), nullable=False),
        sa.Column("fingerprint_taken_on", sa.Date(), nullable=True),
        sa.Column("photo_sha256", sa.String(length=64), nullable=False),
        sa.Column("destination", sa.String(length=3), nullable=False),
        sa.Column("visa_no", sa.String(length=20), nullable=False),
        sa.Column("visa_type", sa.Integer(), nullable=False),
        sa.Column("visa_issued_on", sa.Date(), nullable=False),
        sa.Column("visa_expires_on", sa.Date(), nullable=False),
        sa.Column("visa_checked_on", sa.Date(), nullable=True),
        sa.Column("employer", sa.Text(), nullable=False),
        sa.Column("occupation_code", sa.Integer(), nullable=False),
        sa.Column("occupation_en", sa.Text(), nullable=False),
        sa.Column("occupation_bn", sa.Text(), nullable=True),
        sa.Column("salary", sa.Text(), nullable=True),
        sa.Column("contract_until", sa.Date(), nullable=False),
        sa.Column("licence_no", sa.String(length=12), nullable=True),
        sa.Column("permit_no", sa.String(length=30), nullable=False),
        sa.Column("orientation_days", sa.JSON(), nullable=False),
        sa.Column("orientation_certificate_no", sa.String(length=30), nullable=True),
        sa.Column("receipt_no", sa.String(length=30), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("amount_taka", sa.Integer(), nullable=False),
        sa.Column("card_class", sa.Integer(), nullable=False),
        sa.Column("office_code", sa.String(length=12), nullable=False),
        sa.Column("entered_by", sa.String(length=20), nullable=False),
        sa.Column("entered_at", sa.DateTime(), nullable=False),
        sa.Column("approved_by", sa.String(length=20), nullable=True),
        sa.Column("approved_at", sa.DateTime(), nullable=True),
        sa.Column("issued_by", sa.String(length=20), nullable=True),
        sa.Column("issued_at", sa.DateTime(), nullable=True),
        sa.Column("rejected_by", sa.String(length=20), nullable=True),
        sa.Column("rejected_at", sa.DateTime(), nullable=True),
        sa.Column("rejected_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'issued') = (issued_by IS NOT NULL)", name=op.f("ck_applications_issued_by_somebody")
        ),
        sa.CheckConstraint(
            "(state = 'rejected') = (rejected_by IS NOT NULL)", name=op.f("ck_applications_rejected_by_somebody")
        ),
        sa.CheckConstraint(
            "(state IN ('approved', 'issued')) <= (approved_by IS NOT NULL)",
            name=op.f("ck_applications_approved_by_somebody"),
        ),
        sa.CheckConstraint(
            "state IN ('submitted', 'approved', 'issued', 'rejected')", name=op.f("ck_applications_state")
        ),
        sa.CheckConstraint(
            "approved_by IS NULL OR approved_by <> entered_by", name=op.f("ck_applications_approver_did_not_enter")
        ),
        sa.CheckConstraint(
            "issued_by IS NULL OR (issued_by <> entered_by AND issued_by <> approved_by)",
            name=op.f("ck_applications_issuer_is_a_third_person"),
        ),
        sa.ForeignKeyConstraint(["approved_by"], ["officers.number"], name="fk_applications_approved_by"),
        sa.ForeignKeyConstraint(["entered_by"], ["officers.number"], name="fk_applications_entered_by"),
        sa.ForeignKeyConstraint(["issued_by"], ["officers.number"], name="fk_applications_issued_by"),
        sa.ForeignKeyConstraint(["office_code"], ["offices.code"], name="fk_applications_office_code"),
        sa.ForeignKeyConstraint(["rejected_by"], ["officers.number"], name="fk_applications_rejected_by"),
        sa.PrimaryKeyConstraint("reference", name="pk_applications"),
        sa.UniqueConstraint("receipt_no", name="uq_applications_receipt_no"),
    )
    op.create_index("ix_applications_permit_no", "applications", ["permit_no"], unique=False)
    op.create_index("ix_applications_person", "applications", ["passport_no", "birth_date"], unique=False)
    op.create_index("ix_applications_queue", "applications", ["state", "entered_at"], unique=False)
    op.create_table(
        "clearances",
        sa.Column("clearance_no", sa.String(length=24), nullable=False),
        sa.Column("application_reference", sa.String(length=12), nullable=False),
        sa.Column("passport_no", sa.String(length=9), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("status_uri", sa.String(length=64), nullable=False),
        sa.Column("status_idx", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("kid", sa.LargeBinary(), nullable=False),
        sa.Column("pdf_sha256", sa.String(length=64), nullable=False),
        sa.Column("pdf_size", sa.Integer(), nullable=False),
        sa.Column("approved_by", sa.String(length=20), nullable=False),
        sa.Column("issued_by", sa.String(length=20), nullable=False),
        sa.Column("revoked_by", sa.String(length=20), nullable=True),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.Column("revocation_reason", sa.String(length=24), nullable=True),
        sa.Column("revocation_remark", sa.Text(), nullable=True),
        sa.CheckConstraint("(status = 1) = (revoked_by IS NOT NULL)", name=op.f("ck_clearances_revoked_by_somebody")),
        sa.CheckConstraint("issued_by <> approved_by", name=op.f("ck_clearances_two_officers")),
        sa.CheckConstraint("status BETWEEN 0 AND 3", name=op.f("ck_clearances_status")),
        sa.ForeignKeyConstraint(
            ["application_reference"], ["applications.reference"], name="fk_clearances_application_reference"
        ),
        sa.ForeignKeyConstraint(["approved_by"], ["officers.number"], name="fk_clearances_approved_by"),
        sa.ForeignKeyConstraint(["issued_by"], ["officers.number"], name="fk_clearances_issued_by"),
        sa.ForeignKeyConstraint(["revoked_by"], ["officers.number"], name="fk_clearances_revoked_by"),
        sa.PrimaryKeyConstraint("clearance_no", name="pk_clearances"),
        sa.UniqueConstraint("application_reference", name="uq_clearances_application_reference"),
        sa.UniqueConstraint("status_uri", "status_idx", name="uq_clearances_status_uri_status_idx"),
    )
    op.create_index("ix_clearances_issued_at", "clearances", ["issued_at"], unique=False)
    op.create_index(
        "ix_clearances_not_valid",
        "clearances",
        ["status_uri", "status_idx"],
        unique=False,
        sqlite_where=sa.text("status <> 0"),
        postgresql_where=sa.text("status <> 0"),
    )
    op.create_index(
        "uq_clearances_standing",
        "clearances",
        ["passport_no"],
        unique=True,
        sqlite_where=sa.text("status IN (0, 2)"),
        postgresql_where=sa.text("status IN (0, 2)"),
    )
    op.create_table(
        "signing_intents",
        sa.Column("application_reference", sa.String(length=12), nullable=False),
        sa.Column("clearance_no", sa.String(length=24), nullable=False),
        sa.Column("status_uri", sa.String(length=64), nullable=False),
        sa.Column("status_idx", sa.Integer(), nullable=False),
        sa.Column("issuer_no", sa.String(length=20), nullable=False),
        sa.Column("planned_at", sa.DateTime(), nullable=False),
        sa.Column("payload_sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_reference"], ["applications.reference"], name="fk_signing_intents_application_reference"
        ),
        sa.ForeignKeyConstraint(["issuer_no"], ["officers.number"], name="fk_signing_intents_issuer_no"),
        sa.PrimaryKeyConstraint("application_reference", name="pk_signing_intents"),
        sa.UniqueConstraint("clearance_no", name="uq_signing_intents_clearance_no"),
        sa.UniqueConstraint("status_uri", "status_idx", name="uq_signing_intents_status_uri_status_idx"),
    )
    op.execute(f"INSERT INTO audit_head (single, number, digest) VALUES (1, 0, '{NOTHING_BEFORE}')")
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)
