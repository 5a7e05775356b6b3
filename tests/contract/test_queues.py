"""What every database promises about counting the worker's work."""

from dataclasses import replace
from datetime import timedelta

from clearance.domain.delivery import DeliveryState
from clearance.issuing.ports import Database, Waiting
from tests.contract.test_batches import AT, BATCH, ROWS, chunk, run
from tests.contract.test_interface import message, queue
from tests.fakes.office import CLERK, NOW

LATER = NOW + timedelta(minutes=5)
NOTHING = Waiting(count=0, since=None)


def test_nothing_waits_in_a_new_office(database: Database) -> None:
    with database.read() as work:
        assert (work.queues.deliveries(NOW), work.queues.chunks(NOW)) == (NOTHING, NOTHING)


def test_deliveries_wait_from_the_moment_they_are_due(database: Database) -> None:
    queue(
        database,
        message(1, next_at=NOW),
        message(2, next_at=NOW + timedelta(minutes=1)),
        message(3, next_at=LATER + timedelta(minutes=1)),
        message(4, next_at=NOW - timedelta(days=1), state=DeliveryState.DEAD, settled_at=NOW),
    )
    with database.read() as work:
        assert work.queues.deliveries(NOW) == Waiting(count=1, since=NOW)
        assert work.queues.deliveries(LATER) == Waiting(count=2, since=NOW)


def test_pieces_of_batches_wait_unless_they_are_held_put_off_paused_or_done(database: Database) -> None:
    with database.write() as work:
        work.batches.add(BATCH, ROWS)
        work.batches.add_run(
            run("RUN-1", at=AT),
            [
                chunk("RUN-1", 1),
                chunk("RUN-1", 2, holder="a", held_until=AT + timedelta(minutes=1)),
                chunk("RUN-1", 3, not_before=AT + timedelta(minutes=1)),
                chunk("RUN-1", 4, done=True),
            ],
        )
        work.batches.add_run(run("RUN-2", at=AT - timedelta(hours=1)), [chunk("RUN-2")])
        paused = work.batches.run("RUN-2")
        assert paused is not None
        work.batches.save_run(replace(paused, paused_by=CLERK.number))
        work.commit()
    with database.read() as work:
        assert work.queues.chunks(AT) == Waiting(count=1, since=AT)
        assert work.queues.chunks(AT + timedelta(minutes=2)) == Waiting(count=3, since=AT)
