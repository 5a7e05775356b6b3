"""What a glance at a person's cases sees: the same as reading them whole."""

from dataclasses import replace
from datetime import timedelta

import pytest

from clearance.credential.status import Status
from clearance.domain.application import Application
from clearance.domain.clearance import Clearance
from clearance.domain.lifecycle import ApplicationState
from clearance.domain.person import Passport
from clearance.issuing.ports import Database, Glance
from tests.fakes.office import NOW, draft
from tests.fakes.values import application, clearance, desk, revoked

PERSON = draft(1).worker
NUMBER = PERSON.passport.number


def of_person(index: int, *, minutes: int = 0, state: ApplicationState = ApplicationState.ISSUED) -> Application:
    """A case of always the same person."""
    return replace(application(index, state=state, minutes=minutes), draft=replace(draft(index), worker=PERSON))


def write(database: Database, *rows: Application | Clearance) -> None:
    with database.write() as work:
        work.desks.add(desk(0))
        for row in rows:
            if isinstance(row, Application):
                work.applications.add(row)
            else:
                work.clearances.add(row)
        work.commit()


def whole(database: Database) -> list[Glance]:
    """The glance, put together from what the repositories tell."""
    with database.read() as work:
        cases = work.applications.of_person(NUMBER, birth_date=PERSON.birth_date)
        return [Glance.at(case, work.clearances.for_application(case.reference)) for case in cases]


@pytest.mark.parametrize("state", [each for each in ApplicationState if each is not ApplicationState.EXPIRED])
def test_it_sees_a_case_in_every_state(database: Database, state: ApplicationState) -> None:
    case = of_person(1, state=state)
    write(database, case)
    assert database.glance(NUMBER, birth_date=PERSON.birth_date) == [Glance.at(case, None)]


def test_it_sees_the_newest_card_of_each_case_and_the_newest_case_first(database: Database) -> None:
    old = replace(clearance(1), passport_no=NUMBER, status=Status.SUPERSEDED)
    again = replace(clearance(2), passport_no=NUMBER, application_reference=old.application_reference)
    again = replace(again, issued_at=old.issued_at + timedelta(hours=1))
    write(database, of_person(1), of_person(3, minutes=9, state=ApplicationState.SUBMITTED), old, again)
    seen = database.glance(NUMBER, birth_date=PERSON.birth_date)
    assert [case.clearance for case in seen] == [None, again]
    assert [case.under_way for case in seen] == [True, False]
    assert seen == whole(database)


def test_it_sees_that_a_card_was_taken_back(database: Database) -> None:
    card = replace(clearance(1), passport_no=NUMBER)
    write(database, of_person(1, state=ApplicationState.REVOKED), card)
    with database.write() as work:
        work.clearances.set_status(revoked(card))
        work.commit()
    (seen,) = database.glance(NUMBER, birth_date=PERSON.birth_date)
    assert seen.clearance == revoked(card)


def test_it_sees_nothing_with_a_wrong_date_and_everything_where_no_date_is_asked_for(database: Database) -> None:
    write(database, of_person(1))
    assert database.glance(NUMBER, birth_date=PERSON.birth_date + timedelta(days=1)) == []
    assert database.glance("A99999999", birth_date=PERSON.birth_date) == []
    assert database.glance(NUMBER, birth_date=None) == whole(database) != []


def test_it_finds_a_person_by_the_number_of_a_passport_before(database: Database) -> None:
    passport = Passport(
        number="C00000009",
        issued_on=NOW.date(),
        expires_on=NOW.date() + timedelta(days=3_650),
        previous_numbers=(NUMBER,),
    )
    case = of_person(1)
    case = replace(case, draft=replace(case.draft, worker=replace(PERSON, passport=passport)))
    write(database, case)
    assert database.glance(NUMBER, birth_date=PERSON.birth_date) == [Glance.at(case, None)]
