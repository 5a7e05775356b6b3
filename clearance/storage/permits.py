"""Permits and agencies as rows. The last place of a permit is given away by the database, not by what was read."""

from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from clearance.domain.permit import Agency, Permit
from clearance.domain.text import BilingualText
from clearance.issuing.ports import Conflict
from clearance.storage.tables import agencies, permits

_ADD = permits.insert()
_GET = select(permits).where(permits.c.number == bindparam("wanted"))
_TAKE_PLACE = (
    update(permits)
    .where(permits.c.number == bindparam("wanted"), permits.c.used < permits.c.places)
    .values(used=permits.c.used + 1)
)
_ADD_AGENCY = agencies.insert()
_AGENCY = select(agencies).where(agencies.c.licence_no == bindparam("wanted"))


class SqlPermits:
    """Implements `clearance.issuing.ports.Permits`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, permit: Permit) -> None:
        self._connection.execute(_ADD, _permit_row(permit))

    def get(self, number: str) -> Permit | None:
        row = self._connection.execute(_GET, {"wanted": number}).first()
        return None if row is None else _permit(row)

    def take_place(self, number: str) -> None:
        if self._connection.execute(_TAKE_PLACE, {"wanted": number}).rowcount != 1:
            raise Conflict(f"no place left on permit {number}")

    def add_agency(self, agency: Agency) -> None:
        self._connection.execute(_ADD_AGENCY, _agency_row(agency))

    def agency(self, licence_no: str) -> Agency | None:
        row = self._connection.execute(_AGENCY, {"wanted": licence_no}).first()
        return None if row is None else _agency(row)


def _permit_row(permit: Permit) -> dict[str, Any]:
    return {
        "number": permit.number,
        "licence_no": permit.licence_no,
        "destination": permit.destination,
        "places": permit.places,
        "used": permit.used,
        "valid_from": permit.valid_from,
        "valid_until": permit.valid_until,
    }


def _permit(row: Row[Any]) -> Permit:
    return Permit(
        number=row.number,
        licence_no=row.licence_no,
        destination=row.destination,
        places=row.places,
        used=row.used,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
    )


def _agency_row(agency: Agency) -> dict[str, Any]:
    return {
        "licence_no": agency.licence_no,
        "name_en": agency.name.en,
        "name_bn": agency.name.bn,
        "phone": agency.phone,
        "licence_valid_until": agency.licence_valid_until,
        "suspended_on": agency.suspended_on,
    }


def _agency(row: Row[Any]) -> Agency:
    return Agency(
        licence_no=row.licence_no,
        name=BilingualText(en=row.name_en, bn=row.name_bn),
        phone=row.phone,
        licence_valid_until=row.licence_valid_until,
        suspended_on=row.suspended_on,
    )
