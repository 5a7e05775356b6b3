"""Transactions: one unit of work is one connection, one transaction and the repositories on it.

SQLite: WAL with synchronous=FULL, because a clearance that was reported as recorded must survive a power cut (docs/adr/
0040). A writer takes the right to write before its first read, so that what it judges cannot change under it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, DisconnectionError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from clearance.issuing.ports import (
    AgencyRegister,
    Applications,
    AuditLog,
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
    Unavailable,
    UnitOfWork,
    Webhooks,
)
from clearance.storage.applications import SqlApplications
from clearance.storage.audit import SqlAuditLog
from clearance.storage.batches import SqlBatches
from clearance.storage.chores import SqlChores
from clearance.storage.clearances import SqlClearances
from clearance.storage.clients import SqlClients, SqlKeyedRequests
from clearance.storage.condition import Condition, condition
from clearance.storage.deliveries import SqlDeliveries, SqlFeedPlaces, SqlWebhooks
from clearance.storage.desk_journals import SqlDeskJournals
from clearance.storage.desks import SqlDesks
from clearance.storage.entry_forms import SqlEntryForms
from clearance.storage.exchange import RecordsIn, RecordsOut
from clearance.storage.factors import SqlFactors
from clearance.storage.glances import glances
from clearance.storage.intents import SqlIntents
from clearance.storage.oversight import SqlOversight
from clearance.storage.permits import SqlPermits
from clearance.storage.personal import SqlPersonalData
from clearance.storage.queues import SqlQueues
from clearance.storage.record_keys import register_keys
from clearance.storage.reissues import SqlReissues
from clearance.storage.replica import Replica, stands
from clearance.storage.requests import SqlAgencyRegister, SqlCorrectionRequests
from clearance.storage.restorations import SqlRestorations
from clearance.storage.rights import give_rights
from clearance.storage.rules import SqlPermitChanges, SqlRules
from clearance.storage.schema import is_new, is_sealed, migrate
from clearance.storage.sealed import open_with
from clearance.storage.sealing import RecordKeys
from clearance.storage.sessions import SqlSessions
from clearance.storage.signing import SqlSigningControls
from clearance.storage.staff import SqlStaff
from clearance.storage.staff_changes import SqlStaffChanges

BUSY_TIMEOUT_MS = 15_000
"""How long a writer waits for its turn. Longer than any transaction of ours, shorter than a browser's patience."""
CONNECTION_WITHIN_S = 5.0
"""How long a thread waits while all connections of its process are in use: then something holds them."""
_PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
)
_FOR_WRITING = {"clearance_for_writing": True}
_ALONE: Mapping[str, Any] = {"isolation_level": "AUTOCOMMIT", "pool_reset_on_return": None}
"""For connections that only ever run single statements: to turn transactions off and on again on one that serves both
costs half as much as finding a person."""


class SqlDatabase:
    """Implements `clearance.issuing.ports.Database` on SQLite and PostgreSQL."""

    def __init__(self, url: str, *, keys: RecordKeys | None = None, lookup_url: str = "") -> None:
        """`lookup_url` is that of a standby for what may lag. Without the keys of the records everything works but what
        touches a sealed column: that raises Unreadable."""
        self._engine = _engine(url, keys)
        self._glancing = _engine(url, keys, **_ALONE)
        self._replica = _replica(lookup_url, keys) if lookup_url else None
        self._keys = keys
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine, "begin", _begin_sqlite)

    @property
    def is_new(self) -> bool:
        """Whether nothing was ever kept here. Raises Unavailable."""
        return not self._is_there or self._ask(is_new)

    @property
    def is_sealed(self) -> bool:
        """Whether rows may be sealed with a key that was made before. Raises Unavailable."""
        return self._is_there and self._ask(is_sealed)

    @property
    def _is_there(self) -> bool:
        """Asking SQLite would make the file."""
        file = self._engine.url.database
        return not (self._engine.dialect.name == "sqlite" and file and not Path(file).exists())

    def _ask(self, question: Callable[[Connection], bool]) -> bool:
        with self._engine.connect() as connection:
            return question(connection)

    def register_keys(self) -> None:
        """Note that rows may be sealed with the newest of the keys. Raises KeysLacking where the database knows of
        others: they are another installation's, or somebody lost one."""
        if self._keys is None:
            raise ValueError("opened without keys")
        with self._engine.connect() as connection:
            if not register_keys(connection, self._keys.ids, writing=False):
                connection.rollback()
                connection.execution_options(**_FOR_WRITING)
                register_keys(connection, self._keys.ids, writing=True)
                connection.commit()

    def migrate(self) -> None:
        """Bring the database to today's tables. Raises UnknownSchema for one of a newer version, SchemaBusy,
        Unavailable."""
        if self._engine.dialect.name == "sqlite" and self._engine.url.database:
            Path(self._engine.url.database).touch(mode=0o600)  # personal data: for the owner alone
        with self._engine.connect().execution_options(**_FOR_WRITING) as connection:
            migrate(connection)

    def give_rights(self, role: str) -> None:
        """Let a role of the database do what the application does, and no more. Raises RightsRefused, Unavailable."""
        with self._engine.connect() as connection, connection.begin():
            give_rights(connection, role)

    def condition(self, *, now: datetime) -> Condition:
        """What state it is in, asked of itself. Raises Unavailable."""
        with self._engine.connect() as connection, connection.begin():
            return condition(connection, now=now)

    def read(self) -> UnitOfWork:
        """A consistent read."""
        return SqlUnitOfWork(self._engine, writes=False)

    def write(self) -> UnitOfWork:
        """A transaction that alone may write until it ends."""
        return SqlUnitOfWork(self._engine, writes=True)

    def note(self) -> UnitOfWork:
        """A short transaction beside those that queue for the record."""
        return SqlUnitOfWork(self._engine, writes=True, queues=False)

    def survey(self) -> UnitOfWork:
        """A consistent read for sums and reports, on a standby where there is a fresh one."""
        if self._replica and self._replica.is_fresh():
            return SqlUnitOfWork(self._replica.engine, writes=False)
        return self.read()

    def glance(self, passport_no: str, *, birth_date: date | None) -> Sequence[Glance]:
        """What the public look-up shows, in one statement and one trip; from a standby only what still stands."""
        seen = self._replica.glance(passport_no, birth_date=birth_date) if self._replica else None
        with _connected(self._glancing) as connection:
            if seen and stands(connection, seen):
                return seen
            return glances(connection, passport_no, birth_date=birth_date)

    @contextmanager
    def records(self) -> Iterator[RecordsOut]:
        """Everything of record, as of one moment."""
        with SqlUnitOfWork(self._engine, writes=False) as work:
            yield RecordsOut(work.connection)

    @contextmanager
    def restoring(self) -> Iterator[RecordsIn]:
        """A transaction that may fill an empty installation; durable at its end, or nothing of it."""
        with SqlUnitOfWork(self._engine, writes=True) as work:
            yield RecordsIn(work.connection)
            work.commit()

    @contextmanager
    def rows(self) -> Iterator[Connection]:
        """A transaction that may write, below the repositories: for what is no act, such as sealing rows anew."""
        with SqlUnitOfWork(self._engine, writes=True) as work:
            yield work.connection
            work.commit()

    def close(self) -> None:
        """Close every connection that is not in use."""
        self._engine.dispose()
        self._glancing.dispose()
        if self._replica:
            self._replica.close()


class SqlUnitOfWork:
    """Implements `clearance.issuing.ports.UnitOfWork`."""

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

    def __init__(self, engine: Engine, *, writes: bool, queues: bool = True) -> None:
        self._engine = engine
        self._writes = writes
        self._queues = writes and queues

    def __enter__(self) -> Self:
        self._connection = _connected(self._engine)
        try:
            self._begin(self._connection)
        except BaseException:
            self._connection.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._writes and error is None:
            self._connection.commit()  # the driver forgets its prepared statements with each roll-back
        self._connection.close()  # rolls back what was not committed

    @property
    def connection(self) -> Connection:
        """For what lies below the repositories: whole tables, out and in."""
        return self._connection

    def commit(self) -> None:
        """Make everything durable. A unit of work that only reads has nothing to commit."""
        if not self._writes:
            raise RuntimeError("a read has nothing to commit")
        self._connection.commit()

    def _begin(self, connection: Connection) -> None:
        if self._writes:
            connection.execution_options(**_FOR_WRITING)
        elif connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        connection.begin()
        audit = SqlAuditLog(connection)
        if self._queues:
            audit.wait_for_turn()
        self.applications = SqlApplications(connection)
        self.clearances = SqlClearances(connection)
        self.permits = SqlPermits(connection)
        self.permit_changes = SqlPermitChanges(connection)
        self.rules = SqlRules(connection)
        self.staff = SqlStaff(connection)
        self.sessions = SqlSessions(connection)
        self.factors = SqlFactors(connection)
        self.staff_changes = SqlStaffChanges(connection)
        self.intents = SqlIntents(connection)
        self.desks = SqlDesks(connection)
        self.desk_journals = SqlDeskJournals(connection)
        self.reissues = SqlReissues(connection)
        self.signing = SqlSigningControls(connection)
        self.batches = SqlBatches(connection)
        self.chores = SqlChores(connection)
        self.forms = SqlEntryForms(connection)
        self.clients = SqlClients(connection)
        self.keyed_requests = SqlKeyedRequests(connection)
        self.webhooks = SqlWebhooks(connection)
        self.deliveries = SqlDeliveries(connection)
        self.feed_places = SqlFeedPlaces(connection)
        self.correction_requests = SqlCorrectionRequests(connection)
        self.agency_register = SqlAgencyRegister(connection)
        self.oversight = SqlOversight(connection)
        self.personal = SqlPersonalData(connection)
        self.queues = SqlQueues(connection)
        self.restorations = SqlRestorations(connection)
        self.audit = audit


def _replica(url: str, keys: RecordKeys | None) -> Replica:
    return Replica(_engine(url, keys), glancing=_engine(url, keys, **_ALONE))


def _engine(url: str, keys: RecordKeys | None, **more: Any) -> Engine:
    # Parameters are personal data; they must not reach a log inside an error message.
    own = {"connect_args": _arguments(url), "pool_timeout": CONNECTION_WITHIN_S, **more}
    engine = create_engine(url, hide_parameters=True, **own)
    event.listen(engine, "handle_error", _translate)
    if keys is not None:
        open_with(engine.dialect, keys)
    if engine.dialect.name == "postgresql":
        event.listen(engine, "checkout", _require_line)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure_sqlite)
    return engine


def _connected(engine: Engine) -> Connection:
    try:
        return engine.connect()
    except NoneFree as error:
        raise Unavailable("every connection to the database is in use") from error


def _arguments(url: str) -> dict[str, Any]:
    """What the driver is told besides the address."""
    if make_url(url).get_driver_name() != "psycopg":
        return {}
    from clearance.storage.postgresql import BRIEF, BriefCursor  # its driver is there only where it is wanted

    return {"cursor_factory": BriefCursor, **{name: BRIEF[name] for name in BRIEF.keys() - make_url(url).query.keys()}}


def _require_line(connection: Any, _entry: ConnectionPoolEntry, _proxy: PoolProxiedConnection) -> None:
    """Let the pool replace a connection whose server has gone meanwhile."""
    from clearance.storage.postgresql import has_hung_up

    if has_hung_up(connection):
        raise DisconnectionError


def _configure_sqlite(connection: SqliteConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _begin_sqlite(connection: Connection) -> None:
    for_writing = connection.get_execution_options().keys() & _FOR_WRITING.keys()
    connection.exec_driver_sql("BEGIN IMMEDIATE" if for_writing else "BEGIN")


def _translate(context: ExceptionContext) -> None:
    """Tell the use cases in their own words: a constraint said no, or the database is not there."""
    error = context.sqlalchemy_exception
    if isinstance(error, IntegrityError) or _is_serialization_failure(error):
        raise Conflict("refused by the database") from error
    if context.is_disconnect or isinstance(error, OperationalError):
        raise Unavailable("the database cannot be used now") from error


def _is_serialization_failure(error: object) -> bool:
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) == "40001"
