"""Enrolled desks and the queue of cards to be issued anew.

A case may now have several clearances, all but one of them SUPERSEDED.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NOT_SUPERSEDED = sa.text("status <> 3")
NOT_WITHDRAWN = sa.text("withdrawn_at IS NULL")
NOT_SETTLED = sa.text("settled_at IS NULL")


def upgrade() -> None:
    _let_cases_have_several_clearances()
    op.create_table(
        "desks",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("airport", sa.String(length=3), nullable=False),
        sa.Column("counter", sa.String(length=12), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("enrolled_by", sa.Text(), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(), nullable=False),
        sa.Column("last_seen", sa.DateTime(), nullable=True),
        sa.Column("trust_sequence", sa.BigInteger(), nullable=True),
        sa.Column("lists", sa.JSON(), nullable=False),
        sa.Column("software", sa.String(length=40), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("(last_seen IS NULL) = (software IS NULL)", name=op.f("ck_desks_seen_by_report")),
        sa.PrimaryKeyConstraint("id", name="pk_desks"),
    )
    op.create_index(
        "uq_desks_open_name",
        "desks",
        ["name"],
        unique=True,
        sqlite_where=NOT_WITHDRAWN,
        postgresql_where=NOT_WITHDRAWN,
    )
    op.create_table(
        "reissue_queue",
        sa.Column("clearance_no", sa.String(length=24), nullable=False),
        sa.Column("kid", sa.LargeBinary(), nullable=False),
        sa.Column("queued_at", sa.DateTime(), nullable=False),
        sa.Column("done_clearance_no", sa.String(length=24), nullable=True),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.Column("ground", sa.String(length=40), nullable=True),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (done_clearance_no IS NULL AND ground IS NULL)",
            name=op.f("ck_reissue_queue_settled_somehow"),
        ),
        sa.CheckConstraint(
            "done_clearance_no IS NULL OR ground IS NULL", name=op.f("ck_reissue_queue_settled_once")
        ),
        sa.ForeignKeyConstraint(
            ["clearance_no"], ["clearances.clearance_no"], name="fk_reissue_queue_clearance_no"
        ),
        sa.ForeignKeyConstraint(
            ["done_clearance_no"], ["clearances.clearance_no"], name="fk_reissue_queue_done_clearance_no"
        ),
        sa.PrimaryKeyConstraint("clearance_no", name="pk_reissue_queue"),
        sa.UniqueConstraint("done_clearance_no", name="uq_reissue_queue_done_clearance_no"),
    )
    op.create_index("ix_reissue_queue_kid", "reissue_queue", ["kid"], unique=False)
    op.create_index(
        "ix_reissue_queue_waiting",
        "reissue_queue",
        ["kid", "clearance_no"],
        unique=False,
        sqlite_where=NOT_SETTLED,
        postgresql_where=NOT_SETTLED,
    )


def _let_cases_have_several_clearances() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _make_clearances_anew()
    else:
        op.drop_constraint("uq_clearances_application_reference", "clearances", type_="unique")
    op.create_index("ix_clearances_application_reference", "clearances", ["application_reference"], unique=False)
    op.create_index(
        "uq_clearances_case",
        "clearances",
        ["application_reference"],
        unique=True,
        sqlite_where=NOT_SUPERSEDED,
        postgresql_where=NOT_SUPERSEDED,
    )


def _make_clearances_anew() -> None:
    """SQLite cannot drop a constraint: the statement that made the table is edited, and the rows move over."""
    connection = op.get_bind()
    statement = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'clearances'").scalar_one()
    indexes = connection.exec_driver_sql(
        "SELECT sql FROM sqlite_master WHERE tbl_name = 'clearances' AND type = 'index' AND sql IS NOT NULL"
    ).scalars().all()
    unique = "CONSTRAINT uq_clearances_application_reference UNIQUE (application_reference), \n\t"
    assert unique in statement, "the table is not that of revision 0002"
    connection.exec_driver_sql(
        statement.replace(unique, "").replace("CREATE TABLE clearances", "CREATE TABLE clearances_anew")
    )
    connection.exec_driver_sql("INSERT INTO clearances_anew SELECT * FROM clearances")
    connection.exec_driver_sql("DROP TABLE clearances")
    connection.exec_driver_sql("ALTER TABLE clearances_anew RENAME TO clearances")
    for index in indexes:
        connection.exec_driver_sql(index)
