"""Invitations and proposed changes of accounts as rows."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select, update

from clearance.domain.staff import Role
from clearance.domain.staff_change import ChangeKind, Invitation, Outcome, StaffChange
from clearance.issuing.ports import Conflict
from clearance.storage.tables_access import invitations, staff_changes

_INVITATION = select(invitations).where(invitations.c.officer_no == bindparam("wanted"))
_INVITED = select(invitations.c.officer_no)
_TAKE = delete(invitations).where(invitations.c.officer_no == bindparam("wanted"))
_GET = select(staff_changes).where(staff_changes.c.number == bindparam("wanted"))
_WAITING = select(staff_changes).where(staff_changes.c.outcome.is_(None)).order_by(staff_changes.c.number)
_SETTLE = update(staff_changes).where(staff_changes.c.number == bindparam("wanted"), staff_changes.c.outcome.is_(None))


class SqlStaffChanges:
    """Implements `clearance.issuing.ports.StaffChanges`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def invite(self, invitation: Invitation) -> None:
        self.take(invitation.officer_no)
        row = {
            "officer_no": invitation.officer_no,
            "digest": invitation.digest,
            "made_by": invitation.made_by,
            "made_at": invitation.made_at,
            "until": invitation.until,
        }
        self._connection.execute(invitations.insert(), row)

    def invitation(self, officer_no: str) -> Invitation | None:
        row = self._connection.execute(_INVITATION, {"wanted": officer_no}).first()
        if row is None:
            return None
        return Invitation(
            officer_no=row.officer_no, digest=row.digest, made_by=row.made_by, made_at=row.made_at, until=row.until
        )

    def take(self, officer_no: str) -> None:
        self._connection.execute(_TAKE, {"wanted": officer_no})

    def invited(self) -> frozenset[str]:
        return frozenset(self._connection.scalars(_INVITED))

    def propose(self, change: StaffChange) -> StaffChange:
        row = {
            "kind": change.kind.value,
            "officer_no": change.officer_no,
            "roles": None if change.roles is None else sorted(role.value for role in change.roles),
            "proposed_by": change.proposed_by,
            "proposed_at": change.proposed_at,
        }
        [number] = self._connection.execute(staff_changes.insert().returning(staff_changes.c.number), row).one()
        return replace(change, number=number)

    def get(self, number: int) -> StaffChange | None:
        row = self._connection.execute(_GET, {"wanted": number}).first()
        return None if row is None else _change(row)

    def settle(self, change: StaffChange) -> None:
        assert change.outcome is not None
        values = {
            "wanted": change.number,
            "outcome": change.outcome.value,
            "settled_by": change.settled_by,
            "settled_at": change.settled_at,
        }
        if self._connection.execute(_SETTLE, values).rowcount != 1:
            raise Conflict(f"proposal {change.number} is settled")

    def waiting(self) -> Sequence[StaffChange]:
        return [_change(row) for row in self._connection.execute(_WAITING)]


def _change(row: Row[Any]) -> StaffChange:
    return StaffChange(
        number=row.number,
        kind=ChangeKind(row.kind),
        officer_no=row.officer_no,
        roles=None if row.roles is None else frozenset(Role(role) for role in row.roles),
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        outcome=Outcome(row.outcome) if row.outcome else None,
        settled_by=row.settled_by,
        settled_at=row.settled_at,
    )
