"""What the application may do in PostgreSQL, and what it may not: no row of a record is ever changed by it.

The owner of the tables makes them and is used for nothing else. The application signs in as a member of a role that may
add to the records and read them; it cannot change or delete their rows, and, not owning the tables, it cannot switch a
trigger off either (docs/adr/0086).
"""

import re
from collections.abc import Iterator

from sqlalchemy import Connection, Table, inspect, text

from clearance.storage.tables import audit_head, audit_log, metadata, signatures
from clearance.storage.tables_cases import acts
from clearance.storage.tables_oversight import lookups
from clearance.storage.tables_personal import investigation_holds

RECORDS = frozenset({audit_log, acts, signatures, lookups})
"""Rows are added and read."""
ROLE = re.compile(r"[a-z_][a-z0-9_]{0,62}", re.ASCII)


class RightsRefused(Exception):
    """The rights cannot be given this way; the message says why."""


def give_rights(connection: Connection, role: str) -> None:
    """Make `role` where it is not there, and give it what the application needs, and nothing else.

    Raises RightsRefused. To be run in a transaction, by the owner of the tables, after every upgrade.
    """
    if connection.dialect.name != "postgresql":
        raise RightsRefused("Only PostgreSQL has roles. In SQLite, triggers guard the records.")
    if not ROLE.fullmatch(role):
        raise RightsRefused("A role has small letters, digits and underscores.")
    known = connection.execute(text("SELECT rolsuper FROM pg_roles WHERE rolname = :role"), {"role": role}).first()
    if known is not None and known.rolsuper:
        raise RightsRefused(f"{role} is a superuser, whom no right binds.")
    if known is None:
        connection.execute(text(f'CREATE ROLE "{role}" NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE'))
    for statement in _statements(connection, role):
        connection.execute(text(statement))


def _statements(connection: Connection, role: str) -> Iterator[str]:
    schema = str(connection.execute(text("SELECT quote_ident(current_schema())")).scalar_one())
    yield f'REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM "{role}"'
    yield f'REVOKE ALL ON SCHEMA {schema} FROM "{role}"'
    yield f'GRANT USAGE ON SCHEMA {schema} TO "{role}"'
    yield f'GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO "{role}"'
    yield f'GRANT SELECT ON alembic_version TO "{role}"'
    present = set(inspect(connection).get_table_names())
    for table in metadata.sorted_tables:
        if table.name in present:
            yield f'GRANT {_rights(table)} ON {table.name} TO "{role}"'
    if investigation_holds.name in present:  # what the guards then allow of it is said in migration 0013
        yield f'GRANT UPDATE (reason) ON {acts.name} TO "{role}"'
        yield f'GRANT EXECUTE ON FUNCTION forget_lookups(timestamp, integer) TO "{role}"'


def _rights(table: Table) -> str:
    if table in RECORDS:
        return "SELECT, INSERT"
    if table is audit_head:
        return "SELECT, UPDATE"  # the one row is there from the first day on
    return "SELECT, INSERT, UPDATE, DELETE"
