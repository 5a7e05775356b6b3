"""What every request passes: who asks, how often, for what, in which form, and whether it was answered before.

Nothing is carried out before all of that is settled. Whatever goes wrong, the answer is a problem of RFC 9457.
"""

import hashlib
import math
import re
from collections.abc import Mapping

import structlog
from flask import Response, request
from flask_limiter import Limiter
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import HTTPException

from clearance.issuing import keyed_requests
from clearance.issuing.clients import Caller, UnknownToken, authenticate
from clearance.issuing.keyed_requests import KeyMisused, Reserved
from clearance.issuing.ports import Conflict, NotOnRecord, StoredAnswer, Unavailable
from clearance.issuing.service import Service
from clearance.web.api.models import Nothing
from clearance.web.api.operation import Call, Operation, Result
from clearance.web.api.problems import MEDIA_TYPE, Wrong, of_http, of_shape
from clearance.web.limits import visitor
from clearance.web.wording_interface import ProblemCode

REQUESTS, WINDOW_S = 300, 60
PER_CLIENT = f"{REQUESTS} per {WINDOW_S} second"
"""Five requests a second over a minute: an agency's day of 5,000 applications takes 17 minutes."""
UNKNOWN_PER_ADDRESS = "60 per minute"
POLICY = "client"
"""The name of the limit in the RateLimit fields (draft-ietf-httpapi-ratelimit-headers)."""
_KEY = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)

log = structlog.get_logger()


class Door:
    """Lets requests in."""

    def __init__(self, service: Service, limiter: Limiter) -> None:
        self._service = service
        self._limiter = limiter

    def answer(self, operation: Operation, path: Mapping[str, str]) -> Response:
        """The answer to the request of this moment."""
        headers: dict[str, str] = {}
        try:
            caller = self._caller()
            self._count(caller, headers)
            response = self._carried_out(operation, path, caller)
        except Wrong as wrong:
            response = wrong.response()
        except NotOnRecord:
            response = Wrong(ProblemCode.NOT_FOUND).response()
        except Unavailable:
            response = Wrong(ProblemCode.BUSY, headers={"Retry-After": "30"}).response()
        except HTTPException as error:
            response = of_http(error)
        except OSError as error:  # a disk that is full or broken
            log.exception("disk or network out of order", kind=type(error).__name__)
            response = Wrong(ProblemCode.BUSY, headers={"Retry-After": "30"}).response()
        except Exception as error:
            log.exception("unforeseen error", kind=type(error).__name__)
            response = Wrong(ProblemCode.FAILED).response()
        response.headers.update(headers)
        return response

    def _caller(self) -> Caller:
        given = request.authorization
        token = given.token or "" if given is not None and given.type == "bearer" else ""
        try:
            return authenticate(self._service, token)
        except UnknownToken:
            with self._limiter.shared_limit(UNKNOWN_PER_ADDRESS, scope="unknown-token", key_func=visitor):
                raise Wrong(ProblemCode.TOKEN_UNKNOWN, headers={"WWW-Authenticate": "Bearer"}) from None

    def _count(self, caller: Caller, headers: dict[str, str]) -> None:
        """Count the request, and say in `headers` how many are left. Raises TooManyRequests (429)."""
        headers["RateLimit-Policy"] = f'"{POLICY}";q={REQUESTS};w={WINDOW_S}'
        try:
            with self._limiter.shared_limit(PER_CLIENT, scope=POLICY, key_func=lambda: caller.client.id):
                pass
        finally:
            now = self._limiter.current_limit
            if now is not None:
                wait = min(max(math.ceil(now.reset_at - self._service.now().timestamp()), 1), WINDOW_S)
                headers["RateLimit"] = f'"{POLICY}";r={max(now.remaining, 0)};t={wait}'
                if now.breached:
                    headers["Retry-After"] = str(wait)

    def _carried_out(self, operation: Operation, path: Mapping[str, str], caller: Caller) -> Response:
        if not caller.may(operation.scope):
            raise Wrong(ProblemCode.SCOPE_MISSING)
        query, body = _query(operation), _body(operation)
        reserved = self._reserved(operation, caller) if operation.once else None
        if isinstance(reserved, StoredAnswer):
            return _said_again(reserved)
        call = Call(service=self._service, caller=caller, path=path, query=query, body=body, reserved=reserved)
        if reserved is None:
            return _response(operation.perform(call), operation.status)
        return self._once(operation, call, reserved)

    def _reserved(self, operation: Operation, caller: Caller) -> Reserved | StoredAnswer:
        key = request.headers.get("Idempotency-Key", "")
        if not _KEY.fullmatch(key):
            raise Wrong(ProblemCode.KEY_MISSING)
        asked = f"{operation.id} {request.path}\n".encode() + request.get_data()
        fingerprint = hashlib.sha256(asked).hexdigest()
        match keyed_requests.reserve(self._service, caller, key=key, fingerprint=fingerprint):
            case KeyMisused.OTHER_REQUEST:
                raise Wrong(ProblemCode.KEY_OF_ANOTHER)
            case KeyMisused.STILL_IN_HAND:
                raise Wrong(ProblemCode.KEY_IN_HAND)
            case outcome:
                return outcome

    def _once(self, operation: Operation, call: Call, reserved: Reserved) -> Response:
        """Carry out and keep the answer; where nothing came of it, a repetition may try at once."""
        try:
            result = operation.perform(call)
        except Conflict:
            keyed_requests.give_back(self._service, reserved)
            raise Wrong(ProblemCode.CONFLICT) from None
        except Wrong as wrong:
            keyed_requests.keep(self._service, reserved, StoredAnswer(status=wrong.status, body=wrong.body()))
            raise
        except Exception:
            keyed_requests.give_back(self._service, reserved)
            raise
        if result.kept is None:
            body = result.model.model_dump_json()
            answer = StoredAnswer(status=operation.status, body=body, location=result.location)
            keyed_requests.keep(self._service, reserved, answer)
        return _response(result, operation.status)


def _query(operation: Operation) -> BaseModel:
    given = {name: values[0] if len(values) == 1 else values for name, values in request.args.lists()}
    try:
        return operation.query.model_validate_strings(given)
    except ValidationError as error:
        raise of_shape(error) from None


def _body(operation: Operation) -> BaseModel:
    request.max_content_length = operation.max_body
    content = request.get_data()
    if operation.body is Nothing and not content:
        return Nothing()
    if request.mimetype != "application/json":
        raise Wrong(ProblemCode.WRONG_MEDIA_TYPE)
    try:
        return operation.body.model_validate_json(content)
    except ValidationError as error:
        raise of_shape(error) from None


def _response(result: Result, status: int) -> Response:
    if status == 204:
        return Response(status=204)
    response = Response(result.model.model_dump_json(), status, mimetype="application/json")
    if result.location:
        response.headers["Location"] = result.location
    return response


def _said_again(answer: StoredAnswer) -> Response:
    kind = "application/json" if answer.status < 400 else MEDIA_TYPE
    response = Response(answer.body, answer.status, mimetype=kind)
    if answer.location:
        response.headers["Location"] = answer.location
    return response
