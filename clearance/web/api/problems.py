"""What went wrong, as RFC 9457 wants it: a stable code, a sentence in both languages, nothing of what was sent."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus

from flask import Response
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from clearance.domain.eligibility import Objection
from clearance.issuing.fields import Fault
from clearance.web.api.models import Error, Problem, Texts
from clearance.web.wording_interface import ProblemCode, fault_texts, objection_texts, problem_texts, shape_texts

MEDIA_TYPE = "application/problem+json"
TYPE = "tag:bmet.gov.bd,2026:clearance/"

STATUS: Mapping[ProblemCode, int] = {
    ProblemCode.MALFORMED: 400,
    ProblemCode.KEY_MISSING: 400,
    ProblemCode.TOKEN_UNKNOWN: 401,
    ProblemCode.SCOPE_MISSING: 403,
    ProblemCode.NOT_FOUND: 404,
    ProblemCode.METHOD_NOT_ALLOWED: 405,
    ProblemCode.CONFLICT: 409,
    ProblemCode.KEY_IN_HAND: 409,
    ProblemCode.TOO_LARGE: 413,
    ProblemCode.WRONG_MEDIA_TYPE: 415,
    ProblemCode.INVALID: 422,
    ProblemCode.REFUSED: 422,
    ProblemCode.KEY_OF_ANOTHER: 422,
    ProblemCode.TOO_MANY_WEBHOOKS: 422,
    ProblemCode.WITHHELD: 422,
    ProblemCode.TOO_MANY_REQUESTS: 429,
    ProblemCode.FAILED: 500,
    ProblemCode.BUSY: 503,
}
_OF_HTTP: Mapping[int, ProblemCode] = {
    404: ProblemCode.NOT_FOUND,
    405: ProblemCode.METHOD_NOT_ALLOWED,
    409: ProblemCode.CONFLICT,
    413: ProblemCode.TOO_LARGE,
    415: ProblemCode.WRONG_MEDIA_TYPE,
    429: ProblemCode.TOO_MANY_REQUESTS,
    500: ProblemCode.FAILED,
    503: ProblemCode.BUSY,
}


class Wrong(Exception):
    """Ends the handling of a request with a problem."""

    def __init__(
        self, code: ProblemCode, *, errors: Iterable[Error] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(code.value)
        self.code = code
        self.errors = list(errors)
        self.headers = headers or {}

    @property
    def status(self) -> int:
        """The HTTP status."""
        return STATUS[self.code]

    def body(self) -> str:
        """The problem as JSON."""
        return Problem(
            type=TYPE + self.code.value,
            title=HTTPStatus(self.status).phrase,
            status=self.status,
            code=self.code,
            messages=Texts(**problem_texts(self.code)),
            errors=self.errors,
        ).model_dump_json()

    def response(self) -> Response:
        """The answer."""
        return Response(self.body(), self.status, headers=dict(self.headers), mimetype=MEDIA_TYPE)


def of_http(error: HTTPException) -> Response:
    """The problem for an error of Flask's own, such as an address that there is not."""
    status = error.code or 500
    code = _OF_HTTP.get(status, ProblemCode.MALFORMED if status < 500 else ProblemCode.FAILED)
    kept = {name: value for name, value in error.get_headers() if name in {"Allow", "Retry-After"}}
    return Wrong(code, headers=kept).response()


def of_shape(error: ValidationError) -> Wrong:
    """The problem for JSON or a query that is not as described. What was sent stays out of it, names included."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    return Wrong(ProblemCode.INVALID, errors=[_of_shape(fault["type"], fault["loc"]) for fault in faults])


def of_faults(faults: Iterable[Fault]) -> Wrong:
    """The problem for fields of an application that cannot be read or do not agree."""
    return Wrong(
        ProblemCode.INVALID,
        errors=[
            Error(field=fault.field, code=fault.kind.value, messages=Texts(**fault_texts(fault))) for fault in faults
        ],
    )


def of_objections(objections: Iterable[Objection]) -> Wrong:
    """The problem for what the rules do not allow."""
    return Wrong(
        ProblemCode.REFUSED,
        errors=[
            Error(field=None, code=objection.ground.value, messages=Texts(**objection_texts(objection)))
            for objection in objections
        ],
    )


def of_one_field(field: str, kind: str) -> Wrong:
    """The problem for one field whose content is of the wrong kind."""
    return Wrong(ProblemCode.INVALID, errors=[_of_shape(kind, (field,))])


def _of_shape(kind: str, where: tuple[int | str, ...]) -> Error:
    if kind == "json_invalid":
        raise Wrong(ProblemCode.MALFORMED)
    known = kind != "extra_forbidden" and where and isinstance(where[0], str)
    return Error(field=str(where[0]) if known else None, code=kind, messages=Texts(**shape_texts(kind)))
