"""A person's cases and their cards in one statement: the hot path of the public look-up.

Each half of the union finds its rows by an index, and everything else hangs on what it found: a wrong birth date and an
unknown passport end in the same index, at the same cost.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, select, union_all

from clearance.credential.status import Status
from clearance.domain.lifecycle import ApplicationState, Move
from clearance.issuing.ports import Glance
from clearance.storage.clearances import clearance_of
from clearance.storage.tables import applications, clearances
from clearance.storage.tables_cases import acts, earlier_passports

_PER_PERSON = 10
_A, _CARD = applications.c, clearances.alias("card")
_CASE = applications.alias("whose").c
_NUMBERED = _CASE.passport_no == bindparam("wanted")
_BORN: BindParameter[date] = bindparam("born")
_HAD_NUMBER = select(earlier_passports.c.reference).where(earlier_passports.c.passport_no == bindparam("wanted"))
_ANYBODYS = union_all(select(_CASE.reference).where(_NUMBERED), _HAD_NUMBER)
_THE_PERSONS = union_all(select(_CASE.reference).where(_NUMBERED, _CASE.birth_date == _BORN), _HAD_NUMBER)
_MOVED_AT = select(acts.c.at).where(acts.c.reference == _A.reference, acts.c.number == _A.version)
_DEPARTED_AT = (
    select(acts.c.at)
    .where(acts.c.reference == _A.reference, acts.c.move == Move.DEPART.value)
    .order_by(acts.c.number.desc())
    .limit(1)
)
_NEWEST_CARD = (
    select(_CARD.c.clearance_no)
    .where(_CARD.c.application_reference == _A.reference)
    .order_by(_CARD.c.status == int(Status.SUPERSEDED), _CARD.c.issued_at.desc())
    .limit(1)
    .correlate(applications)
)
_AT_A_GLANCE = (
    select(
        _A.state.label("case_state"),
        _A.name_en.label("case_name_en"),
        _A.name_bn.label("case_name_bn"),
        _A.destination.label("case_destination"),
        _MOVED_AT.scalar_subquery().label("case_moved_at"),
        _DEPARTED_AT.scalar_subquery().label("case_departed_at"),
        clearances,
    )
    .select_from(applications)
    .outerjoin(clearances, clearances.c.clearance_no == _NEWEST_CARD.scalar_subquery())
    .order_by(_A.entered_at.desc())
    .limit(_PER_PERSON)
)
_OF_PASSPORT = _AT_A_GLANCE.where(_A.reference.in_(_ANYBODYS))
_OF_PERSON = _AT_A_GLANCE.where(_A.reference.in_(_THE_PERSONS), _A.birth_date == _BORN)


def glances(connection: Connection, passport_no: str, *, birth_date: date | None) -> Sequence[Glance]:
    """As `clearance.issuing.ports.Glances` has it."""
    statement = _OF_PASSPORT if birth_date is None else _OF_PERSON
    found = connection.execute(statement, {"wanted": passport_no, "born": birth_date})
    return [_glance(row) for row in found]


def _glance(row: Row[Any]) -> Glance:
    return Glance(
        state=ApplicationState(row.case_state),
        name_en=row.case_name_en,
        name_bn=row.case_name_bn,
        destination=row.case_destination,
        moved_at=row.case_moved_at,
        departed_at=row.case_departed_at,
        clearance=None if row.clearance_no is None else clearance_of(row),
    )
