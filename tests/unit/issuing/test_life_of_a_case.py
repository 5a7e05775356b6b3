"""What happens to a case beside the straight way: drafts, returns, holds, departures, and who sees it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from clearance.credential.claims import parse_claims
from clearance.credential.cose import parse_sign1
from clearance.credential.status import Status
from clearance.domain.audit import AuditAct
from clearance.domain.clearance import RevocationReason
from clearance.domain.decision import Refused
from clearance.domain.eligibility import Ground
from clearance.domain.lifecycle import STATUS_OF, ApplicationState, Move
from clearance.domain.staff import Role
from clearance.issuing import approve, cards, check, entry, queue, revoke
from clearance.issuing.amend import amend
from clearance.issuing.depart import record_departure
from clearance.issuing.moving import NotYetPublished
from clearance.issuing.ports import Conflict, NotOnRecord
from clearance.issuing.publish import publish_status
from clearance.issuing.request import request_card
from clearance.issuing.sign import SignedClearance, sign
from clearance.issuing.submit import submit
from clearance.issuing.with_reason import move_with_reason
from tests.fakes.office import (
    AGENCY_CLERK,
    APPROVER,
    CHECKER,
    CLERK,
    DEVICE,
    DISTRICT,
    EVERYTHING,
    ISSUER,
    SECOND_ISSUER,
    OfficeAtWork,
    decide,
    draft,
    expect,
    officer,
)
from tests.fakes.values import desk
from tests.unit.issuing.lives import acts, card_of, grounds, held, released, with_photo

S = ApplicationState


# --- drafts and corrections before the card


def test_a_draft_is_kept_amended_and_submitted(office: OfficeAtWork) -> None:
    kept = expect(entry.keep_draft(office.service, with_photo(office), officer=CLERK, device=DEVICE))
    assert kept.state is S.DRAFT
    better = replace(kept.draft, destination="SAU", job=replace(kept.draft.job, employer="JEDDAH BUILDING CO"))
    amended = expect(amend(office.service, kept.reference, better, officer=CLERK, device=DEVICE, version=kept.version))
    assert (amended.state, amended.draft) == (S.DRAFT, better)
    submitted = expect(submit(office.service, kept.reference, officer=CLERK, device=DEVICE, version=amended.version))
    assert office.stored(kept.reference) == submitted
    assert [act.move for act in submitted.acts] == [Move.DRAFT, Move.AMEND, Move.SUBMIT]
    assert acts(office, kept.reference) == [
        AuditAct.APPLICATION_DRAFTED,
        AuditAct.APPLICATION_AMENDED,
        AuditAct.APPLICATION_SUBMITTED,
    ]


def test_an_amendment_without_a_photo_keeps_the_one_there_is(office: OfficeAtWork) -> None:
    kept = expect(entry.keep_draft(office.service, with_photo(office), officer=CLERK, device=DEVICE))
    bare = replace(kept.draft, worker=replace(kept.draft.worker, photo_sha256=""))
    amended = expect(amend(office.service, kept.reference, bare, officer=CLERK, device=DEVICE, version=1))
    assert amended.draft.worker.photo_sha256 == kept.draft.worker.photo_sha256


def test_what_was_submitted_cannot_be_amended(office: OfficeAtWork) -> None:
    entered = office.enter()
    result = amend(office.service, entered.reference, entered.draft, officer=CLERK, device=DEVICE, version=1)
    assert grounds(result) == [Ground.NOT_THE_STATE]


def test_of_two_who_amend_one_draft_the_second_is_told(office: OfficeAtWork) -> None:
    kept = expect(entry.keep_draft(office.service, with_photo(office), officer=CLERK, device=DEVICE))
    expect(amend(office.service, kept.reference, kept.draft, officer=CLERK, device=DEVICE, version=1))
    with pytest.raises(Conflict):
        amend(office.service, kept.reference, kept.draft, officer=EVERYTHING, device=DEVICE, version=1)


def test_a_case_sent_back_is_put_right_and_goes_the_whole_way_again(office: OfficeAtWork) -> None:
    approved = office.approve()
    returned = expect(
        move_with_reason(
            office.service,
            approved.reference,
            Move.SEND_BACK,
            officer=ISSUER,
            device=DEVICE,
            version=3,
            reason="name misspelt",
        )
    )
    assert returned.state is S.RETURNED
    worker = replace(returned.draft.worker, name_en="MD. RAHIM UDDIN SARKAR")
    right = replace(returned.draft, worker=worker)
    amended = expect(amend(office.service, approved.reference, right, officer=CLERK, device=DEVICE, version=4))
    again = expect(submit(office.service, approved.reference, officer=CLERK, device=DEVICE, version=amended.version))
    clearance = expect(
        request_card(office.service, decide(office.service, again).reference, officer=ISSUER, device=DEVICE)
    )
    claims = parse_claims(parse_sign1(clearance.token).payload, issuer=office.room.issuer)
    assert claims.full_name == "MD. RAHIM UDDIN SARKAR"


def test_what_may_have_been_signed_before_a_case_was_sent_back_never_holds(office: OfficeAtWork) -> None:
    approved = office.approve()
    signed = sign(office.room, approved.reference, officer_no=ISSUER.number, device=DEVICE)
    assert isinstance(signed, SignedClearance)
    expect(
        move_with_reason(
            office.service,
            approved.reference,
            Move.SEND_BACK,
            officer=ISSUER,
            device=DEVICE,
            version=3,
            reason="name misspelt",
        )
    )
    again = expect(submit(office.service, approved.reference, officer=CLERK, device=DEVICE, version=4))
    clearance = expect(
        request_card(office.service, decide(office.service, again).reference, officer=ISSUER, device=DEVICE)
    )
    publish_status(office.room)
    assert clearance.status_ref != signed.intent.status_ref
    assert clearance.clearance_no != signed.intent.clearance_no
    assert office.publisher.newest == {signed.intent.status_ref.idx: Status.INVALID}


def test_a_pay_order_serves_one_head(office: OfficeAtWork) -> None:
    paid = replace(draft(1), payment=replace(draft(1).payment, pay_order_no="PO-1"))
    first = office.enter(paid)
    other = replace(draft(2), payment=replace(draft(2).payment, pay_order_no="PO-1"))
    result = entry.enter(office.service, other, officer=CLERK, device=DEVICE)
    assert isinstance(result, Refused)
    [objection] = result.objections
    assert objection.ground is Ground.PAY_ORDER_USED
    assert objection.details == {"receipt": "PO-1", "reference": first.reference}


# --- rejected and taken up again


def test_a_rejected_case_comes_to_a_card_only_by_others(office: OfficeAtWork) -> None:
    fresh = [officer("A-7", Role.APPROVER), officer("A-8", Role.APPROVER)]
    with office.service.database.write() as work:
        for each in fresh:
            work.staff.add(each)
        work.commit()
    entered = office.enter()
    expect(
        move_with_reason(
            office.service,
            entered.reference,
            Move.REJECT,
            officer=APPROVER,
            device=DEVICE,
            version=1,
            reason="illegible",
        )
    )
    refused = move_with_reason(
        office.service,
        entered.reference,
        Move.TAKE_UP_AGAIN,
        officer=APPROVER,
        device=DEVICE,
        version=2,
        reason="I was wrong",
    )
    assert grounds(refused) == [Ground.REJECTED_BEFORE]
    expect(
        move_with_reason(
            office.service,
            entered.reference,
            Move.TAKE_UP_AGAIN,
            officer=fresh[0],
            device=DEVICE,
            version=2,
            reason="new copy of the visa",
        )
    )
    checked = expect(check.check(office.service, entered.reference, officer=CHECKER, device=DEVICE, version=3))
    for who, expected in ((APPROVER, [Ground.REJECTED_BEFORE]), (fresh[0], [Ground.SAME_OFFICER_TOOK_UP])):
        result = approve.approve(office.service, checked.reference, officer=who, device=DEVICE, version=4)
        assert grounds(result) == expected
    expect(approve.approve(office.service, checked.reference, officer=fresh[1], device=DEVICE, version=4))
    assert expect(request_card(office.service, checked.reference, officer=ISSUER, device=DEVICE)).status is Status.VALID


# --- holds


def test_a_card_on_hold_is_suspended_at_every_desk_and_comes_back(office: OfficeAtWork) -> None:
    clearance = office.issue()
    on_hold = held(office, clearance.application_reference)
    assert card_of(office, clearance).status is Status.SUSPENDED
    assert office.publisher.newest == {clearance.status_ref.idx: Status.SUSPENDED}
    assert grounds(released(office, on_hold, by=APPROVER)) == [Ground.SAME_OFFICER_HELD]
    assert expect(released(office, on_hold)).state is S.ISSUED
    assert card_of(office, clearance) == clearance
    assert office.publisher.newest == {}
    assert acts(office, clearance.application_reference)[-2:] == [
        AuditAct.APPLICATION_HELD,
        AuditAct.APPLICATION_RELEASED,
    ]


def test_a_hold_that_could_not_be_published_stands_and_is_published_later(office: OfficeAtWork) -> None:
    clearance = office.issue()
    office.publisher.broken = True
    with pytest.raises(NotYetPublished):
        held(office, clearance.application_reference)
    assert card_of(office, clearance).status is Status.SUSPENDED
    office.publisher.broken = False
    publish_status(office.room)
    assert office.publisher.newest == {clearance.status_ref.idx: Status.SUSPENDED}


def test_nobody_issues_a_case_on_hold(office: OfficeAtWork) -> None:
    approved = office.approve()
    on_hold = held(office, approved.reference, by=SECOND_ISSUER)
    refused = request_card(office.service, approved.reference, officer=ISSUER, device=DEVICE)
    assert Ground.NOT_THE_STATE in grounds(refused)
    assert office.publisher.published == []
    expect(released(office, on_hold))
    assert expect(request_card(office.service, approved.reference, officer=ISSUER, device=DEVICE))


def test_a_card_on_hold_may_be_revoked(office: OfficeAtWork) -> None:
    clearance = office.issue()
    held(office, clearance.application_reference)
    reason = RevocationReason.DECEASED
    expect(
        revoke.revoke(office.service, clearance.clearance_no, officer=ISSUER, device=DEVICE, reason=reason, remark="")
    )
    assert card_of(office, clearance).status is Status.INVALID
    assert office.stored(clearance.application_reference).state is S.REVOKED


# --- departed and run out


def test_a_departure_is_recorded_once_and_by_a_desk_on_record(office: OfficeAtWork) -> None:
    clearance = office.issue()
    with office.service.database.write() as work:
        work.desks.add(desk())
        work.commit()
    at = office.clock.at + timedelta(hours=3)
    gone = expect(record_departure(office.service, clearance.clearance_no, desk_id=desk().id, at=at))
    assert (gone.state, gone.acts[-1].officer_no, gone.acts[-1].at) == (S.DEPARTED, desk().id, at)
    assert card_of(office, clearance).status is Status.VALID
    assert acts(office, clearance.application_reference)[-1] == AuditAct.WORKER_DEPARTED
    again = record_departure(office.service, clearance.clearance_no, desk_id=desk().id, at=at)
    assert grounds(again) == [Ground.NOT_THE_STATE]
    with pytest.raises(NotOnRecord):
        record_departure(office.service, clearance.clearance_no, desk_id="DSK-STRANGER", at=at)


def test_a_case_has_expired_the_day_after_its_last_one(office: OfficeAtWork) -> None:
    clearance = office.issue()
    case = office.stored(clearance.application_reference)
    assert case.state_on(clearance.valid_until) is S.ISSUED
    assert case.state_on(clearance.valid_until + timedelta(days=1)) is S.EXPIRED
    assert Move.HOLD not in case.moves_on(clearance.valid_until + timedelta(days=1))


def test_every_state_with_a_card_says_what_desks_are_told() -> None:
    with_card = {S.ISSUED, S.HELD, S.SUPERSEDED, S.REVOKED, S.DEPARTED, S.EXPIRED}
    assert set(STATUS_OF) == with_card


# --- scope


def test_what_lies_outside_an_officers_scope_is_as_if_it_were_not_there(office: OfficeAtWork) -> None:
    clearance = office.issue()
    stranger = officer("D-1", *Role, office_code=DISTRICT.code)
    other_agency = officer("AG-2", Role.AGENCY_CLERK, licence_no="RL-9999")
    with office.service.database.write() as work:
        for each in (stranger, other_agency):
            work.staff.add(each)
        work.commit()
    for each in (stranger, other_agency):
        assert queue.case(office.service, clearance.application_reference, officer=each) is None
        assert cards.card(office.service, clearance.clearance_no, officer=each) is None
        assert cards.find(office.service, officer=each, text="", page=1).total == 0
        assert queue.tally(office.service, queue.Wanted(officer=each)) == {}
        with pytest.raises(NotOnRecord):
            queue.photo(office.service, clearance.application_reference, officer=each)
        with pytest.raises(NotOnRecord):
            move_with_reason(
                office.service,
                clearance.application_reference,
                Move.HOLD,
                officer=each,
                device=DEVICE,
                version=4,
                reason="x",
            )
    own = queue.case(office.service, clearance.application_reference, officer=AGENCY_CLERK)
    assert own is not None


def test_the_signing_component_refuses_an_issuer_of_another_office(office: OfficeAtWork) -> None:
    approved = office.approve()
    stranger = officer("D-1", Role.ISSUER, office_code=DISTRICT.code)
    with office.service.database.write() as work:
        work.staff.add(stranger)
        work.commit()
    result = sign(office.room, approved.reference, officer_no=stranger.number, device=DEVICE)
    assert Ground.OTHER_OFFICE in grounds(result)


def test_who_signs_for_headquarters_is_shown_what_a_district_cannot_sign(office: OfficeAtWork) -> None:
    in_district = replace(draft(1), office_code=DISTRICT.code)
    office.enter(draft(0))
    left_alone = office.enter(in_district)
    pooled = queue.Wanted(officer=CHECKER, pool=True)
    assert queue.tally(office.service, pooled) == {S.SUBMITTED: 2}
    with office.service.database.write() as work:
        work.staff.add(officer("D-1", Role.CHECKER, office_code=DISTRICT.code))
        work.commit()
    assert queue.tally(office.service, pooled) == {S.SUBMITTED: 1}
    assert queue.tally(office.service, queue.Wanted(officer=CHECKER)) == {S.SUBMITTED: 2}
    assert left_alone.forwarded is False
