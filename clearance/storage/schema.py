"""Bringing a database to today's tables, in one transaction: wholly or not at all."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection

MIGRATIONS = Path(__file__).parent / "migrations"


class UnknownSchema(Exception):
    """The database was made by a newer version of this program; nothing was changed."""


def migrate(connection: Connection) -> None:
    """Run the missing steps inside the transaction of `connection`. Raises UnknownSchema."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise UnknownSchema(f"This database belongs to a newer version of the program ({error}).") from error
