"""The application's own role in a real PostgreSQL: it does its work, and cannot rewrite a record."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import ProgrammingError

from clearance.storage.database import SqlDatabase
from clearance.storage.rights import RECORDS, RightsRefused
from tests.fakes import postgres
from tests.fakes.office import open_office
from tests.fakes.records_keys import KEYS
from tests.fakes.sqlite import sqlite_database

ROLE, USER = "clearance_app", "clearance_web"


@pytest.fixture
def owner(postgres_server: postgres.Server) -> Iterator[SqlDatabase]:
    with postgres_server.database() as database:
        yield database


@pytest.fixture
def as_application(owner: SqlDatabase, postgres_server: postgres.Server) -> Iterator[Engine]:
    """The application's connection: a user that is a member of the role."""
    owner.give_rights(ROLE)
    admin = create_engine(postgres_server.url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f'CREATE ROLE "{USER}" LOGIN IN ROLE "{ROLE}"')
    engine = create_engine(make_url(postgres_server.url).set(username=USER))
    yield engine
    engine.dispose()
    with admin.connect() as connection:
        connection.exec_driver_sql(f'DROP OWNED BY "{ROLE}"; DROP ROLE "{USER}"; DROP ROLE "{ROLE}"')
    admin.dispose()


def refused(engine: Engine, statement: str) -> str:
    def run(connection: Connection) -> None:
        connection.exec_driver_sql(statement)

    with engine.connect() as connection, pytest.raises(ProgrammingError) as error:
        run(connection)
    return str(error.value.orig)


def test_the_application_issues_a_card_with_its_own_rights(as_application: Engine) -> None:
    database = SqlDatabase(as_application.url.render_as_string(hide_password=False), keys=KEYS)
    database.migrate()  # as at every start: there is nothing to do, and it may do nothing
    office = open_office(database)
    card = office.issue()
    with database.read() as work:
        assert work.clearances.get(card.clearance_no) == card
        assert work.audit.verify().faults == ()
    database.close()


@pytest.mark.parametrize("table", sorted(table.name for table in RECORDS))
@pytest.mark.parametrize(
    "act", ["UPDATE {table} SET officer_no = 'A-2'", "DELETE FROM {table}", "TRUNCATE {table}", "DROP TABLE {table}"]
)
def test_it_cannot_change_or_delete_what_is_on_record(as_application: Engine, table: str, act: str) -> None:
    if table == "signatures":
        act = act.replace("officer_no = 'A-2'", "clearance_no = 'X'")
    assert table in refused(as_application, act.format(table=table))


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE audit_log DISABLE TRIGGER ALL",
        "DROP TRIGGER audit_log_append_only ON audit_log",
        "SET session_replication_role = replica",
        (
            "CREATE OR REPLACE FUNCTION audit_log_is_append_only() RETURNS trigger LANGUAGE plpgsql"
            " AS $$ BEGIN RETURN NULL; END $$"
        ),
        "CREATE TABLE another (x int)",
        "INSERT INTO audit_head VALUES (2, 1, 'x')",
        "DELETE FROM audit_head",
        "UPDATE alembic_version SET version_num = '0001'",
    ],
)
def test_it_cannot_switch_the_guards_off(as_application: Engine, statement: str) -> None:
    message = refused(as_application, statement)
    assert "permission denied" in message or "must be owner" in message


def test_giving_rights_again_changes_nothing(owner: SqlDatabase, as_application: Engine) -> None:
    owner.give_rights(ROLE)
    assert "audit_log" in refused(as_application, "DELETE FROM audit_log")


@pytest.mark.parametrize("role", ["postgres", "Robert; DROP TABLE acts", ""])
def test_a_role_that_no_right_binds_or_that_is_none_is_refused(owner: SqlDatabase, role: str) -> None:
    with pytest.raises(RightsRefused):
        owner.give_rights(role)


def test_sqlite_has_no_roles(tmp_path_factory: pytest.TempPathFactory) -> None:
    with sqlite_database(tmp_path_factory.mktemp("rights")) as database, pytest.raises(RightsRefused):
        database.give_rights(ROLE)
