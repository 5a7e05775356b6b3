"""Entering, approving and rejecting cases."""

from dataclasses import replace

import pytest

from clearance.credential.errors import MalformedClaims
from clearance.domain.application import Application
from clearance.domain.audit import AuditAct
from clearance.domain.decision import Refused
from clearance.domain.eligibility import Ground
from clearance.domain.lifecycle import ApplicationState, Move
from clearance.domain.staff import Role
from clearance.issuing import approve, check, entry
from clearance.issuing.fields import FaultKind
from clearance.issuing.ports import Conflict, NotOnRecord, PhotoGround, PhotoRefused
from clearance.issuing.with_reason import move_with_reason
from tests.fakes.office import (
    APPROVER,
    CHECKER,
    CLERK,
    DEVICE,
    EVERYTHING,
    ISSUER,
    NOW,
    PERMIT,
    OfficeAtWork,
    decide,
    draft,
    expect,
    officer,
)


def grounds(result: object) -> list[Ground]:
    assert isinstance(result, Refused)
    return [objection.ground for objection in result.objections]


def acts(office: OfficeAtWork, reference: str) -> list[tuple[str, str]]:
    with office.service.database.read() as work:
        return [(entry.act, entry.officer_no) for entry in work.audit.entries(subject=reference)]


def nothing_happened(office: OfficeAtWork, before: Application) -> bool:
    return office.stored(before.reference) == before and acts(office, before.reference) == [
        (AuditAct.APPLICATION_SUBMITTED, CLERK.number)
    ]


def test_an_entered_case_is_stored_submitted_and_on_record(office: OfficeAtWork) -> None:
    entered = office.enter()
    assert office.stored(entered.reference) == entered
    assert (entered.state, entered.version) == (ApplicationState.SUBMITTED, 1)
    assert (entered.entered.officer_no, entered.entered.at, entered.entered.device) == (CLERK.number, NOW, DEVICE)
    assert acts(office, entered.reference) == [(AuditAct.APPLICATION_SUBMITTED, CLERK.number)]


def test_only_clerks_enter(office: OfficeAtWork) -> None:
    assert grounds(entry.enter(office.service, draft(), officer=ISSUER, device=DEVICE)) == [Ground.ROLE_MISSING]


def test_rights_are_those_on_record_and_not_those_of_the_session(office: OfficeAtWork) -> None:
    claims_to_be_clerk = replace(ISSUER, roles=frozenset({Role.DEMO_OFFICER}))
    assert grounds(entry.enter(office.service, draft(), officer=claims_to_be_clerk, device=DEVICE)) == [
        Ground.ROLE_MISSING
    ]
    with office.service.database.write() as work:
        work.staff.save(replace(CLERK, active=False))
        work.commit()
    assert grounds(entry.enter(office.service, draft(), officer=CLERK, device=DEVICE)) == [Ground.OFFICER_INACTIVE]


def test_a_receipt_is_used_once_and_the_answer_names_where(office: OfficeAtWork) -> None:
    first = office.enter()
    result = entry.enter(office.service, replace(draft(2), payment=first.draft.payment), officer=CLERK, device=DEVICE)
    assert isinstance(result, Refused)
    [objection] = result.objections
    assert objection.ground is Ground.RECEIPT_USED
    assert objection.details == {"receipt": first.draft.payment.receipt_no, "reference": first.reference}


def test_what_no_card_can_carry_is_refused_on_the_day_of_entry(office: OfficeAtWork) -> None:
    too_long = replace(draft(), worker=replace(draft().worker, name_en="A" * 81))
    with pytest.raises(MalformedClaims, match="full_name"):
        entry.enter(office.service, too_long, officer=CLERK, device=DEVICE)


def test_a_portrait_is_prepared_and_kept(office: OfficeAtWork) -> None:
    portrait = office.service.prepare_photo(b"\xff\xd8 somebody")
    worker = entry.with_portrait(office.service, draft(), portrait).worker
    assert office.documents.get(worker.photo_sha256) == b"\xff\xd8 somebody"
    assert worker.photo_remark is None


def test_an_upload_that_is_no_picture_is_refused_and_not_kept(office: OfficeAtWork) -> None:
    with pytest.raises(PhotoRefused) as refused:
        office.service.prepare_photo(b"MZ")
    assert refused.value.ground is PhotoGround.NOT_AN_IMAGE
    assert office.documents.contents == {}


def test_every_ground_against_a_photo_is_a_fault_that_has_words() -> None:
    assert {f"photo_{ground}" for ground in PhotoGround} <= set(FaultKind)


def test_an_approval_is_stored_and_on_record(office: OfficeAtWork) -> None:
    entered = office.enter()
    approved = decide(office.service, entered)
    assert office.stored(entered.reference) == approved
    assert (approved.state, approved.version) == (ApplicationState.APPROVED, 3)
    assert approved.approved is not None
    assert (approved.approved.officer_no, approved.approved.at) == (APPROVER.number, NOW)
    assert acts(office, entered.reference)[-1] == (AuditAct.APPLICATION_APPROVED, APPROVER.number)


def test_whoever_entered_a_case_does_not_approve_it(office: OfficeAtWork) -> None:
    entered = expect(entry.enter(office.service, draft(), officer=EVERYTHING, device=DEVICE))
    checked = expect(check.check(office.service, entered.reference, officer=CHECKER, device=DEVICE, version=1))
    result = approve.approve(office.service, entered.reference, officer=EVERYTHING, device=DEVICE, version=2)
    assert grounds(result) == [Ground.SAME_OFFICER_ENTERED]
    assert office.stored(entered.reference) == checked


def test_a_case_that_may_not_be_cleared_is_not_passed_on(office: OfficeAtWork) -> None:
    entered = office.enter(replace(draft(), permit_no="EA-NONE"))
    result = check.check(office.service, entered.reference, officer=CHECKER, device=DEVICE, version=1)
    assert grounds(result) == [Ground.PERMIT_UNKNOWN]
    assert nothing_happened(office, entered)


def test_a_rejection_keeps_its_reason(office: OfficeAtWork) -> None:
    entered = office.enter()
    rejected = expect(
        move_with_reason(
            office.service,
            entered.reference,
            Move.REJECT,
            officer=APPROVER,
            device=DEVICE,
            version=1,
            reason="  visa copy illegible ",
        )
    )
    assert office.stored(entered.reference) == rejected
    assert rejected.rejected is not None
    assert (rejected.rejected.officer_no, rejected.rejected.reason) == (APPROVER.number, "visa copy illegible")
    assert acts(office, entered.reference)[-1] == (AuditAct.APPLICATION_REJECTED, APPROVER.number)
    again = approve.approve(office.service, entered.reference, officer=APPROVER, device=DEVICE, version=2)
    assert grounds(again) == [Ground.NOT_THE_STATE]


def test_a_rejection_without_reason_changes_nothing(office: OfficeAtWork) -> None:
    entered = office.enter()
    result = move_with_reason(
        office.service, entered.reference, Move.REJECT, officer=APPROVER, device=DEVICE, version=1, reason="  "
    )
    assert grounds(result) == [Ground.REASON_MISSING]
    assert nothing_happened(office, entered)


def test_reasons_stay_out_of_the_audit_log(office: OfficeAtWork) -> None:
    entered = office.enter()
    move_with_reason(
        office.service,
        entered.reference,
        Move.REJECT,
        officer=APPROVER,
        device=DEVICE,
        version=1,
        reason="RAHIM is not RAHIM",
    )
    with office.service.database.read() as work:
        assert "RAHIM" not in repr(work.audit.entries(subject=entered.reference))


def test_of_two_officers_on_one_case_the_second_is_told(office: OfficeAtWork) -> None:
    entered = office.enter()
    decide(office.service, entered)
    with pytest.raises(Conflict):
        move_with_reason(
            office.service,
            entered.reference,
            Move.REJECT,
            officer=APPROVER,
            device=DEVICE,
            version=1,
            reason="too late",
        )
    with pytest.raises(Conflict):
        approve.approve(office.service, entered.reference, officer=APPROVER, device=DEVICE, version=1)
    assert office.stored(entered.reference).state is ApplicationState.APPROVED


def test_a_case_or_officer_that_is_not_on_record_is_said_so(office: OfficeAtWork) -> None:
    entered = office.enter()
    with pytest.raises(NotOnRecord):
        approve.approve(office.service, "APP-NOTTHERE", officer=APPROVER, device=DEVICE, version=1)
    with pytest.raises(NotOnRecord):
        move_with_reason(
            office.service, "APP-NOTTHERE", Move.REJECT, officer=APPROVER, device=DEVICE, version=1, reason="x"
        )
    with pytest.raises(NotOnRecord):
        approve.approve(
            office.service, entered.reference, officer=officer("Z-9", Role.APPROVER), device=DEVICE, version=1
        )


def test_an_office_that_does_not_exist_is_said_so(office: OfficeAtWork) -> None:
    nowhere = replace(draft(), office_code="DEMO-XXX", permit_no=PERMIT.number)
    with pytest.raises(NotOnRecord):
        entry.enter(office.service, nowhere, officer=CLERK, device=DEVICE)
