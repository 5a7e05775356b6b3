"""Taking cards back, and telling desks."""

from dataclasses import replace

import pytest

from clearance.credential.gate import verdict_for
from clearance.credential.qrtext import pack
from clearance.credential.reasons import Reason
from clearance.credential.status import Status
from clearance.domain.audit import AuditAct
from clearance.domain.clearance import Clearance, Revocation, RevocationReason
from clearance.domain.decision import Refused
from clearance.domain.eligibility import Ground
from clearance.domain.lifecycle import Move
from clearance.issuing.issue import issue
from clearance.issuing.moving import NotYetPublished
from clearance.issuing.ports import NotOnRecord
from clearance.issuing.publish import publish_status
from clearance.issuing.revoke import revoke
from clearance.issuing.sign import SignedClearance, sign
from clearance.issuing.with_reason import move_with_reason
from tests.fakes.office import (
    APPROVER,
    CLERK,
    DEVICE,
    ISSUER,
    NOW,
    PERMIT,
    SECOND_ISSUER,
    OfficeAtWork,
    decide,
    draft,
    expect,
)

WITHDREW = RevocationReason.WORKER_WITHDREW


def take_back(office: OfficeAtWork, clearance: Clearance, remark: str = "") -> Clearance:
    return expect(
        revoke(
            office.service, clearance.clearance_no, officer=SECOND_ISSUER, device=DEVICE, reason=WITHDREW, remark=remark
        )
    )


def desk_says(office: OfficeAtWork, clearance: Clearance) -> Reason:
    at = int(office.clock.at.timestamp())
    return verdict_for(pack(clearance.token), held=office.room.held(), at=at).reason


def test_a_revoked_card_is_refused_by_desks_that_fetched_the_list(office: OfficeAtWork) -> None:
    clearance = office.issue()
    assert desk_says(office, clearance) is Reason.VALID
    take_back(office, clearance)
    assert office.publisher.newest == {clearance.status_ref.idx: Status.INVALID}
    assert desk_says(office, clearance) is Reason.REVOKED


def test_a_revocation_is_stored_with_officer_reason_and_remark_and_on_record(office: OfficeAtWork) -> None:
    clearance = office.issue()
    revoked = take_back(office, clearance, remark="  letter 12/26 ")
    expected = Revocation(officer_no=SECOND_ISSUER.number, at=NOW, reason=WITHDREW, remark="letter 12/26")
    assert revoked == replace(clearance, status=Status.INVALID, revocation=expected)
    with office.service.database.read() as work:
        assert work.clearances.get(clearance.clearance_no) == revoked
        last = work.audit.entries(subject=clearance.application_reference)[-1]
    assert (last.act, last.officer_no) == (AuditAct.CARD_REVOKED, SECOND_ISSUER.number)
    assert last.facts == {
        "version": 5,
        "permit": PERMIT.number,
        "rule": office.stored(clearance.application_reference).rule_no,
        "device": DEVICE,
        "clearance": clearance.clearance_no,
        "reason": "worker_withdrew",
        "status_idx": clearance.status_ref.idx,
    }


def test_only_issuers_revoke(office: OfficeAtWork) -> None:
    clearance = office.issue()
    result = revoke(office.service, clearance.clearance_no, officer=CLERK, device=DEVICE, reason=WITHDREW, remark="")
    assert isinstance(result, Refused)
    assert [objection.ground for objection in result.objections] == [Ground.ROLE_MISSING]
    assert office.publisher.published == []


def test_a_revocation_is_final_and_not_made_twice(office: OfficeAtWork) -> None:
    clearance = office.issue()
    revoked = take_back(office, clearance)
    again = revoke(
        office.service, clearance.clearance_no, officer=SECOND_ISSUER, device=DEVICE, reason=WITHDREW, remark=""
    )
    assert isinstance(again, Refused)
    assert [objection.ground for objection in again.objections] == [Ground.CARD_NOT_IN_FORCE]
    with office.service.database.read() as work:
        assert work.clearances.get(clearance.clearance_no) == revoked


def test_a_card_that_is_not_on_record_is_said_so(office: OfficeAtWork) -> None:
    with pytest.raises(NotOnRecord):
        revoke(office.service, "BMET-2026-NOTTHERE000", officer=ISSUER, device=DEVICE, reason=WITHDREW, remark="")


def test_a_revocation_stands_although_it_could_not_be_published_and_is_published_later(office: OfficeAtWork) -> None:
    clearance = office.issue()
    office.publisher.broken = True
    with pytest.raises(NotYetPublished) as late:
        revoke(office.service, clearance.clearance_no, officer=ISSUER, device=DEVICE, reason=WITHDREW, remark="")
    assert late.value.reference == clearance.application_reference
    with office.service.database.read() as work:
        stored = work.clearances.get(clearance.clearance_no)
    assert stored is not None
    assert stored.status is Status.INVALID
    office.publisher.broken = False
    publish_status(office.room)
    assert desk_says(office, clearance) is Reason.REVOKED


def test_every_publication_names_every_card_that_does_not_hold(office: OfficeAtWork) -> None:
    cards = [office.issue(draft(index)) for index in range(3)]
    take_back(office, cards[0])
    take_back(office, cards[2])
    expected = {cards[0].status_ref.idx: Status.INVALID, cards[2].status_ref.idx: Status.INVALID}
    assert office.publisher.newest == expected


def test_what_may_have_been_signed_for_a_case_later_rejected_counts_as_revoked(office: OfficeAtWork) -> None:
    approved = office.approve()
    signed = sign(office.room, approved.reference, officer_no=ISSUER.number, device=DEVICE)
    assert isinstance(signed, SignedClearance)
    publish_status(office.room)
    assert office.publisher.newest == {}
    move_with_reason(
        office.service, approved.reference, Move.REJECT, officer=APPROVER, device=DEVICE, version=3, reason="withdrew"
    )
    publish_status(office.room)
    assert office.publisher.newest == {signed.intent.status_ref.idx: Status.INVALID}


def test_after_a_revocation_the_worker_may_be_cleared_anew(office: OfficeAtWork) -> None:
    first = office.issue()
    take_back(office, first)
    entered = office.enter(replace(draft(1), worker=draft(0).worker))
    decide(office.service, entered)
    second = expect(issue(office.room, entered.reference, officer_no=ISSUER.number, device=DEVICE))
    assert second.passport_no == first.passport_no
    assert desk_says(office, second) is Reason.VALID
    assert desk_says(office, first) is Reason.REVOKED


@pytest.mark.parametrize("reason", RevocationReason)
def test_every_reason_can_be_given(office: OfficeAtWork, reason: RevocationReason) -> None:
    clearance = office.issue()
    revoked = expect(
        revoke(office.service, clearance.clearance_no, officer=ISSUER, device=DEVICE, reason=reason, remark="")
    )
    assert revoked.revocation is not None
    assert (revoked.revocation.reason, revoked.revocation.remark) == (reason, None)
