"""Officers and offices as rows."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from clearance.domain.staff import Office, Officer, Role
from clearance.domain.text import BilingualText
from clearance.issuing.ports import NotOnRecord
from clearance.storage.tables import officers, offices

_ADD = officers.insert()
_GET = select(officers).where(officers.c.number == bindparam("wanted"))
_BY_USERNAME = select(officers).where(officers.c.username == bindparam("wanted"))
_ALL = select(officers).order_by(officers.c.number)
_SAVE = update(officers).where(officers.c.number == bindparam("wanted"))
_ADD_OFFICE = offices.insert()
_OFFICE = select(offices).where(offices.c.code == bindparam("wanted"))
_OFFICES = select(offices).order_by(offices.c.code)


class SqlStaff:
    """Implements `clearance.issuing.ports.Staff`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, officer: Officer) -> None:
        self._connection.execute(_ADD, _row(officer))

    def get(self, number: str) -> Officer | None:
        return _first(self._connection.execute(_GET, {"wanted": number}).first())

    def by_username(self, username: str) -> Officer | None:
        return _first(self._connection.execute(_BY_USERNAME, {"wanted": username}).first())

    def all(self) -> Sequence[Officer]:
        return [_officer(row) for row in self._connection.execute(_ALL)]

    def save(self, officer: Officer) -> None:
        if self._connection.execute(_SAVE, _row(officer) | {"wanted": officer.number}).rowcount != 1:
            raise NotOnRecord(officer.number)

    def add_office(self, office: Office) -> None:
        row = {"code": office.code, "name_en": office.name.en, "name_bn": office.name.bn}
        self._connection.execute(_ADD_OFFICE, row)

    def office(self, code: str) -> Office | None:
        row = self._connection.execute(_OFFICE, {"wanted": code}).first()
        return None if row is None else _office(row)

    def offices(self) -> Sequence[Office]:
        return [_office(row) for row in self._connection.execute(_OFFICES)]


def _first(row: Row[Any] | None) -> Officer | None:
    return None if row is None else _officer(row)


def _office(row: Row[Any]) -> Office:
    return Office(code=row.code, name=BilingualText(en=row.name_en, bn=row.name_bn))


def _row(officer: Officer) -> dict[str, Any]:
    return {
        "number": officer.number,
        "username": officer.username,
        "name_en": officer.name.en,
        "name_bn": officer.name.bn,
        "roles": sorted(role.value for role in officer.roles),
        "office_code": officer.office_code,
        "password_hash": officer.password_hash,
        "active": officer.active,
        "licence_no": officer.licence_no,
    }


def _officer(row: Row[Any]) -> Officer:
    return Officer(
        number=row.number,
        username=row.username,
        name=BilingualText(en=row.name_en, bn=row.name_bn),
        roles=frozenset(Role(role) for role in row.roles),
        office_code=row.office_code,
        password_hash=row.password_hash,
        active=row.active,
        licence_no=row.licence_no,
    )
