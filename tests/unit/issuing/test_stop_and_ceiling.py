"""What bounds the card key, whoever asks: the stop of all signing, and the ceiling of an hour and a day."""

from dataclasses import replace

import pytest

from clearance.domain.audit import AuditAct
from clearance.domain.clearance import RevocationReason
from clearance.domain.decision import Refused
from clearance.domain.eligibility import Ground
from clearance.domain.signing import MAX_STOP_REASON, Ceiling, SigningStop
from clearance.domain.staff import Officer
from clearance.issuing.halt import SUBJECT, resume_signing, standing_stop, stop_signing
from clearance.issuing.issue import issue
from clearance.issuing.ports import NotOnRecord
from clearance.issuing.request import request_card
from clearance.issuing.revoke import revoke
from clearance.issuing.sign import SignedClearance, sign
from tests.fakes.office import APPROVER, CLERK, DEVICE, ISSUER, NOW, OfficeAtWork, draft, expect

REASON = "Passwords stolen"


def stop(office: OfficeAtWork, officer: Officer = CLERK) -> SigningStop:
    return expect(stop_signing(office.service, officer_no=officer.number, reason=REASON))


def grounds(result: object) -> list[Ground]:
    assert isinstance(result, Refused), result
    return [objection.ground for objection in result.objections]


def acts(office: OfficeAtWork, subject: str) -> list[str]:
    with office.service.database.read() as work:
        return [entry.act for entry in work.audit.entries(subject=subject)]


class TestStop:
    def test_the_very_next_signature_is_refused_with_who_when_and_why(self, office: OfficeAtWork) -> None:
        reference = office.approve().reference
        stop(office)
        refused = request_card(office.service, reference, officer=ISSUER, device=DEVICE)
        assert grounds(refused) == [Ground.SIGNING_STOPPED]
        assert isinstance(refused, Refused)
        assert refused.objections[0].details == {"officer": CLERK.number, "since": NOW, "reason": REASON}
        assert acts(office, reference)[-1] == AuditAct.SIGNING_REFUSED

    def test_a_card_whose_signing_was_begun_waits_too_and_is_finished_after(self, office: OfficeAtWork) -> None:
        reference = office.approve().reference
        begun = sign(office.room, reference, officer_no=ISSUER.number, device=DEVICE)
        assert isinstance(begun, SignedClearance)
        stop(office)
        assert grounds(issue(office.room, reference, officer_no=ISSUER.number, device=DEVICE)) == [
            Ground.SIGNING_STOPPED
        ]
        expect(resume_signing(office.service, officer_no=APPROVER.number, reason="Passwords changed"))
        finished = expect(issue(office.room, reference, officer_no=ISSUER.number, device=DEVICE))
        assert finished.clearance_no == begun.intent.clearance_no

    def test_a_card_issued_before_is_still_told_about(self, office: OfficeAtWork) -> None:
        clearance = office.issue()
        stop(office)
        assert request_card(office.service, clearance.application_reference, officer=ISSUER, device=DEVICE) == clearance

    def test_cards_can_be_taken_back_and_that_is_published(self, office: OfficeAtWork) -> None:
        clearance = office.issue()
        stop(office)
        reason = RevocationReason.ISSUED_IN_ERROR
        expect(revoke(office.service, clearance.clearance_no, officer=ISSUER, device=DEVICE, reason=reason, remark=""))
        assert clearance.status_ref.idx in office.publisher.newest

    def test_both_acts_are_on_record_with_their_reasons(self, office: OfficeAtWork) -> None:
        stop(office)
        resume_signing(office.service, officer_no=APPROVER.number, reason="Passwords changed")
        with office.service.database.read() as work:
            entries = work.audit.entries(subject=SUBJECT)
        assert [(entry.act, entry.officer_no, entry.facts["reason"]) for entry in entries] == [
            (AuditAct.SIGNING_STOPPED, CLERK.number, REASON),
            (AuditAct.SIGNING_RESUMED, APPROVER.number, "Passwords changed"),
        ]

    def test_the_first_of_two_stops_is_the_one_that_stands(self, office: OfficeAtWork) -> None:
        first = stop(office)
        office.clock.advance(minutes=5)
        assert stop(office, APPROVER) == first
        standing = standing_stop(office.service)
        assert standing is not None
        assert (standing.stop, standing.by) == (first, CLERK)
        assert acts(office, SUBJECT) == [AuditAct.SIGNING_STOPPED]

    def test_lifting_what_does_not_stand_changes_nothing(self, office: OfficeAtWork) -> None:
        assert resume_signing(office.service, officer_no=CLERK.number, reason="-") is None
        assert standing_stop(office.service) is None
        assert acts(office, SUBJECT) == []

    @pytest.mark.parametrize(
        ("reason", "ground"), [(" ", Ground.REASON_MISSING), ("x" * (MAX_STOP_REASON + 1), Ground.REASON_TOO_LONG)]
    )
    def test_a_reason_is_one_line(self, office: OfficeAtWork, reason: str, ground: Ground) -> None:
        assert grounds(stop_signing(office.service, officer_no=CLERK.number, reason=reason)) == [ground]
        assert standing_stop(office.service) is None

    def test_only_an_officer_whose_account_is_open_may_order_it(self, office: OfficeAtWork) -> None:
        with office.service.database.write() as work:
            work.staff.save(replace(CLERK, active=False))
            work.commit()
        refused = stop_signing(office.service, officer_no=CLERK.number, reason=REASON)
        assert grounds(refused) == [Ground.OFFICER_INACTIVE]
        with pytest.raises(NotOnRecord):
            stop_signing(office.service, officer_no="Z-9", reason=REASON)


class TestCeiling:
    def test_one_card_too_many_in_an_hour_is_refused_until_the_hour_has_passed(self, office: OfficeAtWork) -> None:
        office.change_room(ceiling=Ceiling(an_hour=2, a_day=10))
        office.issue(draft(1))
        office.clock.advance(minutes=40)
        office.issue(draft(2))
        third = office.approve(draft(3)).reference
        refused = request_card(office.service, third, officer=ISSUER, device=DEVICE)
        assert grounds(refused) == [Ground.TOO_MANY_THIS_HOUR]
        with office.service.database.read() as work:
            assert work.intents.for_application(third) is None
        office.clock.advance(minutes=21)
        expect(request_card(office.service, third, officer=ISSUER, device=DEVICE))

    def test_the_day_has_a_ceiling_of_its_own(self, office: OfficeAtWork) -> None:
        office.change_room(ceiling=Ceiling(an_hour=2, a_day=3))
        for index in range(3):
            office.issue(draft(index))
            office.clock.advance(hours=2)
        fourth = office.approve(draft(4)).reference
        assert grounds(request_card(office.service, fourth, officer=ISSUER, device=DEVICE)) == [Ground.TOO_MANY_TODAY]
        office.clock.advance(hours=20)
        expect(request_card(office.service, fourth, officer=ISSUER, device=DEVICE))

    def test_what_was_begun_is_finished_and_counts_once(self, office: OfficeAtWork) -> None:
        office.change_room(ceiling=Ceiling(an_hour=1, a_day=1))
        reference = office.approve().reference
        for _ in range(3):  # three machines stopped between signing and recording
            assert isinstance(sign(office.room, reference, officer_no=ISSUER.number, device=DEVICE), SignedClearance)
        expect(request_card(office.service, reference, officer=ISSUER, device=DEVICE))
        with office.service.database.read() as work:
            assert work.signing.lately(office.clock.at).in_an_hour == 1

    def test_a_case_rewritten_again_and_again_is_counted_each_time(self, office: OfficeAtWork) -> None:
        office.change_room(ceiling=Ceiling(an_hour=3, a_day=3))
        approved = office.approve()
        for index in range(3):
            sign(office.room, approved.reference, officer_no=ISSUER.number, device=DEVICE)
            insider_rewrites(office, approved.reference, name=f"GHOST {'I' * (index + 1)}")
        refused = sign(office.room, approved.reference, officer_no=ISSUER.number, device=DEVICE)
        assert grounds(refused) == [Ground.TOO_MANY_THIS_HOUR]


def insider_rewrites(office: OfficeAtWork, reference: str, *, name: str) -> None:
    """Put another person into an approved case, past every use case."""
    case = office.stored(reference)
    worker = replace(case.draft.worker, name_en=name)
    with office.service.database.write() as work:
        acts = (*case.acts, replace(case.acts[-1], officer_no="A-9"))
        work.applications.save(replace(case, draft=replace(case.draft, worker=worker), acts=acts))
        work.commit()
