"""The OpenAPI 3.1 document, made from the table of operations and the models, so that it cannot say anything else."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from clearance.web.api.models import Nothing, Problem
from clearance.web.api.operation import Operation
from clearance.web.api.problems import MEDIA_TYPE, STATUS
from clearance.web.wording_interface import PROBLEM_WORDS, ProblemCode

VERSION = "1.0.0"
_SCHEMA = "#/components/schemas/{model}"
PATH_SCHEMAS: Mapping[str, Mapping[str, Any]] = {
    "reference": {"type": "string", "pattern": "^APP-[0-9A-HJKMNP-TV-Z]{8}$", "examples": ["APP-7K2M9Q4X"]},
    "licence_no": {"type": "string", "pattern": "^RL-[0-9]{1,5}$", "examples": ["RL-1234"]},
    "webhook_id": {"type": "string", "pattern": "^hook_[a-z2-7]{26}$"},
    "delivery_id": {"type": "string", "pattern": "^msg_[a-z2-7]{26}$"},
}
ANY_REQUEST = (
    ProblemCode.MALFORMED,
    ProblemCode.TOKEN_UNKNOWN,
    ProblemCode.SCOPE_MISSING,
    ProblemCode.TOO_LARGE,
    ProblemCode.WRONG_MEDIA_TYPE,
    ProblemCode.INVALID,
    ProblemCode.TOO_MANY_REQUESTS,
    ProblemCode.FAILED,
    ProblemCode.BUSY,
)
KEYED_REQUEST = (ProblemCode.KEY_MISSING, ProblemCode.KEY_IN_HAND, ProblemCode.KEY_OF_ANOTHER)
DESCRIPTION = """\
For programs of recruiting agencies and ministries: submit applications, follow them, read balances, be told of changes.
A client sees what its account sees; deciding is not among the things that it can do. Every answer that is not good is a
problem of RFC 9457 with a stable `code` and sentences in Bengali and English; nothing that was sent is repeated.
Requests with an `Idempotency-Key` may be repeated for seven days: they are carried out once and answered alike.
Webhooks follow the Standard Webhooks specification. See docs/API.md."""
_RATE: Mapping[str, Any] = {
    "RateLimit": {
        "description": "Requests left (r) and seconds until the window has moved on (t).",
        "schema": {"type": "string"},
    },
    "RateLimit-Policy": {"description": "Requests (q) in a window of seconds (w).", "schema": {"type": "string"}},
}
_KEY: Mapping[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "New for each new request, the same for a repetition (draft-ietf-httpapi-idempotency-key-header).",
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
}


def document(operations: Iterable[Operation]) -> dict[str, Any]:
    """The document as a JSON object."""
    table = tuple(operations)
    paths: dict[str, dict[str, Any]] = {}
    for operation in table:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Emigration clearance", "version": VERSION, "description": DESCRIPTION},
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}],
        "paths": paths,
        "webhooks": {"caseChanged": {"post": _WEBHOOK}},
        "components": {
            "schemas": _schemas(table),
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A client's token, which names its scopes: " + ", ".join(_scopes(table)) + ".",
                }
            },
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.id,
        "summary": operation.summary,
        "description": f"Scope: {operation.scope.value}.",
        "parameters": _parameters(operation),
        "responses": {str(operation.status): _good(operation), **_problems(operation)},
    }
    if operation.body is not Nothing:
        described["requestBody"] = {"required": True, "content": {"application/json": _schema(operation.body)}}
    return described


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    names = [part[1:-1] for part in operation.path.split("/") if part.startswith("{")]
    path = [{"name": name, "in": "path", "required": True, "schema": dict(PATH_SCHEMAS[name])} for name in names]
    return [*path, *_query(operation.query), *([dict(_KEY)] if operation.once else [])]


def _query(model: type[BaseModel]) -> list[dict[str, Any]]:
    schema = model.model_json_schema(ref_template=_SCHEMA)
    return [
        {"name": name, "in": "query", "required": name in schema.get("required", ()), "schema": _without_null(field)}
        for name, field in schema.get("properties", {}).items()
    ]


def _without_null(field: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of a parameter: one that is left out is not null."""
    [real] = [each for each in field.get("anyOf", [field]) if each.get("type") != "null"]
    return {name: value for name, value in real.items() if name != "title"}


def _good(operation: Operation) -> dict[str, Any]:
    good: dict[str, Any] = {"description": operation.summary, "headers": dict(_RATE)}
    if operation.answer is not Nothing:
        good["content"] = {"application/json": _schema(operation.answer)}
    if operation.status == 201:
        where = {"description": "Where it is now.", "schema": {"type": "string"}}
        good["headers"] = {**_RATE, "Location": where}
    return good


def _problems(operation: Operation) -> dict[str, Any]:
    codes = (*ANY_REQUEST, *(KEYED_REQUEST if operation.once else ()), *operation.problems)
    by_status: dict[int, list[ProblemCode]] = {}
    for code in codes:
        by_status.setdefault(STATUS[code], []).append(code)
    return {
        str(status): {
            "description": " ".join(f"`{code.value}`: {PROBLEM_WORDS[code]}" for code in found),
            "content": {MEDIA_TYPE: _schema(Problem)},
        }
        for status, found in sorted(by_status.items())
    }


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return {"schema": {"$ref": _SCHEMA.format(model=model.__name__)}}


def _schemas(operations: tuple[Operation, ...]) -> dict[str, Any]:
    asked = {operation.body for operation in operations} | {operation.query for operation in operations}
    told = {operation.answer for operation in operations} | {Problem}
    wanted = sorted((asked | told) - {Nothing}, key=lambda model: model.__name__)
    _, schema = models_json_schema([(model, "validation") for model in wanted], ref_template=_SCHEMA)
    queries = {operation.query.__name__ for operation in operations}
    found: dict[str, Any] = schema["$defs"]
    return {name: each for name, each in sorted(found.items()) if name not in queries}


def _scopes(operations: Iterable[Operation]) -> list[str]:
    return sorted({operation.scope.value for operation in operations})


_WEBHOOK: dict[str, Any] = {
    "operationId": "caseChanged",
    "summary": "Sent to every webhook when a case that its client may see changes.",
    "description": "At least once, each case's changes in order. Verify webhook-signature; tell repeats by webhook-id.",
    "parameters": [
        {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
        for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
    ],
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["type", "timestamp", "data"],
                    "properties": {
                        "type": {"$ref": _SCHEMA.format(model="CaseEvent")},
                        "timestamp": {"type": "string", "format": "date-time"},
                        "data": {
                            "type": "object",
                            "required": ["reference", "state", "clearance_no"],
                            "properties": {
                                "reference": {"type": "string"},
                                "state": {"$ref": _SCHEMA.format(model="ApplicationState")},
                                "clearance_no": {"type": ["string", "null"]},
                            },
                        },
                    },
                }
            }
        },
    },
    "responses": {"2XX": {"description": "Taken. Anything else is tried again for three days; 410 is not."}},
    "security": [],
}
