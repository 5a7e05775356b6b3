"""Look-ups on a real standby that lags as long as a test wants, and that goes away."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import InternalError

from clearance.credential.status import Status
from clearance.domain.application import Application
from clearance.domain.clearance import Clearance
from clearance.domain.lifecycle import ApplicationState
from clearance.domain.statistics import Dimension
from clearance.issuing.ports import Glance
from clearance.storage import replica
from clearance.storage.database import SqlDatabase
from tests.fakes import postgres
from tests.fakes.office import NOW, draft, furnish
from tests.fakes.records_keys import KEYS
from tests.fakes.values import application, clearance, revoked
from tests.stack import postgresql
from tests.stack.postgresql import Cluster

PERSON = draft(1).worker
CARD = replace(clearance(1), passport_no=PERSON.passport.number)
FIRST, LAST = (NOW - timedelta(days=2)).date(), (NOW + timedelta(days=2)).date()


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A database that is looked up on its standby."""

    primary: Cluster
    standby: Cluster
    database: SqlDatabase

    def glance(self) -> Glance | None:
        """What a worker is shown first."""
        return next(iter(self.database.glance(PERSON.passport.number, birth_date=PERSON.birth_date)), None)

    def write(self, *rows: Application | Clearance) -> None:
        with self.database.write() as work:
            for row in rows:
                if isinstance(row, Application):
                    work.applications.add(row)
                elif work.clearances.get(row.clearance_no):
                    work.clearances.set_status(row)
                else:
                    work.clearances.add(row)
            work.commit()

    @contextmanager
    def lagging(self) -> Iterator[None]:
        """While the block lasts the standby stays where the primary is now."""
        with (
            psycopg.connect(self.primary.conninfo, autocommit=True) as there,
            psycopg.connect(self.standby.conninfo, autocommit=True) as here,
        ):
            (position,) = there.execute("SELECT pg_current_wal_insert_lsn()").fetchone() or ("",)
            while here.execute("SELECT pg_last_wal_replay_lsn() < %s::pg_lsn", [position]).fetchone() == (True,):
                pass
            here.execute("SELECT pg_wal_replay_pause()")
            while here.execute("SELECT pg_get_wal_replay_pause_state()").fetchone() != ("paused",):
                pass
            try:
                yield
            finally:
                here.execute("SELECT pg_wal_replay_resume()")


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[postgres.Server, Cluster, Cluster]]:
    postgresql.require()
    with postgres.running() as server, postgresql.standby(server.cluster) as standby:
        yield server, server.cluster, standby


@pytest.fixture
def pair(servers: tuple[postgres.Server, Cluster, Cluster], monkeypatch: pytest.MonkeyPatch) -> Iterator[Pair]:
    monkeypatch.setattr(replica, "LEFT_ALONE_S", 0.0)
    server, primary, standby = servers
    with server.database() as emptied:
        furnish(emptied)
    with closing(SqlDatabase(primary.url, keys=KEYS, lookup_url=standby.url)) as database:
        yield Pair(primary=primary, standby=standby, database=database)


def rename_on_the_primary(pair: Pair) -> None:
    with psycopg.connect(pair.primary.conninfo) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE applications SET name_en = 'CHANGED'")


def issued() -> Application:
    return replace(application(1, state=ApplicationState.ISSUED), draft=replace(draft(1), worker=PERSON))


def test_a_card_that_stands_is_read_on_the_standby(pair: Pair) -> None:
    pair.write(issued(), CARD)
    with pair.lagging():
        rename_on_the_primary(pair)
        seen = pair.glance()
    assert seen is not None
    assert seen.clearance == CARD
    assert seen.name_en == PERSON.name_en, "as the standby still has it"


@pytest.mark.parametrize("status", [Status.INVALID, Status.SUSPENDED, Status.SUPERSEDED])
def test_a_card_that_no_longer_stands_is_never_shown_as_the_standby_has_it(pair: Pair, status: Status) -> None:
    pair.write(issued(), CARD)
    changed = revoked(CARD) if status is Status.INVALID else replace(CARD, status=status)
    with pair.lagging():
        pair.write(changed)
        seen = pair.glance()
    assert seen is not None
    assert seen.clearance == changed


def test_a_card_that_the_standby_has_not_heard_of_is_found(pair: Pair) -> None:
    with pair.lagging():
        assert pair.glance() is None
        pair.write(issued())
        seen = pair.glance()
        assert seen is not None
        assert seen.clearance is None
        pair.write(CARD)
        seen = pair.glance()
        assert seen is not None
        assert seen.clearance == CARD


def test_a_standby_that_goes_away_is_not_missed_and_is_asked_again_when_it_is_back(pair: Pair) -> None:
    pair.write(issued(), CARD)
    assert pair.glance() is not None
    pair.standby.program.kill()
    for _ in range(2):
        seen = pair.glance()
        assert seen is not None
        assert seen.clearance == CARD
    with pair.database.survey() as work:
        assert work.clearances.get(CARD.clearance_no) == CARD
    pair.standby.program.start()
    with pair.lagging():
        rename_on_the_primary(pair)
        seen = pair.glance()
    assert seen is not None
    assert seen.name_en == PERSON.name_en, "from the standby once more"


def test_a_standby_that_failed_is_left_alone_for_a_while(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replica, "LEFT_ALONE_S", 60.0)
    pair.write(issued(), CARD)
    pair.standby.program.stop()
    assert pair.glance() is not None
    pair.standby.program.start()
    with pair.lagging():
        rename_on_the_primary(pair)
        seen = pair.glance()
    assert seen is not None
    assert seen.name_en == "CHANGED"


def test_statistics_are_summed_on_the_standby_unless_it_has_long_heard_nothing(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cards() -> int:
        with pair.database.survey() as work:
            rows = work.oversight.statistics.counts(Dimension.SEX, first=FIRST, last=LAST)
        return sum(each.issued for each in rows.values())

    with pair.lagging():
        pair.write(issued(), CARD)
        assert cards() == 0
        monkeypatch.setattr(replica, "_IS_FRESH", text(str(replica._IS_FRESH).replace("5 minutes", "0 minutes")))
        assert cards() == 1


def test_nothing_can_be_written_where_look_ups_are_made(pair: Pair) -> None:
    with pair.database.survey() as work, pytest.raises(RuntimeError):
        work.commit()
    with (
        closing(SqlDatabase(pair.standby.url)) as alone,
        pytest.raises(InternalError, match="read-only"),
        alone.write(),
    ):
        pass
