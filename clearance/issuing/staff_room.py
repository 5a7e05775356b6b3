"""All officers at a glance, as an administrator needs them: accounts, second factors, sessions, what waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from clearance.domain.factors import FactorsHeld, needs_second_factor
from clearance.domain.session import Session
from clearance.domain.staff import Officer
from clearance.domain.staff_change import StaffChange
from clearance.issuing.own_account import LOOK_BACK
from clearance.issuing.ports import NotOnRecord
from clearance.issuing.service import Service

NO_FACTORS = FactorsHeld(authenticator=None, passkeys=(), recovery_codes=0)


@dataclass(frozen=True, kw_only=True)
class Member:
    """One officer. `last_seen` is the newest sign-in of the last thirty days; `open_sessions` hold now."""

    officer: Officer
    held: FactorsHeld
    last_seen: datetime | None
    open_sessions: Sequence[Session]
    overlapped: bool
    invited: bool

    @property
    def lacks_factor(self) -> bool:
        """Whether a second factor is asked for and not set up yet."""
        return needs_second_factor(self.officer) and not self.held.any


@dataclass(frozen=True, kw_only=True)
class StaffRoom:
    """Everybody, and the proposals that wait for a second administrator."""

    members: Sequence[Member]
    waiting: Sequence[StaffChange]

    def member(self, number: str) -> Member:
        """Raises NotOnRecord."""
        found = next((each for each in self.members if each.officer.number == number), None)
        if found is None:
            raise NotOnRecord(number)
        return found


def staff_room(service: Service) -> StaffRoom:
    """Who there is now."""
    now = service.now()
    with service.database.read() as work:
        officers, held = work.staff.all(), work.factors.held()
        sessions = work.sessions.newest(since=now - LOOK_BACK)
        invited, waiting = work.staff_changes.invited(), work.staff_changes.waiting()
    members = [
        Member(
            officer=officer,
            held=held.get(officer.number, NO_FACTORS),
            last_seen=max((each.seen_at for each in sessions.get(officer.number, ())), default=None),
            open_sessions=[each for each in sessions.get(officer.number, ()) if each.holds(now)],
            overlapped=any(each.overlapped for each in sessions.get(officer.number, ())),
            invited=officer.number in invited,
        )
        for officer in officers
    ]
    return StaffRoom(members=members, waiting=waiting)
