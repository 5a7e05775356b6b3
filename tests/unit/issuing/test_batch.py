"""One row of a batch: all the way, not at all, or on from where it stopped."""

from dataclasses import replace

import pytest

from clearance.credential.status import Status
from clearance.domain.decision import Refused
from clearance.domain.eligibility import Ground
from clearance.domain.lifecycle import ApplicationState, Move
from clearance.issuing.batch import AlreadyIssued, Officers, issue_row
from clearance.issuing.ports import NotSigned, Sought
from clearance.issuing.with_reason import move_with_reason
from tests.fakes.office import (
    APPROVER,
    CHECKER,
    CLERK,
    DEVICE,
    EVERYTHING,
    ISSUER,
    PERMIT,
    TODAY,
    OfficeAtWork,
    decide,
    draft,
    expect,
)
from tests.fakes.outside import PORTRAIT

OFFICERS = Officers(entry=CLERK, checker=CHECKER, approver=APPROVER, issuer=ISSUER)


def run(office: OfficeAtWork, wanted=None, officers: Officers = OFFICERS, upload: bytes = PORTRAIT):
    portrait = office.service.prepare_photo(upload)
    return issue_row(office.service, wanted or draft(), portrait=portrait, officers=officers, device=DEVICE)


def cases(office: OfficeAtWork) -> int:
    with office.service.database.read() as work:
        return work.applications.count(Sought(states=frozenset(ApplicationState), on=TODAY))


def grounds(result: object) -> list[Ground]:
    assert isinstance(result, Refused)
    return [objection.ground for objection in result.objections]


def test_a_good_row_becomes_a_card_by_four_officers(office: OfficeAtWork) -> None:
    clearance = expect(run(office))
    case = office.stored(clearance.application_reference)
    names = [act.officer_no for act in case.acts]
    assert names == [CLERK.number, CHECKER.number, APPROVER.number, ISSUER.number]
    assert {act.device for act in case.acts} == {DEVICE}
    assert office.documents.get(case.draft.worker.photo_sha256) == PORTRAIT


def test_the_same_row_again_issues_nothing_and_names_the_card(office: OfficeAtWork) -> None:
    clearance = run(office)
    assert run(office) == AlreadyIssued(clearance=clearance)
    assert cases(office) == 1


def test_a_row_already_issued_stays_so_after_its_card_was_revoked(office: OfficeAtWork) -> None:
    clearance = expect(run(office))
    with office.service.database.write() as work:
        work.clearances.set_status(replace(clearance, status=Status.SUPERSEDED))
        work.commit()
    assert isinstance(run(office), AlreadyIssued)


def test_a_row_that_may_not_be_cleared_is_not_even_entered(office: OfficeAtWork) -> None:
    assert grounds(run(office, replace(draft(), permit_no="EA-NONE"))) == [Ground.PERMIT_UNKNOWN]
    assert cases(office) == 0
    assert office.documents.contents == {}


def test_a_row_that_stopped_half_way_goes_on(office: OfficeAtWork) -> None:
    office.printer.smudged = frozenset({1})
    with pytest.raises(NotSigned):
        run(office)
    office.printer.smudged = frozenset()
    clearance = expect(run(office))
    assert cases(office) == 1
    assert office.stored(clearance.application_reference).state is ApplicationState.ISSUED


def test_a_case_entered_by_hand_with_the_same_receipt_is_taken_up(office: OfficeAtWork) -> None:
    entered = office.enter()
    clearance = expect(run(office))
    assert clearance.application_reference == entered.reference


def test_a_rejected_row_is_not_tried_again(office: OfficeAtWork) -> None:
    entered = office.enter()
    move_with_reason(
        office.service, entered.reference, Move.REJECT, officer=APPROVER, device=DEVICE, version=1, reason="no"
    )
    assert Ground.NOT_THE_STATE in grounds(run(office))
    assert cases(office) == 1


@pytest.mark.parametrize(
    "other",
    [
        replace(draft(1), payment=draft(0).payment),
        replace(draft(0), visa=replace(draft(0).visa, number="9999")),
    ],
    ids=["another passport", "another visa"],
)
def test_a_receipt_of_another_case_is_refused(office: OfficeAtWork, other) -> None:
    entered = office.enter()
    result = run(office, other)
    assert grounds(result) == [Ground.RECEIPT_USED]
    assert cases(office) == 1
    assert office.stored(entered.reference) == entered


def test_one_person_in_two_chairs_is_refused(office: OfficeAtWork) -> None:
    both = Officers(entry=CLERK, checker=CHECKER, approver=EVERYTHING, issuer=EVERYTHING)
    assert grounds(run(office, officers=both)) == [Ground.SAME_OFFICER_APPROVED]


def test_a_case_checked_by_hand_is_approved_and_issued(office: OfficeAtWork) -> None:
    checked = office.check()
    clearance = expect(run(office))
    assert office.stored(clearance.application_reference).checked == checked.checked


def test_a_case_approved_by_hand_is_only_issued(office: OfficeAtWork) -> None:
    entered = office.enter()
    approved = decide(office.service, entered)
    clearance = expect(run(office))
    assert office.stored(clearance.application_reference).approved == approved.approved


def test_rows_beyond_the_permit_are_refused_one_by_one(office: OfficeAtWork) -> None:
    results = [run(office, draft(index)) for index in range(PERMIT.places + 3)]
    refused = [result for result in results if isinstance(result, Refused)]
    assert len(refused) == 3
    assert all(grounds(result) == [Ground.PERMIT_USED_UP] for result in refused)
    with office.service.database.read() as work:
        permit = work.permits.get(PERMIT.number)
    assert permit is not None
    assert permit.balance == 0


def test_a_photo_without_a_face_does_not_stop_a_row_and_is_on_record(office: OfficeAtWork) -> None:
    clearance = expect(run(office, upload=PORTRAIT + b" faceless"))
    with office.service.database.read() as work:
        facts = {entry.act: entry.facts for entry in work.audit.entries(subject=clearance.application_reference)}
    assert facts["application.submitted"]["photo_remark"] == "no_face"
    assert facts["application.approved"]["photo_accepted_despite"] == "no_face"
