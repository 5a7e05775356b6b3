"""After a key was distrusted: which cards it signed that workers still rely on, and putting them down to be made anew.

The key itself is distrusted by the trust bundle; desks refuse its cards from their next update on, whatever is done
here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from clearance.domain.audit import AuditAct, AuditEntry
from clearance.domain.clearance import Clearance
from clearance.domain.decision import Refused
from clearance.domain.reissue import Reissue, ReissueTally
from clearance.domain.staff import Officer
from clearance.issuing.people import OPERATOR
from clearance.issuing.service import Service

PAGE = 500
"""Cards read at once."""
BATCH = 50
"""Cards issued anew between two publications of the status lists."""


@dataclass(frozen=True, kw_only=True)
class ReissueRun:
    """How one run went. `stopped` says why it ended early: nobody may sign now, or no more for the time being."""

    done: int
    refused: int
    stopped: Refused | None = None


def affected(service: Service, kid: bytes) -> Iterator[Clearance]:
    """Every card of a key that stands and has not run out, in order of the numbers, a page at a time."""
    after, today = "", service.today()
    while True:
        with service.database.read() as work:
            page = work.clearances.standing_of_key(kid, on=today, after=after, limit=PAGE)
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1].clearance_no


def queue_reissue(service: Service, kid: bytes) -> int:
    """Put every affected card down to be issued anew; how many were not there yet. Doing so again changes nothing."""
    now = service.now()
    with service.database.write() as work:
        queued = work.reissues.queue(kid, on=service.today(), at=now)
        if queued:
            facts = {"cards": queued}
            work.audit.append(
                AuditEntry(at=now, officer_no=OPERATOR, act=AuditAct.REISSUE_QUEUED, subject=kid.hex(), facts=facts)
            )
        work.commit()
    return queued


def tallies(service: Service) -> tuple[ReissueTally, ...]:
    """How far the cards of each distrusted key have come."""
    with service.database.read() as work:
        return tuple(work.reissues.tallies())


def try_refused_again(service: Service) -> int:
    """Let cards wait again whose case could not be issued; how many there are."""
    with service.database.write() as work:
        reopened = work.reissues.reopen_refused()
        work.commit()
    return reopened


def reissue_waiting(
    service: Service, *, officer: Officer, progress: Callable[[int, int], None] = lambda _done, _of: None
) -> ReissueRun:
    """Have every waiting card issued anew on the word of an officer; `progress(done, of)` is told after each.

    Stopped at any moment it goes on where it was when it is called again. Raises NotSigned, Unavailable.
    """
    waiting = sum(tally.waiting for tally in tallies(service))
    done = refused = 0
    while batch := _waiting(service):
        for entry in batch:
            outcome = service.signing.reissue(entry.clearance_no, officer_no=officer.number)
            if not isinstance(outcome, Refused):
                done += 1
            elif _settled(service, entry):
                refused += 1
            else:
                service.signing.publish_status()
                return ReissueRun(done=done, refused=refused, stopped=outcome)
            progress(done + refused, waiting)
        service.signing.publish_status()  # the old cards are superseded now
    return ReissueRun(done=done, refused=refused)


def _waiting(service: Service) -> tuple[Reissue, ...]:
    with service.database.read() as work:
        return tuple(work.reissues.waiting(after="", limit=BATCH))


def _settled(service: Service, entry: Reissue) -> bool:
    with service.database.read() as work:
        now = work.reissues.get(entry.clearance_no)
    return now is not None and now.settled_at is not None
