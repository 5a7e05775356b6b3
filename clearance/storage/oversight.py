"""Look-ups, witnesses, findings and absences as rows, and all that those who watch read and write."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, delete, distinct, func, or_, select, update

from clearance.domain.findings import Acknowledgement, Finding, FindingKind, KeptFinding, Severity
from clearance.domain.oversight import Absence, LookedUp, Lookup, LookupKind
from clearance.domain.signing import DAY, HOUR
from clearance.issuing.ports import Conflict, NotOnRecord, WitnessedCheckpoint
from clearance.issuing.ports.oversight import Absences, Books, Findings, Lookups, Statistics, VoidOrders, Witnesses
from clearance.storage.books import SqlBooks, SqlStatistics
from clearance.storage.tables_oversight import absences, findings, lookups, witnessed
from clearance.storage.void_orders import SqlVoidOrders

_L, _W, _F, _A = lookups.c, witnessed.c, findings.c, absences.c
_SUBJECTS_SINCE = select(func.count(distinct(_L.subject))).where(
    _L.officer_no == bindparam("officer"), _L.at > bindparam("moment")
)
_SEEN_SINCE = (
    select(_L.number)
    .where(_L.officer_no == bindparam("officer"), _L.at > bindparam("moment"), _L.subject == bindparam("wanted"))
    .limit(1)
)
_OF_WHOM_ON_WHAT = (
    or_(bindparam("officer") == "", _L.officer_no == bindparam("officer")),
    or_(bindparam("wanted") == "", _L.subject == bindparam("wanted")),
)
_FIND = (
    select(lookups)
    .where(*_OF_WHOM_ON_WHAT)
    .order_by(_L.number.desc())
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
_COUNT = select(func.count()).select_from(lookups).where(*_OF_WHOM_ON_WHAT)


class SqlLookups:
    """Implements `clearance.issuing.ports.Lookups`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, lookup: Lookup) -> None:
        self._connection.execute(lookups.insert(), {**vars(lookup), "kind": lookup.kind.value})

    def lately(self, officer_no: str, *, now: datetime) -> LookedUp:
        return LookedUp(in_an_hour=self._since(officer_no, now - HOUR), in_a_day=self._since(officer_no, now - DAY))

    def seen_lately(self, officer_no: str, subject: str, *, now: datetime) -> bool:
        values = {"officer": officer_no, "wanted": subject, "moment": now - HOUR}
        return self._connection.execute(_SEEN_SINCE, values).first() is not None

    def find(self, *, officer_no: str, subject: str, limit: int, offset: int) -> Sequence[Lookup]:
        values = {"officer": officer_no, "wanted": subject, "limit": limit, "offset": offset}
        return [
            Lookup(
                at=row.at, officer_no=row.officer_no, kind=LookupKind(row.kind), subject=row.subject, device=row.device
            )
            for row in self._connection.execute(_FIND, values)
        ]

    def count(self, *, officer_no: str, subject: str) -> int:
        return int(self._connection.execute(_COUNT, {"officer": officer_no, "wanted": subject}).scalar_one())

    def _since(self, officer_no: str, moment: datetime) -> int:
        return int(self._connection.execute(_SUBJECTS_SINCE, {"officer": officer_no, "moment": moment}).scalar_one())


_KEPT = select(_W.number).where(
    _W.desk_id == bindparam("desk"), _W.number == bindparam("wanted"), _W.digest == bindparam("given")
)
_LAST_OF_DESK = select(_W.desk_id, func.max(_W.issued_at).label("last")).group_by(_W.desk_id).subquery()
_NEWEST = (
    select(witnessed)
    .join(_LAST_OF_DESK, (_W.desk_id == _LAST_OF_DESK.c.desk_id) & (_W.issued_at == _LAST_OF_DESK.c.last))
    .order_by(_W.desk_id)
)
_HEADS = (
    select(_W.number, _W.digest).group_by(_W.number, _W.digest).order_by(_W.number.desc()).limit(bindparam("limit"))
)


class SqlWitnesses:
    """Implements `clearance.issuing.ports.Witnesses`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, witnessed_checkpoint: WitnessedCheckpoint) -> None:
        each = witnessed_checkpoint
        key = {"desk": each.desk_id, "wanted": each.number, "given": each.digest}
        if self._connection.execute(_KEPT, key).first() is None:
            self._connection.execute(witnessed.insert(), vars(each))

    def newest(self) -> Sequence[WitnessedCheckpoint]:
        return [WitnessedCheckpoint(**row) for row in self._connection.execute(_NEWEST).mappings()]

    def heads(self, *, limit: int) -> Sequence[tuple[int, str]]:
        return [(row.number, row.digest) for row in self._connection.execute(_HEADS, {"limit": limit})]


_FOUND = select(_F.number).where(_F.kind == bindparam("given_kind"), _F.subject == bindparam("given_subject"))
_FINDING = select(findings).where(_F.number == bindparam("wanted"))
_ACKNOWLEDGE = update(findings).where(_F.number == bindparam("wanted"), _F.acknowledged_by.is_(None))


class SqlFindings:
    """Implements `clearance.issuing.ports.Findings`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, finding: Finding, *, at: datetime) -> bool:
        key = {"given_kind": finding.kind.value, "given_subject": finding.subject}
        if self._connection.execute(_FOUND, key).first() is not None:
            return False
        row = {**vars(finding), "kind": finding.kind.value, "severity": int(finding.severity), "found_at": at}
        self._connection.execute(findings.insert(), {**row, "facts": dict(finding.facts)})
        return True

    def get(self, number: int) -> KeptFinding | None:
        row = self._connection.execute(_FINDING, {"wanted": number}).first()
        return None if row is None else _kept(row)

    def find(self, *, open_only: bool, least: Severity, limit: int, offset: int) -> Sequence[KeptFinding]:
        wanted = _wanted(select(findings), open_only, least).order_by(_F.severity.desc(), _F.number.desc())
        return [_kept(row) for row in self._connection.execute(wanted.limit(limit).offset(offset))]

    def count(self, *, open_only: bool, least: Severity) -> int:
        counted = _wanted(select(func.count()).select_from(findings), open_only, least)
        return int(self._connection.execute(counted).scalar_one())

    def acknowledge(self, number: int, acknowledgement: Acknowledgement) -> None:
        values = {
            "acknowledged_by": acknowledgement.officer_no,
            "acknowledged_at": acknowledgement.at,
            "remark": acknowledgement.remark,
        }
        if self._connection.execute(_ACKNOWLEDGE, {**values, "wanted": number}).rowcount == 1:
            return
        if self.get(number) is None:
            raise NotOnRecord(f"finding {number}")
        raise Conflict(f"finding {number} was acknowledged before")


def _wanted(statement: Select[Any], open_only: bool, least: Severity) -> Select[Any]:
    statement = statement.where(_F.severity >= int(least))
    return statement.where(_F.acknowledged_by.is_(None)) if open_only else statement


def _kept(row: Row[Any]) -> KeptFinding:
    return KeptFinding(
        number=row.number,
        finding=Finding(
            kind=FindingKind(row.kind),
            subject=row.subject,
            day=row.day,
            facts=row.facts,
            severity=Severity(row.severity),
        ),
        found_at=row.found_at,
        acknowledged=None
        if row.acknowledged_by is None
        else Acknowledgement(officer_no=row.acknowledged_by, at=row.acknowledged_at, remark=row.remark),
    )


_FORGET = delete(absences).where(_A.officer_no == bindparam("officer"), _A.first_day == bindparam("first"))
_ON = select(absences).where(_A.first_day <= bindparam("day"), _A.last_day >= bindparam("day"))


class SqlAbsences:
    """Implements `clearance.issuing.ports.Absences`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, absence: Absence) -> None:
        self._connection.execute(_FORGET, {"officer": absence.officer_no, "first": absence.first_day})
        self._connection.execute(absences.insert(), vars(absence))

    def on(self, day: date) -> Sequence[Absence]:
        return [Absence(**row) for row in self._connection.execute(_ON, {"day": day}).mappings()]


class SqlOversight:
    """Implements `clearance.issuing.ports.Oversight`."""

    def __init__(self, connection: Connection) -> None:
        self.lookups: Lookups = SqlLookups(connection)
        self.witnesses: Witnesses = SqlWitnesses(connection)
        self.findings: Findings = SqlFindings(connection)
        self.absences: Absences = SqlAbsences(connection)
        self.books: Books = SqlBooks(connection)
        self.void_orders: VoidOrders = SqlVoidOrders(connection)
        self.statistics: Statistics = SqlStatistics(connection)
