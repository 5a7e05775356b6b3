"""Rule versions and changes of permits as rows."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, or_, select, update

from clearance.domain.permit import PermitChange
from clearance.domain.person import Sex
from clearance.domain.proposal import ProposalState, Signature
from clearance.domain.rules import (
    Channel,
    Decider,
    Need,
    RuleBook,
    RuleKey,
    RuleTerms,
    RuleVersion,
    SalaryFloor,
    VisaKind,
)
from clearance.issuing.ports import Conflict
from clearance.storage.tables import permits
from clearance.storage.tables_rules import permit_changes, rules

_PROPOSED = ProposalState.PROPOSED.value
_ALL = select(rules).order_by(rules.c.number)
_BOOK = _ALL.where(rules.c.state == ProposalState.CONSENTED.value)
_BOOK_FOR = _BOOK.where(or_(rules.c.destination.is_(None), rules.c.destination == bindparam("wanted")))
_GET = select(rules).where(rules.c.number == bindparam("wanted"))
_NEXT = select(func.coalesce(func.max(rules.c.number), 0) + 1)
_ADD = rules.insert()
_SETTLE = update(rules).where(rules.c.number == bindparam("wanted"), rules.c.state == _PROPOSED)
_CHANGE = select(permit_changes).where(permit_changes.c.number == bindparam("wanted"))
_CHANGES_OF = (
    select(permit_changes).where(permit_changes.c.permit_no == bindparam("wanted")).order_by(permit_changes.c.number)
)
_OPEN_CHANGES = select(permit_changes).where(permit_changes.c.state == _PROPOSED).order_by(permit_changes.c.number)
_NEXT_CHANGE = select(func.coalesce(func.max(permit_changes.c.number), 0) + 1)
_ADD_CHANGE = permit_changes.insert()
_SETTLE_CHANGE = update(permit_changes).where(
    permit_changes.c.number == bindparam("wanted"), permit_changes.c.state == _PROPOSED
)
_SET_PLACES = update(permits).where(permits.c.number == bindparam("wanted"), permits.c.places == bindparam("before"))


class SqlRules:
    """Implements `clearance.issuing.ports.Rules`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def book(self, *, destination: str | None = None) -> RuleBook:
        if destination is None:
            rows = self._connection.execute(_BOOK)
        else:
            rows = self._connection.execute(_BOOK_FOR, {"wanted": destination})
        return RuleBook(versions=tuple(_version(row) for row in rows))

    def get(self, number: int) -> RuleVersion | None:
        row = self._connection.execute(_GET, {"wanted": number}).first()
        return None if row is None else _version(row)

    def all(self) -> Sequence[RuleVersion]:
        return [_version(row) for row in self._connection.execute(_ALL)]

    def next_number(self) -> int:
        return int(self._connection.execute(_NEXT).scalar_one())

    def propose(self, version: RuleVersion) -> None:
        self._connection.execute(_ADD, rule_row(version))

    def settle(self, version: RuleVersion) -> None:
        values = {"wanted": version.number, **_settled_columns(version.state, version.settled)}
        if self._connection.execute(_SETTLE, values).rowcount != 1:
            raise Conflict(f"rule version {version.number} is settled")


class SqlPermitChanges:
    """Implements `clearance.issuing.ports.PermitChanges`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, number: int) -> PermitChange | None:
        row = self._connection.execute(_CHANGE, {"wanted": number}).first()
        return None if row is None else _change(row)

    def of_permit(self, permit_no: str) -> Sequence[PermitChange]:
        return [_change(row) for row in self._connection.execute(_CHANGES_OF, {"wanted": permit_no})]

    def open(self) -> Sequence[PermitChange]:
        return [_change(row) for row in self._connection.execute(_OPEN_CHANGES)]

    def next_number(self) -> int:
        return int(self._connection.execute(_NEXT_CHANGE).scalar_one())

    def propose(self, change: PermitChange) -> None:
        self._connection.execute(_ADD_CHANGE, _change_row(change))

    def settle(self, change: PermitChange) -> None:
        values = {"wanted": change.number, **_settled_columns(change.state, change.settled)}
        if self._connection.execute(_SETTLE_CHANGE, values).rowcount != 1:
            raise Conflict(f"change {change.number} of a permit is settled")
        if change.state is ProposalState.CONSENTED:
            places = {"wanted": change.permit_no, "before": change.places_before, "places": change.places}
            if self._connection.execute(_SET_PLACES, places).rowcount != 1:
                raise Conflict(f"permit {change.permit_no} has other places by now")


def rule_row(version: RuleVersion) -> dict[str, Any]:
    """The columns of one version."""
    key, terms, floor = version.key, version.terms, version.terms.salary_floor
    return {
        "number": version.number,
        "destination": key.destination,
        "sex": key.sex.value if key.sex else None,
        "channel": key.channel.value if key.channel else None,
        "visa": key.visa.value if key.visa else None,
        "decided_by": terms.decided_by.value,
        "minimum_age": terms.minimum_age,
        "orientation_days": terms.orientation_days,
        "needs": ",".join(sorted(terms.needs)),
        "validity_days": terms.validity_days,
        "fees_taka": terms.fees_taka,
        "fees_version": terms.fees_version,
        "salary_floor": floor.amount if floor else None,
        "salary_currency": floor.currency if floor else None,
        "group_threshold": terms.group_threshold,
        "reference": terms.reference,
        "circular_no": terms.circular_no,
        "starts_on": version.starts_on,
        "ends_on": version.ends_on,
        "replaces": version.replaces,
        **_proposed_columns(version.proposed),
        **_settled_columns(version.state, version.settled),
    }


def _version(row: Row[Any]) -> RuleVersion:
    return RuleVersion(
        number=row.number,
        key=RuleKey(
            destination=row.destination,
            sex=Sex(row.sex) if row.sex else None,
            channel=Channel(row.channel) if row.channel else None,
            visa=VisaKind(row.visa) if row.visa else None,
        ),
        terms=_terms(row),
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        replaces=row.replaces,
        state=ProposalState(row.state),
        proposed=_proposed(row),
        settled=_settled(row),
    )


def _terms(row: Row[Any]) -> RuleTerms:
    has_floor = row.salary_floor is not None
    return RuleTerms(
        decided_by=Decider(row.decided_by),
        minimum_age=row.minimum_age,
        orientation_days=row.orientation_days,
        needs=frozenset(Need(need) for need in row.needs.split(",") if need),
        validity_days=row.validity_days,
        fees_taka=row.fees_taka,
        fees_version=row.fees_version,
        salary_floor=SalaryFloor(amount=row.salary_floor, currency=row.salary_currency) if has_floor else None,
        group_threshold=row.group_threshold,
        reference=row.reference,
        circular_no=row.circular_no,
    )


def _change_row(change: PermitChange) -> dict[str, Any]:
    return {
        "number": change.number,
        "permit_no": change.permit_no,
        "places_before": change.places_before,
        "places": change.places,
        "letter_no": change.letter_no,
        **_proposed_columns(change.proposed),
        **_settled_columns(change.state, change.settled),
    }


def _change(row: Row[Any]) -> PermitChange:
    return PermitChange(
        number=row.number,
        permit_no=row.permit_no,
        places_before=row.places_before,
        places=row.places,
        letter_no=row.letter_no,
        state=ProposalState(row.state),
        proposed=_proposed(row),
        settled=_settled(row),
    )


def _proposed_columns(proposed: Signature) -> dict[str, Any]:
    return {
        "proposed_by": proposed.officer_no,
        "proposed_at": proposed.at,
        "proposed_device": proposed.device,
        "proposed_reason": proposed.reason,
    }


def _settled_columns(state: ProposalState, settled: Signature | None) -> dict[str, Any]:
    return {
        "state": state.value,
        "settled_by": settled.officer_no if settled else None,
        "settled_at": settled.at if settled else None,
        "settled_device": settled.device if settled else None,
        "settled_reason": settled.reason if settled else None,
    }


def _proposed(row: Row[Any]) -> Signature:
    return Signature(
        officer_no=row.proposed_by, at=row.proposed_at, device=row.proposed_device, reason=row.proposed_reason
    )


def _settled(row: Row[Any]) -> Signature | None:
    if row.settled_by is None:
        return None
    return Signature(officer_no=row.settled_by, at=row.settled_at, device=row.settled_device, reason=row.settled_reason)
