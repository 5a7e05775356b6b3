"""A worker's request from the form to its answer: heard from anybody, told to few, settled once."""

from dataclasses import replace
from datetime import date

import pytest

from clearance.domain.audit import AuditAct
from clearance.domain.correction import MAX_ANSWER, About, CorrectionRequest, RequestState
from clearance.domain.decision import Refused
from clearance.domain.eligibility import Ground
from clearance.domain.person import Passport
from clearance.domain.staff import Role
from clearance.issuing.ports import Conflict, NotOnRecord
from clearance.issuing.requests import Told, follow, open_request, sent_before
from clearance.issuing.requests_office import answer, link_passport, request_view, requests_of, take_up
from tests.fakes.office import AGENCY_CLERK, APPROVER, CLERK, DEVICE, OfficeAtWork, draft, expect, officer, open_office

BORN = date(1995, 3, 14)
TOLD = Told(
    form_id="a-form-of-its-own",
    passport_no="A00000001",
    birth_date=BORN,
    about=About.NAME,
    text="My name is RAHIM, not ROHIM",
    phone="01712345678",
    slip_code=None,
)
AUDITOR = officer("AU-1", Role.AUDITOR)
DISTRICT_OFFICER = replace(officer("D-1", Role.CHECKER), office_code="DEMO-RNG")


@pytest.fixture
def office() -> OfficeAtWork:
    office = open_office()
    with office.service.database.write() as work:
        for each in (AUDITOR, DISTRICT_OFFICER):
            work.staff.add(each)
        work.commit()
    office.issue(draft(1))
    return office


def acts_on(office: OfficeAtWork, reference: str) -> list[str]:
    with office.service.database.read() as work:
        return [entry.act for entry in work.audit.entries(subject=reference)]


def opened(office: OfficeAtWork, told: Told = TOLD) -> CorrectionRequest:
    return open_request(office.service, told)


def test_a_request_goes_to_the_office_of_the_persons_case_and_on_record(office: OfficeAtWork) -> None:
    request = opened(office)
    assert request.reference.startswith("REQ-")
    assert len(request.reference) == 12
    assert request.office_code == "BMET"
    assert request.application_reference
    assert acts_on(office, request.reference) == [AuditAct.REQUEST_OPENED]
    with office.service.database.read() as work:
        facts = work.audit.entries(subject=request.reference)[0].facts
    assert dict(facts) == {"about": "name", "office": "BMET"}, "no personal data on record"


@pytest.mark.parametrize("stranger", [{"passport_no": "Z99999999"}, {"birth_date": date(1990, 1, 1)}])
def test_a_request_about_nobody_on_record_is_heard_by_headquarters(office: OfficeAtWork, stranger: dict) -> None:
    request = opened(office, replace(TOLD, **stranger))
    assert request.application_reference is None
    assert request.office_code == "BMET"


def test_the_same_form_sent_twice_is_one_request(office: OfficeAtWork) -> None:
    first = opened(office)
    assert opened(office, replace(TOLD, text="once more")) == first
    assert acts_on(office, first.reference) == [AuditAct.REQUEST_OPENED]
    assert sent_before(office.service, TOLD.form_id) == first
    assert sent_before(office.service, "another form") is None


def test_following_needs_the_reference_and_the_birth_date(office: OfficeAtWork) -> None:
    request = opened(office)
    found = follow(office.service, request.reference, birth_date=BORN)
    assert found
    assert found.request == request
    assert not found.new_card
    assert follow(office.service, request.reference, birth_date=date(1995, 3, 15)) is None
    assert follow(office.service, "REQ-00000000", birth_date=BORN) is None


def test_an_answer_is_kept_with_who_gave_it_and_given_once(office: OfficeAtWork) -> None:
    request = opened(office)
    given = expect(
        answer(office.service, request.reference, officer=APPROVER, seen=RequestState.OPEN, text=" It is right. ")
    )
    assert (given.state, given.answer, given.settled_by) == (RequestState.ANSWERED, "It is right.", "A-1")
    assert acts_on(office, request.reference) == [AuditAct.REQUEST_OPENED, AuditAct.REQUEST_ANSWERED]
    with pytest.raises(Conflict):
        answer(office.service, request.reference, officer=CLERK, seen=RequestState.OPEN, text="No")
    with pytest.raises(Conflict):
        answer(office.service, request.reference, officer=CLERK, seen=RequestState.ANSWERED, text="No")


@pytest.mark.parametrize(("text", "ground"), [("  ", Ground.REASON_MISSING), ("x" * 401, Ground.REASON_TOO_LONG)])
def test_an_answer_has_words_and_fits_a_small_screen(office: OfficeAtWork, text: str, ground: Ground) -> None:
    assert MAX_ANSWER == 400
    outcome = answer(office.service, opened(office).reference, officer=APPROVER, seen=RequestState.OPEN, text=text)
    assert isinstance(outcome, Refused)
    assert [each.ground for each in outcome.objections] == [ground]


@pytest.mark.parametrize("who", [AGENCY_CLERK, AUDITOR, DISTRICT_OFFICER])
def test_who_does_not_handle_cases_of_the_office_settles_nothing(office: OfficeAtWork, who) -> None:
    reference = opened(office).reference
    outcome = answer(office.service, reference, officer=who, seen=RequestState.OPEN, text="No")
    assert isinstance(outcome, Refused)
    assert acts_on(office, reference) == [AuditAct.REQUEST_OPENED]


def test_headquarters_and_auditors_see_all_an_office_its_own_an_agency_none(office: OfficeAtWork) -> None:
    reference = opened(office).reference
    for reader in (APPROVER, AUDITOR):
        assert request_view(office.service, reference, officer=reader).request.reference == reference
        assert requests_of(office.service, RequestState.OPEN, officer=reader, page=1).total == 1
    assert requests_of(office.service, RequestState.OPEN, officer=DISTRICT_OFFICER, page=1).total == 0
    for stranger in (DISTRICT_OFFICER, AGENCY_CLERK):
        with pytest.raises(NotOnRecord):
            request_view(office.service, reference, officer=stranger)
    with pytest.raises(NotOnRecord):
        requests_of(office.service, RequestState.OPEN, officer=AGENCY_CLERK, page=1)


def test_a_new_passport_is_linked_by_a_case_and_both_numbers_lead_to_it(office: OfficeAtWork) -> None:
    request = opened(office, replace(TOLD, about=About.NEW_PASSPORT, text="B12345678"))
    office.clock.advance(hours=1)
    passport = Passport(number="B12345678", issued_on=date(2026, 11, 1), expires_on=date(2036, 10, 31))
    settled = expect(link_passport(office.service, request.reference, passport, officer=CLERK, device=DEVICE))
    assert settled.state is RequestState.TAKEN_UP
    with office.service.database.read() as work:
        found = {number: work.applications.of_person(number, birth_date=BORN) for number in ("B12345678", "A00000001")}
    assert found["B12345678"][0].reference == found["A00000001"][0].reference == settled.correction
    assert acts_on(office, request.reference)[-1] == AuditAct.REQUEST_TAKEN_UP
    with pytest.raises(Conflict):
        link_passport(office.service, request.reference, passport, officer=CLERK, device=DEVICE)


def test_a_request_is_taken_up_by_a_case_that_exists_and_answered_later(office: OfficeAtWork) -> None:
    request = opened(office)
    case = office.enter(draft(2))
    with pytest.raises(NotOnRecord):
        take_up(office.service, request.reference, officer=APPROVER, correction="APP-00000000")
    taken = expect(take_up(office.service, request.reference, officer=APPROVER, correction=case.reference))
    assert taken.correction == case.reference
    expect(answer(office.service, request.reference, officer=CLERK, seen=RequestState.TAKEN_UP, text="Done."))
