"""Permits and agencies as rows, and what is counted among the cards on them.

Places are taken by the database with each card it stores (`permit_guards`), never by a statement of ours.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Date, Row, bindparam, case, cast, func, literal_column, or_, select, update
from sqlalchemy.sql import ColumnElement

from clearance.credential.status import Status
from clearance.domain.lifecycle import ApplicationState
from clearance.domain.permit import Agency, CardCount, Permit
from clearance.domain.text import BilingualText
from clearance.issuing.ports import NotOnRecord
from clearance.storage.tables import agencies, applications, clearances, permits

_ADD = permits.insert()
_GET = select(permits).where(permits.c.number == bindparam("wanted"))
_ALL = select(permits).order_by(permits.c.number)
_ADD_AGENCY = agencies.insert()
_AGENCY = select(agencies).where(agencies.c.licence_no == bindparam("wanted"))
_AGENCIES = select(agencies).order_by(agencies.c.licence_no)
_SAVE_AGENCY = update(agencies).where(agencies.c.licence_no == bindparam("wanted"))

_A, _C, _P = applications.c, clearances.c, permits.c
_STANDING = _C.status.in_((int(Status.VALID), int(Status.SUSPENDED)))
_CASES = (
    select(_A.permit_no, _A.state, func.count().label("cases"))
    .where(_A.state.in_((ApplicationState.APPROVED.value, ApplicationState.DEPARTED.value)))
    .group_by(_A.permit_no, _A.state)
)
_FOREIGN = or_(_A.destination != _P.destination, _A.licence_no.is_distinct_from(_P.licence_no))
_CARDS = (
    select(
        _C.permit_no,
        func.sum(case((_C.place_of.is_(None), 1), else_=0)).label("issued"),
        func.sum(case((_C.status == int(Status.INVALID), 1), else_=0)).label("revoked"),
        func.sum(case((_C.place_of.is_(None) & _FOREIGN, 1), else_=0)).label("foreign"),
        func.max(case((_C.place_of.is_(None), _C.issued_at))).label("last_at"),
    )
    .join(applications, _A.reference == _C.application_reference)
    .join(permits, _P.number == _C.permit_no)
    .group_by(_C.permit_no)
)
_HOLDER = select(_C.clearance_no).where(
    _C.destination == bindparam("country"), _C.visa_no == bindparam("visa"), _STANDING
)
_ON_ADVICE = (
    select(func.count())
    .select_from(clearances.join(applications, _A.reference == _C.application_reference))
    .where(_STANDING, _A.destination == bindparam("country"))
)
_IN_DHAKA = timedelta(hours=6)


class SqlPermits:
    """Implements `clearance.issuing.ports.Permits`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, permit: Permit) -> None:
        self._connection.execute(_ADD, _permit_row(permit))

    def get(self, number: str) -> Permit | None:
        row = self._connection.execute(_GET, {"wanted": number}).first()
        return None if row is None else _permit(row)

    def all(self) -> Sequence[Permit]:
        return [_permit(row) for row in self._connection.execute(_ALL)]

    def add_agency(self, agency: Agency) -> None:
        self._connection.execute(_ADD_AGENCY, _agency_row(agency))

    def agency(self, licence_no: str) -> Agency | None:
        row = self._connection.execute(_AGENCY, {"wanted": licence_no}).first()
        return None if row is None else _agency(row)

    def agencies(self) -> Sequence[Agency]:
        return [_agency(row) for row in self._connection.execute(_AGENCIES)]

    def save_agency(self, agency: Agency) -> None:
        values = {"wanted": agency.licence_no, **_agency_row(agency)}
        if self._connection.execute(_SAVE_AGENCY, values).rowcount != 1:
            raise NotOnRecord(agency.licence_no)

    def card_counts(self) -> Mapping[str, CardCount]:
        counted: dict[str, dict[str, Any]] = {}
        for row in self._connection.execute(_CASES):
            name = "waiting" if row.state == ApplicationState.APPROVED.value else "departed"
            counted.setdefault(row.permit_no, {})[name] = row.cases
        for row in self._connection.execute(_CARDS):
            counted.setdefault(row.permit_no, {}).update(
                issued=int(row.issued), revoked=int(row.revoked), foreign=int(row.foreign), last_day=_day(row.last_at)
            )
        for row in self._connection.execute(self._days_of_cards()):
            counted[row.permit_no].update(_with_day(counted[row.permit_no], row.day, row.cards))
        return {number: CardCount(**found) for number, found in counted.items()}

    def visa_holder(self, *, destination: str, visa_no: str) -> str | None:
        wanted = {"country": destination, "visa": visa_no}
        holder: str | None = self._connection.execute(_HOLDER, wanted).scalar_one_or_none()
        return holder

    def cleared_on_advice(self, *, destination: str, advice_no: str | None, sponsor_id: str | None) -> int:
        if advice_no is not None:
            statement = _ON_ADVICE.where(_A.visa_advice_no == advice_no)
        elif sponsor_id is not None:
            statement = _ON_ADVICE.where(_A.sponsor_id == sponsor_id)
        else:
            return 0
        return int(self._connection.execute(statement, {"country": destination}).scalar_one())

    def _days_of_cards(self) -> Any:
        """How many cards took a place on which day in Dhaka: the one thing the two databases say differently."""
        day: ColumnElement[Any]
        if self._connection.dialect.name == "sqlite":
            day = func.date(_C.issued_at, "+6 hours")
        else:
            day = cast(_C.issued_at + literal_column("interval '6 hours'"), Date)
        days = select(_C.permit_no, day.label("day"), func.count().label("cards")).where(_C.place_of.is_(None))
        return days.group_by(_C.permit_no, day).order_by(_C.permit_no, day)


def _with_day(found: dict[str, Any], day: str | date, cards: int) -> dict[str, Any]:
    busier = cards > found.get("most", 0)
    that_day = day if isinstance(day, date) else date.fromisoformat(day)
    newest = {"most": cards, "busiest": that_day} if busier else {}
    return {"days": found.get("days", 0) + 1, **newest}


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else (moment + _IN_DHAKA).date()


def _permit_row(permit: Permit) -> dict[str, Any]:
    return {
        "number": permit.number,
        "licence_no": permit.licence_no,
        "destination": permit.destination,
        "places": permit.places,
        "used": permit.used,
        "used_before": permit.used_before,
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
        used_before=row.used_before,
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
        "suspended_by": agency.suspended_by,
        "suspended_reason": agency.suspended_reason,
    }


def _agency(row: Row[Any]) -> Agency:
    return Agency(
        licence_no=row.licence_no,
        name=BilingualText(en=row.name_en, bn=row.name_bn),
        phone=row.phone,
        licence_valid_until=row.licence_valid_until,
        suspended_on=row.suspended_on,
        suspended_by=row.suspended_by,
        suspended_reason=row.suspended_reason,
    )
