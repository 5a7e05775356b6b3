"""What is remembered of each chore, as rows."""

from dataclasses import asdict

from sqlalchemy import Connection, bindparam, select, update

from clearance.issuing.ports import ChoreRecord
from clearance.storage.tables_batches import chores

_GET = select(chores).where(chores.c.name == bindparam("wanted"))
_UPDATE = update(chores).where(chores.c.name == bindparam("wanted"))


class SqlChores:
    """Implements `clearance.issuing.ports.ChoreRecords`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, name: str) -> ChoreRecord | None:
        columns = self._connection.execute(_GET, {"wanted": name}).mappings().first()
        return None if columns is None else ChoreRecord(**columns)

    def save(self, record: ChoreRecord) -> None:
        row = asdict(record)
        if self._connection.execute(_UPDATE, row | {"wanted": record.name}).rowcount == 0:
            self._connection.execute(chores.insert(), row)
