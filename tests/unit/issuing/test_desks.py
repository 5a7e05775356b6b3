"""Desks known to the office: enrolled, heard from, waited for, withdrawn."""

from dataclasses import replace

import pytest

from clearance.domain.audit import AuditAct
from clearance.domain.desk import Airport, Holding
from clearance.domain.tokens import owner_of
from clearance.issuing import desks
from clearance.issuing.desks import DeskRefused, Enrolled, NotEnrolled
from clearance.issuing.ports import NotOnRecord
from tests.fakes.office import OfficeAtWork

HOLDING = Holding(trust_sequence=7, lists={"https://s.bmet.gov.bd/26a": 1_795_327_200}, software="0.1.0")


def enrol(office: OfficeAtWork, counter: str = "1", airport: Airport = Airport.DHAKA) -> Enrolled:
    return desks.enrol(office.service, airport=airport, counter=counter)


def acts(office: OfficeAtWork, subject: str) -> list[str]:
    with office.service.database.read() as work:
        return [entry.act for entry in work.audit.entries(subject=subject)]


def test_a_new_desk_is_named_after_its_place_and_known_by_its_token(office: OfficeAtWork) -> None:
    made = desks.enrol(office.service, airport=Airport.CHATTOGRAM, counter="2")
    assert (made.desk.name, made.desk.last_seen, made.desk.trust_sequence) == ("CGP-2", None, None)
    assert desks.authenticate(office.service, made.token) == made.desk
    assert acts(office, made.desk.id) == [AuditAct.DESK_ENROLLED]


def test_the_token_is_stored_nowhere(office: OfficeAtWork) -> None:
    made = enrol(office)
    secret = made.token.removeprefix(made.desk.id)
    with office.service.database.read() as work:
        assert secret not in repr(work.desks.get(made.desk.id))
        assert secret not in repr(work.audit.entries(subject=made.desk.id))


def test_no_two_desks_get_the_same_token(office: OfficeAtWork) -> None:
    tokens = {enrol(office, counter=str(number)).token for number in range(1, 30)}
    assert len(tokens) == 29


@pytest.mark.parametrize("counter", ["", "1 ", "a", "১", "1" * 13, "-1", "1\n"])
def test_a_counter_that_no_sign_could_bear_is_refused(office: OfficeAtWork, counter: str) -> None:
    with pytest.raises(DeskRefused):
        enrol(office, counter=counter)
    assert desks.enrolled(office.service) == ()


def test_a_name_serves_one_desk_at_a_time(office: OfficeAtWork) -> None:
    enrol(office)
    with pytest.raises(DeskRefused):
        enrol(office)
    desks.withdraw(office.service, "DAC-1")
    assert enrol(office).desk.name == "DAC-1"


def test_what_a_desk_reports_is_kept_with_the_time(office: OfficeAtWork) -> None:
    made = enrol(office)
    office.clock.advance(hours=3)
    desks.report(office.service, made.desk.id, HOLDING)
    [desk] = desks.enrolled(office.service)
    assert desk == replace(made.desk, holding=HOLDING, last_seen=office.clock.at)


def test_the_last_report_counts_even_where_it_is_the_lower(office: OfficeAtWork) -> None:
    made = enrol(office)
    desks.report(office.service, made.desk.id, HOLDING)
    desks.report(office.service, made.desk.id, replace(HOLDING, trust_sequence=None))
    assert desks.holding(office.service, 1).behind[0].id == made.desk.id


@pytest.mark.parametrize(
    "changed", ["", "nonsense", "DSK-00000000-" + "0" * 32, "of another", "one more", "lower case"]
)
def test_any_other_token_is_that_of_no_desk(office: OfficeAtWork, changed: str) -> None:
    made, other = enrol(office, "1"), enrol(office, "2")
    token = {
        "of another": made.desk.id + other.token.removeprefix(other.desk.id),
        "one more": made.token + "0",
        "lower case": made.token.lower(),
    }.get(changed, changed)
    with pytest.raises(NotEnrolled):
        desks.authenticate(office.service, token)


def test_a_withdrawn_desk_is_not_listened_to_and_not_waited_for(office: OfficeAtWork) -> None:
    made = enrol(office)
    desks.withdraw(office.service, "DAC-1")
    with pytest.raises(NotEnrolled):
        desks.authenticate(office.service, made.token)
    with pytest.raises(NotEnrolled):
        desks.report(office.service, made.desk.id, HOLDING)
    assert desks.holding(office.service, 1).enrolled == 0
    assert acts(office, made.desk.id) == [AuditAct.DESK_ENROLLED, AuditAct.DESK_WITHDRAWN]


def test_a_desk_that_is_not_there_cannot_be_withdrawn(office: OfficeAtWork) -> None:
    with pytest.raises(NotOnRecord):
        desks.withdraw(office.service, "DAC-9")


def test_who_is_behind_is_told_by_the_last_reports(office: OfficeAtWork) -> None:
    older, current, newer, silent = (enrol(office, str(number)).desk for number in range(1, 5))
    for desk, sequence in ((older, 6), (current, 7), (newer, 8)):
        desks.report(office.service, desk.id, replace(HOLDING, trust_sequence=sequence))
    found = desks.holding(office.service, 7)
    assert (found.enrolled, found.complete) == (4, False)
    assert [desk.name for desk in found.behind] == [older.name, silent.name]
    assert desks.holding(office.service, 6).behind == (silent,)


def test_where_no_desk_is_enrolled_none_is_behind(office: OfficeAtWork) -> None:
    assert desks.holding(office.service, 1).complete


def test_a_token_says_which_desk_it_is_for(office: OfficeAtWork) -> None:
    made = enrol(office)
    assert owner_of(made.token) == made.desk.id
