"""What a password must be: long, not about its owner, and not what everybody tries first (NIST SP 800-63B, 3.1.1).

There are no rules of composition and no expiry: they make people write passwords down.
"""

import re
from dataclasses import replace

from clearance.domain.audit import AuditAct, AuditEntry
from clearance.domain.session import Session, SessionEnd
from clearance.domain.staff import Officer
from clearance.issuing.cases import read_officer
from clearance.issuing.fields import Fault, FaultKind
from clearance.issuing.ports import PasswordHasher
from clearance.issuing.service import Service

MIN_PASSWORD = 12
MAX_PASSWORD = 200
"""Characters. Hashing is slow on purpose; the upper limit keeps it from being made slower."""
SHORTEST_NAME = 4
"""Letters of a part of a name that must not stand in a password; shorter ones stand in many words."""


class WrongPassword(Exception):
    """The password of today is not the one that was typed."""


def password_faults(passwords: PasswordHasher, password: str, *, repeated: str, officer: Officer) -> list[Fault]:
    """What is wrong with a new password; nothing, with a good one."""
    if len(password) < MIN_PASSWORD:
        return [Fault(field="password", kind=FaultKind.TOO_SHORT, details={"limit": MIN_PASSWORD})]
    if len(password) > MAX_PASSWORD:
        details = {"length": len(password), "limit": MAX_PASSWORD}
        return [Fault(field="password", kind=FaultKind.TOO_LONG, details=details)]
    about = _words_about(officer)
    if any(word in password.casefold() for word in about if len(word) >= SHORTEST_NAME):
        return [Fault(field="password", kind=FaultKind.CONTAINS_NAME)]
    if passwords.easily_guessed(password, about=about):
        return [Fault(field="password", kind=FaultKind.EASY_TO_GUESS)]
    return [] if password == repeated else [Fault(field="repeated", kind=FaultKind.NOT_THE_SAME)]


def change_password(
    service: Service, session: Session, *, current: str, password: str, repeated: str
) -> tuple[Fault, ...]:
    """Change the password of whoever is signed in, and end the sessions in all other browsers; the faults, if any.

    Raises WrongPassword.
    """
    with service.database.read() as work:
        officer = read_officer(work, session.officer_no)
    stored_hash = officer.password_hash if len(current) <= MAX_PASSWORD else None
    if not service.passwords.verify(stored_hash, current[:MAX_PASSWORD]):
        raise WrongPassword(officer.number)
    if faults := password_faults(service.passwords, password, repeated=repeated, officer=officer):
        return tuple(faults)
    hashed, now = service.passwords.hash(password), service.now()
    with service.database.write() as work:
        work.staff.save(replace(read_officer(work, officer.number), password_hash=hashed))
        work.sessions.end_all(officer.number, end=SessionEnd.ACCOUNT_CHANGED, at=now, besides=session.key)
        facts = {"device": session.place.device}
        work.audit.append(
            AuditEntry(
                at=now,
                officer_no=officer.number,
                act=AuditAct.OFFICER_PASSWORD_CHANGED,
                subject=officer.number,
                facts=facts,
            )
        )
        work.commit()
    return ()


def _words_about(officer: Officer) -> tuple[str, ...]:
    texts = (officer.username, officer.number, officer.name.en, officer.name.bn or "")
    return tuple(word for text in texts for word in (text.casefold(), *re.split(r"[^\w]+", text.casefold())) if word)
