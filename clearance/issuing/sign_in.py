"""Officers' accounts: signing in, staying signed in, being added and blocked."""

import re
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from clearance.domain.audit import AuditAct, AuditEntry
from clearance.domain.staff import Officer, Role
from clearance.domain.text import BilingualText
from clearance.issuing.cases import read_officer
from clearance.issuing.fields import Fault, FaultKind
from clearance.issuing.ports import UnitOfWork
from clearance.issuing.service import Service

MIN_PASSWORD = 12
MAX_PASSWORD = 200
"""Characters. Hashing is slow on purpose; the upper limit keeps it from being made slower."""
OPERATOR = "operator"
"""Who acts at the command line of the server; its account is the machine's, not ours."""

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,38}", re.ASCII)
_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9-]{1,18}", re.ASCII)


class AccountRefused(ValueError):
    """An account cannot be made this way; `faults` says what is wrong with which field."""

    def __init__(self, faults: Collection[Fault]) -> None:
        super().__init__(", ".join(f"{fault.field}: {fault.kind}" for fault in faults))
        self.faults = tuple(faults)


def sign_in(service: Service, *, username: str, password: str) -> Officer | None:
    """The officer, or None: an unknown name, a wrong password and a blocked account are one answer after equal work."""
    with service.database.read() as work:
        officer = work.staff.by_username(username.strip().lower())
    known = service.passwords.verify(officer.password_hash if officer else None, password[:MAX_PASSWORD])
    if officer is None or not known or not officer.active:
        return None
    with service.database.write() as work:
        _put_on_record(work, AuditAct.OFFICER_SIGNED_IN, officer.number, by=officer.number, at=service.now())
        work.commit()
    return officer


def still_signed_in(service: Service, *, number: str, epoch: int) -> Officer | None:
    """The officer behind a session, as on record now; None where the account is blocked or the session was ended."""
    with service.database.read() as work:
        officer = work.staff.get(number)
    return officer if officer is not None and officer.active and officer.session_epoch == epoch else None


def add_officer(
    service: Service,
    *,
    number: str,
    username: str,
    name: BilingualText,
    roles: frozenset[Role],
    office_code: str,
    password: str,
) -> Officer:
    """Open an account. Raises AccountRefused."""
    username = username.strip().lower()
    faults = list(_faults_of_form(number, username, name, roles, password))
    with service.database.write() as work:
        faults += _faults_of_record(work, number, username, office_code)
        if faults:
            raise AccountRefused(faults)
        officer = Officer(
            number=number,
            username=username,
            name=name,
            roles=roles,
            office_code=office_code,
            password_hash=service.passwords.hash(password),
            active=True,
            session_epoch=1,
        )
        work.staff.add(officer)
        _put_on_record(work, AuditAct.OFFICER_ADDED, number, by=OPERATOR, at=service.now())
        work.commit()
    return officer


def block_officer(service: Service, *, number: str) -> Officer:
    """Close an account and end its sessions. Raises NotOnRecord."""
    with service.database.write() as work:
        officer = read_officer(work, number)
        blocked = replace(officer, active=False, session_epoch=officer.session_epoch + 1)
        work.staff.save(blocked)
        _put_on_record(work, AuditAct.OFFICER_BLOCKED, number, by=OPERATOR, at=service.now())
        work.commit()
    return blocked


def _faults_of_form(
    number: str, username: str, name: BilingualText, roles: frozenset[Role], password: str
) -> list[Fault]:
    faults = []
    if not _NUMBER.fullmatch(number):
        faults.append(Fault(field="number", kind=FaultKind.WRONG_FORM, details={"text": number}))
    if not _USERNAME.fullmatch(username):
        faults.append(Fault(field="username", kind=FaultKind.WRONG_FORM, details={"text": username}))
    if not name.en.strip():
        faults.append(Fault(field="name_en", kind=FaultKind.REQUIRED))
    if not roles:
        faults.append(Fault(field="roles", kind=FaultKind.REQUIRED))
    if len(password) < MIN_PASSWORD:
        faults.append(Fault(field="password", kind=FaultKind.TOO_SHORT, details={"limit": MIN_PASSWORD}))
    if len(password) > MAX_PASSWORD:
        details = {"length": len(password), "limit": MAX_PASSWORD}
        faults.append(Fault(field="password", kind=FaultKind.TOO_LONG, details=details))
    return faults


def _faults_of_record(work: UnitOfWork, number: str, username: str, office_code: str) -> list[Fault]:
    faults = []
    if work.staff.get(number) is not None:
        faults.append(Fault(field="number", kind=FaultKind.TAKEN, details={"text": number}))
    if work.staff.by_username(username) is not None:
        faults.append(Fault(field="username", kind=FaultKind.TAKEN, details={"text": username}))
    if work.staff.office(office_code) is None:
        faults.append(Fault(field="office_code", kind=FaultKind.WRONG_FORM, details={"text": office_code}))
    return faults


def _put_on_record(work: UnitOfWork, act: AuditAct, number: str, *, by: str, at: datetime) -> None:
    work.audit.append(AuditEntry(at=at, officer_no=by, act=act, subject=number, facts={}))
