"""Clients of the interface, their tokens and their answered requests, as rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select, update

from clearance.domain.client import ApiClient, ClientScope, ClientToken
from clearance.issuing.ports import Conflict, KeyedRequest, NotOnRecord, StoredAnswer
from clearance.storage.tables_interface import api_clients, api_requests, api_tokens

_ADD = api_clients.insert()
_GET = select(api_clients).where(api_clients.c.id == bindparam("wanted"))
_OPEN = select(api_clients).where(api_clients.c.revoked_at.is_(None)).order_by(api_clients.c.name)
_SAVE = update(api_clients).where(api_clients.c.id == bindparam("wanted"))

_ADD_TOKEN = api_tokens.insert()
_TOKENS = (
    select(api_tokens)
    .where(api_tokens.c.client_id == bindparam("wanted"))
    .order_by(api_tokens.c.issued_at, api_tokens.c.sha256)
)
_END_TOKENS = (
    update(api_tokens)
    .where(api_tokens.c.client_id == bindparam("wanted"), api_tokens.c.expires_at > bindparam("end"))
    .values(expires_at=bindparam("end"))
)

_R = api_requests.c
_THIS_REQUEST = (_R.client_id == bindparam("of_client")) & (_R.key == bindparam("of_key"))
_GET_REQUEST = select(api_requests).where(_THIS_REQUEST)
_DROP_REQUEST = delete(api_requests).where(_THIS_REQUEST)
_RESERVE = api_requests.insert()
_ANSWER = (
    update(api_requests)
    .where(_THIS_REQUEST, _R.lease == bindparam("held"), _R.status.is_(None))
    .values(status=bindparam("said"), body=bindparam("said_body"), location=bindparam("said_location"))
)
_FORGET = delete(api_requests).where(_R.reserved_until < bindparam("before"))


class SqlClients:
    """Implements `clearance.issuing.ports.Clients`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, client: ApiClient) -> None:
        self._connection.execute(_ADD, _row(client))

    def get(self, client_id: str) -> ApiClient | None:
        row = self._connection.execute(_GET, {"wanted": client_id}).first()
        return None if row is None else _client(row)

    def open(self) -> Sequence[ApiClient]:
        return [_client(row) for row in self._connection.execute(_OPEN)]

    def save(self, client: ApiClient) -> None:
        if self._connection.execute(_SAVE, _row(client) | {"wanted": client.id}).rowcount != 1:
            raise NotOnRecord(client.id)

    def add_token(self, token: ClientToken) -> None:
        self._connection.execute(_ADD_TOKEN, vars(token))

    def tokens(self, client_id: str) -> Sequence[ClientToken]:
        rows = self._connection.execute(_TOKENS, {"wanted": client_id}).mappings()
        return [ClientToken(**row) for row in rows]

    def end_tokens(self, client_id: str, *, by: datetime) -> None:
        self._connection.execute(_END_TOKENS, {"wanted": client_id, "end": by})


class SqlKeyedRequests:
    """Implements `clearance.issuing.ports.KeyedRequests`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, client_id: str, key: str) -> KeyedRequest | None:
        row = self._connection.execute(_GET_REQUEST, {"of_client": client_id, "of_key": key}).first()
        return None if row is None else _request(row)

    def reserve(self, request: KeyedRequest) -> None:
        self._connection.execute(_DROP_REQUEST, {"of_client": request.client_id, "of_key": request.key})
        self._connection.execute(
            _RESERVE,
            {
                "client_id": request.client_id,
                "key": request.key,
                "fingerprint": request.fingerprint,
                "lease": request.lease,
                "reserved_until": request.reserved_until,
            },
        )

    def answer(self, request: KeyedRequest, answer: StoredAnswer) -> None:
        said = {"said": answer.status, "said_body": answer.body, "said_location": answer.location}
        whose = {"of_client": request.client_id, "of_key": request.key, "held": request.lease}
        if self._connection.execute(_ANSWER, whose | said).rowcount != 1:
            raise Conflict("another has this request in hand")

    def forget(self, *, reserved_before: datetime) -> int:
        return self._connection.execute(_FORGET, {"before": reserved_before}).rowcount


def _row(client: ApiClient) -> dict[str, Any]:
    return vars(client) | {"scopes": sorted(scope.value for scope in client.scopes)}


def _client(row: Row[Any]) -> ApiClient:
    scopes = frozenset(ClientScope(scope) for scope in row.scopes)
    return ApiClient(**row._asdict() | {"scopes": scopes})


def _request(row: Row[Any]) -> KeyedRequest:
    answer = None
    if row.status is not None:
        answer = StoredAnswer(status=row.status, body=row.body, location=row.location)
    return KeyedRequest(
        client_id=row.client_id,
        key=row.key,
        fingerprint=row.fingerprint,
        lease=row.lease,
        reserved_until=row.reserved_until,
        answer=answer,
    )
