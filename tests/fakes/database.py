"""A database in memory: transactions with roll-back, one writer at a time, and the unique constraints.

It does not know the CHECK constraints of the real one, so that tests can forge rows and see whether the use cases
themselves say no.
"""

import threading
from collections.abc import Sequence
from datetime import date
from types import TracebackType
from typing import Self

from clearance.issuing.ports import (
    AgencyRegister,
    Applications,
    AuditLog,
    Batches,
    ChoreRecords,
    Clearances,
    Clients,
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
    Staff,
    StaffChanges,
    UnitOfWork,
    Webhooks,
)
from tests.fakes.access import FakeFactors, FakeSessions, FakeStaffChanges
from tests.fakes.batches import FakeBatches, FakeChores, FakeEntryForms
from tests.fakes.cases import FakeApplications, FakeClearances
from tests.fakes.desk_journals import FakeDeskJournals
from tests.fakes.interface import FakeClients, FakeDeliveries, FakeFeedPlaces, FakeKeyedRequests, FakeWebhooks
from tests.fakes.oversight import FakeOversight
from tests.fakes.personal import FakePersonalData
from tests.fakes.queues import FakeQueues
from tests.fakes.registers import FakeAuditLog, FakeDesks, FakeStaff
from tests.fakes.requests import FakeAgencyRegister, FakeCorrectionRequests
from tests.fakes.restorations import FakeRestorations
from tests.fakes.rows import Rows
from tests.fakes.rules import FakePermitChanges, FakePermits, FakeRules
from tests.fakes.signing import FakeIntents, FakeReissues, FakeSigningControls


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
