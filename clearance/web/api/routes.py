"""The routes of `/api/v1`, one for each operation of the table."""

import json
from collections.abc import Callable

from flask import Blueprint, Response
from flask_limiter import Limiter

from clearance.issuing.service import Service
from clearance.web.api import cases, hooks, registers
from clearance.web.api.document import document
from clearance.web.api.door import Door
from clearance.web.api.operation import Operation

PREFIX = "/api/v1"
DOCUMENT_FRESH_S = 3_600


OPERATIONS: tuple[Operation, ...] = (*cases.OPERATIONS, *registers.OPERATIONS, *hooks.OPERATIONS)
"""Everything that a client can ask for."""


def blueprint(service: Service, limiter: Limiter) -> Blueprint:
    """The routes; to be exempted from the check of form tokens, since no cookie speaks for a program."""
    routes = Blueprint("api", __name__, url_prefix=PREFIX)
    door = Door(service, limiter)
    described = json.dumps(document(OPERATIONS), ensure_ascii=False)

    @routes.get("/openapi.json")
    def openapi() -> Response:
        response = Response(described, mimetype="application/json")
        response.headers["Cache-Control"] = f"public, max-age={DOCUMENT_FRESH_S}"
        return response

    for operation in OPERATIONS:
        rule = operation.path.replace("{", "<").replace("}", ">")
        routes.add_url_rule(rule, operation.id, _view(door, operation), methods=[operation.method])
    return routes


def _view(door: Door, operation: Operation) -> Callable[..., Response]:
    def view(**path: str) -> Response:
        return door.answer(operation, path)

    return view
