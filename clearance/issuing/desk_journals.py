"""Take what desks wrote into their journals, once each, and tell every desk who left.

A departure marks its case as departed in the same transaction. One that the case does not allow (the card was taken
back meanwhile, the worker left already) is kept all the same: it happened (docs/adr/0110).
"""

from collections.abc import Sequence
from contextlib import suppress

from clearance.domain.desk import Desk
from clearance.domain.desk_journal import Departure, JournalRow, KeptRow, OutOfStep, Taken, take
from clearance.issuing.depart import depart
from clearance.issuing.ports import NotOnRecord, UnitOfWork
from clearance.issuing.service import Service


def take_rows(service: Service, desk: Desk, *, journal: str, rows: Sequence[JournalRow]) -> Taken | OutOfStep:
    """Keep those rows of a desk's journal that are new. Raises Conflict, Unavailable; then nothing was kept."""
    now = service.now()
    with service.database.write() as work:
        known = work.desk_journals.known(row.nonce for row in rows)
        place = work.desk_journals.place(desk.id, journal)
        outcome = take(place, tuple(rows), known=known, at=now)
        kept = outcome.rows if isinstance(outcome, Taken) else ()
        if kept or outcome.place != place:
            work.desk_journals.keep(outcome.place, kept)
            _note_departures(work, desk, kept)
            work.commit()
    return outcome


def departures(service: Service, *, after: int, limit: int) -> Sequence[Departure]:
    """Who left, at whatever desk, in the order in which the office heard of it; those after a number only."""
    with service.database.read() as work:
        return work.desk_journals.departures(after=after, limit=limit)


def _note_departures(work: UnitOfWork, desk: Desk, kept: Sequence[KeptRow]) -> None:
    found = [
        Departure(
            nonce=each.row.nonce,
            clearance_no=clearance_no,
            desk_id=desk.id,
            desk_name=desk.name,
            at=each.row.at,
            received_at=each.received_at,
        )
        for each in kept
        if (clearance_no := each.row.departed_on) is not None
    ]
    work.desk_journals.add_departures(found)
    for each in found:
        with suppress(NotOnRecord):  # a card of a database that this one was restored from
            depart(work, each.clearance_no, desk_id=desk.id, at=each.at, now=each.received_at)
