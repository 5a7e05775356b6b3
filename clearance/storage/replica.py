"""A standby of the database, for what may be asked of one that lags a moment behind, or is away (docs/adr/0120).

Whoever asks here must bear both: `None` and `False` mean that the primary is to be asked. Nothing is ever written here,
and nothing that is decided is read here.
"""

import time
from collections.abc import Sequence
from datetime import date

import structlog
from sqlalchemy import Connection, Engine, bindparam, select, text
from sqlalchemy.exc import SQLAlchemyError

from clearance.issuing.ports import Conflict, Glance, Unavailable
from clearance.storage.glances import glances
from clearance.storage.tables import clearances

LEFT_ALONE_S = 10.0
"""After a failure: whoever waits for a server that is away waits in vain."""
_IS_FRESH = text(
    "SELECT NOT pg_is_in_recovery()"
    " OR coalesce(clock_timestamp() - pg_last_xact_replay_timestamp() < interval '5 minutes', false)"
)
"""The worker writes every minute, however quiet an office is: one that heard nothing for five has lost its line."""
_STATUSES = select(clearances.c.clearance_no, clearances.c.status).where(
    clearances.c.clearance_no.in_(bindparam("numbers", expanding=True))
)
_FAILURES = (Unavailable, Conflict, SQLAlchemyError)
"""Whatever a standby says no with: gone, a statement taken back for the sake of the stream, tables of before."""

log = structlog.get_logger()


class Replica:
    """Reads on a standby; `glancing` is an engine for single statements outside of transactions."""

    def __init__(self, engine: Engine, *, glancing: Engine) -> None:
        self.engine = engine
        self._glancing = glancing
        self._left_alone_until = 0.0

    def glance(self, passport_no: str, *, birth_date: date | None) -> Sequence[Glance] | None:
        """A person's cases as they were a moment ago; None where it cannot be asked."""
        if time.monotonic() < self._left_alone_until:
            return None
        try:
            with self._glancing.connect() as connection:
                return glances(connection, passport_no, birth_date=birth_date)
        except _FAILURES as failure:
            self._leave_alone(failure)
            return None

    def is_fresh(self) -> bool:
        """Whether it answers and is minutes behind at the most."""
        if time.monotonic() < self._left_alone_until:
            return False
        try:
            with self._glancing.connect() as connection:
                return bool(connection.scalar(_IS_FRESH))
        except _FAILURES as failure:
            self._leave_alone(failure)
            return False

    def close(self) -> None:
        """Close every connection that is not in use."""
        self.engine.dispose()
        self._glancing.dispose()

    def _leave_alone(self, failure: Exception) -> None:
        self._left_alone_until = time.monotonic() + LEFT_ALONE_S
        log.warning("the database for look-ups does not answer; the primary is asked", kind=type(failure).__name__)


def stands(primary: Connection, seen: Sequence[Glance]) -> bool:
    """Whether every card that was seen on a standby has the status that was seen, and there is one at all.

    It is one row by its key for each card: a fraction of what a glance costs.
    """
    cards = {case.clearance.clearance_no: case.clearance.status for case in seen if case.clearance}
    if not cards:
        return False  # perhaps not yet
    rows = primary.execute(_STATUSES, {"numbers": list(cards)})
    return {row.clearance_no: row.status for row in rows} == cards
