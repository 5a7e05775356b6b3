"""What is wrong with whom the programs need: signing service, worker, queue, counts, published files, officers."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from clearance.bootstrap import open_queue
from clearance.config import Settings
from clearance.domain.factors import needs_second_factor
from clearance.domain.staff import Officer, Role
from clearance.issuing.ports import ChoreRecord, NotSigned, Waiting
from clearance.issuing.service import Service
from clearance.probes import has_room_for_documents
from clearance.signing.findings import Finding, fault, warning
from clearance.web.published import PublishedFiles
from clearance.web.tally import tally_of
from clearance.worker import chores_of

CHECKPOINT_AGE_S = 300
"""The signing service makes one every four minutes."""
STATUS_AGE_S = 12 * 3600
WAITS_TOO_LONG = timedelta(minutes=15)
FAILS_OFTEN = 3
LATE = timedelta(minutes=10)
"""A chore that is due for so long has nobody to do it."""
ADMINISTRATORS = 2
"""Each act on accounts needs two."""


def check_neighbours(settings: Settings, service: Service, *, at: datetime) -> Iterator[Finding]:
    """Ask each of them. Raises Unavailable."""
    yield from _signing(service)
    yield from _published(settings, at)
    yield from _work(settings, service, at)
    if settings.queue_url and not open_queue(settings).answers():
        said = "Workers are not woken; they look by themselves every second."
        yield warning("queue.away", "queue_url", said, "See that it runs, and that the address is right.")
    if not has_room_for_documents(settings, service.documents):
        yield fault("documents.away", "documents", "Photos and cards cannot be read or written.", "Look at the store.")
    if not settings.limiter_storage.startswith("memory:") and _counts_alone(settings, service):
        said = "Each web process counts by itself, more strictly."
        yield warning("limiter.away", "limiter_storage", said, "See that Redis or Valkey runs at that address.")
    yield from _officers(settings, service)


def _signing(service: Service) -> Iterator[Finding]:
    try:
        service.signing.state()
    except NotSigned as failed:
        cure = "systemctl status clearance-signer; its socket and signer.clients must let this user ask"
        yield fault("signer.away", "signer", f"The signing service does not answer ({failed.trouble}).", cure)
    with service.database.read() as work:
        stop = work.signing.standing_stop()
    if stop is not None:
        said = f"{stop.officer_no} has stopped all signing."
        yield warning("signer.stopped", "signer", said, "When the reason is gone: clearance signer resume")


def _published(settings: Settings, at: datetime) -> Iterator[Finding]:
    files, moment, where = PublishedFiles(settings.published), int(at.timestamp()), str(settings.published)
    held, checkpoint = files.held(), files.last_checkpoint()
    cure = "The signing service publishes in rounds: see that it runs, and its log."
    for said in held.faults:
        yield fault("trust.fault", where, f"Desks would not take it: {said}.", cure)
    age = held.status_age(moment)
    if age is None or age > STATUS_AGE_S:
        yield fault("status.old", where, "No status list of the last twelve hours is published.", cure)
    if checkpoint is None or moment - checkpoint.issued_at > CHECKPOINT_AGE_S:
        said = "No checkpoint of the record of the last five minutes is published."
        yield fault("checkpoint.old", where, said, f"{cure} Then: clearance audit verify")


def _work(settings: Settings, service: Service, at: datetime) -> Iterator[Finding]:
    names = [chore.name for chore in chores_of(settings)]
    with service.database.read() as work:
        records = [record for name in names if (record := work.chores.get(name)) is not None]
        waiting = {"messages": work.queues.deliveries(at), "pieces of batches": work.queues.chunks(at)}
    cure = "systemctl status clearance-worker, and its log"
    if not records or all(_late(record, at) for record in records):
        yield fault("worker.gone", "worker", "No worker does the chores of the office.", cure)
    for record in records:
        if record.failures >= FAILS_OFTEN:
            said = f"The chore {record.name} failed {record.failures} times in a row."
            yield fault("worker.fails", "worker", said, cure)
    for kind, each in waiting.items():
        if _waits_too_long(each, at):
            yield warning("worker.behind", "worker", f"{each.count} {kind} wait, the first for long.", cure)


def _late(record: ChoreRecord, at: datetime) -> bool:
    held = record.held_until is not None and record.held_until > at
    return not held and record.due_at + LATE < at


def _waits_too_long(waiting: Waiting, at: datetime) -> bool:
    return waiting.since is not None and waiting.since + WAITS_TOO_LONG < at


def _counts_alone(settings: Settings, service: Service) -> bool:
    tally = tally_of(settings.limiter_storage, now=service.now)
    tally.add()
    return tally.alone


def _officers(settings: Settings, service: Service) -> Iterator[Finding]:
    with service.database.read() as work:
        officers, held = [officer for officer in work.staff.all() if officer.active], work.factors.held()
    if settings.demo:
        return
    if len(_administrators(officers)) < ADMINISTRATORS:
        said = "There are fewer than two administrators: nobody could open or unlock an account."
        yield fault("staff.administrators", "staff", said, "clearance staff add ... --role administrator")
    lacking = [each for each in officers if needs_second_factor(each) and each.number not in held]
    if lacking:
        said = f"{len(lacking)} of {len(officers)} active officers have no second factor yet."
        yield warning("staff.factors", "staff", said, "They set one up at their first sign-in; block who never comes.")


def _administrators(officers: Sequence[Officer]) -> list[Officer]:
    return [officer for officer in officers if Role.ADMINISTRATOR in officer.roles]
