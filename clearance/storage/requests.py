"""Requests of workers, and the public look into the register of agencies, as rows."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, or_, select, update

from clearance.domain.correction import About, CorrectionRequest, RequestState
from clearance.domain.permit import Agency
from clearance.issuing.ports import Conflict
from clearance.storage.matching import containing
from clearance.storage.permits import SqlPermits
from clearance.storage.tables import agencies
from clearance.storage.tables_requests import correction_requests

_R, _A = correction_requests.c, agencies.c
_ADD = correction_requests.insert()
_GET = select(correction_requests).where(_R.reference == bindparam("wanted"))
_OF_FORM = select(correction_requests).where(_R.form_id == bindparam("wanted"))
_SAVE = update(correction_requests).where(_R.reference == bindparam("wanted"), _R.state == bindparam("seen"))
_MATCHES = (
    _R.state.in_(bindparam("states", expanding=True)),
    or_(bindparam("office") == "", _R.office_code == bindparam("office")),
)
_FIND = (
    select(correction_requests)
    .where(*_MATCHES)
    .order_by(_R.opened_at, _R.reference)
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
_COUNT = select(func.count()).select_from(correction_requests).where(*_MATCHES)
_AGENCIES = (
    select(_A.licence_no)
    .where(
        or_(
            _A.licence_no == bindparam("text"),
            func.upper(_A.name_en).like(bindparam("pattern"), escape="\\"),
            _A.name_bn.like(bindparam("pattern"), escape="\\"),
        )
    )
    .order_by(_A.licence_no)
    .limit(bindparam("limit"))
)


class SqlCorrectionRequests:
    """Implements `clearance.issuing.ports.CorrectionRequests`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, request: CorrectionRequest) -> None:
        self._connection.execute(_ADD, _row(request))

    def get(self, reference: str) -> CorrectionRequest | None:
        return self._first(_GET, reference)

    def of_form(self, form_id: str) -> CorrectionRequest | None:
        return self._first(_OF_FORM, form_id)

    def save(self, request: CorrectionRequest, *, seen: RequestState) -> None:
        keys = {"wanted": request.reference, "seen": seen.value}
        if self._connection.execute(_SAVE, _row(request) | keys).rowcount != 1:
            raise Conflict(f"{request.reference} was settled by somebody else")

    def find(
        self, *, states: Iterable[RequestState], office_code: str | None, limit: int, offset: int
    ) -> Sequence[CorrectionRequest]:
        page = {"limit": limit, "offset": offset}
        return [_request(row) for row in self._connection.execute(_FIND, _sought(states, office_code) | page)]

    def count(self, *, states: Iterable[RequestState], office_code: str | None) -> int:
        return int(self._connection.execute(_COUNT, _sought(states, office_code)).scalar_one())

    def _first(self, statement: Any, wanted: str) -> CorrectionRequest | None:
        row = self._connection.execute(statement, {"wanted": wanted}).first()
        return None if row is None else _request(row)


class SqlAgencyRegister:
    """Implements `clearance.issuing.ports.AgencyRegister`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._permits = SqlPermits(connection)

    def find(self, *, text: str, limit: int) -> Sequence[Agency]:
        sought = {"text": text, "pattern": containing(text), "limit": limit}
        found = (self._permits.agency(number) for number in self._connection.execute(_AGENCIES, sought).scalars())
        return [agency for agency in found if agency is not None]


def _sought(states: Iterable[RequestState], office_code: str | None) -> dict[str, Any]:
    return {"states": [state.value for state in states], "office": office_code or ""}


def _row(request: CorrectionRequest) -> dict[str, Any]:
    return {
        "reference": request.reference,
        "form_id": request.form_id,
        "passport_no": request.passport_no,
        "birth_date": request.birth_date,
        "application_reference": request.application_reference,
        "office_code": request.office_code,
        "about": request.about.value,
        "text": request.text,
        "phone": request.phone,
        "slip_code": request.slip_code,
        "opened_at": request.opened_at,
        "state": request.state.value,
        "settled_by": request.settled_by,
        "settled_at": request.settled_at,
        "answer": request.answer,
        "correction": request.correction,
    }


def _request(row: Row[Any]) -> CorrectionRequest:
    return CorrectionRequest(
        reference=row.reference,
        form_id=row.form_id,
        passport_no=row.passport_no,
        birth_date=row.birth_date,
        application_reference=row.application_reference,
        office_code=row.office_code,
        about=About(row.about),
        text=row.text,
        phone=row.phone,
        slip_code=row.slip_code,
        opened_at=row.opened_at,
        state=RequestState(row.state),
        settled_by=row.settled_by,
        settled_at=row.settled_at,
        answer=row.answer,
        correction=row.correction,
    )
