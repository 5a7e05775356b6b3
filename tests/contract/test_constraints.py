"""Either database refuses what breaks the office's rules, whatever program asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import DBAPIError, IntegrityError

from clearance.domain.application import Application
from clearance.domain.clearance import Clearance
from clearance.domain.lifecycle import Act, ApplicationState, Move, Step
from clearance.issuing.ports import Conflict
from clearance.storage.database import SqlDatabase
from tests.fakes import postgres
from tests.fakes.office import APPROVER, CHECKER, CLERK, EVERYTHING, ISSUER, PERMIT, draft, furnish
from tests.fakes.sqlite import sqlite_database
from tests.fakes.values import act, acted_by, application, clearance, entry, revoked

SUBMITTED, CHECKED = ApplicationState.SUBMITTED, ApplicationState.CHECKED
APPROVED, ISSUED, REJECTED = ApplicationState.APPROVED, ApplicationState.ISSUED, ApplicationState.REJECTED


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'clearance.db'}"
    server: postgres.Server = request.getfixturevalue("postgres_server")
    return server.url


@pytest.fixture
def database(request: pytest.FixtureRequest, url: str, tmp_path: Path) -> Iterator[SqlDatabase]:
    opened = sqlite_database(tmp_path) if url.startswith("sqlite") else None
    with opened or request.getfixturevalue("postgres_server").database() as real:
        furnish(real)
        yield real


@pytest.fixture
def insider(database: SqlDatabase, url: str) -> Iterator[Connection]:
    """Somebody at a SQL prompt, going around our code."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@contextmanager
def refused(because: str | None = None) -> Iterator[None]:
    """A constraint or a trigger says no; a statement that is none would say something else."""
    with pytest.raises(DBAPIError, match=because) as told:
        yield
    by_constraint = isinstance(told.value, IntegrityError)
    assert by_constraint or getattr(told.value.orig, "sqlstate", "")[:2] == "P0", told.value


def add(database: SqlDatabase, *rows: Application | Clearance) -> None:
    with database.write() as work:
        for row in rows:
            if isinstance(row, Application):
                work.applications.add(row)
            else:
                work.clearances.add(row)
        work.commit()


def without(case: Application, missing: Move) -> Application:
    return replace(case, acts=tuple(act for act in case.acts if act.move is not missing))


def then(case: Application, *acts: Act) -> Application:
    return replace(case, state=acts[-1].state, acts=(*case.acts, *acts))


TAKEN_UP = replace(
    act(Move.SUBMIT, by=EVERYTHING.number),
    move=Move.TAKE_UP_AGAIN,
    step=Step.TAKING_UP,
    reason="new visa",
)


@pytest.mark.parametrize(
    "forged",
    [
        acted_by(application(state=CHECKED), check=CLERK.number),
        acted_by(application(state=APPROVED), approve=CLERK.number),
        acted_by(application(state=APPROVED), approve=CHECKER.number),
        acted_by(application(state=ISSUED), issue=APPROVER.number),
        acted_by(application(state=ISSUED), issue=CLERK.number),
        without(application(state=CHECKED), Move.CHECK),
        without(application(state=APPROVED), Move.APPROVE),
        without(application(state=ISSUED), Move.APPROVE),
        without(application(state=ISSUED), Move.ISSUE),
        replace(application(state=ISSUED), state=APPROVED),
        without(application(state=REJECTED), Move.REJECT),
        replace(application(state=REJECTED), state=SUBMITTED),
        then(application(state=REJECTED), TAKEN_UP, act(Move.CHECK), act(Move.APPROVE)),
        then(application(state=REJECTED), replace(TAKEN_UP, officer_no=CLERK.number)),
        then(application(state=SUBMITTED), act(Move.HOLD), replace(act(Move.APPROVE), move=Move.RELEASE)),
        then(application(state=SUBMITTED), replace(act(Move.APPROVE), move=Move.HOLD)),
        acted_by(application(), submit="NOBODY"),
        acted_by(application(state=ISSUED), issue="DSK-00000000"),
        replace(application(), draft=replace(draft(), office_code="NOWHERE")),
        replace(application(state=ISSUED), valid_until=None),
    ],
    ids=[
        "checked by who entered it",
        "approved by who entered it",
        "approved by who checked it",
        "issued by who approved it",
        "issued by who entered it",
        "checked by nobody",
        "approved by nobody",
        "issued and approved by nobody",
        "issued by nobody",
        "approved although issued",
        "rejected by nobody",
        "submitted although rejected",
        "approved by who rejected it before",
        "taken up by who entered it",
        "released to where it never was",
        "approved by a hold",
        "entered by a stranger",
        "issued by a desk",
        "in an office that does not exist",
        "issued without a last day",
    ],
)
def test_a_case_that_breaks_the_rules_cannot_be_written(database: SqlDatabase, forged: Application) -> None:
    with pytest.raises(Conflict):
        add(database, forged)


@pytest.mark.parametrize(
    "forged",
    [
        clearance(issued_by=APPROVER.number),
        replace(revoked(clearance()), revocation=None),
        replace(revoked(clearance()), status=clearance().status),
        clearance(application_reference="APP-NOTTHERE"),
        clearance(approved_by="NOBODY"),
    ],
    ids=["one officer", "revoked by nobody", "valid although revoked", "of no case", "approved by a stranger"],
)
def test_a_clearance_that_breaks_the_rules_cannot_be_written(database: SqlDatabase, forged: Clearance) -> None:
    add(database, application(state=ISSUED))
    with pytest.raises(Conflict):
        add(database, forged)


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE permits SET used = places + 1 WHERE number = '{PERMIT.number}'",
        f"UPDATE permits SET used = -1 WHERE number = '{PERMIT.number}'",
        f"UPDATE permits SET places = 0 WHERE number = '{PERMIT.number}'",
        "UPDATE applications SET state = 'approved'",
        "UPDATE applications SET version = 1",
        "UPDATE acts SET officer_no = 'E-1'",
        "DELETE FROM acts",
        "INSERT INTO acts SELECT reference, 9, 'issue', 'issue', 'issued', 'I-2', at, device, NULL FROM acts",
        "INSERT INTO acts SELECT reference, 5, 'hold', 'care', 'held', 'NOBODY', at, device, NULL FROM acts LIMIT 1",
        "UPDATE clearances SET issued_by = approved_by",
        "UPDATE clearances SET status = 7",
        "INSERT INTO audit_head VALUES (2, 0, '')",
    ],
)
def test_an_insider_at_a_sql_prompt_is_refused(database: SqlDatabase, insider: Connection, statement: str) -> None:
    with database.write() as work:
        work.applications.add(application(state=ISSUED))
        work.clearances.add(clearance())
        work.commit()
    with refused():
        insider.exec_driver_sql(statement)


def test_a_second_standing_clearance_is_refused_at_a_sql_prompt(database: SqlDatabase, insider: Connection) -> None:
    add(database, application(0, state=ISSUED), application(1, state=ISSUED), clearance(0), clearance(1))
    with refused():
        insider.exec_driver_sql("UPDATE clearances SET passport_no = 'A00000000'")


@pytest.mark.parametrize("statement", ["UPDATE audit_log SET officer_no = 'X'", "DELETE FROM audit_log"])
def test_the_record_can_only_be_appended_to(database: SqlDatabase, insider: Connection, statement: str) -> None:
    with database.write() as work:
        work.audit.append(entry(1))
        work.commit()
    with refused("append-only"):
        insider.exec_driver_sql(statement)


def test_no_name_or_number_of_a_person_is_in_an_error(database: SqlDatabase) -> None:
    add(database, application())
    with pytest.raises(Conflict) as refused:
        add(database, application())
    chain, told = refused.value, ""
    while chain is not None:
        told, chain = told + str(chain), chain.__cause__
    assert "RAHIM" not in told
    assert draft().worker.passport.number not in told
    assert ISSUER.number not in told
