"""Invitations: a code on paper with which an officer chooses a password, so that nobody else ever knows it."""

import secrets
from dataclasses import dataclass, replace
from datetime import timedelta

from clearance.domain.audit import AuditAct
from clearance.domain.factors import new_code, plain_code
from clearance.domain.session import SessionEnd
from clearance.domain.staff import Officer
from clearance.domain.staff_change import ChangeGround, Invitation, may_propose
from clearance.issuing.cases import read_officer
from clearance.issuing.fields import Fault
from clearance.issuing.passwords import password_faults
from clearance.issuing.people import (
    OPERATOR,
    ChangeRefused,
    NewOfficer,
    new_account,
    put_on_account,
    require,
)
from clearance.issuing.ports import UnitOfWork
from clearance.issuing.service import Service

INVITED_FOR = timedelta(days=3)


@dataclass(frozen=True, kw_only=True)
class Invited:
    """An officer with the code to be printed; this is the only time that it can be read."""

    officer: Officer
    code: str
    invitation: Invitation


def add_officer(service: Service, wanted: NewOfficer) -> Invited:
    """Open an account at the server's command line, and invite its officer. Raises AccountRefused."""
    with service.database.write() as work:
        officer = new_account(service, work, wanted, active=True, by=OPERATOR)
        invited = invite(service, work, officer, by=OPERATOR)
        work.commit()
    return invited


def invite_anew(service: Service, number: str, *, administrator: Officer | None = None) -> Invited:
    """A new invitation, for a forgotten password: the second factor stays, so that one administrator is enough.

    None is the operator of the server. Raises ChangeRefused, NotOnRecord.
    """
    if administrator is not None:
        require(may_propose(administrator, number))
    with service.database.write() as work:
        officer = read_officer(work, number)
        if not officer.active:
            raise ChangeRefused(ChangeGround.NOTHING_TO_CHANGE)
        invited = invite(service, work, officer, by=administrator.number if administrator else OPERATOR)
        work.commit()
    return invited


def join(
    service: Service, *, username: str, code: str, password: str, repeated: str
) -> Officer | tuple[Fault, ...] | None:
    """Set the password of an invited officer; the faults of the password; or None, where name and code do not fit.

    An unknown name, a wrong code and one that ran out are one answer.
    """
    now = service.now()
    with service.database.read() as work:
        officer = work.staff.by_username(username.strip().lower())
        invitation = work.staff_changes.invitation(officer.number) if officer else None
    digest = service.vault.digest(plain_code(code))
    if officer is None or invitation is None or not officer.active or now > invitation.until:
        return None
    if not secrets.compare_digest(digest, invitation.digest):
        return None
    if faults := password_faults(service.passwords, password, repeated=repeated, officer=officer):
        return tuple(faults)
    hashed = service.passwords.hash(password)
    with service.database.write() as work:
        if work.staff_changes.invitation(officer.number) != invitation:
            return None  # used at this moment by somebody else
        joined = replace(read_officer(work, officer.number), password_hash=hashed)
        work.staff.save(joined)
        work.staff_changes.take(officer.number)
        work.sessions.end_all(officer.number, end=SessionEnd.ACCOUNT_CHANGED, at=now)
        put_on_account(service, work, AuditAct.OFFICER_JOINED, officer.number, officer.number, {})
        work.commit()
    return joined


def invite(service: Service, work: UnitOfWork, officer: Officer, *, by: str) -> Invited:
    """Make an invitation in place of an earlier one."""
    code, now = new_code(), service.now()
    invitation = Invitation(
        officer_no=officer.number,
        digest=service.vault.digest(plain_code(code)),
        made_by=by,
        made_at=now,
        until=now + INVITED_FOR,
    )
    work.staff_changes.invite(invitation)
    put_on_account(service, work, AuditAct.OFFICER_INVITED, officer.number, by, {})
    return Invited(officer=officer, code=code, invitation=invitation)
