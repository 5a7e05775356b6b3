"""Changing the tables of a PostgreSQL that others are using meanwhile (docs/adr/0122).

One program at a time, each step in a transaction of its own, and none of them at the cost of those who work: whoever
comes after a step that waits for a table waits with it, so that it waits for two seconds, gives way and tries again.
"""

import time
from collections.abc import Callable

import structlog
from sqlalchemy import Connection

from clearance.issuing.ports import Unavailable

LOCK_WITHIN_MS = 2_000
STATEMENT_WITHIN_MS = 30_000
"""A change of a table takes milliseconds, or it does not belong into a step (`migrations/gently.py`)."""
PAUSES_S = (1, 2, 4, 8, 8, 8, 8)
_TURN = 0x636C6561
"""The number of the lock by which programs take turns, for this purpose alone."""

log = structlog.get_logger()


class SchemaBusy(Exception):
    """The tables could not be changed now; the step that failed left nothing behind."""


def in_turn(connection: Connection, change: Callable[[], None]) -> None:
    """Call `change` while no other program changes tables, again where it had to give way. `connection` is not in a
    transaction, and its line to the server is closed at the end, which gives the turn back. Raises SchemaBusy."""
    try:
        _take_turn(connection)
        connection.exec_driver_sql(f"SET lock_timeout = {LOCK_WITHIN_MS}")
        connection.exec_driver_sql(f"SET statement_timeout = {STATEMENT_WITHIN_MS}")
        connection.commit()
        _until_done(connection, change)
    finally:
        connection.invalidate()


def _until_done(connection: Connection, change: Callable[[], None]) -> None:
    for pause in (*PAUSES_S, None):
        try:
            change()
            return
        except Unavailable as error:
            connection.rollback()
            _give_way(error, pause)


def _take_turn(connection: Connection) -> None:
    """Ask time and again: whoever waits inside a statement keeps an index from being finished beside it."""
    while not connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({_TURN})").scalar_one():
        connection.commit()
        time.sleep(0.2)
    connection.commit()


def _give_way(error: Unavailable, pause: int | None) -> None:
    match getattr(error.__cause__, "sqlstate", None):
        case "55P03" if pause is not None:
            log.warning("the tables are in use; trying again", seconds=pause)
            time.sleep(pause)
        case "55P03":
            raise SchemaBusy(
                "The tables are in use and could not be changed: a transaction has held them for a minute. Every step "
                "before is done, this one has left nothing behind. Find that transaction (SELECT pid, xact_start, "
                "query FROM pg_stat_activity ORDER BY xact_start), end it, and start again."
            ) from error
        case "57014":
            raise SchemaBusy(
                f"A step of the schema would have kept the tables from everybody for {STATEMENT_WITHIN_MS // 1000} s "
                "and was taken back. Every step before is done. Stop the other programs and start again; if it fails "
                "once more, report it with the size of the database."
            ) from error
        case _:
            raise error
