"""Cases as rows, and the acts on them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    Connection,
    RowMapping,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.sql import ColumnElement

from clearance.domain.application import Application
from clearance.domain.lifecycle import AWAITED, Act, ApplicationState, Move, Step
from clearance.domain.staff import HEADQUARTERS
from clearance.issuing.ports import Conflict, Sought
from clearance.storage.drafts import draft_columns, draft_of
from clearance.storage.matching import containing, within
from clearance.storage.tables import applications, officers
from clearance.storage.tables_cases import acts, earlier_passports

_PER_PERSON = 10
_C = applications.c
_INSERT = applications.insert()
_GET = select(applications).where(_C.reference == bindparam("wanted"))
_BY_RECEIPT = select(applications).where(_C.receipt_no == bindparam("wanted"), _C.replaces.is_(None))
_BY_PAY_ORDER = select(applications).where(_C.pay_order_no == bindparam("wanted"), _C.replaces.is_(None))
_NUMBERED = _C.passport_no == bindparam("wanted")
_BORN = _C.birth_date == bindparam("born")
_HAD_NUMBER = select(earlier_passports.c.reference).where(earlier_passports.c.passport_no == bindparam("wanted"))
# Each half of a union finds its rows by an index; an OR over both tables would read every case there is. The birth date
# stands in the first half too: a wrong one then ends in the index as an unknown number does, and takes no longer.
_ANYBODYS = union_all(select(_C.reference).where(_NUMBERED), _HAD_NUMBER)
_THE_PERSONS = union_all(select(_C.reference).where(_NUMBERED, _BORN), _HAD_NUMBER)
_NEWEST_FIRST = select(applications).order_by(_C.entered_at.desc()).limit(_PER_PERSON)
_OF_PASSPORT = _NEWEST_FIRST.where(_C.reference.in_(_ANYBODYS))
_OF_PERSON = _NEWEST_FIRST.where(_C.reference.in_(_THE_PERSONS), _BORN)
_SAVE = update(applications).where(_C.reference == bindparam("wanted"), _C.version == bindparam("seen"))
_ACTS = select(acts).where(acts.c.reference.in_(bindparam("wanted", expanding=True))).order_by(acts.c.number)
_ADD_ACT = acts.insert()
_EARLIER = (
    select(earlier_passports)
    .where(earlier_passports.c.reference.in_(bindparam("wanted", expanding=True)))
    .order_by(earlier_passports.c.position)
)
_ADD_EARLIER = earlier_passports.insert()
_DROP_EARLIER = earlier_passports.delete().where(earlier_passports.c.reference == bindparam("wanted"))


class SqlApplications:
    """Implements `clearance.issuing.ports.Applications`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, application: Application) -> None:
        for number, act in enumerate(application.acts, start=1):
            self._connection.execute(_ADD_ACT, _act_row(application.reference, number, act))
        self._connection.execute(_INSERT, _row(application))
        self._add_earlier_passports(application)

    def get(self, reference: str) -> Application | None:
        return self._first(_GET, {"wanted": reference})

    def save(self, application: Application) -> None:
        number = application.version
        self._connection.execute(_ADD_ACT, _act_row(application.reference, number, application.acts[-1]))
        keys = {"wanted": application.reference, "seen": number - 1}
        if self._connection.execute(_SAVE, _row(application) | keys).rowcount != 1:
            raise Conflict(f"{application.reference} has moved on")
        self._connection.execute(_DROP_EARLIER, {"wanted": application.reference})
        self._add_earlier_passports(application)

    def find(self, sought: Sought, *, limit: int, offset: int) -> Sequence[Application]:
        statement = select(applications).where(*_conditions(sought)).order_by(_C.entered_at, _C.reference)
        return self._all(statement.limit(limit).offset(offset), {})

    def count(self, sought: Sought) -> int:
        statement = select(func.count()).select_from(applications).where(*_conditions(sought))
        return int(self._connection.execute(statement).scalar_one())

    def tally(self, sought: Sought) -> Mapping[ApplicationState, int]:
        ran_out = and_(_C.state == ApplicationState.ISSUED.value, _C.valid_until < sought.on)
        state = case((ran_out, ApplicationState.EXPIRED.value), else_=_C.state).label("told")
        statement = select(state, func.count().label("cases")).where(*_conditions(sought)).group_by(state)
        return {ApplicationState(row.told): row.cases for row in self._connection.execute(statement)}

    def by_receipt(self, receipt_no: str) -> Application | None:
        return self._first(_BY_RECEIPT, {"wanted": receipt_no})

    def by_pay_order(self, pay_order_no: str) -> Application | None:
        return self._first(_BY_PAY_ORDER, {"wanted": pay_order_no})

    def of_person(self, passport_no: str, *, birth_date: date | None) -> Sequence[Application]:
        statement = _OF_PASSPORT if birth_date is None else _OF_PERSON
        return self._all(statement, {"wanted": passport_no, "born": birth_date})

    def _first(self, statement: Any, values: Mapping[str, Any]) -> Application | None:
        return next(iter(self._all(statement, values)), None)

    def _all(self, statement: Any, values: Mapping[str, Any]) -> Sequence[Application]:
        found = self._connection.execute(statement, values).mappings().all()
        references = [columns["reference"] for columns in found]
        if not references:
            return []
        history: dict[str, list[Act]] = defaultdict(list)
        for row in self._connection.execute(_ACTS, {"wanted": references}).mappings():
            history[row["reference"]].append(_act(row))
        passports: dict[str, list[str]] = defaultdict(list)
        for row in self._connection.execute(_EARLIER, {"wanted": references}).mappings():
            passports[row["reference"]].append(row["passport_no"])
        return [_application(row, history[row["reference"]], passports[row["reference"]]) for row in found]

    def _add_earlier_passports(self, application: Application) -> None:
        for position, number in enumerate(application.draft.worker.passport.previous_numbers):
            row = {"reference": application.reference, "position": position, "passport_no": number}
            self._connection.execute(_ADD_EARLIER, row)


def _conditions(sought: Sought) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [_in_states(sought.states, sought.on), within(sought.scope)]
    conditions.append(_C.redacted_on.is_(None))
    if sought.text:
        conditions.append(_C.search.like(containing(sought.text), escape="\\"))
    if sought.pool is not None:
        conditions.append(or_(_C.office_code == HEADQUARTERS, _C.forwarded, _left_alone(sought.pool)))
    if sought.after is not None:
        moment, reference = sought.after
        conditions.append(or_(_C.entered_at > moment, and_(_C.entered_at == moment, _C.reference > reference)))
    return conditions


def _in_states(states: frozenset[ApplicationState], on: date) -> ColumnElement[bool]:
    """Stored states, and the one that only the date tells."""
    ran_out = and_(_C.state == ApplicationState.ISSUED.value, _C.valid_until < on)
    in_force = and_(_C.state == ApplicationState.ISSUED.value, _C.valid_until >= on)
    told_by_date = (ApplicationState.ISSUED, ApplicationState.EXPIRED)
    plain = _C.state.in_([state.value for state in states if state not in told_by_date])
    chosen: list[ColumnElement[bool]] = [plain]
    if ApplicationState.ISSUED in states:
        chosen.append(in_force)
    if ApplicationState.EXPIRED in states:
        chosen.append(ran_out)
    return or_(*chosen)


def _left_alone(signers: Mapping[ApplicationState, frozenset[str]]) -> ColumnElement[bool]:
    """A case whose own office has nobody left to sign next: all who could have acted in another step of it."""
    alone = []
    for state, numbers in signers.items():
        acted = select(acts.c.officer_no).where(
            acts.c.reference == _C.reference, acts.c.step.not_in((Step.CARE.value, AWAITED[state].value))
        )
        acted = acted.correlate(applications)
        free = select(officers.c.number).where(
            officers.c.office_code == _C.office_code, officers.c.number.in_(numbers), officers.c.number.not_in(acted)
        )
        alone.append(and_(_C.state == state.value, ~free.correlate(applications).exists()))
    return or_(False, *alone)


def _row(application: Application) -> dict[str, Any]:
    return {
        "reference": application.reference,
        "state": application.state.value,
        "version": application.version,
        "forwarded": application.forwarded,
        "rule_no": application.rule_no,
        "redacted_on": application.redacted_on,
        "replaces": application.replaces,
        "valid_until": application.valid_until,
        "entered_at": application.entered.at,
        **draft_columns(application.reference, application.draft),
    }


def _act_row(reference: str, number: int, act: Act) -> dict[str, Any]:
    return {
        "reference": reference,
        "number": number,
        "move": act.move.value,
        "step": act.step.value,
        "state": act.state.value,
        "officer_no": act.officer_no,
        "at": act.at,
        "device": act.device,
        "reason": act.reason,
    }


def _application(columns: RowMapping, history: Sequence[Act], passports: Sequence[str]) -> Application:
    return Application(
        reference=columns["reference"],
        state=ApplicationState(columns["state"]),
        draft=draft_of(columns, previous_passports=tuple(passports)),
        acts=tuple(history),
        replaces=columns["replaces"],
        valid_until=columns["valid_until"],
        forwarded=columns["forwarded"],
        rule_no=columns["rule_no"],
        redacted_on=columns["redacted_on"],
    )


def _act(row: RowMapping) -> Act:
    return Act(
        move=Move(row["move"]),
        step=Step(row["step"]),
        state=ApplicationState(row["state"]),
        officer_no=row["officer_no"],
        at=row["at"],
        device=row["device"],
        reason=row["reason"],
    )
