"""The queue, one case, the cards: what officers look at."""

from dataclasses import replace

import pytest

from clearance.domain.audit import AuditAct
from clearance.domain.eligibility import Ground
from clearance.domain.lifecycle import ApplicationState, Move
from clearance.issuing import cards, queue
from clearance.issuing.issue import issue
from clearance.issuing.ports import NotOnRecord
from clearance.issuing.queue import Wanted
from clearance.issuing.with_reason import move_with_reason
from tests.fakes.office import (
    AGENCY,
    APPROVER,
    CHECKER,
    CLERK,
    DEVICE,
    HEADQUARTERS,
    ISSUER,
    PERMIT,
    OfficeAtWork,
    draft,
    expect,
)
from tests.fakes.outside import PORTRAIT

SUBMITTED = ApplicationState.SUBMITTED


def test_the_queue_is_oldest_first_by_page(office: OfficeAtWork) -> None:
    references = []
    for index in range(5):
        references.append(office.enter(draft(index)).reference)
        office.clock.advance(minutes=1)
    page = queue.waiting(office.service, Wanted(officer=CLERK, text=""), state=SUBMITTED, page=2, per_page=2)
    assert [each.application.reference for each in page.items] == references[2:4]
    assert (page.total, page.page, page.pages) == (5, 2, 3)


@pytest.mark.parametrize(("asked", "given"), [(0, 1), (-7, 1), (99, 3)])
def test_a_page_out_of_range_is_the_nearest_there_is(office: OfficeAtWork, asked: int, given: int) -> None:
    for index in range(5):
        office.enter(draft(index))
    page = queue.waiting(office.service, Wanted(officer=CLERK, text=""), state=SUBMITTED, page=asked, per_page=2)
    assert page.page == given
    assert page.items


def test_an_empty_queue_is_one_empty_page(office: OfficeAtWork) -> None:
    page = queue.waiting(office.service, Wanted(officer=CLERK, text=""), state=SUBMITTED, page=1)
    assert (list(page.items), page.total, page.page, page.pages) == ([], 0, 1, 1)


@pytest.mark.parametrize("text", ["a০০০০০০০১", "rahim", "  bidn20260000001 ", "উদ্দিন"])
def test_the_queue_is_searched_as_people_type(office: OfficeAtWork, text: str) -> None:
    office.enter(draft(1))
    assert queue.waiting(office.service, Wanted(officer=CLERK, text=text), state=SUBMITTED, page=1).total == 1


def test_a_case_is_shown_with_everything_it_leans_on(office: OfficeAtWork) -> None:
    approved = office.approve()
    view = queue.case(office.service, approved.reference, officer=CLERK)
    assert view is not None
    assert (view.application, view.case.office, view.case.permit, view.case.agency) == (
        approved,
        HEADQUARTERS,
        PERMIT,
        AGENCY,
    )
    assert (view.case.standing, view.clearance, view.objections) == (None, None, ())
    assert [entry.act for entry in view.history] == [
        AuditAct.APPLICATION_SUBMITTED,
        AuditAct.APPLICATION_CHECKED,
        AuditAct.APPLICATION_APPROVED,
    ]
    assert view.officers == {officer.number: officer.name for officer in (CLERK, CHECKER, APPROVER)}


def test_objections_are_shown_before_anybody_acts(office: OfficeAtWork) -> None:
    entered = office.enter(replace(draft(), permit_no="EA-NONE"))
    view = queue.case(office.service, entered.reference, officer=CLERK)
    assert view is not None
    assert [objection.ground for objection in view.objections] == [Ground.PERMIT_UNKNOWN]


def test_an_issued_case_shows_its_card_and_no_objection_against_itself(office: OfficeAtWork) -> None:
    clearance = office.issue()
    view = queue.case(office.service, clearance.application_reference, officer=CLERK)
    assert view is not None
    assert (view.clearance, view.case.standing, view.objections) == (clearance, clearance, ())


def test_a_rejected_case_shows_no_objections_any_more(office: OfficeAtWork) -> None:
    entered = office.enter(replace(draft(), permit_no="EA-NONE"))
    expect(
        move_with_reason(
            office.service,
            entered.reference,
            Move.REJECT,
            officer=APPROVER,
            device=DEVICE,
            version=1,
            reason="no permit",
        )
    )
    view = queue.case(office.service, entered.reference, officer=CLERK)
    assert view is not None
    assert view.objections == ()


def test_there_is_no_view_of_a_case_that_is_not_on_record(office: OfficeAtWork) -> None:
    assert queue.case(office.service, "APP-NOTTHERE", officer=CLERK) is None
    with pytest.raises(NotOnRecord):
        queue.photo(office.service, "APP-NOTTHERE", officer=CLERK)


def test_the_portrait_of_a_case_is_shown_and_its_loss_said(office: OfficeAtWork) -> None:
    entered = office.enter()
    assert queue.photo(office.service, entered.reference, officer=CLERK) == PORTRAIT
    office.documents.contents.clear()
    with pytest.raises(NotOnRecord):
        queue.photo(office.service, entered.reference, officer=CLERK)


def test_cards_are_found_newest_first_by_part_of_a_number(office: OfficeAtWork) -> None:
    issued = []
    for index in range(3):
        issued.append(office.issue(draft(index)))
        office.clock.advance(minutes=1)
    found = cards.find(office.service, officer=CLERK, text="", page=1)
    assert list(found.items) == issued[::-1]
    one = cards.find(office.service, officer=CLERK, text=f" {issued[1].clearance_no.lower()} ", page=1)
    assert list(one.items) == [issued[1]]
    assert cards.find(office.service, officer=CLERK, text="a00000002", page=1).total == 1


def test_a_card_is_shown_with_its_case(office: OfficeAtWork) -> None:
    approved = office.approve()
    clearance = expect(issue(office.room, approved.reference, officer_no=ISSUER.number, device=DEVICE))
    view = cards.card(office.service, clearance.clearance_no, officer=CLERK)
    assert view is not None
    assert (view.clearance, view.application) == (clearance, office.stored(approved.reference))
    assert cards.card(office.service, "BMET-2026-NOTTHERE000", officer=CLERK) is None


def test_a_pdf_that_is_lost_or_was_changed_is_not_handed_out(office: OfficeAtWork) -> None:
    clearance = office.issue()
    office.documents.contents[clearance.pdf_sha256] = b"another card"
    with pytest.raises(NotOnRecord):
        cards.pdf(office.service, clearance.clearance_no)
    with pytest.raises(NotOnRecord):
        cards.pdf(office.service, "BMET-2026-NOTTHERE000")
