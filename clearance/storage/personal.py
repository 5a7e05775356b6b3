"""People's data in every table: what is due to go, what is held about a person, and what keeps it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, Table, and_, delete, exists, func, or_, select, update
from sqlalchemy.sql import ColumnElement

from clearance.domain.erasure import Basis, ErasureOrder, InvestigationHold
from clearance.domain.lifecycle import ApplicationState
from clearance.domain.retention import LOOKUPS_AT_LEAST, Kept
from clearance.issuing.ports import Conflict, NotOnRecord
from clearance.storage.deliveries import SqlFeedPlaces
from clearance.storage.redacting import NAMING, redact_batch, redact_case, redact_requests, redact_scans, release
from clearance.storage.tables import applications, clearances
from clearance.storage.tables_batches import batch_rows, batch_runs, batches, entry_forms
from clearance.storage.tables_cases import acts, earlier_passports
from clearance.storage.tables_desks import departures, desk_rows
from clearance.storage.tables_interface import deliveries, message_optouts
from clearance.storage.tables_oversight import lookups
from clearance.storage.tables_personal import erasure_orders, investigation_holds, released_documents
from clearance.storage.tables_requests import correction_requests

_A, _C, _H, _O = applications.c, clearances.c, investigation_holds.c, erasure_orders.c
_FORMS, _B, _Q, _D, _L, _S = (
    entry_forms.c,
    batches.c,
    correction_requests.c,
    deliveries.c,
    lookups.c,
    desk_rows.c,
)
_STATES = {
    Kept.DRAFTS: (ApplicationState.DRAFT,),
    Kept.REJECTED: (ApplicationState.REJECTED,),
    Kept.CLEARED: (
        ApplicationState.ISSUED,
        ApplicationState.DEPARTED,
        ApplicationState.SUPERSEDED,
        ApplicationState.REVOKED,
    ),
}
_PLACES = {Kept.SCANS: "retention:scans", Kept.EVIDENCE: "retention:evidence"}
"""How far desks' rows were looked through, by their numbers: an index over what was is not needed."""
_HELD = exists().where(_H.reference == _A.reference, _H.ended_by.is_(None))


class SqlPersonalData:
    """Implements `clearance.issuing.ports.PersonalData`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._places = SqlFeedPlaces(connection)

    def count(self, kept: Kept, *, before: datetime) -> int:
        due = self._due(kept, before).order_by(None).subquery()
        return int(self._connection.execute(select(func.count()).select_from(due)).scalar_one())

    def forget(self, kept: Kept, *, before: datetime, at: datetime, limit: int) -> int:
        if kept is Kept.LOOKUPS:
            return self._forget_lookups(before, at, limit)
        names = self._connection.execute(self._due(kept, before).limit(limit)).scalars().all()
        if names:
            self._ways[kept](names, at)
        return len(names)

    def overdue(self, kept: Kept, *, before: datetime, limit: int) -> Sequence[str]:
        return self._connection.execute(self._due(kept, before).limit(limit)).scalars().all()

    def redact(self, reference: str, *, at: datetime, on: date) -> None:
        redact_case(self._connection, reference, at=at, on=on)

    def cases_of(self, reference: str) -> Sequence[str]:
        found: set[str] = set()
        new = {reference}
        while new:
            found |= new
            new = self._linked(found) - found
        newest_first = select(_A.reference).where(_A.reference.in_(found)).order_by(_A.entered_at.desc())
        return self._connection.execute(newest_first).scalars().all()

    def held_about(self, references: Collection[str]) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        numbers = self._scalars(select(_C.clearance_no).where(_C.application_reference.in_(references)))
        passports = self._scalars(select(_A.passport_no).where(_A.reference.in_(references)))
        subjects = [*references, *numbers]
        asked = or_(_Q.application_reference.in_(references), _Q.passport_no.in_(passports))
        wanted: Mapping[Table, ColumnElement[bool]] = {
            applications: _A.reference.in_(references),
            earlier_passports: earlier_passports.c.reference.in_(references),
            acts: acts.c.reference.in_(references),
            clearances: _C.application_reference.in_(references),
            correction_requests: asked,
            batch_rows: batch_rows.c.reference.in_(references),
            entry_forms: _FORMS.reference.in_(references),
            deliveries: _D.reference.in_(references),
            message_optouts: message_optouts.c.reference.in_(references),
            desk_rows: _S.clearance_no.in_(numbers),
            departures: departures.c.clearance_no.in_(numbers),
            lookups: _L.subject.in_(subjects),
            investigation_holds: _H.reference.in_(references),
        }
        return {table.name: self._rows(table, condition) for table, condition in wanted.items()}

    def released(self, *, before: datetime, limit: int) -> Sequence[str]:
        c = released_documents.c
        return self._scalars(select(c.sha256).where(c.released_at < before).order_by(c.released_at).limit(limit))

    def settle_released(self, names: Collection[str]) -> frozenset[str]:
        self._connection.execute(delete(released_documents).where(released_documents.c.sha256.in_(names)))
        named = {
            name for column in NAMING for name in self._scalars(select(column).distinct().where(column.in_(names)))
        }
        return frozenset(names) - named

    def hold(self, hold: InvestigationHold) -> None:
        self._connection.execute(investigation_holds.insert(), vars(hold))

    def end_hold(self, reference: str, *, officer_no: str, at: datetime) -> None:
        standing = update(investigation_holds).where(_H.reference == reference, _H.ended_by.is_(None))
        if self._connection.execute(standing.values(ended_by=officer_no, ended_at=at)).rowcount != 1:
            raise NotOnRecord(reference)

    def holds(self, references: Collection[str]) -> Sequence[InvestigationHold]:
        standing = select(_H.reference, _H.placed_by, _H.placed_at, _H.reason).where(
            _H.reference.in_(references), _H.ended_by.is_(None)
        )
        return [InvestigationHold(**row) for row in self._connection.execute(standing.order_by(_H.number)).mappings()]

    def add_order(self, order: ErasureOrder) -> None:
        self._connection.execute(erasure_orders.insert(), vars(order) | {"basis": order.basis.value})

    def order(self, number: str) -> ErasureOrder | None:
        row = self._connection.execute(select(erasure_orders).where(_O.number == number)).mappings().first()
        return None if row is None else _order(row)

    def save_order(self, order: ErasureOrder) -> None:
        still_open = (_O.number == order.number, _O.consented_by.is_(None), _O.withdrawn_by.is_(None))
        values = vars(order) | {"basis": order.basis.value}
        if self._connection.execute(update(erasure_orders).where(*still_open).values(values)).rowcount != 1:
            raise Conflict(f"{order.number} is settled")

    def open_orders(self) -> Sequence[ErasureOrder]:
        still_open = select(erasure_orders).where(_O.consented_by.is_(None), _O.withdrawn_by.is_(None))
        return [_order(row) for row in self._connection.execute(still_open.order_by(_O.ordered_at)).mappings()]

    def _due(self, kept: Kept, before: datetime) -> Select[Any]:
        match kept:
            case Kept.FORMS:
                return select(_FORMS.number).where(_FORMS.saved_at < before).order_by(_FORMS.saved_at)
            case Kept.UPLOADS:
                return _done_batches(before)
            case Kept.REQUESTS:
                over = select(_Q.reference).where(_Q.settled_at < before, _Q.redacted_on.is_(None))
                return over.order_by(_Q.settled_at)
            case Kept.ANSWERS:
                return select(_D.number).where(_D.settled_at < before).order_by(_D.number)
            case Kept.LOOKUPS:
                return select(_L.number).where(_L.at < before).order_by(_L.number)
            case Kept.SCANS | Kept.EVIDENCE:
                return self._due_scans(kept, before)
            case Kept.DRAFTS | Kept.REJECTED | Kept.CLEARED:
                return _due_cases(kept, before)

    def _due_scans(self, kept: Kept, before: datetime) -> Select[Any]:
        evidence = _S.is_evidence if kept is Kept.EVIDENCE else ~_S.is_evidence
        behind = _S.number > self._places.get(_PLACES[kept])
        return select(_S.number).where(evidence, behind, _S.received_at < before).order_by(_S.number)

    @property
    def _ways(self) -> Mapping[Kept, Callable[[Sequence[Any], datetime], None]]:
        return {
            Kept.FORMS: self._forget_forms,
            Kept.UPLOADS: self._forget_uploads,
            Kept.REQUESTS: lambda names, at: redact_requests(self._connection, names, on=at.date()),
            Kept.ANSWERS: lambda names, _: self._delete(deliveries, _D.number.in_(names)),
            Kept.SCANS: lambda names, _: self._forget_scans(Kept.SCANS, names),
            Kept.EVIDENCE: lambda names, _: self._forget_scans(Kept.EVIDENCE, names),
        }

    def _forget_forms(self, names: Sequence[str], at: datetime) -> None:
        release(self._connection, select(_FORMS.photo_sha256).where(_FORMS.number.in_(names)), at=at)
        self._delete(entry_forms, _FORMS.number.in_(names))

    def _forget_uploads(self, names: Sequence[str], at: datetime) -> None:
        for number in names:
            redact_batch(self._connection, number, at=at, on=at.date())

    def _forget_scans(self, kept: Kept, names: Sequence[int]) -> None:
        redact_scans(self._connection, names)
        self._places.move(_PLACES[kept], max(names))

    def _forget_lookups(self, before: datetime, at: datetime, limit: int) -> int:
        """The database lets none go that is younger than its own floor, whatever it is told."""
        before = min(before, at - timedelta(days=LOOKUPS_AT_LEAST))
        if self._connection.dialect.name == "postgresql":
            gone = select(func.forget_lookups(before.replace(tzinfo=None), limit))
            return int(self._connection.execute(gone).scalar_one())
        numbers = self._scalars(self._due(Kept.LOOKUPS, before).limit(limit))
        self._delete(lookups, _L.number.in_(numbers))
        return len(numbers)

    def _linked(self, references: Collection[str]) -> set[str]:
        """Cases that share a passport, of now or before, or a registration with one of these."""
        mine = _A.reference.in_(references)
        earlier = earlier_passports.c
        passports = {
            *self._scalars(select(_A.passport_no).where(mine)),
            *self._scalars(select(earlier.passport_no).where(earlier.reference.in_(references))),
        }
        registrations = self._scalars(select(_A.registration_no).where(mine))
        same = or_(_A.passport_no.in_(passports), _A.registration_no.in_(registrations))
        return {
            *self._scalars(select(_A.reference).where(same)),
            *self._scalars(select(earlier.reference).where(earlier.passport_no.in_(passports))),
        }

    def _scalars(self, statement: Any) -> Sequence[Any]:
        return self._connection.execute(statement).scalars().all()

    def _delete(self, table: Table, condition: ColumnElement[bool]) -> None:
        self._connection.execute(delete(table).where(condition))

    def _rows(self, table: Table, condition: ColumnElement[bool]) -> Sequence[Mapping[str, Any]]:
        found = self._connection.execute(select(table).where(condition).order_by(*table.primary_key))
        return [dict(row) for row in found.mappings()]


def _due_cases(kept: Kept, before: datetime) -> Select[Any]:
    over: ColumnElement[bool]
    if kept is Kept.CLEARED:
        day = before.date()
        over = and_(_A.visa_expires_on < day, or_(_A.valid_until.is_(None), _A.valid_until < day))
    else:
        over = ~exists().where(acts.c.reference == _A.reference, acts.c.at >= before)
    return (
        select(_A.reference)
        .where(_A.state.in_([state.value for state in _STATES[kept]]), _A.entered_at < before)
        .where(over, _A.redacted_on.is_(None), ~_HELD)
        .order_by(_A.entered_at)
    )


def _done_batches(before: datetime) -> Select[Any]:
    """Nothing was ordered for it since, and nothing runs."""
    going = exists().where(
        batch_runs.c.batch_no == _B.number, or_(batch_runs.c.finished_at.is_(None), batch_runs.c.finished_at >= before)
    )
    return select(_B.number).where(_B.uploaded_at < before, _B.redacted_on.is_(None), ~going).order_by(_B.uploaded_at)


def _order(row: Any) -> ErasureOrder:
    return ErasureOrder(**{**row, "basis": Basis(row["basis"])})
