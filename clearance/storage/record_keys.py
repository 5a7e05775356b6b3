"""Which keys of the records a database needs, noted in the database itself.

A program that was given another file of keys, or one from which a key was lost, is told so at its start, and not by the
first row that does not open.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from clearance.storage.tables import record_keys


class KeysLacking(Exception):
    """Something here may be sealed with keys that are not at hand; `ids` are theirs."""

    def __init__(self, ids: Sequence[str]) -> None:
        super().__init__(", ".join(ids))
        self.ids = tuple(ids)


def register_keys(connection: Connection, ids: Sequence[str], *, writing: bool) -> bool:
    """Whether the newest of the keys, which come first, is noted; it is now where `writing`. Raises KeysLacking."""
    noted = set(connection.execute(select(record_keys.c.id)).scalars())
    if lacking := sorted(noted - set(ids)):
        raise KeysLacking(lacking)
    if ids[0] in noted:
        return True
    if writing:
        connection.execute(record_keys.insert(), {"id": ids[0]})
    return writing


def forget_keys(connection: Connection, *, besides: str) -> None:
    """Nothing here is sealed with any other key."""
    connection.execute(record_keys.delete().where(record_keys.c.id != besides))
