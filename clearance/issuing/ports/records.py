"""What is stored: cases, clearances, permits, staff and what is signed, read and written in one transaction."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import TracebackType
from typing import Protocol, Self

from clearance.credential.claims import StatusRef
from clearance.credential.status import Status
from clearance.domain.application import Application
from clearance.domain.audit import AuditEntry, AuditHead, AuditLink, AuditReport
from clearance.domain.clearance import Clearance
from clearance.domain.desk import Desk
from clearance.domain.lifecycle import ApplicationState
from clearance.domain.reissue import Reissue, ReissueTally
from clearance.domain.signing import SignedLately, SigningStop
from clearance.domain.staff import Office, Officer, Scope
from clearance.issuing.ports.access import Factors, Sessions, StaffChanges
from clearance.issuing.ports.batches import Batches
from clearance.issuing.ports.cases import Sought
from clearance.issuing.ports.chores import ChoreRecords
from clearance.issuing.ports.desk_journals import DeskJournals
from clearance.issuing.ports.entry_forms import EntryForms
from clearance.issuing.ports.glances import Glances
from clearance.issuing.ports.interface import Clients, Deliveries, FeedPlaces, KeyedRequests, Webhooks
from clearance.issuing.ports.oversight import Oversight
from clearance.issuing.ports.permits import Permits
from clearance.issuing.ports.personal import PersonalData
from clearance.issuing.ports.queues import Queues
from clearance.issuing.ports.requests import AgencyRegister, CorrectionRequests
from clearance.issuing.ports.restoring import Restorations
from clearance.issuing.ports.rules import PermitChanges, Rules


class Applications(Protocol):
    """Cases."""

    def add(self, application: Application) -> None:
        """Raises Conflict when the reference, the fee receipt or the pay order is already used."""
        ...

    def get(self, reference: str) -> Application | None: ...

    def save(self, application: Application) -> None:
        """Write a case and its newest act. Raises Conflict unless the stored version is exactly one lower."""
        ...

    def find(self, sought: Sought, *, limit: int, offset: int) -> Sequence[Application]:
        """Oldest first."""
        ...

    def count(self, sought: Sought) -> int: ...

    def tally(self, sought: Sought) -> Mapping[ApplicationState, int]:
        """How many of what is sought stand in each state on the day."""
        ...

    def by_receipt(self, receipt_no: str) -> Application | None:
        """The case that was paid for by this challan; not one that corrects its card."""
        ...

    def by_pay_order(self, pay_order_no: str) -> Application | None:
        """The same for a pay order."""
        ...

    def of_person(self, passport_no: str, *, birth_date: date | None) -> Sequence[Application]:
        """Newest first, at most ten, by the passport's number or by one that it followed. With a birth date only where
        both are right; one search either way."""
        ...


class Clearances(Protocol):
    """Issued clearances."""

    def add(self, clearance: Clearance) -> None:
        """Raises Conflict when the passport has an active clearance or a number or status index is used twice."""
        ...

    def get(self, clearance_no: str) -> Clearance | None: ...

    def set_status(self, clearance: Clearance) -> None:
        """Write the status and the revocation of a clearance; INVALID is final, Conflict otherwise."""
        ...

    def active_for_passport(self, passport_no: str) -> Clearance | None:
        """The clearance of a passport that is VALID or SUSPENDED, even one that has run out."""
        ...

    def for_application(self, reference: str) -> Clearance | None:
        """The clearance of a case: of several, the one that was not superseded, else the newest."""
        ...

    def heir(self, clearance_no: str) -> Clearance | None:
        """The clearance that took over the place of a superseded one."""
        ...

    def find(self, *, text: str, scope: Scope, limit: int, offset: int) -> Sequence[Clearance]:
        """Those of cases within a scope, newest first; `text` is part of a clearance or passport number, "" for all."""
        ...

    def count(self, *, text: str, scope: Scope) -> int: ...

    def statuses(self, uri: str) -> Mapping[int, Status]:
        """Every index of one status list whose status is not VALID."""
        ...

    def standing_of_key(self, kid: bytes, *, on: date, after: str, limit: int) -> Sequence[Clearance]:
        """Those a key signed that are VALID or SUSPENDED and have not run out on a day, in order of their numbers,
        those after a number only."""
        ...

    def standing_after(self, after: tuple[datetime, str], *, on: date, limit: int) -> Sequence[Clearance]:
        """Those VALID or SUSPENDED that have not run out on a day, in the order of their issue and numbers, those after
        a moment and number only."""
        ...

    def last_valid_day(self, uri: str) -> date | None:
        """The last day of the card of one status list that runs longest; None for a list without cards."""
        ...

    def signed_by_key(self) -> Mapping[bytes, int]:
        """How many cards each card key has signed, by its key identifier."""
        ...


class Staff(Protocol):
    """Officers and offices."""

    def add(self, officer: Officer) -> None: ...

    def get(self, number: str) -> Officer | None: ...

    def by_username(self, username: str) -> Officer | None: ...

    def all(self) -> Sequence[Officer]:
        """In order of their numbers."""
        ...

    def save(self, officer: Officer) -> None: ...

    def add_office(self, office: Office) -> None: ...

    def office(self, code: str) -> Office | None: ...

    def offices(self) -> Sequence[Office]:
        """In order of their codes."""
        ...


@dataclass(frozen=True, kw_only=True)
class SigningIntent:
    """What is about to be signed, written down before it is: at most one for each application."""

    application_reference: str
    clearance_no: str
    status_ref: StatusRef
    issuer_no: str
    planned_at: datetime
    payload_sha256: str


class Intents(Protocol):
    """Signing intents and the status indices they reserve."""

    def for_application(self, reference: str) -> SigningIntent | None: ...

    def plan(self, intent: SigningIntent) -> None:
        """Write the intent, replacing an earlier one of the same application.

        Raises Conflict when the clearance number or the status index was ever used by another.
        """
        ...

    def index_is_free(self, ref: StatusRef) -> bool: ...

    def promised(self, permit_no: str, *, besides: str) -> int:
        """How many approved cases of a permit, `besides` one, have an intent: their places are as good as used."""
        ...

    def drawn(self, uri: str) -> int:
        """How many indices of one status list are taken, give or take those planned and not used."""
        ...

    def abandon(self, reference: str) -> None:
        """Give up what was planned for a case, if anything was: its number and index are never used again."""
        ...

    def abandoned(self, uri: str) -> Iterable[int]:
        """Indices on one status list of cards that may have been signed and will not be recorded: they were given up,
        or the card that they were to replace was revoked."""
        ...


class Reissues(Protocol):
    """Cards to be issued anew because their key is trusted no more."""

    def queue(self, kid: bytes, *, on: date, at: datetime) -> int:
        """Put down every card of a key that stands and has not run out on a day; how many were not there before."""
        ...

    def get(self, clearance_no: str) -> Reissue | None: ...

    def waiting(self, *, after: str, limit: int) -> Sequence[Reissue]:
        """Unsettled entries in order of their numbers, those after a number only; "" for all."""
        ...

    def refused(self, *, limit: int) -> Sequence[Reissue]:
        """Entries settled by a ground, in order of their numbers."""
        ...

    def settle(self, reissue: Reissue) -> None:
        """Write how an entry was settled. Raises NotOnRecord."""
        ...

    def reopen_refused(self) -> int:
        """Let every entry that was settled by a ground wait again; how many there were."""
        ...

    def tallies(self) -> Sequence[ReissueTally]:
        """One for each key with entries, the first one put down first."""
        ...


class Desks(Protocol):
    """Desks enrolled with the office."""

    def add(self, desk: Desk) -> None:
        """Raises Conflict when the id was ever used, or an open desk bears the name."""
        ...

    def get(self, desk_id: str) -> Desk | None: ...

    def open(self) -> Sequence[Desk]:
        """Those that were not withdrawn, in order of their names."""
        ...

    def save(self, desk: Desk) -> None:
        """Raises NotOnRecord."""
        ...


class SigningControls(Protocol):
    """What bounds the use of the card key: the signatures made, and the stop."""

    def count(self, intent: SigningIntent) -> None:
        """Write down that the card key is about to be asked for a new credential."""
        ...

    def lately(self, now: datetime) -> SignedLately: ...

    def standing_stop(self) -> SigningStop | None:
        """The stop that holds now."""
        ...

    def stop(self, order: SigningStop) -> None: ...

    def resume(self, *, officer_no: str, at: datetime) -> None:
        """Lift the standing stop; it stays on record."""
        ...


@dataclass(frozen=True, kw_only=True)
class AuditSought:
    """Which entries of the record are wanted; what is empty or None matches all. The moments are aware."""

    officer_no: str = ""
    act: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None


class AuditLog(Protocol):
    """The append-only, hash-chained record; an entry stands in the same transaction as the act."""

    def append(self, entry: AuditEntry) -> None: ...

    def entries(self, *, subject: str) -> Sequence[AuditEntry]:
        """Oldest first."""
        ...

    def find(self, sought: AuditSought, *, before: int | None, limit: int) -> Sequence[AuditLink]:
        """The newest links that match, of those with lower numbers than `before`."""
        ...

    def head(self) -> AuditHead: ...

    def links(self, *, after: int = 0) -> Iterator[AuditLink]:
        """The links behind a number in order, read as they are asked for."""
        ...

    def verify(self, *, noted: Iterable[AuditHead] = ()) -> AuditReport:
        """Check the whole record against its head and against heads noted earlier, outside the database."""
        ...


class UnitOfWork(Protocol):
    """One transaction. Leaving the block without `commit` writes nothing."""

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

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def commit(self) -> None: ...


class Database(Glances, Protocol):
    """Where units of work come from, and where the public looks."""

    def read(self) -> UnitOfWork:
        """A consistent read; committing it is an error."""
        ...

    def survey(self) -> UnitOfWork:
        """A consistent read for sums and reports that may be minutes old, of a copy where there is one."""
        ...

    def write(self) -> UnitOfWork:
        """A transaction that holds the right to write from its first statement on. Raises Unavailable."""
        ...

    def note(self) -> UnitOfWork:
        """A transaction for what is noted by the way and does not go into the record of acts: it does not queue with
        those who act where the database itself lets several write at once. Raises Unavailable."""
        ...
