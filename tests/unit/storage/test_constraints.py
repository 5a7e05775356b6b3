"""The database refuses what breaks the office's rules, whatever program asks."""

import sqlite3
import threading
from dataclasses import replace
from typing import Any

import pytest

from clearance.domain.application import Application, ApplicationState
from clearance.domain.clearance import Clearance
from clearance.issuing.ports import Conflict
from clearance.storage.database import SqlDatabase
from tests.fakes.office import APPROVER, CLERK, ISSUER, PERMIT, draft
from tests.fakes.values import application, clearance, entry, revoked

APPROVED, ISSUED, REJECTED = ApplicationState.APPROVED, ApplicationState.ISSUED, ApplicationState.REJECTED


def add(database: SqlDatabase, *rows: Application | Clearance) -> None:
    with database.write() as work:
        for row in rows:
            if isinstance(row, Application):
                work.applications.add(row)
            else:
                work.clearances.add(row)
        work.commit()


def signed_by(case: Application, **officers: str) -> Application:
    acts: dict[str, Any] = {act: replace(getattr(case, act), officer_no=number) for act, number in officers.items()}
    return replace(case, **acts)


@pytest.mark.parametrize(
    "forged",
    [
        signed_by(application(state=APPROVED), approved=CLERK.number),
        signed_by(application(state=ISSUED), issued=APPROVER.number),
        signed_by(application(state=ISSUED), issued=CLERK.number),
        replace(application(state=APPROVED), approved=None),
        replace(application(state=ISSUED), approved=None),
        replace(application(state=ISSUED), issued=None),
        replace(application(state=ISSUED), state=APPROVED),
        replace(application(state=REJECTED), rejected=None),
        replace(application(state=REJECTED), state=ApplicationState.SUBMITTED),
        signed_by(application(), entered="NOBODY"),
        replace(application(), draft=replace(draft(), office_code="NOWHERE")),
    ],
    ids=[
        "approved by who entered it",
        "issued by who approved it",
        "issued by who entered it",
        "approved by nobody",
        "issued and approved by nobody",
        "issued by nobody",
        "approved although issued",
        "rejected by nobody",
        "submitted although rejected",
        "entered by a stranger",
        "in an office that does not exist",
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
        "UPDATE applications SET approved_by = entered_by",
        "UPDATE applications SET issued_by = approved_by",
        "UPDATE applications SET state = 'issued', issued_by = NULL",
        "UPDATE clearances SET issued_by = approved_by",
        "UPDATE clearances SET status = 7",
        "INSERT INTO audit_head VALUES (2, 0, '')",
    ],
)
def test_an_insider_at_a_sql_prompt_is_refused(
    database: SqlDatabase, insider: sqlite3.Connection, statement: str
) -> None:
    with database.write() as work:
        work.permits.take_place(PERMIT.number)
        work.applications.add(application(state=ISSUED))
        work.clearances.add(clearance())
        work.commit()
    with pytest.raises(sqlite3.IntegrityError):
        insider.execute(statement)


def test_a_second_standing_clearance_is_refused_at_a_sql_prompt(
    database: SqlDatabase, insider: sqlite3.Connection
) -> None:
    add(database, application(0, state=ISSUED), application(1, state=ISSUED), clearance(0), clearance(1))
    with pytest.raises(sqlite3.IntegrityError):
        insider.execute("UPDATE clearances SET passport_no = 'A00000000'")


@pytest.mark.parametrize("statement", ["UPDATE audit_log SET officer_no = 'X'", "DELETE FROM audit_log"])
def test_the_record_can_only_be_appended_to(database: SqlDatabase, insider: sqlite3.Connection, statement: str) -> None:
    with database.write() as work:
        work.audit.append(entry(1))
        work.commit()
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        insider.execute(statement)


def test_of_twenty_racers_for_the_last_place_one_wins(database: SqlDatabase) -> None:
    with database.write() as work:
        work.permits.add(replace(PERMIT, number="EA-LAST", places=1))
        work.commit()
    start, outcomes = threading.Barrier(20), []

    def race() -> None:
        start.wait()
        try:
            with database.write() as work:
                work.permits.take_place("EA-LAST")
                work.commit()
            outcomes.append("won")
        except Conflict:
            outcomes.append("lost")

    racers = [threading.Thread(target=race) for _ in range(20)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert sorted(outcomes) == ["lost"] * 19 + ["won"]
    with database.read() as work:
        permit = work.permits.get("EA-LAST")
    assert permit is not None
    assert permit.used == 1


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
