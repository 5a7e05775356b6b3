"""One thing that a client can ask for. Routes and the OpenAPI document are made from the same table of these."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel

from clearance.domain.client import ClientScope
from clearance.issuing.clients import Caller
from clearance.issuing.keyed_requests import Reserved
from clearance.issuing.ports import StoredAnswer
from clearance.issuing.service import Service
from clearance.web.api.models import Nothing
from clearance.web.wording_interface import ProblemCode

SMALL = 16 << 10
"""Bytes of a request without a photo."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request, authenticated, read and found to be in form."""

    service: Service
    caller: Caller
    path: Mapping[str, str]
    query: BaseModel
    body: BaseModel
    reserved: Reserved | None = None
    """The key of the request, where the operation takes one."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """A good answer. `kept` is the same as it was stored with the key; then nobody need store it again."""

    model: BaseModel
    location: str | None = None
    kept: StoredAnswer | None = None


@dataclass(frozen=True, kw_only=True)
class Operation:
    """`path` is that of the document; `once` says that it takes an idempotency key."""

    id: str
    method: str
    path: str
    scope: ClientScope
    summary: str
    perform: Callable[[Call], Result]
    answer: type[BaseModel]
    status: int = 200
    body: type[BaseModel] = Nothing
    query: type[BaseModel] = Nothing
    once: bool = False
    max_body: int = SMALL
    problems: tuple[ProblemCode, ...] = field(default=())
    """Those of its own, besides what can befall any request."""
