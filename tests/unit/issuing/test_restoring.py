"""An office that came back from a backup: what is shut until it is reconciled, and whose cases are held then."""

import pytest

from clearance.domain.audit import EMPTY, AuditAct
from clearance.domain.decision import Refused
from clearance.domain.eligibility import Ground
from clearance.domain.lifecycle import ApplicationState, Move
from clearance.domain.restoration import LostCard, Restoration
from clearance.domain.signing import OF_THE_KEY
from clearance.issuing import restoring
from clearance.issuing.checkpoint import publish_checkpoint
from clearance.issuing.distrusted import queue_reissue
from clearance.issuing.halt import resume_signing
from clearance.issuing.moving import NotYetPublished
from clearance.issuing.ports import NotSigned
from clearance.issuing.publish import NotReconciled, keep_published, publish_status
from clearance.issuing.request import request_card
from clearance.issuing.sign import SignedClearance, sign
from clearance.issuing.with_reason import move_with_reason
from tests.fakes.office import APPROVER, DEVICE, ISSUER, NOW, OfficeAtWork, draft, expect


def restore(office: OfficeAtWork) -> None:
    began = Restoration(epoch="k7m2", backup="b", made_at=NOW, head=EMPTY, begun_by=ISSUER.number, begun_at=NOW)
    expect(restoring.begin(office.service.database, began))


def finish(office: OfficeAtWork, *lost: LostCard) -> restoring.Reconciled:
    database = office.service.database
    nothing = {"officer_no": ISSUER.number, "at": NOW, "newest_entry": None, "despite": "None found"}
    return expect(restoring.finish(database, {}, lost=lost, **nothing))


def hold_of(office: OfficeAtWork, lost: LostCard) -> dict[str, str]:
    database = office.service.database
    return dict(expect(restoring.hold_bearers(database, [lost], officer_no=ISSUER.number, at=NOW)))


def lost_card(office: OfficeAtWork, number: str, *, index: int = 0) -> LostCard:
    ref = office.issue(draft(90)).status_ref
    return LostCard(clearance_no=number, passport_no=draft(index).worker.passport.number, status_ref=ref)


class TestShut:
    def test_no_card_is_signed_even_where_the_stop_was_lifted_behind_everybodys_back(
        self, office: OfficeAtWork
    ) -> None:
        reference = office.approve().reference
        restore(office)
        with office.service.database.write() as work:
            work.signing.resume(officer_no=ISSUER.number, at=NOW)
            work.commit()
        refused = request_card(office.service, reference, officer=ISSUER, device=DEVICE)
        assert isinstance(refused, Refused)
        assert [objection.ground for objection in refused.objections] == [Ground.NOT_RECONCILED]

    def test_no_card_is_issued_anew_and_its_place_in_the_queue_stays(self, office: OfficeAtWork) -> None:
        card = office.issue()
        queue_reissue(office.service, card.kid)
        restore(office)
        refused = office.service.signing.reissue(card.clearance_no, officer_no=ISSUER.number)
        assert isinstance(refused, Refused)
        assert [objection.ground for objection in refused.objections] == [Ground.NOT_RECONCILED]
        with office.service.database.read() as work:
            waiting = work.reissues.get(card.clearance_no)
        assert waiting is not None
        assert waiting.settled_at is None

    def test_a_batch_halts_instead_of_refusing_row_after_row(self) -> None:
        assert Ground.NOT_RECONCILED in OF_THE_KEY

    def test_no_list_bundle_or_checkpoint_is_published(self, office: OfficeAtWork) -> None:
        restore(office)
        for publish in (publish_status, keep_published, publish_checkpoint):
            with pytest.raises(NotReconciled, match="clearance restore finish"):
                publish(office.room)
        with pytest.raises(NotSigned):
            office.service.signing.publish_status()

    def test_nobody_resumes_signing(self, office: OfficeAtWork) -> None:
        restore(office)
        refused = resume_signing(office.service, officer_no=APPROVER.number, reason="Let us go on")
        assert isinstance(refused, Refused)
        assert [objection.ground for objection in refused.objections] == [Ground.NOT_RECONCILED]

    def test_a_card_may_be_held_meanwhile_and_desks_hear_of_it_after(self, office: OfficeAtWork) -> None:
        card = office.issue()
        case = office.stored(card.application_reference)
        restore(office)
        by = {"officer": ISSUER, "device": DEVICE, "version": case.version, "reason": "Asked"}
        with pytest.raises(NotYetPublished):
            move_with_reason(office.service, case.reference, Move.HOLD, **by)
        finish(office)
        publish_status(office.room)
        assert card.status_ref.idx in office.publisher.newest


class TestBearersOfLostCards:
    def test_an_approved_case_of_theirs_is_held_by_name_when_the_office_goes_on(self, office: OfficeAtWork) -> None:
        lost = lost_card(office, "BMET-26-LOST")
        reference = office.approve().reference
        restore(office)
        assert finish(office, lost).on_hold == {reference: "BMET-26-LOST"}
        held = office.stored(reference)
        assert held.state is ApplicationState.HELD
        assert "BMET-26-LOST" in str(held.acts[-1].reason)
        with office.service.database.read() as work:
            entry = work.audit.entries(subject=reference)[-1]
        assert entry.act == AuditAct.APPLICATION_HELD
        assert entry.facts["clearance"] == "BMET-26-LOST"
        refused = request_card(office.service, reference, officer=ISSUER, device=DEVICE)
        assert isinstance(refused, Refused)

    def test_a_case_that_is_not_decided_yet_is_held_too(self, office: OfficeAtWork) -> None:
        lost = lost_card(office, "BMET-26-LOST")
        reference = office.enter().reference
        assert hold_of(office, lost) == {reference: "BMET-26-LOST"}

    def test_the_cases_of_others_go_on(self, office: OfficeAtWork) -> None:
        lost = lost_card(office, "BMET-26-LOST", index=1)
        reference = office.approve().reference
        assert hold_of(office, lost) == {}
        expect(request_card(office.service, reference, officer=ISSUER, device=DEVICE))

    def test_a_case_that_was_planned_under_that_very_number_goes_on_and_gives_that_very_card(
        self, office: OfficeAtWork
    ) -> None:
        reference = office.approve().reference
        signed = sign(office.room, reference, officer_no=ISSUER.number, device=DEVICE)
        assert isinstance(signed, SignedClearance)
        number = signed.intent.clearance_no
        assert hold_of(office, lost_card(office, number)) == {}
        card = expect(request_card(office.service, reference, officer=ISSUER, device=DEVICE))
        assert (card.clearance_no, card.status_ref) == (number, signed.intent.status_ref)

    def test_a_second_document_of_a_card_that_is_in_the_books_holds_nothing(self, office: OfficeAtWork) -> None:
        card = office.issue(draft(3))
        lost = lost_card(office, card.clearance_no, index=4)
        office.approve(draft(4))
        assert hold_of(office, lost) == {}

    def test_a_card_that_stands_is_not_suspended(self, office: OfficeAtWork) -> None:
        office.issue(draft(5))
        assert hold_of(office, lost_card(office, "BMET-26-LOST", index=5)) == {}
