"""The way in: the password, the second factor behind it, and the session that stands for both (docs/adr/0080, 0081).

It decides when somebody is signed in and when no longer. How factors are checked is in `factors` and `passkeys`, how
accounts come and go in `people`.
"""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from clearance.domain.audit import AuditAct, AuditEntry, Facts
from clearance.domain.factors import FactorKind, FactorsHeld, needs_second_factor
from clearance.domain.session import Place, Session, SessionEnd, elsewhere
from clearance.domain.staff import Officer
from clearance.issuing.cases import read_officer
from clearance.issuing.passwords import MAX_PASSWORD
from clearance.issuing.ports import UnitOfWork
from clearance.issuing.service import Service

TOUCHED_EVERY = timedelta(minutes=1)
"""How exactly we know when an officer was last here: one write a minute is enough."""
TOKEN_BYTES = 32


class Step(StrEnum):
    """What somebody with a session may do next."""

    WORK = "work"
    SHOW_FACTOR = "show_factor"
    SET_UP_FACTOR = "set_up_factor"
    """There is none yet, and the officer's roles ask for one."""


@dataclass(frozen=True, kw_only=True)
class Visit:
    """An officer at the pages. `held` says which factors there are to choose from."""

    officer: Officer
    session: Session
    held: FactorsHeld

    @property
    def step(self) -> Step:
        if self.session.complete:
            return Step.WORK
        return Step.SHOW_FACTOR if self.held.any else Step.SET_UP_FACTOR


@dataclass(frozen=True, kw_only=True)
class Entered:
    """A session that was begun or carried on: its token goes into the cookie and is kept nowhere."""

    token: str
    visit: Visit


def key_of(token: str) -> str:
    """What is kept of a token: enough to know it again, too little to come in with."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def sign_in(service: Service, *, username: str, password: str, place: Place) -> Entered | None:
    """A session, or None: an unknown name, a wrong password and a blocked account are one answer after equal work."""
    officer = known_officer(service, username=username, password=password)
    if officer is None:
        return None
    token, now = secrets.token_urlsafe(TOKEN_BYTES), service.now()
    with service.database.write() as work:
        officer = work.staff.get(officer.number)
        if officer is None or not officer.active:
            return None
        held = work.factors.of_officer(officer.number)
        session = Session(key=key_of(token), officer_no=officer.number, place=place, began_at=now, seen_at=now)
        if not needs_second_factor(officer) and not held.any:
            session = welcome(work, replace(session, complete=True))
        work.sessions.add(session)
        work.commit()
    return Entered(token=token, visit=Visit(officer=officer, session=session, held=held))


def known_officer(service: Service, *, username: str, password: str) -> Officer | None:
    """The officer whose name and password these are; a hash made with weaker parameters is renewed on the way."""
    with service.database.read() as work:
        officer = work.staff.by_username(username.strip().lower())
    stored_hash = officer.password_hash if officer and len(password) <= MAX_PASSWORD else None
    known = service.passwords.verify(stored_hash, password[:MAX_PASSWORD])
    if officer is None or not known or not officer.active:
        return None
    if service.passwords.outdated(officer.password_hash):
        hashed = service.passwords.hash(password)
        with service.database.write() as work:
            work.staff.save(replace(read_officer(work, officer.number), password_hash=hashed))
            work.commit()
    return officer


def welcome(work: UnitOfWork, session: Session) -> Session:
    """Put a whole sign-in on record, end what this browser had before, and flag the same account elsewhere."""
    now = session.seen_at
    others = work.sessions.of_officer(session.officer_no, since=now - timedelta(days=1))
    for each in others:
        if each.place.device == session.place.device and each.end is None and each.key != session.key:
            work.sessions.replace(each.key, replace(each, end=SessionEnd.SIGNED_OUT, ended_at=now))
    facts = _facts(session.place) | {"factor": session.factor.value if session.factor else None}
    put_on_record(work, AuditAct.OFFICER_SIGNED_IN, session, facts)
    for other in elsewhere(others, session.place, now):
        session = flag_two_places(work, session, other.place)
        work.sessions.replace(other.key, replace(other, overlapped=True))
    return session


def resume(service: Service, *, token: str, place: Place) -> Visit | SessionEnd | None:
    """Who comes with this token; why the session was ended, for a while after; or None.

    A token that turns up in another browser is a copy: its session ends at once, for the officer as well.
    """
    now = service.now()
    with service.database.read() as work:
        session = work.sessions.get(key_of(token))
        officer = work.staff.get(session.officer_no) if session else None
        held = work.factors.of_officer(session.officer_no) if session else None
    if session is None or officer is None or held is None or session.end is not None:
        return session.end if session else None
    if not officer.active or not session.holds(now):
        return None
    if not session.fits(place):
        _end_copied(service, session, place)
        return SessionEnd.MOVED
    if session.place.network != place.network or now - session.seen_at >= TOUCHED_EVERY:
        session = _touch(service, session, place)
    return Visit(officer=officer, session=session, held=held)


def sign_out(service: Service, session: Session) -> None:
    """End one session by its officer's wish."""
    _end(service, session, SessionEnd.SIGNED_OUT)


def put_on_record(work: UnitOfWork, act: AuditAct, session: Session, facts: Facts) -> None:
    """One act of the officer of a session, on the own account."""
    work.audit.append(
        AuditEntry(at=session.seen_at, officer_no=session.officer_no, act=act, subject=session.officer_no, facts=facts)
    )


def flag_two_places(work: UnitOfWork, session: Session, other: Place) -> Session:
    """Put on record that an account is used in two places at once; the session, marked."""
    facts = _facts(session.place) | {f"other_{name}": value for name, value in _facts(other).items()}
    put_on_record(work, AuditAct.OFFICER_IN_TWO_PLACES, session, facts)
    return replace(session, overlapped=True)


def renewed(session: Session, *, factor: FactorKind, service: Service) -> tuple[str, Session]:
    """A session whose second factor was shown just now, under a new token: the one before it knew only the password."""
    token, now = secrets.token_urlsafe(TOKEN_BYTES), service.now()
    shown = replace(session, key=key_of(token), seen_at=now, shown_at=now, factor=factor, complete=True, challenge=None)
    return token, shown


def _touch(service: Service, session: Session, place: Place) -> Session:
    now = service.now()
    with service.database.write() as work:
        stored = work.sessions.get(session.key)
        if stored is None or stored.end is not None:
            return session  # ended between the look and now; the next request is told
        touched = replace(stored, place=place, seen_at=now)
        if stored.in_two_networks(place, now) and not stored.overlapped:
            touched = flag_two_places(work, touched, stored.place)
        work.sessions.replace(session.key, touched)
        work.commit()
    return touched


def _end_copied(service: Service, session: Session, place: Place) -> None:
    now = service.now()
    with service.database.write() as work:
        work.sessions.replace(session.key, replace(session, end=SessionEnd.MOVED, ended_at=now))
        facts = _facts(session.place) | {f"other_{name}": value for name, value in _facts(place).items()}
        put_on_record(work, AuditAct.SESSION_MOVED, replace(session, seen_at=now), facts)
        work.commit()


def _end(service: Service, session: Session, end: SessionEnd) -> None:
    with service.database.write() as work:
        work.sessions.replace(session.key, replace(session, end=end, ended_at=service.now()))
        work.commit()


def _facts(place: Place) -> dict[str, str | int | None]:
    return {"device": place.device, "agent": place.agent, "network": place.network}
