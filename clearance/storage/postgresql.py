"""What our PostgreSQL connections do otherwise than the driver's own."""

import select
from collections.abc import Mapping
from typing import Any

from psycopg import Connection, Cursor

BRIEF: Mapping[str, int | str] = {
    "connect_timeout": 3,
    "tcp_user_timeout": 5_000,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "options": (
        "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=2 -c tcp_user_timeout=5000"
    ),
}
"""Parameters of libpq by which a server that vanished without a word is given up: within seconds while connecting and
after sending, within ten while waiting for an answer. An address of the database that says otherwise is believed.

`options` asks the same of the server: else one of ours that vanished in the middle of a transaction, with the lock of
the record, would keep all others from writing for the two hours after which systems look for the dead by themselves."""


def has_hung_up(connection: Connection[Any]) -> bool:
    """Whether the server closed an idle connection, or the network did.

    Asking the server would cost every request a round trip. Its goodbye, or the end of the line, can be heard without:
    on a connection between two transactions there is nothing else to hear.
    """
    if connection.closed:
        return True
    line = select.poll()
    line.register(connection.fileno(), select.POLLIN)
    return bool(line.poll(0))


class BriefCursor(Cursor[Any]):
    """Tells of its columns what SQLAlchemy reads of them, name and type.

    SQLAlchemy asks with every statement, and the driver would make an object of each of a case's fifty columns: a fifth
    of the processor's time of a look-up.
    """

    @property
    def description(self) -> Any:
        """As PEP 249 has it, without sizes; None where there are no rows to have."""
        result = self.pgresult
        if result is None or not result.nfields:
            return None
        fields = range(result.nfields)
        return [((result.fname(i) or b"").decode(), result.ftype(i), None, None, None, None, None) for i in fields]
