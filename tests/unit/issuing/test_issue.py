"""Issuing: everything or nothing, proof-read before it is recorded, recorded before it is released."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from clearance.credential.qrtext import pack
from clearance.credential.status import Status
from clearance.domain.audit import AuditAct
from clearance.domain.decision import Refused
from clearance.domain.eligibility import Ground
from clearance.domain.lifecycle import ApplicationState
from clearance.domain.permit import Permit
from clearance.domain.readability import Grade, Treatment
from clearance.issuing import cards, check
from clearance.issuing.issue import issue
from clearance.issuing.ports import NotOnRecord, NotSigned, Trouble
from clearance.issuing.printing import printed_card
from clearance.issuing.sign import SignedClearance, sign
from tests.fakes.office import (
    AGENCY,
    APPROVER,
    CHECKER,
    DEVICE,
    HEADQUARTERS,
    ISSUER,
    NOW,
    PERMIT,
    SECOND_ISSUER,
    OfficeAtWork,
    decide,
    draft,
    expect,
)
from tests.fakes.outside import PAPER, PORTRAIT


def permit(office: OfficeAtWork) -> Permit:
    with office.service.database.read() as work:
        found = work.permits.get(PERMIT.number)
    assert found is not None
    return found


def nothing_was_released(office: OfficeAtWork, reference: str) -> bool:
    with office.service.database.read() as work:
        released = work.clearances.for_application(reference) is not None
        issued = [entry for entry in work.audit.entries(subject=reference) if entry.act == AuditAct.CARD_ISSUED]
    state = office.stored(reference).state
    return not released and not issued and state is ApplicationState.APPROVED and permit(office).used == 0


def test_an_issued_case_has_its_clearance_its_place_and_its_entry(office: OfficeAtWork) -> None:
    approved = office.approve()
    clearance = expect(issue(office.room, approved.reference, officer_no=ISSUER.number, device=DEVICE))
    after = office.stored(approved.reference)
    assert (after.state, after.version) == (ApplicationState.ISSUED, 4)
    assert after.issued is not None
    assert (after.issued.officer_no, after.issued.at, after.issued.device) == (ISSUER.number, NOW, DEVICE)
    assert after.valid_until == clearance.valid_until
    assert permit(office).used == 1
    with office.service.database.read() as work:
        assert work.clearances.for_application(approved.reference) == clearance
        last = work.audit.entries(subject=approved.reference)[-1]
    assert (last.act, last.officer_no) == (AuditAct.CARD_ISSUED, ISSUER.number)
    assert last.facts["clearance"] == clearance.clearance_no
    assert last.facts["pdf_sha256"] == clearance.pdf_sha256


def test_the_record_says_who_signed_what_and_until_when(office: OfficeAtWork) -> None:
    clearance = office.issue()
    assert clearance.status is Status.VALID
    assert clearance.issued_at == NOW.replace(microsecond=0)
    assert clearance.valid_until == NOW.date() + timedelta(days=90)
    assert (clearance.approved_by, clearance.issued_by) == (APPROVER.number, ISSUER.number)
    assert clearance.kid == office.room.card_signer.kid


def test_the_sealed_pdf_is_kept_and_carries_the_recorded_credential(office: OfficeAtWork) -> None:
    clearance = office.issue()
    pdf = cards.pdf(office.service, clearance.clearance_no)
    assert len(pdf) == clearance.pdf_size
    drawn, _, seal = pdf.removeprefix(PAPER).partition(b"\n%SEALED ")
    assert json.loads(drawn)["qr_text"] == pack(clearance.token)
    assert seal == NOW.isoformat().encode()


def test_the_card_prints_what_the_case_says(office: OfficeAtWork) -> None:
    approved = office.approve()
    signed = sign(office.room, approved.reference, officer_no=ISSUER.number, device=DEVICE)
    assert isinstance(signed, SignedClearance)
    card = printed_card(office.room, signed, qr_text="QR", issued_by=ISSUER.number)
    case = approved.draft
    assert (card.qr_text, card.credential, card.photo) == ("QR", signed.token, PORTRAIT)
    assert (card.name.en, card.name.bn) == (case.worker.name_en, case.worker.name_bn)
    assert (card.passport_no, card.visa_no) == (case.worker.passport.number, case.visa.number)
    assert card.visa_type == "single"
    assert (card.agency, card.licence_no, card.agency_phone) == (AGENCY.name, AGENCY.licence_no, AGENCY.phone)
    assert card.office == HEADQUARTERS.name
    assert (card.approved_by, card.issued_by) == (APPROVER.number, ISSUER.number)
    assert (card.issued_on, card.valid_until) == (NOW.date(), signed.claims.valid_until)
    assert card.fees_taka == case.payment.amount_taka
    assert card.demo


def test_a_refused_case_draws_nothing(office: OfficeAtWork) -> None:
    entered = office.enter()
    result = issue(office.room, entered.reference, officer_no=ISSUER.number, device=DEVICE)
    assert isinstance(result, Refused)
    assert len(office.documents.contents) == 1  # the portrait


@pytest.mark.parametrize("page", [1, 2])
def test_a_page_that_does_not_read_back_stops_the_card(office: OfficeAtWork, page: int) -> None:
    reference = office.approve().reference
    office.printer.smudged = frozenset({page})
    with pytest.raises(NotSigned) as stopped:
        issue(office.room, reference, officer_no=ISSUER.number, device=DEVICE)
    assert (stopped.value.trouble, stopped.value.about) == (Trouble.UNREADABLE, f"{page} (100 dpi)")
    assert nothing_was_released(office, reference)


def test_a_card_without_a_page_is_unreadable(office: OfficeAtWork) -> None:
    reference = office.approve().reference
    office.printer.pages = 0
    with pytest.raises(NotSigned):
        issue(office.room, reference, officer_no=ISSUER.number, device=DEVICE)
    assert nothing_was_released(office, reference)


def test_a_lost_portrait_stops_the_card(office: OfficeAtWork) -> None:
    reference = office.approve().reference
    office.documents.contents.clear()
    with pytest.raises(NotOnRecord, match="photo"):
        issue(office.room, reference, officer_no=ISSUER.number, device=DEVICE)
    assert nothing_was_released(office, reference)


@pytest.mark.parametrize("broken", ["printer.render", "printer.read_back", "printer.seal", "documents.put"])
def test_whatever_fails_before_the_record_the_next_attempt_makes_the_same_card(
    office: OfficeAtWork, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = office.approve().reference
    port, _, method = broken.partition(".")

    def fail(*_: object, **__: object) -> bytes:
        raise OSError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr(getattr(office, port), method, fail)
        with pytest.raises(OSError, match="power cut"):
            issue(office.room, reference, officer_no=ISSUER.number, device=DEVICE)
    assert nothing_was_released(office, reference)
    with office.service.database.read() as work:
        plan = work.intents.for_application(reference)
    assert plan is not None
    office.clock.advance(hours=2)
    clearance = expect(issue(office.room, reference, officer_no=SECOND_ISSUER.number, device=DEVICE))
    assert (clearance.clearance_no, clearance.status_ref) == (plan.clearance_no, plan.status_ref)
    assert clearance.issued_at == plan.planned_at
    assert clearance.issued_by == SECOND_ISSUER.number


def test_of_two_officers_issuing_one_case_the_second_is_refused(office: OfficeAtWork) -> None:
    reference = office.approve().reference
    first = expect(issue(office.room, reference, officer_no=ISSUER.number, device=DEVICE))
    second = issue(office.room, reference, officer_no=SECOND_ISSUER.number, device=DEVICE)
    assert isinstance(second, Refused)
    assert {objection.ground for objection in second.objections} == {Ground.NOT_THE_STATE, Ground.ACTIVE_CLEARANCE}
    with office.service.database.read() as work:
        assert work.clearances.for_application(reference) == first
    assert permit(office).used == 1


def test_an_officer_who_was_faster_while_the_card_was_drawn_wins(
    office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = office.approve().reference
    seal = office.printer.seal

    def seal_slowly(pdf: bytes, **at: object) -> bytes:
        monkeypatch.setattr(office.printer, "seal", seal)
        expect(issue(office.room, reference, officer_no=SECOND_ISSUER.number, device=DEVICE))
        return seal(pdf, **at)

    monkeypatch.setattr(office.printer, "seal", seal_slowly)
    result = issue(office.room, reference, officer_no=ISSUER.number, device=DEVICE)
    assert isinstance(result, Refused)
    assert Ground.NOT_THE_STATE in [objection.ground for objection in result.objections]
    with office.service.database.read() as work:
        clearance = work.clearances.for_application(reference)
        assert work.audit.verify().faults == ()
    assert clearance is not None
    assert clearance.issued_by == SECOND_ISSUER.number
    assert permit(office).used == 1


def test_a_clearance_that_has_run_out_gives_way_to_the_next(office: OfficeAtWork) -> None:
    short_visa = replace(draft().visa, expires_on=NOW.date() + timedelta(days=5))
    first = office.issue(replace(draft(0), visa=short_visa))
    same_person = replace(draft(1), worker=draft(0).worker)
    entered = office.enter(same_person)
    early = check.check(office.service, entered.reference, officer=CHECKER, device=DEVICE, version=1)
    assert isinstance(early, Refused)
    assert [objection.ground for objection in early.objections] == [Ground.ACTIVE_CLEARANCE]
    office.clock.advance(days=6)
    decide(office.service, entered)
    second = expect(issue(office.room, entered.reference, officer_no=ISSUER.number, device=DEVICE))
    with office.service.database.read() as work:
        assert work.clearances.get(first.clearance_no) == first.superseded()
        assert office.stored(first.application_reference).state is ApplicationState.SUPERSEDED
        assert work.clearances.active_for_passport(first.passport_no) == second


@pytest.mark.parametrize(
    ("lost", "grade"),
    [
        (frozenset(), Grade.A),
        (frozenset({(100, Treatment.SCREEN)}), Grade.B),
        (frozenset({(100, Treatment.SOFT), (150, Treatment.SOFT)}), Grade.C),
    ],
)
def test_how_well_a_card_reads_is_kept_with_it_and_on_record(
    office: OfficeAtWork, lost: frozenset[tuple[int, Treatment]], grade: Grade
) -> None:
    office.printer.lost = lost
    clearance = office.issue()
    with office.service.database.read() as work:
        stored = work.clearances.get(clearance.clearance_no)
        [record] = [
            entry for entry in work.audit.entries(subject=clearance.application_reference) if "grade" in entry.facts
        ]
    assert stored == clearance
    assert stored.grade is grade
    assert record.facts["grade"] == grade.value


def test_a_page_that_reads_only_at_the_lower_resolution_stops_the_card(office: OfficeAtWork) -> None:
    reference = office.approve().reference
    office.printer.lost = frozenset({(150, Treatment.NONE)})
    with pytest.raises(NotSigned) as stopped:
        issue(office.room, reference, officer_no=ISSUER.number, device=DEVICE)
    assert (stopped.value.trouble, stopped.value.about) == (Trouble.UNREADABLE, "1 (150 dpi)")
    assert nothing_was_released(office, reference)
