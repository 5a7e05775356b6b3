"""What state a database is in: for `clearance doctor`, and for whoever asks whether a program is ready."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, inspect, text

from clearance.storage.rights import RECORDS
from clearance.storage.schema import newest, version


@dataclass(frozen=True, kw_only=True)
class Condition:
    """`settings` are those that decide whether what was acknowledged survives a power cut, by their own names.

    `may_change` are tables of record whose rows this user could change or delete; `ahead` is how far the database's
    clock is before ours, None for a file, which has none.
    """

    kind: str
    schema: str | None
    schema_wanted: str
    settings: dict[str, str]
    may_change: tuple[str, ...]
    ahead: timedelta | None

    @property
    def current(self) -> bool:
        """Whether the tables are those that this version of the program wants."""
        return self.schema == self.schema_wanted


def condition(connection: Connection, *, now: datetime) -> Condition:
    """Ask the database about itself."""
    known = inspect(connection).has_table("alembic_version")
    is_file = connection.dialect.name == "sqlite"
    return Condition(
        kind=connection.dialect.name,
        schema=version(connection) if known else None,
        schema_wanted=newest(),
        settings=_of_sqlite(connection) if is_file else _of_postgresql(connection),
        may_change=() if is_file or not known else _may_change(connection),
        ahead=None if is_file else _clock(connection) - now,
    )


def _of_sqlite(connection: Connection) -> dict[str, str]:
    return {
        name: str(connection.exec_driver_sql(f"PRAGMA {name}").scalar()).lower()
        for name in ("journal_mode", "synchronous", "foreign_keys")
    }


def _of_postgresql(connection: Connection) -> dict[str, str]:
    return {
        name: str(connection.exec_driver_sql(f"SHOW {name}").scalar()).lower()
        for name in ("fsync", "synchronous_commit", "full_page_writes")
    }


def _may_change(connection: Connection) -> tuple[str, ...]:
    asked = text("SELECT has_table_privilege(:name, 'UPDATE') OR has_table_privilege(:name, 'DELETE')")
    names = sorted(table.name for table in RECORDS)
    return tuple(name for name in names if connection.execute(asked, {"name": name}).scalar())


def _clock(connection: Connection) -> datetime:
    moment: datetime = connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
    return moment
