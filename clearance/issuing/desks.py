"""Desks known to the office: enrolling one, hearing from it, and who does not yet hold a trust bundle.

A rotation of keys waits for desks (docs/adr/0061); so it must be known which there are and what each of them holds. A
desk says so itself, with a token that it was given when it was enrolled and that proves nothing else.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from clearance.domain.audit import AuditAct, AuditEntry
from clearance.domain.desk import Airport, Desk, Holding, new_desk_id
from clearance.domain.tokens import new_token, owner_of, token_sha256
from clearance.issuing.people import OPERATOR
from clearance.issuing.ports import Conflict, NotOnRecord, UnitOfWork
from clearance.issuing.service import Service

NAME = re.compile(r"[A-Z0-9][A-Z0-9-]{0,18}[A-Z0-9]", re.ASCII)
COUNTER = re.compile(r"[A-Z0-9][A-Z0-9-]{0,11}", re.ASCII)


class DeskRefused(ValueError):
    """A desk cannot be enrolled under this name: it has another form, or an enrolled desk bears it."""


class NotEnrolled(Exception):
    """The token is that of no enrolled desk; nothing more is said about why."""


@dataclass(frozen=True, kw_only=True)
class Enrolled:
    """A new desk and its token, which is stored nowhere and shown once."""

    desk: Desk
    token: str


@dataclass(frozen=True, kw_only=True)
class DesksHolding:
    """Of `enrolled` desks, those `behind` have not reported trust bundle `sequence` or a later one."""

    sequence: int
    enrolled: int
    behind: tuple[Desk, ...]

    @property
    def complete(self) -> bool:
        """Whether every enrolled desk holds it."""
        return not self.behind


def holding(service: Service, sequence: int) -> DesksHolding:
    """Which enrolled desks do not yet hold the trust bundle of this sequence, by their last reports."""
    known = enrolled(service)
    behind = tuple(desk for desk in known if desk.trust_sequence is None or desk.trust_sequence < sequence)
    return DesksHolding(sequence=sequence, enrolled=len(known), behind=behind)


def enrolled(service: Service) -> tuple[Desk, ...]:
    """Every enrolled desk that was not withdrawn, in order of their names."""
    with service.database.read() as work:
        return tuple(work.desks.open())


def enrol(service: Service, *, airport: Airport, counter: str, name: str | None = None) -> Enrolled:
    """A new desk, named after airport and counter unless told otherwise. Raises DeskRefused."""
    name = f"{airport}-{counter}" if name is None else name
    if not NAME.fullmatch(name) or not COUNTER.fullmatch(counter):
        raise DeskRefused(name)
    now, desk_id = service.now(), new_desk_id()
    token = new_token(desk_id)
    desk = Desk(
        id=desk_id,
        name=name,
        airport=airport,
        counter=counter,
        token_sha256=token_sha256(token),
        enrolled_by=OPERATOR,
        enrolled_at=now,
    )
    try:
        with service.database.write() as work:
            work.desks.add(desk)
            _put_on_record(work, AuditAct.DESK_ENROLLED, desk, at=now)
            work.commit()
    except Conflict:
        raise DeskRefused(name) from None
    return Enrolled(desk=desk, token=token)


def withdraw(service: Service, name: str) -> Desk:
    """End the enrolment of the desk of this name: nobody waits for it, and its token opens nothing. NotOnRecord."""
    now = service.now()
    with service.database.write() as work:
        desk = next((desk for desk in work.desks.open() if desk.name == name), None)
        if desk is None:
            raise NotOnRecord(name)
        withdrawn = desk.withdrawn(now)
        work.desks.save(withdrawn)
        _put_on_record(work, AuditAct.DESK_WITHDRAWN, desk, at=now)
        work.commit()
    return withdrawn


def authenticate(service: Service, token: str) -> Desk:
    """The enrolled desk whose token this is. Raises NotEnrolled."""
    desk_id = owner_of(token)
    if desk_id is None:
        raise NotEnrolled
    with service.database.read() as work:
        desk = _open_desk(work, desk_id)
    if not desk.knows(token):
        raise NotEnrolled
    return desk


def report(service: Service, desk_id: str, said: Holding) -> Desk:
    """Keep what an authenticated desk says it holds. Raises NotEnrolled where it was withdrawn meanwhile."""
    with service.database.write() as work:
        desk = _open_desk(work, desk_id).reported(said, at=service.now())
        work.desks.save(desk)
        work.commit()
    return desk


def _open_desk(work: UnitOfWork, desk_id: str) -> Desk:
    desk = work.desks.get(desk_id)
    if desk is None or desk.withdrawn_at is not None:
        raise NotEnrolled
    return desk


def _put_on_record(work: UnitOfWork, act: AuditAct, desk: Desk, *, at: datetime) -> None:
    facts = {"name": desk.name, "airport": desk.airport.value, "counter": desk.counter}
    work.audit.append(AuditEntry(at=at, officer_no=OPERATOR, act=act, subject=desk.id, facts=facts))
