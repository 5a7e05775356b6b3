"""People's data on the fake and on real databases: what is due goes, what is held stays, and nobody's name is left."""

from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from clearance.domain.application import Application
from clearance.domain.clearance import RevocationReason
from clearance.domain.correction import About, CorrectionRequest, RequestState
from clearance.domain.erasure import Basis, ErasureOrder, InvestigationHold
from clearance.domain.lifecycle import Move
from clearance.domain.oversight import Lookup, LookupKind
from clearance.domain.person import NextOfKin
from clearance.domain.retention import BLANK, NO_DATE, Kept
from clearance.issuing.entry import keep_draft
from clearance.issuing.ports import Conflict, Database, EntryForm, NotOnRecord
from clearance.issuing.revoke import revoke
from clearance.issuing.with_reason import move_with_reason
from tests.fakes.office import (
    APPROVER,
    CLERK,
    DEVICE,
    ISSUER,
    NOW,
    OfficeAtWork,
    draft,
    expect,
    open_office,
)

YEARS = NOW + timedelta(days=5_000)
DAY = date(2040, 8, 1)
KIN = NextOfKin(name="Rahima Khatun", relation="mother", phone="+8801712345678")
PERSONAL = ("RAHIM", "রহিম", "Rahima", "8801712345678", "A0000000", "BIDN2026", "RIYADH", "A complaint")


@pytest.fixture
def office(database: Database) -> OfficeAtWork:
    return open_office(database, empty=False)


def wanted(index: int = 0) -> Any:
    return replace(draft(index), next_of_kin=KIN)


def cleared(office: OfficeAtWork, index: int = 0) -> Application:
    card = office.issue(wanted(index))
    return office.stored(card.application_reference)


def test_what_is_left_of_a_case_names_nobody(office: OfficeAtWork, database: Database) -> None:
    case = cleared(office)
    reason = RevocationReason.VISA_CANCELLED
    with database.read() as work:
        card = work.clearances.for_application(case.reference)
    assert card is not None
    expect(
        revoke(office.service, card.clearance_no, officer=ISSUER, device=DEVICE, reason=reason, remark="A complaint")
    )
    redact(database, case.reference)
    with database.read() as work:
        left = work.applications.get(case.reference)
        card_left = work.clearances.for_application(case.reference)
        entries = work.audit.verify()
    assert left is not None
    assert card_left is not None
    assert not any(word in f"{asdict(left)} {asdict(card_left)}" for word in PERSONAL)
    assert left.redacted_on == DAY
    assert left.draft.worker.birth_date == NO_DATE
    assert left.draft.worker.name_en == BLANK
    assert (left.state, left.draft.permit_no, left.draft.visa.number) == (
        office.stored(case.reference).state,
        case.draft.permit_no,
        case.draft.visa.number,
    )
    assert (card_left.clearance_no, card_left.status, card_left.valid_until) == (
        card.clearance_no,
        1,
        card.valid_until,
    )
    assert not entries.faults
    assert left.moves_on(DAY) == frozenset()


def redact(database: Database, reference: str) -> None:
    with database.write() as work:
        work.personal.redact(reference, at=YEARS, on=DAY)
        work.commit()


def test_a_redacted_case_is_found_by_nothing_of_the_person(office: OfficeAtWork, database: Database) -> None:
    case = cleared(office)
    redact(database, case.reference)
    with database.read() as work:
        assert work.applications.of_person("A00000000", birth_date=None) == []
        assert work.personal.cases_of(case.reference) == [case.reference]
        assert work.clearances.active_for_passport("A00000000") is None


def test_two_redacted_cases_do_not_stand_in_each_others_way(office: OfficeAtWork, database: Database) -> None:
    for index in (0, 1):
        redact(database, cleared(office, index).reference)


def test_a_case_that_is_not_there_is_not_redacted(database: Database) -> None:
    with database.write() as work, pytest.raises(NotOnRecord):
        work.personal.redact("APP-NOBODY00", at=YEARS, on=DAY)


def test_documents_are_released_and_go_when_no_row_names_them(office: OfficeAtWork, database: Database) -> None:
    first, second = cleared(office, 0), cleared(office, 1)
    photo = first.draft.worker.photo_sha256
    assert photo == second.draft.worker.photo_sha256
    redact(database, first.reference)
    with database.write() as work:
        released = set(work.personal.released(before=YEARS + timedelta(1), limit=10))
        assert photo in released
        assert len(released) == 2
        unnamed = work.personal.settle_released(released)
        assert unnamed == released - {photo}
        assert work.personal.released(before=YEARS + timedelta(1), limit=10) == []


@pytest.mark.parametrize("kept", [Kept.DRAFTS, Kept.REJECTED, Kept.CLEARED])
def test_cases_are_due_by_their_class_and_not_while_an_investigation_holds_them(
    office: OfficeAtWork, database: Database, kept: Kept
) -> None:
    case = of_class(office, kept)
    with database.write() as work:
        assert work.personal.overdue(kept, before=case.acts[-1].at, limit=9) == []
        assert work.personal.overdue(kept, before=YEARS, limit=9) == [case.reference]
        assert work.personal.count(kept, before=YEARS) == 1
        assert not any(work.personal.count(other, before=YEARS) for other in set(Kept) - {kept})
        work.personal.hold(held(case.reference))
        assert work.personal.overdue(kept, before=YEARS, limit=9) == []
        with pytest.raises(Conflict):
            work.personal.hold(held(case.reference))


def of_class(office: OfficeAtWork, kept: Kept) -> Application:
    if kept is Kept.CLEARED:
        return cleared(office)
    if kept is Kept.DRAFTS:
        return expect(keep_draft(office.service, wanted(), officer=CLERK, device=DEVICE))
    case = office.enter(wanted())
    return expect(
        move_with_reason(
            office.service,
            case.reference,
            Move.REJECT,
            officer=APPROVER,
            device=DEVICE,
            version=case.version,
            reason="A complaint",
        )
    )


def held(reference: str) -> InvestigationHold:
    return InvestigationHold(reference=reference, placed_by="A-1", placed_at=NOW, reason="File 12 of the ACC")


def test_a_hold_ends_and_can_be_placed_again(office: OfficeAtWork, database: Database) -> None:
    reference = cleared(office).reference
    with database.write() as work:
        work.personal.hold(held(reference))
        assert work.personal.holds([reference]) == [held(reference)]
        work.personal.end_hold(reference, officer_no="A-1", at=YEARS)
        assert work.personal.holds([reference]) == []
        with pytest.raises(NotOnRecord):
            work.personal.end_hold(reference, officer_no="A-1", at=YEARS)
        work.personal.hold(held(reference))
        work.commit()


def test_a_settled_request_loses_its_words_and_stays_a_request(database: Database) -> None:
    asked = CorrectionRequest(
        reference="REQ-7K2M9QXA",
        form_id="form-1",
        passport_no="A00000000",
        birth_date=date(1995, 3, 14),
        application_reference=None,
        office_code="BMET",
        about=About.NAME,
        text="আমার নাম রহিম উদ্দিন",
        phone="+8801712345678",
        slip_code=None,
        opened_at=NOW,
    )
    answered = asked.answered(officer_no="A-1", at=NOW, answer="MD. RAHIM UDDIN is right.")
    waiting = replace(asked, reference="REQ-00000000", form_id="form-2")
    with database.write() as work:
        for request in (asked, waiting):
            work.correction_requests.add(request)
        work.correction_requests.save(answered, seen=RequestState.OPEN)
        assert gone(work, Kept.REQUESTS, before=NOW) == 0
        assert gone(work, Kept.REQUESTS) == 1
        assert gone(work, Kept.REQUESTS) == 0
        left = work.correction_requests.get(asked.reference)
        assert work.correction_requests.get(waiting.reference) == waiting
    assert left is not None
    assert (left.state, left.about) == (RequestState.ANSWERED, About.NAME)
    assert not any(word in str(asdict(left)) for word in PERSONAL)


def gone(work: Any, kept: Kept, *, before: datetime = YEARS, limit: int = 9) -> int:
    return int(work.personal.forget(kept, before=before, at=YEARS, limit=limit))


def test_entry_forms_go_and_their_photos_are_released(database: Database) -> None:
    forms = [
        EntryForm(
            number=f"FORM-{number}",
            officer_no="E-1",
            saved_at=NOW + timedelta(days=number),
            texts={"name_en": "RAHIM"},
            photo_sha256=str(number) * 64,
        )
        for number in (1, 2, 3)
    ]
    with database.write() as work:
        for form in forms:
            work.forms.save(form)
        assert gone(work, Kept.FORMS, before=forms[2].saved_at, limit=1) == 1
        assert gone(work, Kept.FORMS, before=forms[2].saved_at) == 1
        assert [form.number for form in work.forms.open_of("E-1", limit=9)] == ["FORM-3"]
        assert set(work.personal.released(before=YEARS + timedelta(1), limit=9)) == {"1" * 64, "2" * 64}


def test_notes_of_looks_go_after_two_years_and_not_a_day_sooner(database: Database) -> None:
    real_now = datetime.now(UTC)  # the floor is the database's own, by its own clock
    old, young = (
        Lookup(at=real_now - timedelta(days=days), officer_no="E-1", kind=LookupKind.CASE, subject="APP-1", device="d")
        for days in (731, 729)
    )
    with database.write() as work:
        for lookup in (old, young):
            work.oversight.lookups.add(lookup)
        assert work.personal.count(Kept.LOOKUPS, before=real_now - timedelta(days=730)) == 1
        assert work.personal.forget(Kept.LOOKUPS, before=real_now, at=real_now, limit=9) == 1
        assert work.oversight.lookups.count(officer_no="E-1", subject="APP-1") == 1


def test_everything_about_a_person_is_found_from_any_of_the_cases(office: OfficeAtWork, database: Database) -> None:
    first, other = office.enter(wanted(0)), office.enter(wanted(1))
    renewed = wanted(2)
    passport = replace(renewed.worker.passport, previous_numbers=("A00000000",))
    second = office.enter(replace(renewed, worker=replace(renewed.worker, passport=passport)))
    with database.read() as work:
        assert set(work.personal.cases_of(first.reference)) == {first.reference, second.reference}
        assert set(work.personal.cases_of(second.reference)) == {first.reference, second.reference}
        assert work.personal.cases_of(other.reference) == [other.reference]
        assert work.personal.cases_of("APP-NOBODY00") == []
        rows = work.personal.held_about(work.personal.cases_of(first.reference))
    assert {row["reference"] for row in rows["applications"]} == {first.reference, second.reference}
    assert "Rahima Khatun" in str(rows)


def test_an_order_is_open_once_and_settled_once(office: OfficeAtWork, database: Database) -> None:
    order = ErasureOrder(
        number="ER-00000001",
        reference=cleared(office).reference,
        basis=Basis.COURT_ORDER,
        reason="Order 7",
        ordered_by="X-1",
        ordered_at=NOW,
        ordered_device=DEVICE,
    )
    with database.write() as work:
        work.personal.add_order(order)
        work.commit()
    with database.write() as work:
        assert work.personal.open_orders() == [order]
        work.personal.save_order(order.consented("A-1", YEARS))
        assert work.personal.order(order.number) == order.consented("A-1", YEARS)
        assert work.personal.open_orders() == []
        with pytest.raises(Conflict):
            work.personal.save_order(order.withdrawn("X-1", YEARS))
    with database.write() as work, pytest.raises(Conflict):
        work.personal.add_order(replace(order, number="ER-00000002"))


def test_nothing_personal_is_on_the_record_of_acts(office: OfficeAtWork, database: Database) -> None:
    case = cleared(office)
    redact(database, case.reference)
    with database.read() as work:
        links = list(work.audit.links())
    assert links
    assert not any(word in f"{link.subject} {link.facts}" for link in links for word in PERSONAL)
