"""Guards of the database put to sleep for the length of a block, inside its transaction, by the owner of the tables."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, bindparam, text

_OF_TABLES = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN :tables").bindparams(
    bindparam("tables", expanding=True)
)


@contextmanager
def triggers_asleep(connection: Connection, tables: Collection[str]) -> Iterator[None]:
    """For what is no act of today: rows enter as they once were, or are sealed anew as they are."""
    if connection.dialect.name == "sqlite":
        triggers = connection.execute(_OF_TABLES, {"tables": list(tables)}).all()
        for name, _ in triggers:
            connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        yield
        for _, statement in triggers:
            connection.exec_driver_sql(statement)
        return
    for name in tables:  # locks each as well: nobody writes beside
        connection.exec_driver_sql(f"ALTER TABLE {name} DISABLE TRIGGER USER")
    yield
    connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
    for name in tables:
        connection.exec_driver_sql(f"ALTER TABLE {name} ENABLE TRIGGER USER")
