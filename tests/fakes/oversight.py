"""Look-ups, witnesses, findings, absences, the books and orders to void, in memory."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from clearance.credential.cose import parse_sign1
from clearance.credential.status import Status
from clearance.domain.application import Application
from clearance.domain.clearance import Clearance
from clearance.domain.day_patterns import DECIDING, ActSeen, Rejected
from clearance.domain.desk_journal import RowKind
from clearance.domain.findings import Acknowledgement, Finding, KeptFinding, Severity
from clearance.domain.lifecycle import ApplicationState, Move
from clearance.domain.oversight import DHAKA, Absence, LookedUp, Lookup
from clearance.domain.record_checks import CardSeen, CaseSeen, PermitSeen, Reused
from clearance.domain.signing import DAY, HOUR
from clearance.domain.statistics import Counts, Dimension
from clearance.domain.void_order import VoidItem, VoidOrder
from clearance.issuing.ports import Conflict, NotOnRecord, WitnessedCheckpoint
from clearance.issuing.ports.oversight import Absences, Books, Findings, Lookups, Statistics, VoidOrders, Witnesses


@dataclass
class OversightRows:
    """The part of the stored state that those who watch write."""

    lookups: dict[int, Lookup] = field(default_factory=dict)
    witnessed: dict[tuple[str, int, str], WitnessedCheckpoint] = field(default_factory=dict)
    findings: dict[int, KeptFinding] = field(default_factory=dict)
    absences: dict[tuple[str, date], Absence] = field(default_factory=dict)
    void_orders: dict[str, VoidOrder] = field(default_factory=dict)
    void_items: dict[tuple[str, str], VoidItem | None] = field(default_factory=dict)


class FakeOversight:
    def __init__(self, rows: Any) -> None:
        self.lookups: Lookups = FakeLookups(rows.lookups)
        self.witnesses: Witnesses = FakeWitnesses(rows.witnessed)
        self.findings: Findings = FakeFindings(rows.findings)
        self.absences: Absences = FakeAbsences(rows.absences)
        self.books: Books = FakeBooks(rows)
        self.void_orders: VoidOrders = FakeVoidOrders(rows)
        self.statistics: Statistics = FakeStatistics(rows)


@dataclass
class FakeLookups:
    rows: dict[int, Lookup]

    def add(self, lookup: Lookup) -> None:
        self.rows[len(self.rows) + 1] = lookup

    def lately(self, officer_no: str, *, now: datetime) -> LookedUp:
        mine = [each for each in self.rows.values() if each.officer_no == officer_no]
        hour, day = ({each.subject for each in mine if each.at > now - span} for span in (HOUR, DAY))
        return LookedUp(in_an_hour=len(hour), in_a_day=len(day))

    def seen_lately(self, officer_no: str, subject: str, *, now: datetime) -> bool:
        return any(each.at > now - HOUR for each in self._of(officer_no, subject))

    def find(self, *, officer_no: str, subject: str, limit: int, offset: int) -> Sequence[Lookup]:
        return self._of(officer_no, subject)[::-1][offset : offset + limit]

    def count(self, *, officer_no: str, subject: str) -> int:
        return len(self._of(officer_no, subject))

    def _of(self, officer_no: str, subject: str) -> list[Lookup]:
        return [
            each for each in self.rows.values() if officer_no in ("", each.officer_no) and subject in ("", each.subject)
        ]


@dataclass
class FakeWitnesses:
    rows: dict[tuple[str, int, str], WitnessedCheckpoint]

    def add(self, witnessed: WitnessedCheckpoint) -> None:
        self.rows.setdefault((witnessed.desk_id, witnessed.number, witnessed.digest), witnessed)

    def newest(self) -> Sequence[WitnessedCheckpoint]:
        by_time = sorted(self.rows.values(), key=lambda each: each.issued_at)
        last = {each.desk_id: each for each in by_time}
        return [last[desk_id] for desk_id in sorted(last)]

    def heads(self, *, limit: int) -> Sequence[tuple[int, str]]:
        return sorted({(number, digest) for _, number, digest in self.rows}, reverse=True)[:limit]


@dataclass
class FakeFindings:
    rows: dict[int, KeptFinding]

    def add(self, finding: Finding, *, at: datetime) -> bool:
        known = {(each.finding.kind, each.finding.subject) for each in self.rows.values()}
        if (finding.kind, finding.subject) in known:
            return False
        number = len(self.rows) + 1
        self.rows[number] = KeptFinding(number=number, finding=finding, found_at=at)
        return True

    def get(self, number: int) -> KeptFinding | None:
        return self.rows.get(number)

    def find(self, *, open_only: bool, least: Severity, limit: int, offset: int) -> Sequence[KeptFinding]:
        wanted = self._wanted(open_only, least)
        wanted.sort(key=lambda each: (-each.finding.severity, -each.number))
        return wanted[offset : offset + limit]

    def count(self, *, open_only: bool, least: Severity) -> int:
        return len(self._wanted(open_only, least))

    def acknowledge(self, number: int, acknowledgement: Acknowledgement) -> None:
        kept = self.rows.get(number)
        if kept is None:
            raise NotOnRecord(f"finding {number}")
        if kept.acknowledged is not None:
            raise Conflict(f"finding {number}")
        self.rows[number] = replace(kept, acknowledged=acknowledgement)

    def _wanted(self, open_only: bool, least: Severity) -> list[KeptFinding]:
        return [
            each
            for each in self.rows.values()
            if each.finding.severity >= least and not (open_only and each.acknowledged)
        ]


@dataclass
class FakeAbsences:
    rows: dict[tuple[str, date], Absence]

    def put(self, absence: Absence) -> None:
        self.rows[absence.officer_no, absence.first_day] = absence

    def on(self, day: date) -> Sequence[Absence]:
        return [each for each in self.rows.values() if each.first_day <= day <= each.last_day]


@dataclass
class FakeBooks:
    """Reads what the other fakes wrote; of what only a hand in the real database can do, it knows nothing."""

    rows: Any

    def acts(self, *, since: datetime, until: datetime) -> Sequence[ActSeen]:
        found = [
            ActSeen(
                reference=case.reference,
                move=act.move,
                officer_no=act.officer_no,
                at=act.at,
                device=act.device,
                licence_no=case.draft.licence_no,
            )
            for case in self._cases()
            for act in case.acts
            if since <= act.at < until
        ]
        return sorted(found, key=lambda act: act.at)

    def moments_of_decisions(self, *, since: datetime, until: datetime) -> Iterator[tuple[str, datetime]]:
        acts = self.acts(since=since, until=until)
        return ((act.officer_no, act.at) for act in acts if act.move in DECIDING)

    def moments_of_cards(self, *, since: datetime, until: datetime) -> Iterator[tuple[str, datetime]]:
        acts = self.acts(since=since, until=until)
        return ((act.licence_no, act.at) for act in acts if act.move is Move.ISSUE and act.licence_no)

    def rejected_then_approved(self, *, since: datetime, until: datetime) -> Sequence[Rejected]:
        found = []
        for case in self._cases():
            for act in case.acts:
                if act.move is Move.APPROVE and since <= act.at < until:
                    found += [
                        Rejected(
                            rejected=old.reference, approved=case.reference, approved_by=act.officer_no, shared=None
                        )
                        for old in self._cases()
                        if old.draft.worker.registration_no == case.draft.worker.registration_no
                        and any(earlier.move is Move.REJECT and earlier.at < act.at for earlier in old.acts)
                    ]
        return found

    def cards(self) -> Iterator[CardSeen]:
        for card in self.rows.clearances.values():
            case = self.rows.applications.get(card.application_reference)
            yield _card_seen(card, case)

    def permits(self) -> Sequence[PermitSeen]:
        return [
            PermitSeen(number=permit.number, places=permit.places, used=permit.used, cards=permit.used)
            for permit in self.rows.permits.values()
        ]

    def signatures_without_card(self, *, before: datetime) -> Sequence[str]:
        return []

    def scanned_unknown(self) -> Sequence[tuple[str, int]]:
        scans = (kept.row for kept in self.rows.desk_rows.values() if kept.row.kind is RowKind.SCAN)
        found = Counter(number for row in scans if (number := row.text("clearance_no")))
        return sorted((number, count) for number, count in found.items() if number not in self.rows.clearances)

    def acts_not_on_record(self) -> Sequence[tuple[str, str]]:
        return []

    def one_officer_twice(self) -> Sequence[tuple[str, str]]:
        return []

    def receipts_reused(self) -> Sequence[Reused]:
        return []

    def visas_reused(self) -> Sequence[Reused]:
        return []

    def _cases(self) -> Iterable[Application]:
        return list(self.rows.applications.values())


def _card_seen(card: Clearance, case: Application | None) -> CardSeen:
    seen = None
    if case is not None:
        worker = case.draft.worker
        seen = CaseSeen(
            issued=case.issued is not None,
            name_en=worker.name_en,
            birth_date=worker.birth_date,
            passport_no=worker.passport.number,
            destination=case.draft.destination,
            visa_no=case.draft.visa.number,
            paid_on=case.draft.payment.paid_on,
        )
    return CardSeen(
        clearance_no=card.clearance_no,
        reference=card.application_reference,
        passport_no=card.passport_no,
        status=card.status,
        issued_at=card.issued_at,
        valid_until=card.valid_until,
        token=card.token,
        signed_payload_sha256=hashlib.sha256(parse_sign1(card.token).payload).hexdigest() if card.token else None,
        case=seen,
        redacted=case is not None and case.redacted_on is not None,
    )


@dataclass
class FakeVoidOrders:
    rows: Any

    def add(self, order: VoidOrder) -> None:
        if any(each.target_no == order.target_no and (each.open or each.running) for each in self._orders()):
            raise Conflict(order.target_no)
        self.rows.void_orders[order.number] = order

    def get(self, number: str) -> VoidOrder | None:
        order: VoidOrder | None = self.rows.void_orders.get(number)
        return order

    def all(self) -> Sequence[VoidOrder]:
        return sorted(self._orders(), key=lambda order: (-order.ordered_at.timestamp(), order.number))

    def save(self, order: VoidOrder) -> None:
        if order.number not in self.rows.void_orders:
            raise NotOnRecord(order.number)
        self.rows.void_orders[order.number] = order

    def reached(self, officer_no: str, *, since: datetime) -> Sequence[str]:
        answering = (Move.CHECK, Move.APPROVE, Move.ISSUE, Move.TAKE_UP_AGAIN)
        return sorted(
            case.reference
            for case in self.rows.applications.values()
            if any(act.officer_no == officer_no and act.at >= since and act.move in answering for act in case.acts)
        )

    def put_items(self, order_no: str, references: Iterable[str]) -> None:
        self.rows.void_items.update({(order_no, reference): None for reference in references})

    def waiting(self, order_no: str, *, limit: int) -> Sequence[str]:
        open_ones = [key[1] for key, item in self.rows.void_items.items() if key[0] == order_no and item is None]
        return sorted(open_ones)[:limit]

    def settle(self, item: VoidItem) -> None:
        key = (item.order_no, item.reference)
        if self.rows.void_items.get(key, item) is not None:
            raise NotOnRecord(item.reference)
        self.rows.void_items[key] = item

    def outcomes(self, order_no: str) -> Mapping[str, int]:
        items = [item for key, item in self.rows.void_items.items() if key[0] == order_no]
        return Counter(item.outcome.value if item else "" for item in items)

    def _orders(self) -> Iterable[VoidOrder]:
        return list(self.rows.void_orders.values())


@dataclass
class FakeStatistics:
    rows: Any

    def counts(self, dimension: Dimension, *, first: date, last: date) -> Mapping[str, Counts]:
        table: dict[str, Counts] = {}
        for card in self.rows.clearances.values():
            issued_on = card.issued_at.astimezone(DHAKA).date()
            newer = any(
                other.application_reference == card.application_reference and other.issued_at > card.issued_at
                for other in self.rows.clearances.values()
            )
            if first <= issued_on < last + timedelta(days=1) and not newer:
                case = self.rows.applications[card.application_reference]
                key = _value(dimension, case, issued_on)
                table[key] = table.get(key, Counts()) + Counts(
                    issued=1,
                    held=int(card.status is Status.SUSPENDED),
                    revoked=int(card.status is Status.INVALID),
                    departed=int(case.state is ApplicationState.DEPARTED),
                )
        return dict(sorted(table.items()))


def _value(dimension: Dimension, case: Application, issued_on: date) -> str:
    match dimension:
        case Dimension.DAY:
            return issued_on.isoformat()
        case Dimension.DESTINATION:
            return case.draft.destination
        case Dimension.OFFICE:
            return case.draft.office_code
        case Dimension.AGENCY:
            return case.draft.licence_no or ""
        case Dimension.SEX:
            return case.draft.worker.sex.value
