"""Cards, acts, permits, signatures and the record read side by side, for the nightly report and the statistics."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, and_, exists, func, select, union

from clearance.credential.claims import VisaType
from clearance.credential.status import Status
from clearance.domain.day_patterns import DECIDING, ActSeen, Rejected
from clearance.domain.desk_journal import RowKind
from clearance.domain.lifecycle import ApplicationState, Move, Step
from clearance.domain.oversight import DHAKA
from clearance.domain.record_checks import CardSeen, CaseSeen, PermitSeen, Reused
from clearance.domain.statistics import Counts, Dimension
from clearance.storage.tables import (
    applications,
    audit_log,
    clearances,
    permits,
    signatures,
    signing_intents,
)
from clearance.storage.tables_batches import batch_rows, batch_runs
from clearance.storage.tables_cases import abandoned_intents, acts
from clearance.storage.tables_desks import desk_rows

_A, _C, _D, _P = applications.c, clearances.c, acts.c, permits.c
_AT_ONCE = 1_000
SAME_PERSON_FOR = timedelta(days=90)
"""How long after a rejection an approval of the same person is worth a look."""

_OF_ONE_PERSON = (int(VisaType.SINGLE), int(VisaType.ATTESTED_SINGLE))
_ORDERED_AT = (
    select(func.max(batch_runs.c.ordered_at))
    .select_from(batch_rows.join(batch_runs, batch_runs.c.batch_no == batch_rows.c.batch_no))
    .where(
        batch_rows.c.reference == _D.reference,
        batch_runs.c.step == _D.move,
        batch_runs.c.officer_no == _D.officer_no,
        batch_runs.c.ordered_at <= _D.at,
    )
    .correlate(acts)
    .scalar_subquery()
)
_ACTS = (
    select(
        _D.reference,
        _D.move,
        _D.officer_no,
        _D.at,
        _D.device,
        _A.licence_no,
        _ORDERED_AT.label("ordered_at"),
    )
    .join(applications, _A.reference == _D.reference)
    .order_by(_D.at, _D.reference, _D.number)
)
_ISSUE = exists().where(_D.reference == _A.reference, _D.move == Move.ISSUE.value)
_CARDS = (
    select(
        _C.clearance_no,
        _C.application_reference,
        _C.passport_no,
        _C.status,
        _C.issued_at,
        _C.valid_until,
        _C.token,
        signatures.c.payload_sha256,
        _A.reference,
        _A.name_en,
        _A.birth_date,
        _A.passport_no.label("case_passport_no"),
        _A.destination,
        _A.visa_no,
        _A.paid_on,
        _A.redacted_on,
        _ISSUE.label("issued"),
    )
    .select_from(clearances)
    .outerjoin(applications, _A.reference == _C.application_reference)
    .outerjoin(
        signatures,
        signatures.c.number
        == select(func.max(signatures.c.number))
        .where(signatures.c.clearance_no == _C.clearance_no)
        .correlate(clearances)
        .scalar_subquery(),
    )
)


class SqlBooks:
    """Implements `clearance.issuing.ports.Books`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def acts(self, *, since: datetime, until: datetime) -> Sequence[ActSeen]:
        rows = self._connection.execute(_ACTS.where(_D.at >= since, _D.at < until))
        return [_act(row) for row in rows]

    def moments_of_decisions(self, *, since: datetime, until: datetime) -> Iterator[tuple[str, datetime]]:
        deciding = _D.move.in_(sorted(move.value for move in DECIDING))
        rows = self._connection.execute(select(_D.officer_no, _D.at).where(deciding, _D.at >= since, _D.at < until))
        return ((row.officer_no, row.at) for row in rows)

    def moments_of_cards(self, *, since: datetime, until: datetime) -> Iterator[tuple[str, datetime]]:
        statement = select(_A.licence_no, _D.at).join(applications, _A.reference == _D.reference)
        issued = statement.where(_D.move == Move.ISSUE.value, _D.at >= since, _D.at < until, _A.licence_no.is_not(None))
        return ((row.licence_no, row.at) for row in self._connection.execute(issued))

    def rejected_then_approved(self, *, since: datetime, until: datetime) -> Sequence[Rejected]:
        # A join by passport *or* registration would compare every rejection with every case.
        pairs = union(*(_rejected_then_approved(shared, since, until) for shared in ("passport_no", "registration_no")))
        rows = self._connection.execute(pairs.order_by("approved", "rejected_at"))
        return [
            Rejected(
                rejected=row.rejected,
                approved=row.approved,
                approved_by=row.officer_no,
                shared=self._shared(row.rejected, row.approved),
            )
            for row in rows
        ]

    def cards(self) -> Iterator[CardSeen]:
        rows = self._connection.execute(_CARDS, execution_options={"yield_per": _AT_ONCE})
        return (_card(row) for row in rows)

    def permits(self) -> Sequence[PermitSeen]:
        taken = (
            select(func.count())
            .select_from(clearances)
            .where(_C.permit_no == _P.number, _C.place_of.is_(None))
            .correlate(permits)
            .scalar_subquery()
        )
        before = func.coalesce(_P.used_before, 0)
        rows = self._connection.execute(select(_P.number, _P.places, _P.used, (taken + before).label("cards")))
        return [PermitSeen(number=row.number, places=row.places, used=row.used, cards=row.cards) for row in rows]

    def signatures_without_card(self, *, before: datetime) -> Sequence[str]:
        number = signatures.c.clearance_no
        unfinished = exists().where(  # the next attempt makes the same card
            signing_intents.c.clearance_no == number,
            signing_intents.c.application_reference == _A.reference,
            _A.state == ApplicationState.APPROVED.value,
        )
        rows = self._connection.execute(
            select(number)
            .distinct()
            .where(signatures.c.at < before)
            .where(~exists().where(_C.clearance_no == number))
            .where(~exists().where(abandoned_intents.c.clearance_no == number))
            .where(~unfinished)
            .order_by(number)
        )
        return [row.clearance_no for row in rows]

    def scanned_unknown(self) -> Sequence[tuple[str, int]]:
        number = desk_rows.c.clearance_no  # a desk writes it for a card that it proved, and for no other
        rows = self._connection.execute(
            select(number, func.count().label("scans"))
            .where(desk_rows.c.kind == RowKind.SCAN.value, number.is_not(None))
            .where(~exists().where(_C.clearance_no == number))
            .group_by(number)
            .order_by(number)
        )
        return [(row.clearance_no, row.scans) for row in rows]

    def acts_not_on_record(self) -> Sequence[tuple[str, str]]:
        known = exists().where(audit_log.c.subject == _D.reference, audit_log.c.officer_no == _D.officer_no)
        unknown = self._connection.execute(
            select(_D.reference, _D.officer_no)
            .distinct()
            .where(_D.move.not_in([Move.DEPART.value]), ~known)
            .order_by(_D.reference, _D.officer_no)
        )
        stands = exists().where(_D.reference == _A.reference, _D.number == _A.version, _D.state == _A.state)
        elsewhere = self._connection.execute(select(_A.reference, _A.state).where(~stands).order_by(_A.reference))
        return [(row.reference, row.officer_no) for row in unknown] + [(row.reference, row.state) for row in elsewhere]

    def one_officer_twice(self) -> Sequence[tuple[str, str]]:
        other = acts.alias("other")
        rows = self._connection.execute(
            select(_D.reference, _D.officer_no)
            .distinct()
            .join(other, and_(other.c.reference == _D.reference, other.c.officer_no == _D.officer_no))
            .where(_D.step < other.c.step, _D.step != Step.CARE.value, other.c.step != Step.CARE.value)
            .order_by(_D.reference)
        )
        return [(row.reference, row.officer_no) for row in rows]

    def receipts_reused(self) -> Sequence[Reused]:
        """Receipts are compared by their letters and digits: a hyphen more does not make another receipt."""
        bare = func.upper(func.replace(func.replace(func.replace(_A.receipt_no, "-", ""), " ", ""), "/", ""))
        first_cases = select(bare.label("bare"), _A.reference).where(_A.replaces.is_(None)).subquery()
        return self._reused(first_cases, "bare")

    def visas_reused(self) -> Sequence[Reused]:
        alone = (
            select((_A.destination + " " + _A.visa_no).label("visa"), func.min(_A.reference).label("reference"))
            .join(clearances, _C.application_reference == _A.reference)
            .where(_A.visa_type.in_(_OF_ONE_PERSON), _C.status.in_((int(Status.VALID), int(Status.SUSPENDED))))
            .group_by(_A.destination, _A.visa_no, _A.registration_no)
            .subquery()
        )
        return self._reused(alone, "visa")

    def _reused(self, pairs: Any, column: str) -> Sequence[Reused]:
        what = pairs.c[column]
        several = select(what).group_by(what).having(func.count() > 1)
        rows = self._connection.execute(
            select(what.label("what"), pairs.c.reference).where(what.in_(several)).order_by(what, pairs.c.reference)
        )
        found: dict[str, list[str]] = {}
        for row in rows:
            found.setdefault(row.what, []).append(row.reference)
        return [Reused(what=key, references=tuple(references)) for key, references in found.items()]

    def _shared(self, rejected: str, approved: str) -> str | None:
        if rejected == approved:  # taken up again by others: the database itself asks for that
            return None
        one, other = acts.alias("one"), acts.alias("other")
        statement = (
            select(one.c.officer_no)
            .join(other, other.c.officer_no == one.c.officer_no)
            .where(one.c.reference == rejected, other.c.reference == approved)
            .where(one.c.step.not_in((Step.CARE.value, Step.ENTRY.value)))
            .where(other.c.step.not_in((Step.CARE.value, Step.ENTRY.value)))
            .order_by(one.c.officer_no)
            .limit(1)
        )
        return self._connection.execute(statement).scalar_one_or_none()


_GROUPS = {
    Dimension.DESTINATION: _A.destination,
    Dimension.OFFICE: _A.office_code,
    Dimension.AGENCY: _A.licence_no,
    Dimension.SEX: _A.sex,
}


class SqlStatistics:
    """Implements `clearance.issuing.ports.Statistics`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def counts(self, dimension: Dimension, *, first: date, last: date) -> Mapping[str, Counts]:
        # A card that was issued anew or corrected is one card: only the newest of a place counts.
        next_card = clearances.alias("next_card")
        replaced = exists().where(next_card.c.place_of == _C.clearance_no)
        within = and_(_C.issued_at >= _morning(first), _C.issued_at < _morning(last + timedelta(days=1)))
        value = _C.issued_at if dimension is Dimension.DAY else _GROUPS[dimension]
        rows = self._connection.execute(
            select(value.label("value"), _C.status, _A.state, func.count().label("count"))
            .join(applications, _A.reference == _C.application_reference)
            .where(within, ~replaced)
            .group_by(value, _C.status, _A.state)
        )
        table: dict[str, Counts] = {}
        for row in rows:
            key = f"{row.value.astimezone(DHAKA):%Y-%m-%d}" if dimension is Dimension.DAY else row.value or ""
            table[key] = table.get(key, Counts()) + _counts(row)
        return dict(sorted(table.items()))


def _morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=DHAKA)


def _rejected_then_approved(shared: str, since: datetime, until: datetime) -> Select[Any]:
    """Approvals of these moments, each with an earlier rejection of a case that shares this column with it."""
    rejection, old, new = acts.alias("rejection"), applications.alias("old"), applications.alias("new")
    return (
        select(
            rejection.c.reference.label("rejected"),
            _D.reference.label("approved"),
            _D.officer_no,
            rejection.c.at.label("rejected_at"),
        )
        .select_from(acts)
        .join(new, new.c.reference == _D.reference)
        .join(old, old.c[shared] == new.c[shared])
        .join(rejection, and_(rejection.c.reference == old.c.reference, rejection.c.move == Move.REJECT.value))
        .where(_D.move == Move.APPROVE.value, _D.at >= since, _D.at < until)
        .where(rejection.c.at < _D.at, rejection.c.at >= since - SAME_PERSON_FOR)
    )


def _counts(row: Any) -> Counts:
    number = int(row[-1])
    return Counts(
        issued=number,
        held=number if row.status == Status.SUSPENDED else 0,
        revoked=number if row.status == Status.INVALID else 0,
        departed=number if row.state == ApplicationState.DEPARTED.value else 0,
    )


def _act(row: Any) -> ActSeen:
    return ActSeen(
        reference=row.reference,
        move=Move(row.move),
        officer_no=row.officer_no,
        at=row.at,
        device=row.device,
        licence_no=row.licence_no,
        ordered_at=row.ordered_at,
    )


def _card(row: Any) -> CardSeen:
    case = None
    if row.reference is not None:
        case = CaseSeen(
            issued=bool(row.issued),
            name_en=row.name_en,
            birth_date=row.birth_date,
            passport_no=row.case_passport_no,
            destination=row.destination,
            visa_no=row.visa_no,
            paid_on=row.paid_on,
        )
    return CardSeen(
        clearance_no=row.clearance_no,
        reference=row.application_reference,
        passport_no=row.passport_no,
        status=Status(row.status),
        issued_at=row.issued_at,
        valid_until=row.valid_until,
        token=bytes(row.token),
        signed_payload_sha256=row.payload_sha256,
        case=case,
        redacted=row.redacted_on is not None,
    )
