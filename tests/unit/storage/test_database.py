"""Durability, locking and migrations of the SQL database."""

import re
import sqlite3
import stat
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from clearance.issuing.ports import Unavailable
from clearance.storage import database as module
from clearance.storage.database import SqlDatabase
from clearance.storage.permit_guards import guards
from clearance.storage.schema import UnknownSchema
from clearance.storage.tables import metadata
from tests.fakes.office import HEADQUARTERS


def test_what_is_acknowledged_survives_a_power_cut(database: SqlDatabase) -> None:
    with database._engine.connect() as connection:  # the settings are per connection
        pragmas = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in PRAGMAS}
    assert pragmas == PRAGMAS


PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": module.BUSY_TIMEOUT_MS}


def test_a_database_that_another_program_holds_is_unavailable_and_then_usable_again(
    database: SqlDatabase, insider: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PRAGMAS", ("PRAGMA busy_timeout = 20", "PRAGMA foreign_keys = ON"))
    impatient = SqlDatabase(f"sqlite:///{tmp_path / 'clearance.db'}")
    insider.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable), impatient.write():
        pass
    with impatient.read() as work:
        assert work.staff.office("BMET") == HEADQUARTERS
    insider.execute("ROLLBACK")
    with impatient.write() as work:
        work.commit()
    impatient.close()


def test_a_database_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    missing = SqlDatabase(f"sqlite:///{tmp_path / 'no' / 'such' / 'folder' / 'clearance.db'}")
    with pytest.raises(Unavailable), missing.read():
        pass
    missing.close()


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    fresh = SqlDatabase(f"sqlite:///{tmp_path / 'fresh.db'}")
    fresh.migrate()
    before = schema_of(tmp_path / "fresh.db")
    fresh.migrate()
    fresh.close()
    assert schema_of(tmp_path / "fresh.db") == before


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    fresh = SqlDatabase(f"sqlite:///{tmp_path / 'fresh.db'}")
    fresh.migrate()
    fresh.close()
    assert stat.S_IMODE((tmp_path / "fresh.db").stat().st_mode) == 0o600


def test_the_migrations_build_the_tables_that_the_code_names(tmp_path: Path) -> None:
    migrated = SqlDatabase(f"sqlite:///{tmp_path / 'migrated.db'}")
    migrated.migrate()
    migrated.close()
    engine = create_engine(f"sqlite:///{tmp_path / 'named.db'}")
    metadata.create_all(engine)
    engine.dispose()
    expected, found = schema_of(tmp_path / "named.db"), schema_of(tmp_path / "migrated.db")
    assert {name: found.get(name) for name in expected} == expected
    triggers = {
        f"{table}_no_{act}" for table in ("audit_log", "signatures", "acts", "lookups") for act in ("update", "delete")
    }
    triggers |= {"acts_by_the_rules", "cases_stand_where_acted", "cases_move_by_acts", "cards_are_signed_for"}
    triggers |= {"card_takes_place", *(guard.name for guard in guards("sqlite"))}
    assert found.keys() - expected.keys() == {"alembic_version", *triggers}


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    newer = SqlDatabase(f"sqlite:///{tmp_path / 'newer.db'}")
    newer.migrate()
    connection = sqlite3.connect(tmp_path / "newer.db")
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    before = schema_of(tmp_path / "newer.db")
    with pytest.raises(UnknownSchema, match="9999"):
        newer.migrate()
    newer.close()
    connection.close()
    assert schema_of(tmp_path / "newer.db") == before


def test_a_migration_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "half.db")
    connection.execute("CREATE TABLE signing_intents (somebody_elses INTEGER)")
    connection.commit()
    with pytest.raises(Unavailable):
        SqlDatabase(f"sqlite:///{tmp_path / 'half.db'}").migrate()
    connection.close()
    assert schema_of(tmp_path / "half.db").keys() == {"signing_intents"}


def test_the_tables_are_said_in_the_words_of_postgresql_too() -> None:
    dialect = postgresql.dialect()
    for table in metadata.sorted_tables:
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=dialect))
        for index in table.indexes:
            statement = str(CreateIndex(index).compile(dialect=dialect))
            assert ("WHERE" in statement) == (index.name in PARTIAL)


PARTIAL = {
    "uq_clearances_standing",
    "uq_clearances_case",
    "ix_clearances_not_valid",
    "uq_desks_open_name",
    "ix_reissue_queue_waiting",
    "uq_staff_changes_waiting",
    "uq_clearances_visa",
    "ix_deliveries_due",
    "uq_deliveries_to_person",
    "ix_webhooks_open",
    "uq_api_clients_open_name",
    "ix_desk_rows_evidence",
    "uq_applications_pay_order_no",
    "uq_applications_receipt_no",
    "uq_rules_successor",
    "uq_permit_changes_open",
    "uq_permit_changes_letter",
    "ix_findings_open",
    "ix_void_items_open",
    "uq_investigation_holds_standing",
    "uq_erasure_orders_open",
}


def schema_of(path: Path) -> dict[str, frozenset[str]]:
    """Name -> the lines of the statement that made it; the order of constraints does not matter."""
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    connection.close()
    # A table that was renamed has its name in quotes; a column added later stands in the line of the one before it.
    texts = {
        name: re.sub(r", (?=\w+ (?:VARCHAR\(\d+\)|[A-Z]+)[ ,])", ",\n", sql.replace('"', "")) for name, sql in rows
    }
    return {name: frozenset(line.strip(" ,\t") for line in sql.splitlines()) for name, sql in texts.items()}
