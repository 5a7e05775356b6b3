"""The whole life of a case: the steps between entry and departure, and who made each.

A case of the versions before has three signatures where four are asked for, so that no row of it could be moved over.
None was ever in use; a database that holds cases is left as it is.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

OF_CASE = "acts.reference = NEW.reference"
REFUSED = {
    "two steps of one case by one officer": f"""
        NEW.step <> 'care' AND EXISTS (SELECT 1 FROM acts WHERE {OF_CASE}
        AND acts.officer_no = NEW.officer_no AND acts.step NOT IN ('care', NEW.step))""",
    "a rejected case needs other officers": f"""
        NEW.step NOT IN ('care', 'entry') AND EXISTS (SELECT 1 FROM acts JOIN acts AS rejection
        ON rejection.reference = acts.reference AND rejection.move = 'reject' AND acts.number <= rejection.number
        WHERE {OF_CASE} AND acts.officer_no = NEW.officer_no AND acts.step <> 'care')""",
    "an act before this one is missing": f"""
        NEW.number > 1 AND NOT EXISTS (SELECT 1 FROM acts WHERE {OF_CASE} AND acts.number = NEW.number - 1)""",
    "a signature before this one is missing": f"""
        NEW.move IN ('check', 'approve', 'issue') AND NOT EXISTS (SELECT 1 FROM acts WHERE {OF_CASE}
        AND acts.number = NEW.number - 1 AND acts.state =
        (CASE NEW.move WHEN 'check' THEN 'submitted' WHEN 'approve' THEN 'checked' ELSE 'approved' END))""",
    "no signature leads there": """
        NEW.state IN ('checked', 'approved', 'issued') AND NEW.move <> 'release' AND NEW.move <>
        (CASE NEW.state WHEN 'checked' THEN 'check' WHEN 'approved' THEN 'approve' ELSE 'issue' END)""",
    "a release leads back to where the case was held": f"""
        NEW.move = 'release' AND NOT EXISTS (SELECT 1 FROM acts JOIN acts AS hold
        ON hold.reference = acts.reference AND hold.number = acts.number + 1 AND hold.move = 'hold'
        WHERE {OF_CASE} AND hold.number = NEW.number - 1 AND acts.state = NEW.state)""",
    "nobody of this number works here": """
        NOT EXISTS (SELECT 1 FROM officers WHERE officers.number = NEW.officer_no)
        AND (NEW.move <> 'depart' OR NOT EXISTS (SELECT 1 FROM desks WHERE desks.id = NEW.officer_no))""",
}
"""What no act may be; the words are for whoever tries it at the database itself."""
CASE_STANDS_ELSEWHERE = """
    NOT EXISTS (SELECT 1 FROM acts WHERE acts.reference = NEW.reference
    AND acts.number = NEW.version AND acts.state = NEW.state)"""
NOT_SIGNED_FOR = """
    NOT EXISTS (SELECT 1 FROM acts WHERE acts.reference = NEW.application_reference
    AND acts.move = 'issue' AND acts.officer_no = NEW.issued_by)
    OR NOT EXISTS (SELECT 1 FROM acts WHERE acts.reference = NEW.application_reference
    AND acts.move = 'approve' AND acts.officer_no = NEW.approved_by)"""
FIRST_CASES_ONLY = sa.text("replaces IS NULL")


def upgrade() -> None:
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM applications")):
        raise RuntimeError("This database holds cases of a version that was never in use; start with an empty one.")
    op.add_column("officers", sa.Column("licence_no", sa.String(length=12), nullable=True))
    _make_applications_anew()
    _add_tables()
    for statement in _rules(op.get_bind().dialect.name):
        op.execute(sa.text(statement.replace(":", r"\:")))


def _make_applications_anew() -> None:
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    if on_postgresql:
        op.drop_constraint("fk_clearances_application_reference", "clearances", type_="foreignkey")
        op.drop_constraint("fk_signing_intents_application_reference", "signing_intents", type_="foreignkey")
    op.drop_table("applications")
    op.create_table(
        "applications",
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("forwarded", sa.Boolean(), nullable=False),
        sa.Column("replaces", sa.String(length=24), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("entered_at", sa.DateTime(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("name_bn", sa.Text(), nullable=True),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("sex", sa.String(length=6), nullable=False),
        sa.Column("passport_no", sa.String(length=9), nullable=False),
        sa.Column("passport_issued_on", sa.Date(), nullable=False),
        sa.Column("passport_expires_on", sa.Date(), nullable=False),
        sa.Column("registration_no", sa.String(length=24), nullable=False),
        sa.Column("registered_on", sa.Date(), nullable=False),
        sa.Column("fingerprint_taken_on", sa.Date(), nullable=True),
        sa.Column("fingerprint_office", sa.String(length=12), nullable=True),
        sa.Column("photo_sha256", sa.String(length=64), nullable=False),
        sa.Column("photo_remark", sa.String(length=16), nullable=True),
        sa.Column("mobile", sa.String(length=14), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("kin_name", sa.Text(), nullable=True),
        sa.Column("kin_relation", sa.Text(), nullable=True),
        sa.Column("kin_phone", sa.String(length=14), nullable=True),
        sa.Column("destination", sa.String(length=3), nullable=False),
        sa.Column("visa_no", sa.String(length=20), nullable=False),
        sa.Column("visa_type", sa.Integer(), nullable=False),
        sa.Column("visa_issued_on", sa.Date(), nullable=False),
        sa.Column("visa_expires_on", sa.Date(), nullable=False),
        sa.Column("visa_advice_no", sa.String(length=20), nullable=True),
        sa.Column("sponsor_id", sa.String(length=20), nullable=True),
        sa.Column("visa_checked_on", sa.Date(), nullable=True),
        sa.Column("visa_checked_by", sa.Text(), nullable=True),
        sa.Column("visa_check_site", sa.Text(), nullable=True),
        sa.Column("visa_check_result", sa.Text(), nullable=True),
        sa.Column("visa_check_evidence", sa.Text(), nullable=True),
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
        sa.Column("orientation_venue", sa.Text(), nullable=True),
        sa.Column("receipt_no", sa.String(length=30), nullable=False),
        sa.Column("pay_order_no", sa.String(length=30), nullable=True),
        sa.Column("bank", sa.Text(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("amount_taka", sa.Integer(), nullable=False),
        sa.Column("card_class", sa.Integer(), nullable=False),
        sa.Column("office_code", sa.String(length=12), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'checked', 'approved', 'issued', 'held', 'returned', 'rejected',"
            " 'superseded', 'revoked', 'departed')",
            name=op.f("ck_applications_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('issued', 'departed') OR valid_until IS NOT NULL",
            name=op.f("ck_applications_issued_until_a_day"),
        ),
        sa.ForeignKeyConstraint(["office_code"], ["offices.code"], name="fk_applications_office_code"),
        sa.PrimaryKeyConstraint("reference", name="pk_applications"),
    )
    op.create_index("ix_applications_permit_no", "applications", ["permit_no"], unique=False)
    op.create_index("ix_applications_person", "applications", ["passport_no", "birth_date"], unique=False)
    op.create_index("ix_applications_queue", "applications", ["state", "entered_at"], unique=False)
    op.create_index("ix_applications_office", "applications", ["office_code", "state"], unique=False)
    op.create_index("ix_applications_agency", "applications", ["licence_no", "state"], unique=False)
    for number in ("receipt_no", "pay_order_no"):
        op.create_index(
            f"uq_applications_{number}",
            "applications",
            [number],
            unique=True,
            sqlite_where=FIRST_CASES_ONLY,
            postgresql_where=FIRST_CASES_ONLY,
        )
    if on_postgresql:
        for table in ("clearances", "signing_intents"):
            name = f"fk_{table}_application_reference"
            op.create_foreign_key(name, table, "applications", ["application_reference"], ["reference"])


def _add_tables() -> None:
    op.create_table(
        "acts",
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("move", sa.String(length=16), nullable=False),
        sa.Column("step", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("officer_no", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("number >= 1", name=op.f("ck_acts_counted")),
        sa.ForeignKeyConstraint(
            ["reference"],
            ["applications.reference"],
            name="fk_acts_reference",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("reference", "number", name="pk_acts"),
    )
    op.create_index("ix_acts_officer", "acts", ["officer_no", "at"], unique=False)
    op.create_table(
        "earlier_passports",
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("passport_no", sa.String(length=9), nullable=False),
        sa.ForeignKeyConstraint(["reference"], ["applications.reference"], name="fk_earlier_passports_reference"),
        sa.PrimaryKeyConstraint("reference", "position", name="pk_earlier_passports"),
    )
    op.create_index("ix_earlier_passports_passport_no", "earlier_passports", ["passport_no"], unique=False)
    op.create_table(
        "abandoned_intents",
        sa.Column("clearance_no", sa.String(length=24), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("status_uri", sa.String(length=64), nullable=False),
        sa.Column("status_idx", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["reference"], ["applications.reference"], name="fk_abandoned_intents_reference"),
        sa.PrimaryKeyConstraint("clearance_no", name="pk_abandoned_intents"),
        sa.UniqueConstraint("status_uri", "status_idx", name="uq_abandoned_intents_status_uri_status_idx"),
    )


def _rules(dialect: str) -> list[str]:
    """The triggers, said once in the words that both databases share."""
    every = [
        ("acts_by_the_rules", "INSERT ON acts", REFUSED),
        ("cases_stand_where_acted", "INSERT ON applications", {"no act led there": CASE_STANDS_ELSEWHERE}),
        ("cases_move_by_acts", "UPDATE ON applications", {"no act led there": CASE_STANDS_ELSEWHERE}),
        ("cards_are_signed_for", "INSERT ON clearances", {"nobody issued this": NOT_SIGNED_FOR}),
    ]
    write = _on_postgresql if dialect == "postgresql" else _on_sqlite
    statements = [statement for rule in every for statement in write(*rule)]
    return statements + APPEND_ONLY[dialect]


def _on_sqlite(name: str, event: str, refused: dict[str, str]) -> list[str]:
    bodies = " ".join(f"SELECT RAISE(ABORT, '{why}') WHERE {condition};" for why, condition in refused.items())
    return [f"CREATE TRIGGER {name} BEFORE {event} BEGIN {bodies} END"]


def _on_postgresql(name: str, event: str, refused: dict[str, str]) -> list[str]:
    # 23514 is a check violation: told to the program as the broken constraint that it is.
    bodies = " ".join(
        f"IF {condition} THEN RAISE EXCEPTION '{why}' USING ERRCODE = '23514'; END IF;"
        for why, condition in refused.items()
    )
    return [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {bodies} RETURN NEW; END $$",
        f"CREATE TRIGGER {name} BEFORE {event} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]


APPEND_ONLY = {
    "sqlite": [
        "CREATE TRIGGER acts_no_update BEFORE UPDATE ON acts BEGIN SELECT RAISE(ABORT, 'acts are append-only'); END",
        "CREATE TRIGGER acts_no_delete BEFORE DELETE ON acts BEGIN SELECT RAISE(ABORT, 'acts are append-only'); END",
    ],
    "postgresql": [
        "CREATE FUNCTION acts_are_append_only() RETURNS trigger LANGUAGE plpgsql"
        " AS $$ BEGIN RAISE EXCEPTION 'acts are append-only' USING ERRCODE = '23514'; END $$",
        "CREATE TRIGGER acts_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON acts"
        " FOR EACH STATEMENT EXECUTE FUNCTION acts_are_append_only()",
    ],
}
