"""Batches and the chunks of work they are cut into; when each chore is due and who is at it."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _work()
    _files()
    _runs()


def _work() -> None:
    op.create_table(
        "chores",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=True),
        sa.Column("held_until", sa.DateTime(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("(holder IS NULL) = (held_until IS NULL)", name=op.f("ck_chores_held_by_somebody")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_chores")),
    )


def _files() -> None:
    op.create_table(
        "batches",
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("licence_no", sa.String(length=12), nullable=False),
        sa.Column("office_code", sa.String(length=12), nullable=False),
        sa.Column("uploaded_by", sa.String(length=20), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["office_code"], ["offices.code"], name=op.f("fk_batches_office_code")),
        sa.ForeignKeyConstraint(["uploaded_by"], ["officers.number"], name=op.f("fk_batches_uploaded_by")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_batches")),
        sa.UniqueConstraint(
            "file_sha256", "office_code", "licence_no", name=op.f("uq_batches_file_sha256_office_code_licence_no")
        ),
    )
    op.create_index(op.f("ix_batches_uploaded_at"), "batches", ["uploaded_at"], unique=False)
    op.create_table(
        "batch_rows",
        sa.Column("batch_no", sa.String(length=12), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("too_wide", sa.Boolean(), nullable=False),
        sa.Column("standing", sa.String(length=12), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("passport_no", sa.String(length=64), nullable=False),
        sa.Column("visa_no", sa.String(length=64), nullable=False),
        sa.Column("receipt_no", sa.String(length=64), nullable=False),
        sa.Column("permit_no", sa.String(length=64), nullable=False),
        sa.Column("photo_sha256", sa.String(length=64), nullable=False),
        sa.Column("photo_remark", sa.String(length=16), nullable=True),
        sa.Column("corrected", sa.Boolean(), nullable=False),
        sa.Column("wants_eyes", sa.Boolean(), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=True),
        sa.CheckConstraint(
            "(standing = 'submitted') = (reference IS NOT NULL)", name=op.f("ck_batch_rows_submitted_as_a_case")
        ),
        sa.ForeignKeyConstraint(["batch_no"], ["batches.number"], name=op.f("fk_batch_rows_batch_no")),
        sa.ForeignKeyConstraint(["reference"], ["applications.reference"], name=op.f("fk_batch_rows_reference")),
        sa.PrimaryKeyConstraint("batch_no", "number", name=op.f("pk_batch_rows")),
        sa.UniqueConstraint("reference", name=op.f("uq_batch_rows_reference")),
    )
    op.create_index("ix_batch_rows_standing", "batch_rows", ["batch_no", "standing", "number"], unique=False)
    op.create_table(
        "batch_photos",
        sa.Column("batch_no", sa.String(length=12), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["batch_no"], ["batches.number"], name=op.f("fk_batch_photos_batch_no")),
        sa.PrimaryKeyConstraint("batch_no", "number", name=op.f("pk_batch_photos")),
        sa.UniqueConstraint("batch_no", "sha256", name=op.f("uq_batch_photos_batch_no_sha256")),
    )


def _runs() -> None:
    op.create_table(
        "batch_runs",
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("batch_no", sa.String(length=12), nullable=False),
        sa.Column("step", sa.String(length=8), nullable=False),
        sa.Column("officer_no", sa.String(length=20), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("ordered_at", sa.DateTime(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.JSON(), nullable=False),
        sa.Column("paused_by", sa.String(length=20), nullable=True),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["batch_no"], ["batches.number"], name=op.f("fk_batch_runs_batch_no")),
        sa.ForeignKeyConstraint(["officer_no"], ["officers.number"], name=op.f("fk_batch_runs_officer_no")),
        sa.ForeignKeyConstraint(["paused_by"], ["officers.number"], name=op.f("fk_batch_runs_paused_by")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_batch_runs")),
    )
    op.create_index(op.f("ix_batch_runs_batch_no"), "batch_runs", ["batch_no"], unique=False)
    op.create_table(
        "batch_chunks",
        sa.Column("run_no", sa.String(length=12), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("versions", sa.JSON(), nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=True),
        sa.Column("held_until", sa.DateTime(), nullable=True),
        sa.Column("not_before", sa.DateTime(), nullable=True),
        sa.Column("waits_for", sa.JSON(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.CheckConstraint("(holder IS NULL) = (held_until IS NULL)", name=op.f("ck_batch_chunks_held_by_somebody")),
        sa.ForeignKeyConstraint(["run_no"], ["batch_runs.number"], name=op.f("fk_batch_chunks_run_no")),
        sa.PrimaryKeyConstraint("run_no", "number", name=op.f("pk_batch_chunks")),
    )
    op.create_index("ix_batch_chunks_open", "batch_chunks", ["done", "number", "run_no"], unique=False)
    op.create_table(
        "batch_results",
        sa.Column("run_no", sa.String(length=12), nullable=False),
        sa.Column("row", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["run_no"], ["batch_runs.number"], name=op.f("fk_batch_results_run_no")),
        sa.PrimaryKeyConstraint("run_no", "row", name=op.f("pk_batch_results")),
    )
    op.create_table(
        "entry_forms",
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("officer_no", sa.String(length=20), nullable=False),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("photo_sha256", sa.String(length=64), nullable=False),
        sa.Column("photo_remark", sa.String(length=16), nullable=True),
        sa.Column("reference", sa.String(length=12), nullable=True),
        sa.ForeignKeyConstraint(["officer_no"], ["officers.number"], name=op.f("fk_entry_forms_officer_no")),
        sa.ForeignKeyConstraint(["reference"], ["applications.reference"], name=op.f("fk_entry_forms_reference")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_entry_forms")),
        sa.UniqueConstraint("reference", name=op.f("uq_entry_forms_reference")),
    )
    op.create_index("ix_entry_forms_open", "entry_forms", ["officer_no", "reference", "saved_at"], unique=False)
