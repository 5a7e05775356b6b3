"""Issued clearances as rows."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, exists, func, or_, select, update
from sqlalchemy.sql import ColumnElement

from clearance.credential.claims import StatusRef
from clearance.credential.status import Status
from clearance.domain.clearance import Clearance, Revocation, RevocationReason
from clearance.domain.readability import Grade
from clearance.domain.staff import Scope
from clearance.issuing.ports import Conflict
from clearance.storage.matching import containing, within
from clearance.storage.tables import applications, clearances

_A, _C = applications.c, clearances.c
COLUMNS: Sequence[ColumnElement[Any]] = (
    _C.clearance_no,
    _C.application_reference,
    _C.passport_no,
    _C.status,
    _C.status_uri,
    _C.status_idx,
    _C.issued_at,
    _C.valid_until,
    _C.token,
    _C.kid,
    _C.pdf_sha256,
    _C.pdf_size,
    _C.approved_by,
    _C.issued_by,
    _C.revoked_by,
    _C.revoked_at,
    _C.revocation_reason,
    _C.revocation_remark,
    _C.grade,
)
"""What a clearance is made of; the others are for the database itself."""
_OLD, _HEIR = clearances.alias("old"), clearances.alias("heir")
_CASE = _A.reference == bindparam("of_case")
_REPLACED_IN_CASE = select(_OLD.c.clearance_no).where(
    _OLD.c.application_reference == bindparam("of_case"),
    _OLD.c.status == int(Status.SUPERSEDED),
    ~exists().where(_HEIR.c.place_of == _OLD.c.clearance_no),
)
_INSERT = clearances.insert().values(
    permit_no=select(_A.permit_no).where(_CASE).scalar_subquery(),
    destination=select(_A.destination).where(_CASE).scalar_subquery(),
    visa_no=select(_A.visa_no).where(_CASE).scalar_subquery(),
    # A card issued anew, and one that corrects another, take over a place; every other takes one of its own.
    place_of=func.coalesce(_REPLACED_IN_CASE.scalar_subquery(), select(_A.replaces).where(_CASE).scalar_subquery()),
)
_GET = select(clearances).where(_C.clearance_no == bindparam("wanted"))
_OF_APPLICATION = (
    select(clearances)
    .where(_C.application_reference == bindparam("wanted"))
    .order_by(_C.status == int(Status.SUPERSEDED), _C.issued_at.desc())
    .limit(1)
)
_TOOK_OVER = select(clearances).where(_C.place_of == bindparam("wanted"))
_STANDING = select(clearances).where(
    _C.passport_no == bindparam("wanted"), _C.status.in_((int(Status.VALID), int(Status.SUSPENDED)))
)
_NOT_VALID = select(_C.status_idx, _C.status).where(
    _C.status_uri == bindparam("wanted"), _C.status != int(Status.VALID)
)
_OF_KEY = (
    select(clearances)
    .where(
        _C.kid == bindparam("kid"),
        _C.status.in_((int(Status.VALID), int(Status.SUSPENDED))),
        _C.valid_until >= bindparam("on"),
        _C.clearance_no > bindparam("after"),
    )
    .order_by(_C.clearance_no)
    .limit(bindparam("limit"))
)
_STANDING_AFTER = (
    select(clearances)
    .where(
        _C.issued_at >= bindparam("since"),
        or_(_C.issued_at > bindparam("since"), _C.clearance_no > bindparam("after")),
        _C.status.in_((int(Status.VALID), int(Status.SUSPENDED))),
        _C.valid_until >= bindparam("on"),
    )
    .order_by(_C.issued_at, _C.clearance_no)
    .limit(bindparam("limit"))
)
_LAST_DAY = select(func.max(_C.valid_until)).where(_C.status_uri == bindparam("wanted"))
_BY_KEY = select(_C.kid, func.count().label("cards")).group_by(_C.kid)
_SET_STATUS = update(clearances).where(_C.clearance_no == bindparam("wanted"), _C.status != int(Status.INVALID))


class SqlClearances:
    """Implements `clearance.issuing.ports.Clearances`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, clearance: Clearance) -> None:
        self._connection.execute(_INSERT, _row(clearance) | {"of_case": clearance.application_reference})

    def get(self, clearance_no: str) -> Clearance | None:
        return _first(self._connection.execute(_GET, {"wanted": clearance_no}).first())

    def set_status(self, clearance: Clearance) -> None:
        values = {"wanted": clearance.clearance_no, **_status_columns(clearance)}
        if self._connection.execute(_SET_STATUS, values).rowcount != 1:
            raise Conflict(f"{clearance.clearance_no} is revoked, and that is final")

    def active_for_passport(self, passport_no: str) -> Clearance | None:
        return _first(self._connection.execute(_STANDING, {"wanted": passport_no}).first())

    def for_application(self, reference: str) -> Clearance | None:
        return _first(self._connection.execute(_OF_APPLICATION, {"wanted": reference}).first())

    def heir(self, clearance_no: str) -> Clearance | None:
        return _first(self._connection.execute(_TOOK_OVER, {"wanted": clearance_no}).first())

    def find(self, *, text: str, scope: Scope, limit: int, offset: int) -> Sequence[Clearance]:
        newest_first = (
            select(clearances).where(*_conditions(text, scope)).order_by(_C.issued_at.desc(), _C.clearance_no)
        )
        return [clearance_of(row) for row in self._connection.execute(newest_first.limit(limit).offset(offset))]

    def count(self, *, text: str, scope: Scope) -> int:
        counted = select(func.count()).select_from(clearances).where(*_conditions(text, scope))
        return int(self._connection.execute(counted).scalar_one())

    def statuses(self, uri: str) -> Mapping[int, Status]:
        rows = self._connection.execute(_NOT_VALID, {"wanted": uri})
        return {row.status_idx: Status(row.status) for row in rows}

    def standing_of_key(self, kid: bytes, *, on: date, after: str, limit: int) -> Sequence[Clearance]:
        values = {"kid": kid, "on": on, "after": after, "limit": limit}
        return [clearance_of(row) for row in self._connection.execute(_OF_KEY, values)]

    def standing_after(self, after: tuple[datetime, str], *, on: date, limit: int) -> Sequence[Clearance]:
        values = {"since": after[0], "after": after[1], "on": on, "limit": limit}
        return [clearance_of(row) for row in self._connection.execute(_STANDING_AFTER, values)]

    def last_valid_day(self, uri: str) -> date | None:
        last: date | None = self._connection.execute(_LAST_DAY, {"wanted": uri}).scalar_one()
        return last

    def signed_by_key(self) -> Mapping[bytes, int]:
        return {row.kid: row.cards for row in self._connection.execute(_BY_KEY)}


def _conditions(text: str, scope: Scope) -> list[ColumnElement[bool]]:
    pattern = containing(text)
    conditions = [or_(_C.clearance_no.like(pattern, escape="\\"), _C.passport_no.like(pattern, escape="\\"))]
    if scope != Scope():
        of_scope = select(applications.c.reference).where(within(scope))
        conditions.append(_C.application_reference.in_(of_scope))
    return conditions


def _first(row: Row[Any] | None) -> Clearance | None:
    return None if row is None else clearance_of(row)


def _row(clearance: Clearance) -> dict[str, Any]:
    return {
        "clearance_no": clearance.clearance_no,
        "application_reference": clearance.application_reference,
        "passport_no": clearance.passport_no,
        "status_uri": clearance.status_ref.uri,
        "status_idx": clearance.status_ref.idx,
        "issued_at": clearance.issued_at,
        "valid_until": clearance.valid_until,
        "token": clearance.token,
        "kid": clearance.kid,
        "pdf_sha256": clearance.pdf_sha256,
        "pdf_size": clearance.pdf_size,
        "approved_by": clearance.approved_by,
        "issued_by": clearance.issued_by,
        "grade": clearance.grade.value if clearance.grade else None,
        **_status_columns(clearance),
    }


def _status_columns(clearance: Clearance) -> dict[str, Any]:
    revocation = clearance.revocation
    return {
        "status": int(clearance.status),
        "revoked_by": revocation.officer_no if revocation else None,
        "revoked_at": revocation.at if revocation else None,
        "revocation_reason": revocation.reason.value if revocation else None,
        "revocation_remark": revocation.remark if revocation else None,
    }


def clearance_of(row: Row[Any]) -> Clearance:
    """The clearance of a row that has `COLUMNS`."""
    return Clearance(
        clearance_no=row.clearance_no,
        application_reference=row.application_reference,
        passport_no=row.passport_no,
        status=Status(row.status),
        status_ref=StatusRef(uri=row.status_uri, idx=row.status_idx),
        issued_at=row.issued_at,
        valid_until=row.valid_until,
        token=row.token,
        kid=row.kid,
        pdf_sha256=row.pdf_sha256,
        pdf_size=row.pdf_size,
        approved_by=row.approved_by,
        issued_by=row.issued_by,
        revocation=_revocation(row),
        grade=Grade(row.grade) if row.grade else None,
    )


def _revocation(row: Row[Any]) -> Revocation | None:
    if row.revoked_by is None:
        return None
    return Revocation(
        officer_no=row.revoked_by,
        at=row.revoked_at,
        reason=RevocationReason(row.revocation_reason),
        remark=row.revocation_remark,
    )
