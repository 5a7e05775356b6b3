"""What a step does to a table of millions of rows that others are reading and writing (docs/adr/0122).

Only an index is long work that a step may do, and only this way. Rows are filled in by a chore, in pieces; what holds
for all of them is demanded in the version after.
"""

from collections.abc import Sequence
from typing import Any

from alembic import op


def create_index(name: str, table: str, columns: Sequence[str], **options: Any) -> None:
    """Make an index while others write. What an earlier try left behind, half made, is thrown away first.

    It ends the transaction of the step: whatever the step does besides must bear being done twice, or stand in another.
    """
    if op.get_bind().dialect.name != "postgresql":
        op.create_index(name, table, list(columns), **options)
        return
    with op.get_context().autocommit_block():
        within = {each: op.get_bind().exec_driver_sql(f"SHOW {each}").scalar_one() for each in _PATIENCE}
        for each in _PATIENCE:
            op.get_bind().exec_driver_sql(f"SET {each} = 0")
        op.drop_index(name, if_exists=True, postgresql_concurrently=True)
        op.create_index(name, table, list(columns), postgresql_concurrently=True, **options)
        for each, value in within.items():
            op.get_bind().exec_driver_sql(f"SET {each} = '{value}'")


_PATIENCE = ("lock_timeout", "statement_timeout")
"""It waits for every transaction that is older than itself, and keeps nobody waiting meanwhile."""
