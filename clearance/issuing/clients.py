"""Clients of the interface: registering one, its tokens, and who asks when a token is shown.

A client is bound to one account and may do what that account may, less whatever its scopes leave out; it never
decides. Only the hash of a token is stored; the token itself is shown once.
"""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from clearance.domain.audit import AuditAct, AuditEntry, Facts
from clearance.domain.client import MAX_TERM, ApiClient, ClientScope, ClientToken, new_client_id
from clearance.domain.staff import ENTERING, OVERSIGHT, Officer, Role
from clearance.domain.tokens import new_token, owner_of, token_sha256
from clearance.issuing.people import OPERATOR
from clearance.issuing.ports import Conflict, NotOnRecord, UnitOfWork
from clearance.issuing.service import Service

NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,58}[a-z0-9]", re.ASCII)
TERM = timedelta(days=180)
OVERLAP = timedelta(days=7)
"""How long the tokens before a rotation still open, unless told otherwise."""


class ClientRefused(ValueError):
    """A client cannot be registered so; the message is a word for the cause: `name`, `officer`, `scope`, `term`."""


class UnknownToken(Exception):
    """The token opens nothing now; nothing more is said about why."""


@dataclass(frozen=True, kw_only=True)
class NewToken:
    """A client and a token for it, which is stored nowhere and shown once."""

    client: ApiClient
    token: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who asks: the client, and the account in whose place it stands."""

    client: ApiClient
    officer: Officer

    def may(self, scope: ClientScope) -> bool:
        """Whether the client was given this scope."""
        return scope in self.client.scopes


@dataclass(frozen=True, kw_only=True)
class ClientStanding:
    """A client and the tokens that open for it now."""

    client: ApiClient
    tokens: tuple[ClientToken, ...]


def register(
    service: Service, *, name: str, officer_no: str, scopes: Iterable[ClientScope], term: timedelta = TERM
) -> NewToken:
    """A new client with its first token. Raises ClientRefused."""
    now = service.now()
    wanted = frozenset(scopes)
    client = ApiClient(id=new_client_id(), name=name, officer_no=officer_no, scopes=wanted, created_at=now)
    if not NAME.fullmatch(name):
        raise ClientRefused("name")
    try:
        with service.database.write() as work:
            _require_account(work, client)
            work.clients.add(client)
            made = _issue_token(work, client, term=term, now=now)
            facts = {"name": name, "officer": officer_no, "scopes": " ".join(sorted(wanted))}
            _put_on_record(work, AuditAct.CLIENT_ADDED, client, facts, at=now)
            work.commit()
    except Conflict:
        raise ClientRefused("name") from None
    return made


def rotate(service: Service, client_id: str, *, term: timedelta = TERM, overlap: timedelta = OVERLAP) -> NewToken:
    """Another token; those before it end after `overlap` at the latest. Raises NotOnRecord, ClientRefused."""
    now = service.now()
    with service.database.write() as work:
        client = _open_client(work, client_id)
        work.clients.end_tokens(client.id, by=now + overlap)
        made = _issue_token(work, client, term=term, now=now)
        facts = {"overlap_hours": int(overlap / timedelta(hours=1))}
        _put_on_record(work, AuditAct.CLIENT_ROTATED, client, facts, at=now)
        work.commit()
    return made


def revoke(service: Service, client_id: str) -> ApiClient:
    """End a client: its tokens open nothing, and nothing more is sent to its webhooks. Raises NotOnRecord."""
    now = service.now()
    with service.database.write() as work:
        client = _open_client(work, client_id).revoked(now)
        work.clients.save(client)
        work.clients.end_tokens(client.id, by=now)
        for webhook in work.webhooks.open():
            if webhook.client_id == client.id:
                work.webhooks.save(webhook.closed(now))
        _put_on_record(work, AuditAct.CLIENT_REVOKED, client, {}, at=now)
        work.commit()
    return client


def registered(service: Service) -> tuple[ClientStanding, ...]:
    """Every client that was not revoked, in order of their names."""
    now = service.now()
    with service.database.read() as work:
        return tuple(
            ClientStanding(
                client=client, tokens=tuple(token for token in work.clients.tokens(client.id) if token.opens(now))
            )
            for client in work.clients.open()
        )


def authenticate(service: Service, token: str) -> Caller:
    """Whose token this is. Raises UnknownToken, also where the client's account is blocked."""
    client_id, digest, now = owner_of(token), token_sha256(token), service.now()
    if client_id is None:
        raise UnknownToken
    with service.database.read() as work:
        client = work.clients.get(client_id)
        if client is None or client.revoked_at is not None:
            raise UnknownToken
        known = [stored for stored in work.clients.tokens(client_id) if stored.opens(now)]
        officer = work.staff.get(client.officer_no)
    if not any(secrets.compare_digest(stored.sha256, digest) for stored in known):
        raise UnknownToken
    if officer is None or not officer.active:
        raise UnknownToken
    return Caller(client=client, officer=officer)


def _require_account(work: UnitOfWork, client: ApiClient) -> None:
    officer = work.staff.get(client.officer_no)
    if officer is None or not officer.active:
        raise ClientRefused("officer")
    needed = {ClientScope.SUBMIT: ENTERING, ClientScope.STATISTICS: OVERSIGHT}
    if not client.scopes or any(not officer.roles & needed.get(scope, frozenset(Role)) for scope in client.scopes):
        raise ClientRefused("scope")


def _open_client(work: UnitOfWork, client_id: str) -> ApiClient:
    client = work.clients.get(client_id)
    if client is None or client.revoked_at is not None:
        raise NotOnRecord(client_id)
    return client


def _issue_token(work: UnitOfWork, client: ApiClient, *, term: timedelta, now: datetime) -> NewToken:
    if not timedelta(0) < term <= MAX_TERM:
        raise ClientRefused("term")
    token, expires_at = new_token(client.id), now + term
    work.clients.add_token(
        ClientToken(sha256=token_sha256(token), client_id=client.id, issued_at=now, expires_at=expires_at)
    )
    return NewToken(client=client, token=token, expires_at=expires_at)


def _put_on_record(work: UnitOfWork, act: AuditAct, client: ApiClient, facts: Facts, *, at: datetime) -> None:
    work.audit.append(AuditEntry(at=at, officer_no=OPERATOR, act=act, subject=client.id, facts=facts))
