"""What desks tell the office: one small authenticated message, `POST /api/desks/report`.

    Authorization: Bearer DSK-…
    {"trust_sequence": 7, "lists": {"https://s.bmet.gov.bd/26a": 1795327200}, "software": "0.1.0"}

Answered 204, or a status and a word for the desk's log. It carries no cookie and needs none, so that no form token
protects it; what it can do is bounded by what a desk may say (docs/adr/0061).
"""

from typing import Annotated

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from werkzeug.exceptions import RequestEntityTooLarge

from clearance.domain.desk import Holding
from clearance.issuing import desks
from clearance.issuing.desks import NotEnrolled
from clearance.issuing.service import Service
from clearance.web.limits import visitor

MAX_BODY = 8 << 10
"""Bytes; a report of three lists takes 200."""
MAX_LISTS = 64
PER_ADDRESS = "120 per minute"
"""An airport's desks stand behind one address and report at most once a pull, which takes five seconds or more."""

Seconds = Annotated[int, Field(ge=0, lt=1 << 40)]
Address = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$")]
Version = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[0-9A-Za-z.+_-]+$")]


class Report(BaseModel):
    """The message, and nothing besides."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    trust_sequence: Annotated[int, Field(ge=0, lt=1 << 53)] | None
    lists: Annotated[dict[Address, Seconds], Field(max_length=MAX_LISTS)]
    software: Version


def blueprint(service: Service, limiter: Limiter) -> Blueprint:
    """The routes of desks; to be exempted from the check of form tokens."""
    routes = Blueprint("desk_api", __name__, url_prefix="/api/desks")

    @routes.post("/report")
    @limiter.limit(PER_ADDRESS, key_func=visitor)
    def report() -> ResponseReturnValue:
        try:
            desk = desks.authenticate(service, _token())
            if request.mimetype != "application/json":
                return _said("not application/json", 415)
            request.max_content_length = MAX_BODY
            said = Report.model_validate_json(request.get_data(cache=False))
            desks.report(service, desk.id, Holding(**said.model_dump()))
        except NotEnrolled:
            return {"error": "not an enrolled desk"}, 401, {"WWW-Authenticate": "Bearer"}
        except RequestEntityTooLarge:
            return _said("too large", 413)
        except ValidationError:
            return _said("not a report", 422)
        return "", 204

    return routes


def _token() -> str:
    """The token of the request; empty where it carries none."""
    given = request.authorization
    return given.token or "" if given is not None and given.type == "bearer" else ""


def _said(error: str, status: int) -> ResponseReturnValue:
    return {"error": error}, status
