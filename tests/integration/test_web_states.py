"""Where an application stands, in the worker's words: the step, what is missing, who must act, and nothing else."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from clearance.domain.application import ApplicationDraft, Orientation
from clearance.domain.desk import Airport
from clearance.domain.eligibility import Ground
from clearance.domain.lifecycle import ApplicationState, Move
from clearance.domain.person import Passport
from clearance.issuing.correct import renew_passport
from clearance.issuing.depart import record_departure
from clearance.issuing.desks import enrol
from clearance.issuing.with_reason import move_with_reason
from clearance.web.public.words import LACKS, STEP_OF, application_stopped
from clearance_templates.i18n import translator
from tests.fakes.office import APPROVER, CHECKER, CLERK, DEVICE, ISSUER, draft, expect
from tests.integration.worker_pages import READY, Phone, open_app

NUMBER = "A00000007"
SECRETS = ("EA-SAU-1234", "Officer ", "E-1", "C-1", "A-1", "25 of", "APP-")
"""Permits, officers, budgets and references of the office are nobody's business here."""


@pytest.fixture
def phone(tmp_path: Path) -> Phone:
    office, app = open_app(tmp_path)
    return Phone(office=office, client=app.test_client(use_cookies=False))


def lacking(**changes: object) -> ApplicationDraft:
    case = draft(7)
    return replace(case, worker=replace(case.worker, **changes))  # type: ignore[arg-type]


def test_nothing_missing_is_said_and_that_nothing_is_to_be_done(phone: Phone) -> None:
    phone.office.check(draft(7))
    text = phone.ask(NUMBER).text
    assert "step 3 of 5 since 22 November 2026" in text
    assert "Nothing. The office is working on it, and you need do nothing now." in text
    assert all(secret not in text for secret in SECRETS)


def test_what_is_missing_names_who_must_act_and_what_to_do(phone: Phone) -> None:
    no_days = Orientation(days=(date(2026, 11, 1),), certificate_no=None)
    phone.office.enter(replace(lacking(fingerprint_taken_on=None), orientation=no_days))
    page = phone.ask(NUMBER)
    assert "Your fingerprints are not on record." in page.text
    assert "The three days of pre-departure orientation" in page.text
    assert page.text.count("Who must act: you") == 2
    bengali = phone.ask(NUMBER, lang="bn").text
    assert "আপনার আঙুলের ছাপ নেওয়া হয়নি।" in bengali
    assert "কে করবেন: আপনি" in bengali
    assert all(secret not in page.text + bengali for secret in SECRETS)


def test_what_the_agency_must_mend_is_told_with_its_licence_and_no_number_of_the_permit(phone: Phone) -> None:
    with phone.office.service.database.write() as work:
        agency = work.permits.agency("RL-1234")
        assert agency
        work.permits.save_agency(replace(agency, licence_valid_until=date(2026, 11, 21)))
        work.commit()
    phone.office.enter(draft(7))
    text = phone.ask(NUMBER).text
    assert "The agency’s licence has run out. It must renew it." in text
    assert "Who must act: your agency (" in text
    assert "RL-1234" in text


def test_a_case_sent_back_says_who_must_finish_it_and_what_the_officer_wrote(phone: Phone) -> None:
    entered = phone.office.enter(draft(7))
    reason = "The <copy> of the passport is blurred"
    expect(
        move_with_reason(
            phone.office.service,
            entered.reference,
            Move.SEND_BACK,
            officer=CHECKER,
            device=DEVICE,
            version=1,
            reason=reason,
        )
    )
    text = phone.ask(NUMBER).text
    assert "step 1 of 5" in text
    assert "The application is not complete." in text
    assert "The &lt;copy&gt; of the passport is blurred" in text


def test_a_case_on_hold_and_a_card_on_hold_say_since_when_and_not_why(phone: Phone) -> None:
    entered = phone.office.enter(draft(7))
    for reference, version in ((entered.reference, 1), (reference_of(phone, READY), 4)):
        expect(
            move_with_reason(
                phone.office.service,
                reference,
                Move.HOLD,
                officer=APPROVER if version == 1 else ISSUER,
                device=DEVICE,
                version=version,
                reason="letter of the embassy",
            )
        )
    case, card = phone.ask(NUMBER).text, phone.ask(READY).text
    assert "Your application is on hold" in case
    assert "Your clearance is on hold" in card
    for text in (case, card):
        assert "It is on hold since 22 November 2026." in text
        assert "embassy" not in text


def reference_of(phone: Phone, number: str) -> str:
    with phone.office.service.database.read() as work:
        return work.applications.of_person(number, birth_date=date(1995, 3, 14))[0].reference


def test_who_departed_is_told_the_day_and_keeps_the_card(phone: Phone) -> None:
    with phone.office.service.database.read() as work:
        clearance = work.clearances.active_for_passport(READY)
    assert clearance
    desk = enrol(phone.office.service, airport=Airport.DHAKA, counter="2", name=None).desk
    expect(record_departure(phone.office.service, clearance.clearance_no, desk_id=desk.id, at=phone.office.clock.now()))
    text = phone.ask(READY).text
    assert "You departed with it on 22 November 2026." in text
    assert "Download the card" in text


def test_the_old_and_the_new_number_lead_to_the_new_card_and_before_it_to_its_steps(phone: Phone) -> None:
    with phone.office.service.database.read() as work:
        clearance = work.clearances.active_for_passport(READY)
    assert clearance
    phone.office.clock.advance(minutes=5)
    passport = Passport(number="B12345678", issued_on=date(2026, 11, 1), expires_on=date(2036, 10, 31))
    expect(renew_passport(phone.office.service, clearance.clearance_no, passport, officer=CLERK, device=DEVICE))
    for number in (READY, "B12345678"):
        assert "Your card is ready" in phone.ask(number).text, "the old card stays good until the new one is issued"
        assert "A new card is being made for you." in phone.ask(number).text
    assert "number of your other passport" in phone.ask("B12345678").text
    assert "number of your other passport" not in phone.ask(READY).text
    assert "No card was found" in phone.at("192.0.2.8").ask("B12345678", day="15").text


def test_every_state_without_a_card_has_a_step_or_words_of_its_own() -> None:
    for state in (ApplicationState.HELD, ApplicationState.REJECTED):
        words = application_stopped(state)
        assert translator("bn").gettext(words.headline) != words.headline
    assert {*STEP_OF} == {
        ApplicationState.DRAFT,
        ApplicationState.RETURNED,
        ApplicationState.SUBMITTED,
        ApplicationState.CHECKED,
        ApplicationState.APPROVED,
    }


def test_what_officers_are_told_about_themselves_is_not_told_to_workers() -> None:
    personal = {ground for ground in Ground if ground.startswith(("same_officer", "role_", "officer_", "reason_"))}
    assert personal
    assert not personal & LACKS.keys()
