"""Who is at the other end: sessions, second factors, invitations, proposed changes of accounts.

The epoch that ended an officer's sessions goes: sessions are rows now, and end one by one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("officers", "session_epoch")
    op.create_table(
        "officer_sessions",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("officer_no", sa.String(length=20), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("agent", sa.String(length=40), nullable=False),
        sa.Column("network", sa.String(length=45), nullable=False),
        sa.Column("began_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("shown_at", sa.DateTime(), nullable=True),
        sa.Column("factor", sa.String(length=10), nullable=True),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("overlapped", sa.Boolean(), nullable=False),
        sa.Column("challenge", sa.LargeBinary(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("ended_because", sa.String(length=16), nullable=True),
        sa.CheckConstraint(
            "(ended_because IS NULL) = (ended_at IS NULL)", name=op.f("ck_officer_sessions_ended_somehow")
        ),
        sa.CheckConstraint("(factor IS NULL) = (shown_at IS NULL)", name=op.f("ck_officer_sessions_shown_somehow")),
        sa.ForeignKeyConstraint(["officer_no"], ["officers.number"], name=op.f("fk_officer_sessions_officer_no")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_officer_sessions")),
    )
    op.create_index("ix_officer_sessions_officer", "officer_sessions", ["officer_no", "began_at"], unique=False)
    op.create_index("ix_officer_sessions_seen", "officer_sessions", ["seen_at"], unique=False)
    op.create_table(
        "authenticators",
        sa.Column("officer_no", sa.String(length=20), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["officer_no"], ["officers.number"], name=op.f("fk_authenticators_officer_no")),
        sa.PrimaryKeyConstraint("officer_no", name=op.f("pk_authenticators")),
    )
    op.create_table(
        "passkeys",
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("officer_no", sa.String(length=20), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["officer_no"], ["officers.number"], name=op.f("fk_passkeys_officer_no")),
        sa.PrimaryKeyConstraint("credential_id", name=op.f("pk_passkeys")),
    )
    op.create_index(op.f("ix_passkeys_officer_no"), "passkeys", ["officer_no"], unique=False)
    op.create_table(
        "recovery_codes",
        sa.Column("officer_no", sa.String(length=20), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["officer_no"], ["officers.number"], name=op.f("fk_recovery_codes_officer_no")),
        sa.PrimaryKeyConstraint("officer_no", "digest", name=op.f("pk_recovery_codes")),
    )
    op.create_table(
        "invitations",
        sa.Column("officer_no", sa.String(length=20), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["officer_no"], ["officers.number"], name=op.f("fk_invitations_officer_no")),
        sa.PrimaryKeyConstraint("officer_no", name=op.f("pk_invitations")),
    )
    op.create_table(
        "staff_changes",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("officer_no", sa.String(length=20), nullable=False),
        sa.Column("roles", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("proposed_by", sa.String(length=20), nullable=False),
        sa.Column("proposed_at", sa.DateTime(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("settled_by", sa.String(length=20), nullable=True),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "outcome <> 'agreed' OR (settled_by <> proposed_by AND settled_by <> officer_no)",
            name=op.f("ck_staff_changes_two_administrators"),
        ),
        sa.CheckConstraint(
            "(outcome IS NULL) = (settled_by IS NULL)", name=op.f("ck_staff_changes_settled_by_somebody")
        ),
        sa.CheckConstraint("proposed_by <> officer_no", name=op.f("ck_staff_changes_of_another")),
        sa.ForeignKeyConstraint(["officer_no"], ["officers.number"], name=op.f("fk_staff_changes_officer_no")),
        sa.ForeignKeyConstraint(["proposed_by"], ["officers.number"], name=op.f("fk_staff_changes_proposed_by")),
        sa.ForeignKeyConstraint(["settled_by"], ["officers.number"], name=op.f("fk_staff_changes_settled_by")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_staff_changes")),
    )
    op.create_index(
        "uq_staff_changes_waiting",
        "staff_changes",
        ["officer_no", "kind"],
        unique=True,
        sqlite_where=sa.text("outcome IS NULL"),
        postgresql_where=sa.text("outcome IS NULL"),
    )
