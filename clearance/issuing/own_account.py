"""What an officer sees of the own account: where it is signed in, with what, and what looked wrong."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from clearance.domain.audit import AuditAct, AuditEntry, Facts
from clearance.domain.factors import FactorsHeld
from clearance.domain.session import Session, SessionEnd
from clearance.issuing.service import Service
from clearance.issuing.sign_in import Visit, put_on_record

LOOK_BACK = timedelta(days=30)
WARNINGS = frozenset({AuditAct.OFFICER_IN_TWO_PLACES, AuditAct.SESSION_MOVED, AuditAct.OFFICER_FACTOR_FAILED})
"""What may mean that somebody else has the password, or the cookie."""
MOST_SHOWN = 20
REMEMBERED = timedelta(days=365)
"""How long a session stays on record: as long as a browser keeps the name by which it is known."""


@dataclass(frozen=True, kw_only=True)
class OwnAccount:
    """`here` is the session of this request, `elsewhere` the others that hold, `before` those that are over."""

    here: Session
    elsewhere: Sequence[Session]
    before: Sequence[Session]
    warnings: Sequence[AuditEntry]
    held: FactorsHeld


def own_account(service: Service, visit: Visit) -> OwnAccount:
    """The account of whoever asks."""
    now = service.now()
    with service.database.read() as work:
        sessions = work.sessions.of_officer(visit.officer.number, since=now - LOOK_BACK)
        entries = work.audit.entries(subject=visit.officer.number)
        held = work.factors.of_officer(visit.officer.number)
    others = [each for each in sessions if each.complete and each.key != visit.session.key]
    warnings = [entry for entry in entries if entry.act in WARNINGS and now - entry.at <= LOOK_BACK]
    return OwnAccount(
        here=visit.session,
        elsewhere=[each for each in others if each.holds(now)],
        before=[each for each in others if not each.holds(now)][:MOST_SHOWN],
        warnings=warnings[::-1][:MOST_SHOWN],
        held=held,
    )


def forget_sessions(service: Service, at: datetime) -> int:
    """Delete sessions that nobody asks about any more; how many there were. What was done in them stays on record."""
    with service.database.write() as work:
        forgotten = work.sessions.forget(before=at - REMEMBERED)
        work.commit()
    return forgotten


def end_others(service: Service, visit: Visit) -> int:
    """Sign out everywhere but here; how many sessions that were."""
    now = service.now()
    with service.database.write() as work:
        ended = work.sessions.end_all(visit.officer.number, end=SessionEnd.SENT_AWAY, at=now, besides=visit.session.key)
        here = replace(visit.session, seen_at=now)
        facts: Facts = {"ended": ended, "device": visit.session.place.device}
        put_on_record(work, AuditAct.OFFICER_SESSIONS_ENDED, here, facts)
        work.commit()
    return ended
