"""Bringing a database to today's tables: in SQLite wholly or not at all, in PostgreSQL step by step (`turns`)."""

from pathlib import Path

from sqlalchemy import Connection, String, column, inspect, select, table

from clearance.storage.tables import audit_head, record_keys
from clearance.storage.turns import in_turn

MIGRATIONS = Path(__file__).parent / "migrations"
_VERSION = select(column("version_num", String)).select_from(table("alembic_version"))


class UnknownSchema(Exception):
    """The database was made by a newer version of this program; nothing was changed."""


def migrate(connection: Connection) -> None:
    """Run the missing steps; `connection` is not in a transaction. Raises UnknownSchema, SchemaBusy, Unavailable."""
    with connection.begin():
        if _is_newest(connection):
            return  # as at nearly every start; loading Alembic would take a good part of it
        if connection.dialect.name != "postgresql":
            _upgrade(connection)
            return
    in_turn(connection, lambda: _upgrade(connection))


def _is_newest(connection: Connection) -> bool:
    return inspect(connection).has_table("alembic_version") and version(connection) == newest()


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise UnknownSchema(f"This database belongs to a newer version of the program ({error}).") from error


def is_new(connection: Connection) -> bool:
    """Whether nothing was ever done here: there are no tables, or no act is on record and no key is noted."""
    if not inspect(connection).has_table(audit_head.name):
        return True
    return not connection.scalar(select(audit_head.c.number)) and not is_sealed(connection)


def is_sealed(connection: Connection) -> bool:
    """Whether rows may be sealed: a key of the records is noted."""
    noted = inspect(connection).has_table(record_keys.name)
    return noted and connection.scalar(select(record_keys.c.id).limit(1)) is not None


def version(connection: Connection) -> str | None:
    """The revision that a database stands at."""
    return connection.scalar(_VERSION)


def newest() -> str:
    """The revision that the last step leads to; steps are files named after theirs."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))
