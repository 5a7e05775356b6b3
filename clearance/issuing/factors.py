"""The second factor: showing one, setting one up, taking one away (docs/adr/0080).

A code counts once, whoever sends it and how often (`matching_step`). Passkeys are in `passkeys`; who must have a second
factor and how long it stays fresh is decided in the domain.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, replace

from clearance.domain.audit import AuditAct
from clearance.domain.factors import (
    DIGITS,
    RECOVERY_CODES,
    Authenticator,
    FactorKind,
    is_fresh,
    matching_step,
    needs_second_factor,
    new_code,
    new_secret,
    next_code,
    plain_code,
    provisioning_uri,
    typed_secret,
)
from clearance.domain.session import Session, SessionEnd
from clearance.domain.staff import Officer
from clearance.issuing.ports import UnitOfWork
from clearance.issuing.service import Service
from clearance.issuing.sign_in import Entered, Visit, put_on_record, renewed, welcome

ISSUER = "BMET clearance"
"""The name that an authenticator app shows beside the code."""


class NotFresh(Exception):
    """This needs a second factor that was shown just now."""


@dataclass(frozen=True, kw_only=True)
class NewAuthenticator:
    """What an officer puts into an authenticator app. `sealed` comes back with the first code; nobody can read it."""

    sealed: str
    typed: str
    uri: str


def show_code(service: Service, visit: Visit, typed: str) -> Entered | None:
    """Let the officer in, or on, with a code of the app or one from paper; None for a wrong or used one."""
    code = plain_code(typed)
    with service.database.write() as work:
        kind = _kind_of(service, work, visit.officer.number, code)
        if kind is None:
            put_on_record(work, AuditAct.OFFICER_FACTOR_FAILED, _seen_now(service, visit), _where(visit))
            work.commit()
            return None
        entered = pass_on(service, work, visit, kind)
        work.commit()
    return entered


def code_is_right(service: Service, officer: Officer, typed: str) -> bool:
    """Whether a code is the officer's; it is used up with this. For programs without pages (`clearance batch`)."""
    with service.database.write() as work:
        right = _kind_of(service, work, officer.number, plain_code(typed)) is not None
        work.commit()
    return right


def pass_on(service: Service, work: UnitOfWork, visit: Visit, kind: FactorKind) -> Entered:
    """The visit with the factor shown: a whole sign-in where it was half of one, else a fresh one."""
    token, session = renewed(visit.session, factor=kind, service=service)
    if visit.session.complete:
        put_on_record(work, AuditAct.OFFICER_CONFIRMED, session, _where(visit) | {"factor": kind.value})
    else:
        session = welcome(work, session)
    work.sessions.replace(visit.session.key, session)
    held = work.factors.of_officer(visit.officer.number)
    return Entered(token=token, visit=Visit(officer=visit.officer, session=session, held=held))


def new_authenticator(service: Service, officer: Officer) -> NewAuthenticator:
    """A secret for an app. It is kept by nobody until the officer has typed its first code."""
    secret = new_secret()
    return NewAuthenticator(
        sealed=urlsafe_b64encode(service.vault.seal(secret, owner=_offered_to(officer))).decode("ascii"),
        typed=typed_secret(secret),
        uri=provisioning_uri(secret, account=officer.username, issuer=ISSUER),
    )


def same_authenticator(service: Service, officer: Officer, sealed: str) -> NewAuthenticator | None:
    """What was offered before, to be shown again after a wrong code."""
    secret = _offered(service, officer, sealed)
    if secret is None:
        return None
    uri = provisioning_uri(secret, account=officer.username, issuer=ISSUER)
    return NewAuthenticator(sealed=sealed, typed=typed_secret(secret), uri=uri)


def add_authenticator(service: Service, visit: Visit, *, sealed: str, code: str) -> Entered | None:
    """Take the app whose first code this is, in place of an earlier one; None for a wrong code. Raises NotFresh."""
    require_may_add(service, visit)
    secret = _offered(service, visit.officer, sealed)
    step = None if secret is None else matching_step(secret, plain_code(code), now=service.now(), after=0)
    if secret is None or step is None:
        return None
    number = visit.officer.number
    authenticator = Authenticator(
        officer_no=number,
        sealed_secret=service.vault.seal(secret, owner=number),
        added_at=service.now(),
        last_step=step,
    )
    with service.database.write() as work:
        work.factors.put_authenticator(authenticator)
        entered = added(service, work, visit, FactorKind.TOTP)
        work.commit()
    return entered


def added(service: Service, work: UnitOfWork, visit: Visit, kind: FactorKind) -> Entered:
    """Put a new factor on record. The first one has just been shown, too: it completes the sign-in."""
    facts = _where(visit) | {"factor": kind.value}
    put_on_record(work, AuditAct.OFFICER_FACTOR_ADDED, _seen_now(service, visit), facts)
    if not visit.held.any:
        return pass_on(service, work, visit, kind)
    held = work.factors.of_officer(visit.officer.number)
    return Entered(token="", visit=replace(visit, held=held))


def require_may_add(service: Service, visit: Visit) -> None:
    """Raises NotFresh: whoever finds an open screen must not add a factor of their own."""
    if visit.held.any and not is_fresh(visit.session.shown_at, now=service.now()):
        raise NotFresh(visit.officer.number)


def remove_factor(service: Service, visit: Visit, credential_id: bytes | None) -> bool:
    """Take away a passkey, or for None the app; False where it is the last one and the officer needs one.

    Raises NotFresh.
    """
    require_may_add(service, visit)
    with service.database.write() as work:
        held = work.factors.of_officer(visit.officer.number)
        if held.count <= 1 and needs_second_factor(visit.officer):
            return False
        if credential_id is None:
            work.factors.remove_authenticator(visit.officer.number)
        elif any(key.credential_id == credential_id for key in held.passkeys):
            work.factors.remove_passkey(credential_id)
        kind = FactorKind.TOTP if credential_id is None else FactorKind.PASSKEY
        facts = _where(visit) | {"factor": kind.value}
        put_on_record(work, AuditAct.OFFICER_FACTOR_REMOVED, _seen_now(service, visit), facts)
        work.sessions.end_all(
            visit.officer.number, end=SessionEnd.ACCOUNT_CHANGED, at=service.now(), besides=visit.session.key
        )
        work.commit()
    return True


def new_recovery_codes(service: Service, visit: Visit) -> tuple[str, ...]:
    """Ten codes for paper, in place of those before; this is the only time that they can be read. Raises NotFresh."""
    require_may_add(service, visit)
    codes = tuple(new_code() for _ in range(RECOVERY_CODES))
    with service.database.write() as work:
        work.factors.put_recovery_codes(
            visit.officer.number, [service.vault.digest(plain_code(code)) for code in codes]
        )
        put_on_record(work, AuditAct.OFFICER_RECOVERY_CODES_MADE, _seen_now(service, visit), _where(visit))
        work.commit()
    return codes


def demo_code(service: Service, visit: Visit) -> str | None:
    """In a demo, the code that the officer's app would show: visitors have no such app. None anywhere else, and
    for the seconds in which all codes of now are used."""
    held = visit.held.authenticator
    if not service.demo or held is None:
        return None
    secret = service.vault.open(held.sealed_secret, owner=visit.officer.number)
    return None if secret is None else next_code(secret, now=service.now(), after=held.last_step)


def demo_first_code(service: Service, officer: Officer, sealed: str) -> str | None:
    """In a demo, the first code of an app that is being set up."""
    secret = _offered(service, officer, sealed) if service.demo else None
    return None if secret is None else next_code(secret, now=service.now(), after=0)


def _kind_of(service: Service, work: UnitOfWork, number: str, code: str) -> FactorKind | None:
    """Which factor a code is, used up with this; None for none."""
    if len(code) == DIGITS and code.isdecimal():
        return FactorKind.TOTP if _use_app(service, work, number, code) else None
    known = work.factors.use_recovery_code(number, service.vault.digest(code))
    return FactorKind.RECOVERY if known else None


def _use_app(service: Service, work: UnitOfWork, number: str, code: str) -> bool:
    held = work.factors.of_officer(number).authenticator
    secret = None if held is None else service.vault.open(held.sealed_secret, owner=number)
    if held is None or secret is None:
        return False
    step = matching_step(secret, code, now=service.now(), after=held.last_step)
    if step is None:
        return False
    work.factors.put_authenticator(replace(held, last_step=step))
    return True


def _offered_to(officer: Officer) -> str:
    return f"offered to {officer.number}"


def _offered(service: Service, officer: Officer, sealed: str) -> bytes | None:
    try:
        return service.vault.open(urlsafe_b64decode(sealed), owner=_offered_to(officer))
    except ValueError:
        return None


def _seen_now(service: Service, visit: Visit) -> Session:
    return replace(visit.session, seen_at=service.now())


def _where(visit: Visit) -> dict[str, str | int | None]:
    place = visit.session.place
    return {"device": place.device, "agent": place.agent, "network": place.network}
