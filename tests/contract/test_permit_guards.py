"""A permit is a budget, whoever asks: fifty racing requests, and a hand at the database's own prompt.

No port is between these statements and the database: on SQLite and PostgreSQL it is the tables that say no.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Barrier

import psycopg
import pytest

from clearance.domain.decision import Refused
from clearance.domain.eligibility import Ground
from clearance.domain.lifecycle import ApplicationState
from clearance.domain.proposal import ProposalState
from clearance.issuing.ports import Conflict, NotSigned, UnitOfWork
from clearance.storage.database import SqlDatabase
from tests.contract.proposals import change, consented, proposed_rule
from tests.fakes import postgres
from tests.fakes.channels import answering, unix_address
from tests.fakes.office import DEVICE, ISSUER, PERMIT, draft, furnish, open_office
from tests.fakes.sqlite import sqlite_database
from tests.fakes.values import application, clearance

RACERS = 50
ONE_PLACE = replace(PERMIT, number="EA-LAST", places=10, used=9, used_before=9)
REFUSED = (sqlite3.IntegrityError, psycopg.errors.IntegrityError)


@dataclass
class Prompt:
    """A database, and connections to it that no code of ours made."""

    database: SqlDatabase
    connect: Callable[[], sqlite3.Connection | psycopg.Connection]

    def run(self, *statements: str) -> None:
        """One transaction of an insider."""
        with closing(self.connect()) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()

    def value(self, question: str) -> object:
        with closing(self.connect()) as connection:
            row = connection.execute(question).fetchone()
        return row[0] if row else None


@pytest.fixture(params=["sqlite", "postgresql"])
def prompt(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Prompt]:
    with opened(request, tmp_path) as prompt:
        yield prompt


@contextmanager
def opened(request: pytest.FixtureRequest, folder: Path) -> Iterator[Prompt]:
    if request.param == "sqlite":
        with sqlite_database(folder) as database:
            yield Prompt(database, lambda: sqlite3.connect(folder / "clearance.db", timeout=30))
    else:
        server: postgres.Server = request.getfixturevalue("postgres_server")
        with server.database() as database:
            yield Prompt(database, lambda: psycopg.connect(server.url.replace("+psycopg", "")))


def race(act: Callable[[int], str]) -> Counter[str]:
    """Everybody at once; how often each outcome came."""
    start = Barrier(RACERS)

    def run(index: int) -> str:
        start.wait()
        return act(index)

    with ThreadPoolExecutor(RACERS) as pool:
        return Counter(pool.map(run, range(RACERS)))


def test_of_fifty_requests_to_the_signing_service_for_the_last_place_one_is_granted(
    prompt: Prompt, tmp_path: Path
) -> None:
    office = open_office(prompt.database, permits=(ONE_PLACE,))
    cases = [office.approve(draft(index, permit=ONE_PLACE)).reference for index in range(RACERS)]

    with answering(unix_address(tmp_path), office.service.signing) as signing:

        def ask(index: int) -> str:
            try:
                outcome = signing.issue(cases[index], officer_no=ISSUER.number, device=DEVICE)
            except (Conflict, NotSigned) as lost:
                return type(lost).__name__
            if isinstance(outcome, Refused):
                return ",".join(sorted(objection.ground for objection in outcome.objections))
            return "issued"

        assert race(ask) == {"issued": 1, Ground.PERMIT_USED_UP: RACERS - 1}
    assert prompt.value("SELECT used FROM permits") == 10
    assert prompt.value("SELECT count(*) FROM clearances") == 1
    assert prompt.value("SELECT count(*) FROM signatures") == 1


def test_fifty_hands_at_the_prompt_put_one_card_on_the_last_place(prompt: Prompt) -> None:
    with prompt.database.write() as work:
        furnish_into(work, cards=0, cases=RACERS)
        work.commit()

    def insert(index: int) -> str:
        try:
            prompt.run(card_sql(index))
        except (*REFUSED, sqlite3.OperationalError) as refused:
            return type(refused).__name__
        return "inserted"

    outcomes = race(insert)
    assert outcomes["inserted"] == 1
    assert prompt.value("SELECT used FROM permits WHERE number = 'EA-LAST'") == 10
    assert prompt.value("SELECT count(*) FROM clearances") == 1


def furnish_into(work: UnitOfWork, *, cards: int, cases: int) -> None:
    """An office with issued cases on the permit with one place, the first ones with their cards."""
    for index in range(cases):
        case = application(index, state=ApplicationState.ISSUED)
        work.applications.add(replace(case, draft=draft(index, permit=ONE_PLACE)))
    for index in range(cards):
        work.clearances.add(clearance(index))


@pytest.fixture(autouse=True)
def _office(request: pytest.FixtureRequest) -> None:
    """Offices, staff and permits, except where a test opens an office of its own."""
    if "prompt" in request.fixturenames and "signing_service" not in request.node.name:
        furnish(request.getfixturevalue("prompt").database, permits=(PERMIT, ONE_PLACE))


def card_sql(index: int, **changes: str) -> str:
    """What inserts a card of a case as a hand would."""
    card, case = clearance(index), draft(index, permit=ONE_PLACE)
    values = {
        "clearance_no": f"'{card.clearance_no}'",
        "application_reference": f"'{card.application_reference}'",
        "passport_no": f"'{card.passport_no}'",
        "status": "0",
        "status_uri": f"'{card.status_ref.uri}'",
        "status_idx": str(card.status_ref.idx),
        "issued_at": f"'{card.issued_at:%Y-%m-%d %H:%M:%S.000000}'",
        "valid_until": f"'{card.valid_until}'",
        "token": "'x'",
        "kid": "'x'",
        "pdf_sha256": "'x'",
        "pdf_size": "1",
        "approved_by": f"'{card.approved_by}'",
        "issued_by": f"'{card.issued_by}'",
        "permit_no": f"'{case.permit_no}'",
        "destination": f"'{case.destination}'",
        "visa_no": f"'{case.visa.number}'",
    } | changes
    return f"INSERT INTO clearances ({', '.join(values)}) VALUES ({', '.join(values.values())})"


@pytest.fixture
def full(prompt: Prompt) -> Prompt:
    """Every place of the permit is used; two more cases are approved and issued on paper only."""
    with prompt.database.write() as work:
        furnish_into(work, cards=1, cases=3)
        work.permit_changes.propose(change(1, permit_no="EA-LAST", places_before=10, places=20))
        work.rules.propose(proposed_rule())
        work.commit()
    return prompt


ONE_MORE = card_sql(1)


WITHOUT_A_START = (
    "INSERT INTO permits (number, licence_no, destination, places, used, valid_from, valid_until)"
    " VALUES ('EA-NEW', 'RL-1234', 'SAU', 10, 0, '2026-01-01', '2027-12-31')"
)
ATTEMPTS: tuple[tuple[str, ...], ...] = (
    (ONE_MORE,),
    ("UPDATE permits SET places = 99 WHERE number = 'EA-LAST'",),
    ("UPDATE permits SET places = 20 WHERE number = 'EA-LAST'",),
    ("UPDATE permits SET places = 20, used = 0 WHERE number = 'EA-LAST'",),
    ("UPDATE permits SET used = used - 1 WHERE number = 'EA-LAST'", ONE_MORE),
    ("UPDATE permits SET used = used - 1, used_before = used_before - 1 WHERE number = 'EA-LAST'", ONE_MORE),
    ("UPDATE permits SET valid_until = '2030-01-01' WHERE number = 'EA-LAST'",),
    ("UPDATE permits SET licence_no = NULL WHERE number = 'EA-LAST'",),
    ("UPDATE permits SET number = 'EA-OLD' WHERE number = 'EA-LAST'",),
    ("DELETE FROM permits WHERE number = 'EA-LAST'",),
    (WITHOUT_A_START,),
    ("DELETE FROM clearances",),
    ("DELETE FROM clearances", ONE_MORE),
    ("UPDATE clearances SET permit_no = 'EA-SAU-1234'", ONE_MORE),
    ("UPDATE clearances SET place_of = 'BMET-2026-00000000009'", ONE_MORE),
    ("UPDATE clearances SET status = 3", card_sql(1), "UPDATE clearances SET status = 0"),
    (card_sql(1, place_of="'BMET-2026-00000000000'"),),
    (card_sql(1, place_of="'BMET-2026-00000000009'"),),
    (
        "UPDATE clearances SET status = 3",
        card_sql(1, place_of="'BMET-2026-00000000000'"),
        card_sql(2, place_of="'BMET-2026-00000000000'"),
    ),
    (
        "UPDATE clearances SET status = 3",
        card_sql(1, place_of="'BMET-2026-00000000000'"),
        "UPDATE clearances SET status = 0",
    ),
    (card_sql(1, permit_no="'EA-SAU-1234'"),),
    (card_sql(1, permit_no="NULL"),),
    (card_sql(1, destination="'QAT'"),),
    (card_sql(1, visa_no="'60000000009'"),),
    ("UPDATE applications SET permit_no = 'EA-NONE'", card_sql(1, permit_no="'EA-NONE'")),
    ("UPDATE applications SET destination = 'QAT'", card_sql(1, destination="'QAT'")),
    ("UPDATE applications SET licence_no = NULL", ONE_MORE),
    ("UPDATE permit_changes SET state = 'consented', settled_by = proposed_by, settled_at = proposed_at",),
    ("UPDATE permit_changes SET places = 900",),
    ("UPDATE permit_changes SET proposed_by = 'E-1'",),
    ("DELETE FROM permit_changes",),
    ("UPDATE rules SET minimum_age = 12",),
    ("UPDATE rules SET state = 'consented', settled_by = proposed_by, settled_at = proposed_at WHERE number = 46",),
    ("UPDATE rules SET decided_by = 'demo' WHERE number = 46",),
    ("UPDATE rules SET state = 'withdrawn' WHERE number = 1",),
    ("DELETE FROM rules WHERE number = 1",),
)
"""What an insider may think of; each is one transaction."""


def test_whatever_is_typed_at_the_prompt_no_card_comes_over_the_budget(full: Prompt) -> None:
    standing = "SELECT count(*) FROM clearances WHERE status IN (0, 2)"
    before = full.value(standing)
    went_through = []
    for statements in ATTEMPTS:
        try:
            full.run(*statements)
        except REFUSED:
            continue
        went_through.append(statements)
    assert went_through == []
    assert full.value(standing) == before
    assert full.value("SELECT places FROM permits WHERE number = 'EA-LAST'") == 10


def test_a_row_that_replaces_another_in_one_statement_frees_no_place(tmp_path: Path) -> None:
    with sqlite_database(tmp_path) as database:
        prompt = Prompt(database, lambda: sqlite3.connect(tmp_path / "clearance.db"))
        furnish(database, permits=(PERMIT, ONE_PLACE))
        with database.write() as work:
            furnish_into(work, cards=1, cases=2)
            work.commit()
        replacing = (
            "INSERT OR REPLACE INTO permits VALUES ('EA-LAST', NULL, 'SAU', 999, 0, '2026-01-01', '2027-12-31', 0)",
            card_sql(1, status_idx="1000").replace("INSERT", "INSERT OR REPLACE"),
        )
        for statement in replacing:
            with pytest.raises(sqlite3.IntegrityError):
                prompt.run(statement)


def test_with_a_second_officers_consent_and_a_letter_there_is_a_place_again(full: Prompt) -> None:
    with full.database.write() as work:
        work.permit_changes.settle(consented(change(1, permit_no="EA-LAST", places_before=10, places=20)))
        work.commit()
    with full.database.write() as work:
        work.clearances.add(clearance(1))
        work.commit()
    assert full.value("SELECT used FROM permits WHERE number = 'EA-LAST'") == 11


def test_a_consent_given_once_moves_the_limit_once(full: Prompt) -> None:
    asked = change(1, permit_no="EA-LAST", places_before=10, places=20)
    lowered = change(2, permit_no="EA-LAST", places_before=20, places=12, letter_no="EXP-14/26")
    for step in (asked, lowered):
        with full.database.write() as work:
            if step is lowered:
                work.permit_changes.propose(lowered)
            work.permit_changes.settle(replace(consented(step), state=ProposalState.CONSENTED))
            work.commit()
    with pytest.raises(REFUSED):
        full.run("UPDATE permits SET places = 20 WHERE number = 'EA-LAST'")
