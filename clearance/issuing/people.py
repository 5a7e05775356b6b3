"""Officers' accounts: opened, blocked, signed out (docs/adr/0082).

Nobody knows another's password: an officer chooses it with an invitation on paper (`invitations`). What one
administrator alone must not do is in `staff_changes`.
"""

import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace

from clearance.domain.audit import AuditAct, AuditEntry, Facts
from clearance.domain.session import SessionEnd
from clearance.domain.staff import Officer, Role
from clearance.domain.staff_change import ChangeGround, may_propose
from clearance.domain.text import BilingualText
from clearance.issuing.cases import read_officer
from clearance.issuing.fields import Fault, FaultKind
from clearance.issuing.ports import UnitOfWork
from clearance.issuing.service import Service

OPERATOR = "operator"
"""Who acts at the command line of the server; its account is the machine's, not ours."""

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,38}", re.ASCII)
_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9-]{1,18}", re.ASCII)


class AccountRefused(ValueError):
    """An account cannot be made this way; `faults` says what is wrong with which field."""

    def __init__(self, faults: Collection[Fault]) -> None:
        super().__init__(", ".join(f"{fault.field}: {fault.kind}" for fault in faults))
        self.faults = tuple(faults)


class ChangeRefused(Exception):
    """A step was not taken; `ground` says why."""

    def __init__(self, ground: ChangeGround) -> None:
        super().__init__(ground.value)
        self.ground = ground


@dataclass(frozen=True, kw_only=True)
class NewOfficer:
    """Who is to get an account."""

    number: str
    username: str
    name: BilingualText
    roles: frozenset[Role]
    office_code: str
    licence_no: str | None = None


def block_officer(service: Service, *, number: str, administrator: Officer | None = None) -> Officer:
    """Close an account and end its sessions; None is the operator of the server. Raises NotOnRecord, ChangeRefused."""
    if administrator is not None:
        require(may_propose(administrator, number))
    by = administrator.number if administrator else OPERATOR
    with service.database.write() as work:
        blocked = replace(read_officer(work, number), active=False)
        work.staff.save(blocked)
        work.staff_changes.take(number)
        work.sessions.end_all(number, end=SessionEnd.ACCOUNT_CHANGED, at=service.now())
        put_on_account(service, work, AuditAct.OFFICER_BLOCKED, number, by, {})
        work.commit()
    return blocked


def end_sessions(service: Service, *, number: str, administrator: Officer) -> int:
    """Sign an officer out everywhere; how many sessions that were. Raises ChangeRefused, NotOnRecord."""
    require(may_propose(administrator, number))
    with service.database.write() as work:
        read_officer(work, number)
        ended = work.sessions.end_all(number, end=SessionEnd.SENT_AWAY, at=service.now())
        put_on_account(service, work, AuditAct.OFFICER_SESSIONS_ENDED, number, administrator.number, {"ended": ended})
        work.commit()
    return ended


def new_account(service: Service, work: UnitOfWork, wanted: NewOfficer, *, active: bool, by: str) -> Officer:
    """Write a new account; closed accounts come on record when they are opened. Raises AccountRefused."""
    wanted = replace(wanted, username=wanted.username.strip().lower())
    if faults := [*_faults_of_form(wanted), *_faults_of_record(work, wanted)]:
        raise AccountRefused(faults)
    officer = Officer(
        number=wanted.number,
        username=wanted.username,
        name=wanted.name,
        roles=wanted.roles,
        office_code=wanted.office_code,
        licence_no=wanted.licence_no,
        password_hash=service.passwords.hash(secrets.token_urlsafe()),  # nobody's, until the invitation is used
        active=active,
    )
    work.staff.add(officer)
    if active:
        put_on_account(service, work, AuditAct.OFFICER_ADDED, wanted.number, by, {"roles": listed(wanted.roles)})
    return officer


def require(ground: ChangeGround | None) -> None:
    """Raises ChangeRefused where there is a ground."""
    if ground is not None:
        raise ChangeRefused(ground)


def listed(roles: frozenset[Role]) -> str:
    """Roles as the record has them."""
    return " ".join(sorted(role.value for role in roles))


def put_on_account(service: Service, work: UnitOfWork, act: AuditAct, number: str, by: str, facts: Facts) -> None:
    """One act of somebody on an officer's account, for the record."""
    work.audit.append(AuditEntry(at=service.now(), officer_no=by, act=act, subject=number, facts=facts))


def _faults_of_form(wanted: NewOfficer) -> list[Fault]:
    faults = []
    if not _NUMBER.fullmatch(wanted.number):
        faults.append(Fault(field="number", kind=FaultKind.WRONG_FORM, details={"text": wanted.number}))
    if not _USERNAME.fullmatch(wanted.username):
        faults.append(Fault(field="username", kind=FaultKind.WRONG_FORM, details={"text": wanted.username}))
    if not wanted.name.en.strip():
        faults.append(Fault(field="name_en", kind=FaultKind.REQUIRED))
    if not wanted.roles:
        faults.append(Fault(field="roles", kind=FaultKind.REQUIRED))
    if Role.AGENCY_CLERK in wanted.roles and not wanted.licence_no:
        faults.append(Fault(field="licence_no", kind=FaultKind.REQUIRED))
    return faults


def _faults_of_record(work: UnitOfWork, wanted: NewOfficer) -> list[Fault]:
    faults = []
    if work.staff.get(wanted.number) is not None:
        faults.append(Fault(field="number", kind=FaultKind.TAKEN, details={"text": wanted.number}))
    if work.staff.by_username(wanted.username) is not None:
        faults.append(Fault(field="username", kind=FaultKind.TAKEN, details={"text": wanted.username}))
    if work.staff.office(wanted.office_code) is None:
        faults.append(Fault(field="office_code", kind=FaultKind.WRONG_FORM, details={"text": wanted.office_code}))
    if wanted.licence_no and work.permits.agency(wanted.licence_no) is None:
        faults.append(Fault(field="licence_no", kind=FaultKind.WRONG_FORM, details={"text": wanted.licence_no}))
    return faults
