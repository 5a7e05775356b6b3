"""A database in memory: transactions with roll-back, one writer at a time, and the unique constraints.

It does not know the CHECK constraints of the real one, so that tests can forge rows and see whether the use cases
themselves say no.
"""

import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import TracebackType
from typing import Self

from clearance.credential.claims import StatusRef
from clearance.credential.status import Status
from clearance.domain.application import Application
from clearance.domain.audit import EMPTY, AuditEntry, AuditHead, AuditLink, AuditReport, check, written
from clearance.domain.clearance import Clearance
from clearance.domain.desk import Desk
from clearance.domain.desk_journal import Departure, JournalPlace, KeptRow
from clearance.domain.lifecycle import AWAITED, ApplicationState, Step
from clearance.domain.reissue import Reissue, ReissueTally
from clearance.domain.signing import DAY, HOUR, SignedLately, SigningStop
from clearance.domain.staff import HEADQUARTERS, Office, Officer, Scope
from clearance.domain.text import searchable
from clearance.issuing.ports import (
    AgencyRegister,
    Applications,
    AuditLog,
    AuditSought,
    Batches,
    ChoreRecords,
    Clearances,
    Clients,
    Conflict,
    CorrectionRequests,
    Deliveries,
    DeskJournals,
    Desks,
    EntryForms,
    Factors,
    FeedPlaces,
    Glance,
    Intents,
    KeyedRequests,
    NotOnRecord,
    Oversight,
    PermitChanges,
    Permits,
    PersonalData,
    Queues,
    Reissues,
    Restorations,
    Rules,
    Sessions,
    SigningControls,
    SigningIntent,
    Sought,
    Staff,
    StaffChanges,
    UnitOfWork,
    Webhooks,
)
from tests.fakes.access import AccessRows, FakeFactors, FakeSessions, FakeStaffChanges
from tests.fakes.batches import BatchRows, FakeBatches, FakeChores, FakeEntryForms
from tests.fakes.desk_journals import FakeDeskJournals
from tests.fakes.interface import (
    FakeClients,
    FakeDeliveries,
    FakeFeedPlaces,
    FakeKeyedRequests,
    FakeWebhooks,
    InterfaceRows,
)
from tests.fakes.oversight import FakeOversight, OversightRows
from tests.fakes.personal import FakePersonalData, PersonalRows
from tests.fakes.queues import FakeQueues
from tests.fakes.requests import FakeAgencyRegister, FakeCorrectionRequests, RequestRows
from tests.fakes.restorations import FakeRestorations, RestorationRows
from tests.fakes.rules import FakePermitChanges, FakePermits, FakeRules, RuleRows, take_place


@dataclass
class Rows(AccessRows, BatchRows, InterfaceRows, OversightRows, PersonalRows, RequestRows, RestorationRows, RuleRows):
    """Everything that is stored. The values are frozen, so copying the dictionaries copies the state."""

    officers: dict[str, Officer] = field(default_factory=dict)
    offices: dict[str, Office] = field(default_factory=dict)
    intents: dict[str, SigningIntent] = field(default_factory=dict)
    abandoned: dict[str, SigningIntent] = field(default_factory=dict)
    desks: dict[str, Desk] = field(default_factory=dict)
    desk_places: dict[tuple[str, str], JournalPlace] = field(default_factory=dict)
    desk_rows: dict[str, KeptRow] = field(default_factory=dict)
    departures: dict[int, Departure] = field(default_factory=dict)
    reissues: dict[str, Reissue] = field(default_factory=dict)
    signed_at: dict[int, datetime] = field(default_factory=dict)
    stops: dict[str, SigningStop] = field(default_factory=dict)
    links: dict[int, AuditLink] = field(default_factory=dict)

    def copy(self) -> "Rows":
        return Rows(**{name: dict(rows) for name, rows in vars(self).items()})


class FakeDatabase:
    def __init__(self) -> None:
        self.rows = Rows()
        self.turn = threading.Lock()

    def read(self) -> UnitOfWork:
        return FakeUnitOfWork(self, writes=False)

    def survey(self) -> UnitOfWork:
        return self.read()

    def write(self) -> UnitOfWork:
        return FakeUnitOfWork(self, writes=True)

    def note(self) -> UnitOfWork:
        return self.write()

    def glance(self, passport_no: str, *, birth_date: date | None) -> Sequence[Glance]:
        with self.read() as work:
            cases = work.applications.of_person(passport_no, birth_date=birth_date)
            return [Glance.at(case, work.clearances.for_application(case.reference)) for case in cases]


class FakeUnitOfWork:
    applications: Applications
    clearances: Clearances
    permits: Permits
    permit_changes: PermitChanges
    rules: Rules
    staff: Staff
    sessions: Sessions
    factors: Factors
    staff_changes: StaffChanges
    intents: Intents
    desks: Desks
    desk_journals: DeskJournals
    reissues: Reissues
    signing: SigningControls
    batches: Batches
    chores: ChoreRecords
    forms: EntryForms
    clients: Clients
    keyed_requests: KeyedRequests
    webhooks: Webhooks
    deliveries: Deliveries
    feed_places: FeedPlaces
    correction_requests: CorrectionRequests
    agency_register: AgencyRegister
    oversight: Oversight
    personal: PersonalData
    queues: Queues
    restorations: Restorations
    audit: AuditLog

    def __init__(self, database: FakeDatabase, *, writes: bool) -> None:
        self._database = database
        self._writes = writes

    def __enter__(self) -> Self:
        if self._writes:
            self._database.turn.acquire()
        self.rows = self._database.rows.copy()
        self.applications = FakeApplications(self.rows)
        self.clearances = FakeClearances(self.rows)
        self.permits = FakePermits(self.rows)
        self.permit_changes = FakePermitChanges(self.rows)
        self.rules = FakeRules(self.rows)
        self.staff = FakeStaff(self.rows)
        self.sessions = FakeSessions(self.rows)
        self.factors = FakeFactors(self.rows)
        self.staff_changes = FakeStaffChanges(self.rows)
        self.intents = FakeIntents(self.rows)
        self.desks = FakeDesks(self.rows)
        self.desk_journals = FakeDeskJournals(self.rows.desk_places, self.rows.desk_rows, self.rows.departures)
        self.reissues = FakeReissues(self.rows)
        self.signing = FakeSigningControls(self.rows)
        self.batches = FakeBatches(self.rows)
        self.chores = FakeChores(self.rows)
        self.forms = FakeEntryForms(self.rows)
        self.clients = FakeClients(self.rows)
        self.keyed_requests = FakeKeyedRequests(self.rows)
        self.webhooks = FakeWebhooks(self.rows)
        self.deliveries = FakeDeliveries(self.rows)
        self.feed_places = FakeFeedPlaces(self.rows)
        self.correction_requests = FakeCorrectionRequests(self.rows.correction_requests)
        self.agency_register = FakeAgencyRegister(self.rows.agencies)
        self.oversight = FakeOversight(self.rows)
        self.personal = FakePersonalData(self.rows)
        self.queues = FakeQueues(self.rows)
        self.restorations = FakeRestorations(self.rows)
        self.audit = FakeAuditLog(self.rows)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writes:
            self._database.turn.release()

    def commit(self) -> None:
        if not self._writes:
            raise RuntimeError("a read has nothing to commit")
        self._database.rows = self.rows.copy()


@dataclass
class FakeApplications:
    rows: Rows

    def add(self, application: Application) -> None:
        payment = application.draft.payment
        paid = self.by_receipt(payment.receipt_no) or (payment.pay_order_no and self.by_pay_order(payment.pay_order_no))
        if (paid and application.replaces is None) or application.reference in self.rows.applications:
            raise Conflict(application.reference)
        self.rows.applications[application.reference] = application

    def get(self, reference: str) -> Application | None:
        return self.rows.applications.get(reference)

    def save(self, application: Application) -> None:
        stored = self.rows.applications.get(application.reference)
        if stored is None or stored.version != application.version - 1:
            raise Conflict(application.reference)
        self.rows.applications[application.reference] = application

    def find(self, sought: Sought, *, limit: int, offset: int) -> Sequence[Application]:
        return self._matching(sought)[offset : offset + limit]

    def count(self, sought: Sought) -> int:
        return len(self._matching(sought))

    def tally(self, sought: Sought) -> Mapping[ApplicationState, int]:
        return Counter(application.state_on(sought.on) for application in self._matching(sought))

    def by_receipt(self, receipt_no: str) -> Application | None:
        return next((a for a in self._first_cases() if a.draft.payment.receipt_no == receipt_no), None)

    def by_pay_order(self, pay_order_no: str) -> Application | None:
        return next((a for a in self._first_cases() if a.draft.payment.pay_order_no == pay_order_no), None)

    def of_person(self, passport_no: str, *, birth_date: date | None) -> Sequence[Application]:
        found = [
            application
            for application in self.rows.applications.values()
            if passport_no in application.draft.worker.passport.numbers
            and (birth_date is None or application.draft.worker.birth_date == birth_date)
        ]
        return sorted(found, key=lambda application: application.entered.at, reverse=True)[:10]

    def _first_cases(self) -> list[Application]:
        return [a for a in self.rows.applications.values() if a.replaces is None]

    def _matching(self, sought: Sought) -> list[Application]:
        found = [a for a in self.rows.applications.values() if self._is_sought(a, sought)]
        return sorted(found, key=lambda application: (application.entered.at, application.reference))

    def _is_sought(self, application: Application, sought: Sought) -> bool:
        draft = application.draft
        return (
            application.redacted_on is None
            and application.state_on(sought.on) in sought.states
            and sought.text in _search_text(application)
            and sought.scope.covers(office_code=draft.office_code, licence_no=draft.licence_no)
            and (sought.pool is None or self._in_pool(application, sought.pool))
            and (sought.after is None or (application.entered.at, application.reference) > sought.after)
        )

    def _in_pool(self, application: Application, pool: Mapping[ApplicationState, frozenset[str]]) -> bool:
        office, state = application.draft.office_code, application.state
        if office == HEADQUARTERS or application.forwarded:
            return True
        own = {number for number in pool.get(state, ()) if self.rows.officers[number].office_code == office}
        acted = {act.officer_no for act in application.acts if act.step not in (Step.CARE, AWAITED.get(state))}
        return state in pool and not own - acted


def _search_text(application: Application) -> str:
    worker = application.draft.worker
    texts = (
        application.reference,
        *worker.passport.numbers,
        worker.registration_no,
        worker.name_en,
        worker.name_bn,
    )
    return searchable(" ".join(text for text in texts if text))


@dataclass
class FakeClearances:
    rows: Rows

    def add(self, clearance: Clearance) -> None:
        others = self.rows.clearances.values()
        clash = (
            clearance.clearance_no in self.rows.clearances
            or any(other.status_ref == clearance.status_ref for other in others)
            or self._current_of(clearance) is not None
            or self.active_for_passport(clearance.passport_no) is not None
        )
        if clash:
            raise Conflict(clearance.clearance_no)
        take_place(self.rows, clearance)
        self.rows.clearances[clearance.clearance_no] = clearance

    def get(self, clearance_no: str) -> Clearance | None:
        return self.rows.clearances.get(clearance_no)

    def set_status(self, clearance: Clearance) -> None:
        stored = self.rows.clearances.get(clearance.clearance_no)
        if stored is None or stored.status is Status.INVALID:
            raise Conflict(clearance.clearance_no)
        self.rows.clearances[clearance.clearance_no] = replace(
            stored, status=clearance.status, revocation=clearance.revocation
        )

    def standing_after(self, after: tuple[datetime, str], *, on: date, limit: int) -> Sequence[Clearance]:
        standing = (Status.VALID, Status.SUSPENDED)
        found = (c for c in self.rows.clearances.values() if c.status in standing and c.valid_until >= on)
        ordered = sorted((c.issued_at, c.clearance_no) for c in found)
        return [self.rows.clearances[number] for at, number in ordered if (at, number) > after][:limit]

    def active_for_passport(self, passport_no: str) -> Clearance | None:
        standing = (Status.VALID, Status.SUSPENDED)
        found = (c for c in self.rows.clearances.values() if c.passport_no == passport_no and c.status in standing)
        return next(found, None)

    def for_application(self, reference: str) -> Clearance | None:
        found = [c for c in self.rows.clearances.values() if c.application_reference == reference]
        return max(found, key=lambda c: (c.status is not Status.SUPERSEDED, c.issued_at), default=None)

    def _current_of(self, new: Clearance) -> Clearance | None:
        of_case = self.for_application(new.application_reference)
        return None if of_case is None or Status.SUPERSEDED in (new.status, of_case.status) else of_case

    def heir(self, clearance_no: str) -> Clearance | None:
        old = self.rows.clearances.get(clearance_no)
        if old is None or old.status is not Status.SUPERSEDED:
            return None
        later = [c for c in self.rows.clearances.values() if c.issued_at > old.issued_at and self._follows(c, old)]
        return min(later, key=lambda c: c.issued_at, default=None)

    def _follows(self, new: Clearance, old: Clearance) -> bool:
        replaces = self.rows.applications[new.application_reference].replaces
        return old.clearance_no == replaces or new.application_reference == old.application_reference

    def find(self, *, text: str, scope: Scope, limit: int, offset: int) -> Sequence[Clearance]:
        found = sorted(self._matching(text, scope), key=lambda clearance: clearance.clearance_no)
        found.sort(key=lambda clearance: clearance.issued_at, reverse=True)
        return found[offset : offset + limit]

    def count(self, *, text: str, scope: Scope) -> int:
        return len(self._matching(text, scope))

    def statuses(self, uri: str) -> Mapping[int, Status]:
        listed = (c for c in self.rows.clearances.values() if c.status_ref.uri == uri)
        return {c.status_ref.idx: c.status for c in listed if c.status is not Status.VALID}

    def standing_of_key(self, kid: bytes, *, on: date, after: str, limit: int) -> Sequence[Clearance]:
        standing = (Status.VALID, Status.SUSPENDED)
        found = [
            c
            for c in self.rows.clearances.values()
            if c.kid == kid and c.status in standing and c.valid_until >= on and c.clearance_no > after
        ]
        return sorted(found, key=lambda c: c.clearance_no)[:limit]

    def last_valid_day(self, uri: str) -> date | None:
        return max((c.valid_until for c in self.rows.clearances.values() if c.status_ref.uri == uri), default=None)

    def signed_by_key(self) -> Mapping[bytes, int]:
        return Counter(c.kid for c in self.rows.clearances.values())

    def _matching(self, text: str, scope: Scope) -> list[Clearance]:
        found = [c for c in self.rows.clearances.values() if text in c.clearance_no or text in c.passport_no]
        return [c for c in found if self._covered(c, scope)]

    def _covered(self, clearance: Clearance, scope: Scope) -> bool:
        draft = self.rows.applications[clearance.application_reference].draft
        return scope.covers(office_code=draft.office_code, licence_no=draft.licence_no)


@dataclass
class FakeStaff:
    rows: Rows

    def add(self, officer: Officer) -> None:
        if officer.number in self.rows.officers or self.by_username(officer.username) is not None:
            raise Conflict(officer.number)
        self.rows.officers[officer.number] = officer

    def get(self, number: str) -> Officer | None:
        return self.rows.officers.get(number)

    def by_username(self, username: str) -> Officer | None:
        return next((o for o in self.rows.officers.values() if o.username == username), None)

    def all(self) -> Sequence[Officer]:
        return sorted(self.rows.officers.values(), key=lambda officer: officer.number)

    def save(self, officer: Officer) -> None:
        if officer.number not in self.rows.officers:
            raise NotOnRecord(officer.number)
        self.rows.officers[officer.number] = officer

    def add_office(self, office: Office) -> None:
        if office.code in self.rows.offices:
            raise Conflict(office.code)
        self.rows.offices[office.code] = office

    def office(self, code: str) -> Office | None:
        return self.rows.offices.get(code)

    def offices(self) -> Sequence[Office]:
        return sorted(self.rows.offices.values(), key=lambda office: office.code)


@dataclass
class FakeIntents:
    rows: Rows

    def for_application(self, reference: str) -> SigningIntent | None:
        return self.rows.intents.get(reference)

    def plan(self, intent: SigningIntent) -> None:
        reference = intent.application_reference
        others = [other for key, other in self.rows.intents.items() if key != reference]
        if any(o.clearance_no == intent.clearance_no or o.status_ref == intent.status_ref for o in others):
            raise Conflict(reference)
        self.rows.intents[reference] = intent

    def index_is_free(self, ref: StatusRef) -> bool:
        planned = any(intent.status_ref == ref for intent in self.rows.intents.values())
        given_up = any(intent.status_ref == ref for intent in self.rows.abandoned.values())
        return not planned and not given_up and not any(c.status_ref == ref for c in self.rows.clearances.values())

    def promised(self, permit_no: str, *, besides: str) -> int:
        cases = (self.rows.applications[key] for key in self.rows.intents if key != besides)
        return sum(c.draft.permit_no == permit_no and c.state is ApplicationState.APPROVED for c in cases)

    def drawn(self, uri: str) -> int:
        planned = sum(intent.status_ref.uri == uri for intent in self.rows.intents.values())
        given_up = sum(intent.status_ref.uri == uri for intent in self.rows.abandoned.values())
        return max(planned, sum(c.status_ref.uri == uri for c in self.rows.clearances.values())) + given_up

    def abandon(self, reference: str) -> None:
        intent = self.rows.intents.pop(reference, None)
        if intent is not None:
            self.rows.abandoned[intent.clearance_no] = intent

    def abandoned(self, uri: str) -> Iterable[int]:
        for intent in self.rows.abandoned.values():
            if intent.status_ref.uri == uri:
                yield intent.status_ref.idx
        for reference, intent in self.rows.intents.items():
            of_case = [c for c in self.rows.clearances.values() if c.application_reference == reference]
            recorded = any(c.clearance_no == intent.clearance_no for c in of_case)
            replaced = not recorded and any(c.status is Status.INVALID for c in of_case)
            if replaced and intent.status_ref.uri == uri:
                yield intent.status_ref.idx


@dataclass
class FakeDesks:
    rows: Rows

    def add(self, desk: Desk) -> None:
        if desk.id in self.rows.desks or any(other.name == desk.name for other in self.open()):
            raise Conflict(desk.id)
        self.rows.desks[desk.id] = desk

    def get(self, desk_id: str) -> Desk | None:
        return self.rows.desks.get(desk_id)

    def open(self) -> Sequence[Desk]:
        found = (desk for desk in self.rows.desks.values() if desk.withdrawn_at is None)
        return sorted(found, key=lambda desk: desk.name)

    def save(self, desk: Desk) -> None:
        if desk.id not in self.rows.desks:
            raise NotOnRecord(desk.id)
        self.rows.desks[desk.id] = desk


@dataclass
class FakeSigningControls:
    rows: Rows

    def count(self, intent: SigningIntent) -> None:
        self.rows.signed_at[len(self.rows.signed_at)] = intent.planned_at

    def lately(self, now: datetime) -> SignedLately:
        ages = [now - at for at in self.rows.signed_at.values()]
        return SignedLately(in_an_hour=sum(age < HOUR for age in ages), in_a_day=sum(age < DAY for age in ages))

    def standing_stop(self) -> SigningStop | None:
        return self.rows.stops.get("standing")

    def stop(self, order: SigningStop) -> None:
        self.rows.stops["standing"] = order

    def resume(self, *, officer_no: str, at: datetime) -> None:
        self.rows.stops.pop("standing", None)


@dataclass
class FakeReissues:
    rows: Rows

    def queue(self, kid: bytes, *, on: date, at: datetime) -> int:
        standing = (Status.VALID, Status.SUSPENDED)
        affected = [
            c.clearance_no
            for c in self.rows.clearances.values()
            if c.kid == kid and c.status in standing and c.valid_until >= on
        ]
        new = set(affected) - self.rows.reissues.keys()
        self.rows.reissues |= {number: Reissue(clearance_no=number, kid=kid, queued_at=at) for number in new}
        return len(new)

    def get(self, clearance_no: str) -> Reissue | None:
        return self.rows.reissues.get(clearance_no)

    def waiting(self, *, after: str, limit: int) -> Sequence[Reissue]:
        return [each for each in self._sorted() if each.settled_at is None and each.clearance_no > after][:limit]

    def refused(self, *, limit: int) -> Sequence[Reissue]:
        return [each for each in self._sorted() if each.ground is not None][:limit]

    def settle(self, reissue: Reissue) -> None:
        if reissue.clearance_no not in self.rows.reissues:
            raise NotOnRecord(reissue.clearance_no)
        self.rows.reissues[reissue.clearance_no] = reissue

    def reopen_refused(self) -> int:
        refused = self.refused(limit=len(self.rows.reissues))
        for each in refused:
            self.rows.reissues[each.clearance_no] = replace(each, settled_at=None, ground=None)
        return len(refused)

    def tallies(self) -> Sequence[ReissueTally]:
        kids = dict.fromkeys(each.kid for each in sorted(self._sorted(), key=lambda each: (each.queued_at, each.kid)))
        return [self._tally([each for each in self._sorted() if each.kid == kid]) for kid in kids]

    def _sorted(self) -> list[Reissue]:
        return sorted(self.rows.reissues.values(), key=lambda each: each.clearance_no)

    def _tally(self, entries: list[Reissue]) -> ReissueTally:
        return ReissueTally(
            kid=entries[0].kid,
            waiting=sum(each.settled_at is None for each in entries),
            done=sum(each.done_clearance_no is not None for each in entries),
            refused=sum(each.ground is not None for each in entries),
        )


@dataclass
class FakeAuditLog:
    rows: Rows

    def append(self, entry: AuditEntry) -> None:
        link = AuditLink.after(self.head(), entry)
        self.rows.links[link.number] = link

    def entries(self, *, subject: str) -> Sequence[AuditEntry]:
        return [link.entry for link in self.rows.links.values() if link.subject == subject]

    def head(self) -> AuditHead:
        return self.rows.links[max(self.rows.links)].head if self.rows.links else EMPTY

    def find(self, sought: AuditSought, *, before: int | None, limit: int) -> Sequence[AuditLink]:
        found = [
            link
            for link in self.rows.links.values()
            if sought.officer_no in ("", link.officer_no)
            and sought.act in ("", link.act)
            and sought.subject in ("", link.subject)
            and (sought.since is None or link.at >= written(sought.since))
            and (sought.until is None or link.at < written(sought.until))
            and (before is None or link.number < before)
        ]
        return sorted(found, key=lambda link: -link.number)[:limit]

    def links(self, *, after: int = 0) -> Iterator[AuditLink]:
        return (link for number, link in sorted(self.rows.links.items()) if number > after)

    def verify(self, *, noted: Iterable[AuditHead] = ()) -> AuditReport:
        return check(self.links(), head=self.head(), noted=noted)
