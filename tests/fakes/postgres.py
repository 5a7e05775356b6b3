"""A real PostgreSQL server for the length of a test run: `tests.stack.postgresql`, with its tables and quickly emptied.

Durability is off, since nothing here outlives the run; what a test says about locks, constraints and isolation is real.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, create_engine

from clearance.storage.database import SqlDatabase
from clearance.storage.tables import metadata
from tests.fakes.records_keys import KEYS
from tests.stack.postgresql import Cluster, cluster

Rows = Mapping[Table, Sequence[Mapping[Any, Any]]]


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running server with one migrated database; `at_first` are the rows that the migrations wrote."""

    cluster: Cluster
    at_first: Rows

    @property
    def url(self) -> str:
        return self.cluster.url

    @contextmanager
    def database(self) -> Iterator[SqlDatabase]:
        """The database as the migrations left it; what the last test wrote is gone."""
        self._empty()
        database = SqlDatabase(self.url, keys=KEYS)
        try:
            yield database
        finally:
            database.close()

    def _empty(self) -> None:
        """A few rows are deleted sooner than tables are made. A replica does not ask triggers and references."""
        engine = create_engine(self.url)
        with engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            for table in metadata.sorted_tables:
                connection.execute(table.delete())
            for table, rows in self.at_first.items():
                connection.execute(table.insert(), rows)
        engine.dispose()


@contextmanager
def running() -> Iterator[Server]:
    """A server of its own, stopped and removed at the end."""
    with cluster(durable=False) as started:
        yield Server(cluster=started, at_first=_migrated(started.url))


def _migrated(url: str) -> Rows:
    database = SqlDatabase(url)
    database.migrate()
    database.close()
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = {table: connection.execute(table.select()).mappings().all() for table in metadata.sorted_tables}
    engine.dispose()
    return {table: found for table, found in rows.items() if found}
