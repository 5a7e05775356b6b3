"""A person's cases and their cards in one statement: the hot path of the public look-up.

Each half of the union finds its rows by an index, and everything else hangs on what it found: a wrong birth date and an
unknown passport end in the same index, at the same cost.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby, islice
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, select, union_all

from clearance.credential.status import Status
from clearance.domain.lifecycle import ApplicationState
from clearance.issuing.ports import Glance
from clearance.storage.clearances import COLUMNS, clearance_of
from clearance.storage.tables import applications, clearances
from clearance.storage.tables_cases import earlier_passports

_PER_PERSON = 10
_ROWS = 50
"""A case has a row for each of its cards, the newest first: what is cut off are the oldest."""
_A, _C = applications.c, clearances.c
_CASE = applications.alias("whose").c
_NUMBERED = _CASE.passport_no == bindparam("wanted")
_BORN: BindParameter[date] = bindparam("born")
_HAD_NUMBER = select(earlier_passports.c.reference).where(earlier_passports.c.passport_no == bindparam("wanted"))
_ANYBODYS = union_all(select(_CASE.reference).where(_NUMBERED), _HAD_NUMBER)
_THE_PERSONS = union_all(select(_CASE.reference).where(_NUMBERED, _CASE.birth_date == _BORN), _HAD_NUMBER)
_AT_A_GLANCE = (
    select(
        _A.reference.label("case_reference"),
        _A.state.label("case_state"),
        _A.name_en.label("case_name_en"),
        _A.name_bn.label("case_name_bn"),
        _A.destination.label("case_destination"),
        *COLUMNS,
    )
    .select_from(applications)
    .outerjoin(clearances, _C.application_reference == _A.reference)
    .order_by(_A.entered_at.desc(), _A.reference, _C.status == int(Status.SUPERSEDED), _C.issued_at.desc())
    .limit(_ROWS)
)
_OF_PASSPORT = _AT_A_GLANCE.where(_A.reference.in_(_ANYBODYS))
_OF_PERSON = _AT_A_GLANCE.where(_A.reference.in_(_THE_PERSONS), _A.birth_date == _BORN)


def glances(connection: Connection, passport_no: str, *, birth_date: date | None) -> Sequence[Glance]:
    """As `clearance.issuing.ports.Glances` has it."""
    statement = _OF_PASSPORT if birth_date is None else _OF_PERSON
    found = connection.execute(statement, {"wanted": passport_no, "born": birth_date})
    return [_glance(row) for row in islice(_with_newest_card(found), _PER_PERSON)]


def _with_newest_card(rows: Iterable[Row[Any]]) -> Iterator[Row[Any]]:
    return (next(of_case) for _, of_case in groupby(rows, key=lambda row: row.case_reference))


def _glance(row: Row[Any]) -> Glance:
    return Glance(
        state=ApplicationState(row.case_state),
        name_en=row.case_name_en,
        name_bn=row.case_name_bn,
        destination=row.case_destination,
        clearance=None if row.clearance_no is None else clearance_of(row),
    )
