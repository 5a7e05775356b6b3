"""The worker's pages over a real service: what they say, what they keep to themselves, how many tries they bear."""

import gzip
import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from clearance.credential.status import Status
from clearance.domain.clearance import Revocation, RevocationReason
from clearance.domain.lifecycle import Move
from clearance.issuing.lookup import SecondFactor
from clearance.issuing.with_reason import move_with_reason
from tests.fakes.office import APPROVER, draft, expect
from tests.integration.worker_pages import APPROVED, ENTERED, READY, UNKNOWN, Phone, open_app, set_status, ticket_in

FIRST_LOAD = 15 << 10
CHANGING = {"X-RateLimit-Reset", "Date", "X-Request-ID"}


@pytest.fixture
def phone(tmp_path: Path) -> Phone:
    office, app = open_app(tmp_path)
    return Phone(office=office, client=app.test_client(use_cookies=False))


@pytest.fixture
def open_phone(tmp_path: Path) -> Phone:
    """Where the passport number alone is enough."""
    office, app = open_app(tmp_path, second_factor=SecondFactor.NONE)
    return Phone(office=office, client=app.test_client(use_cookies=False))


def revoked(phone: Phone, reason: RevocationReason) -> Revocation:
    return Revocation(officer_no="X-1", at=phone.office.clock.now(), reason=reason)


# ---- the way to the card


def test_a_worker_gets_the_recorded_pdf_with_number_and_birth_date(phone: Phone) -> None:
    page = phone.ask(READY)
    with phone.office.service.database.read() as work:
        clearance = work.clearances.active_for_passport(READY)
    assert clearance
    assert page.status_code == 200
    assert "Your card is ready" in page.text
    answer = phone.download(page)
    assert answer.data == phone.office.documents.get(clearance.pdf_sha256)
    assert answer.mimetype == "application/pdf"
    assert answer.content_length == clearance.pdf_size
    named = f'attachment; filename="clearance-card-{clearance.clearance_no}.pdf"'
    assert answer.headers["Content-Disposition"] == named


def test_the_summary_is_masked_in_both_scripts_and_the_page_holds_neither_number_nor_birth_date(phone: Phone) -> None:
    text = phone.ask(READY).text
    for masked in ("MD. R••• U•••", "মোঃ র••• উ•••", "A0•••••01", "Saudi Arabia", "20 February 2027"):
        assert masked in text
    for secret in (READY, "RAHIM", "রহিম", "1995", "BIDN2026"):
        assert secret not in text


@pytest.mark.parametrize(
    "typed",
    ["a00000001", " A 0000-0001 ", "A০০০০০০০১", "\u200bA0000\u00ad0001\u200d", "Ａ０００００００１", "A<00000001"],
)
def test_a_passport_number_may_be_typed_in_any_way(phone: Phone, typed: str) -> None:
    assert "Your card is ready" in phone.ask(typed).text


def test_a_birth_date_may_be_typed_in_bengali_digits(phone: Phone) -> None:
    assert "Your card is ready" in phone.ask(READY, day="১৪", month="০৩", year=" ১৯৯৫ ").text


def test_pages_are_in_bengali_unless_english_is_asked_for(phone: Phone) -> None:
    assert "পাসপোর্ট নম্বর" in phone.get("/").text
    assert "Passport number" in phone.get("/?lang=en").text
    assert "২০ ফেব্রু" in phone.ask(READY, lang="bn").text


def test_an_answer_changes_its_language_without_typing_again(phone: Phone) -> None:
    page = phone.ask(READY, lang="en")
    assert "আপনার কার্ড তৈরি" in phone.post("/card?lang=bn", ticket=ticket_in(page)).text


def test_where_the_setting_asks_for_no_birth_date_the_number_is_enough(open_phone: Phone) -> None:
    assert 'name="year"' not in open_phone.get("/").text
    assert "Your card is ready" in open_phone.post("/card?lang=en", passport_no=READY).text


def test_going_back_or_opening_a_saved_address_leads_to_the_form(phone: Phone) -> None:
    for path in ("/card", "/card/download"):
        answer = phone.get(path)
        assert answer.status_code == 302
        assert answer.headers["Location"] == "/"


# ---- no card, or one that must not be used


@pytest.mark.parametrize(("number", "step"), [(ENTERED, "step 2 of 5"), (APPROVED, "step 4 of 5")])
def test_a_case_without_a_card_says_which_step_it_stands_at(phone: Phone, number: str, step: str) -> None:
    page = phone.ask(number)
    assert page.status_code == 200
    assert step in page.text
    assert page.text.count('aria-current="step"') == 1


def test_a_rejected_case_says_where_to_ask(phone: Phone) -> None:
    entered = phone.office.enter(draft(7))
    expect(
        move_with_reason(
            phone.office.service,
            entered.reference,
            Move.REJECT,
            officer=APPROVER,
            device="-",
            version=1,
            reason="no visa",
        )
    )
    page = phone.ask("A00000007")
    assert "Your application was not approved" in page.text
    assert "no visa" not in page.text


def test_a_cancelled_card_says_when_and_why(phone: Phone) -> None:
    set_status(phone.office, READY, Status.INVALID, revoked(phone, RevocationReason.VISA_CANCELLED))
    text = phone.ask(READY).text
    assert "This clearance was cancelled on 22 November 2026. Reason: The visa was cancelled." in text
    assert "Do not travel with it." in text
    assert "/card/download" not in text


def test_a_death_is_not_worded_as_an_order_to_the_dead(phone: Phone) -> None:
    set_status(phone.office, READY, Status.INVALID, revoked(phone, RevocationReason.DECEASED))
    text = phone.ask(READY).text
    assert "The family can call" in text
    assert "Do not travel" not in text


@pytest.mark.parametrize(
    ("status", "said"), [(Status.SUSPENDED, "on hold"), (Status.SUPERSEDED, "You have a newer card")]
)
def test_a_card_held_or_replaced_says_so(phone: Phone, status: Status, said: str) -> None:
    set_status(phone.office, READY, status)
    page = phone.ask(READY)
    assert said in page.text
    assert "/card/download" not in page.text


def test_a_card_serves_through_its_last_day_in_dhaka_and_not_a_day_longer(phone: Phone) -> None:
    phone.office.clock.advance(days=90)  # noon of 20 February 2027, the last day
    assert "Your card is ready" in phone.ask(READY).text
    phone.office.clock.advance(hours=11, minutes=59)
    assert "Your card is ready" in phone.ask(READY).text
    phone.office.clock.advance(minutes=1)
    assert "It was valid until 20 February 2027." in phone.ask(READY).text


def test_a_card_revoked_while_the_page_was_open_is_not_handed_out(phone: Phone) -> None:
    page = phone.ask(READY)
    set_status(phone.office, READY, Status.INVALID, revoked(phone, RevocationReason.VISA_CANCELLED))
    answer = phone.download(page)
    assert answer.mimetype == "text/html"
    assert "This clearance was cancelled" in answer.text


def test_a_ticket_is_good_for_ten_minutes(phone: Phone) -> None:
    page = phone.ask(READY)
    phone.office.clock.advance(minutes=10)
    assert phone.download(page).mimetype == "application/pdf"
    phone.office.clock.advance(seconds=1)
    late = phone.download(page)
    assert late.status_code == 400
    assert "more than 10 minutes" in late.text


def test_a_ticket_that_was_changed_or_is_none_opens_nothing(phone: Phone) -> None:
    ticket = ticket_in(phone.ask(READY))
    for forged in (ticket[:-6] + "AAAA==", ticket[::-1], "", "á", "x" * 5_000):
        assert phone.post("/card/download", ticket=forged).status_code == 400


def test_a_pdf_that_is_gone_is_our_fault_and_said_without_a_name(phone: Phone) -> None:
    page = phone.ask(READY)
    phone.office.documents.contents.clear()
    with capture_logs() as logs:
        answer = phone.download(page)
    assert answer.status_code == 500
    assert "Something went wrong on our side." in answer.text
    assert [entry["event"] for entry in logs] == ["sealed card is missing"]


# ---- one answer for a wrong pair and an unknown passport


def headers_of(answer: TestResponse) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name not in CHANGING}


@pytest.mark.parametrize("lang", ["bn", "en"])
@pytest.mark.parametrize("known", [READY, APPROVED])
def test_a_wrong_birth_date_and_an_unknown_passport_get_one_answer(phone: Phone, known: str, lang: str) -> None:
    wrong = phone.at("192.0.2.2").ask(known, lang=lang, day="15")
    unknown = phone.at("192.0.2.3").ask(UNKNOWN, lang=lang, day="15")
    assert wrong.status_code == unknown.status_code == 200
    assert headers_of(wrong) == headers_of(unknown)
    assert wrong.data.replace(known.encode(), UNKNOWN.encode()) == unknown.data
    assert len(wrong.data) == len(unknown.data)


def test_nothing_found_keeps_what_was_typed_and_says_what_to_compare(phone: Phone) -> None:
    text = phone.ask("a9999-9999", year="১৯৯৫").text
    assert 'value="a9999-9999"' in text
    assert 'value="১৯৯৫"' in text
    assert "No card was found for these details" in text
    assert "16135" in text


# ---- what was typed cannot be right


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Enter the passport number."),
        ("A012345", "9 letters and digits together. You typed 7."),
        ("A0123456৭৮৯", "You typed 11."),
        ("AO12O4567", "Should it be AO1204567?"),
        ("001234567", "Should it be O01234567?"),
        ("A0123456!", "“!” cannot be part of it."),
        ("পাসপোর্ট১", "“প” cannot be part of it."),
        ("A012X4567", "Check letter O and digit 0."),
    ],
)
def test_a_number_that_no_passport_has_is_explained(phone: Phone, typed: str, said: str) -> None:
    page = phone.ask(typed)
    assert page.status_code == 422
    assert page.text.count(said) == 2, "in the summary and at the field"
    assert "<title>Error:" in page.text
    assert f'value="{typed}"' in page.text


@pytest.mark.parametrize(
    ("day", "month", "year", "field", "said"),
    [
        ("", "", "", "day", "Enter the date of birth."),
        ("14", "", "1995", "month", "number from 1 to 12"),
        ("32", "1", "1995", "day", "number from 1 to 31"),
        ("14", "March", "1995", "month", "number from 1 to 12"),
        ("14", "3", "95", "year", "four digits"),
        ("14", "3", "1895", "year", "four digits"),
        ("31", "2", "1995", "day", "There is no day 31 in month 2 of 1995."),
        ("29", "2", "1900", "day", "There is no day 29 in month 2 of 1900."),
        ("23", "11", "2026", "year", "lies in the future"),
    ],
)
def test_a_date_that_never_was_is_named(phone: Phone, day: str, month: str, year: str, field: str, said: str) -> None:
    page = phone.ask(READY, day=day, month=month, year=year)
    assert page.status_code == 422
    assert page.text.count(said) == 2
    assert f'href="#{field}"' in page.text


def test_faults_speak_bengali_with_bengali_digits(phone: Phone) -> None:
    text = phone.ask("A012345", lang="bn", day="31", month="2").text
    assert "আপনি লিখেছেন ৭টি।" in text
    assert "১৯৯৫ সালের ২ নম্বর মাসে ৩১ তারিখ নেই।" in text
    assert "<title>ত্রুটি:" in text


# ---- what must not leak, and what it weighs


def test_no_personal_data_reach_addresses_logs_or_caches(phone: Phone, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    with capture_logs() as logs:
        page = phone.ask(READY)
        phone.download(page)
        for _ in range(6):
            phone.ask(UNKNOWN)
    told = json.dumps(logs) + caplog.text
    for secret in (READY, UNKNOWN, "RAHIM", "1995"):
        assert secret not in told
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert all(READY not in address for address in re.findall(r'(?:href|action)="([^"]*)"', page.text))


def test_the_pages_set_no_cookie_but_the_language_that_was_asked_for(phone: Phone) -> None:
    assert "Set-Cookie" not in phone.get("/").headers
    kept = phone.get("/?lang=en").headers.getlist("Set-Cookie")
    assert [cookie.split("=")[0] for cookie in kept] == ["__Host-lang"]


def test_the_pages_need_no_script_and_have_no_style_of_their_own(phone: Phone) -> None:
    answers = (phone.ask(READY), phone.ask(ENTERED))
    for page in (phone.get("/"), *answers, phone.ask("x"), phone.get("/nothing")):
        scripts = re.findall(r"<script[^>]*>", page.text)
        assert scripts == (['<script defer src="/static/answer.js">'] if page in answers else [])
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", page.text)
        assert page.text.count('rel="stylesheet"') == 1
        assert "script-src 'self'" in page.headers["Content-Security-Policy"]


def test_a_first_visit_weighs_little(phone: Phone) -> None:
    sheet = phone.get("/static/public.css")
    for page in (phone.get("/"), phone.ask(READY), phone.ask(ENTERED), phone.ask("x")):
        assert len(gzip.compress(page.data)) + len(gzip.compress(sheet.data)) <= FIRST_LOAD


def test_the_style_sheet_is_one_file_that_browsers_keep(phone: Phone) -> None:
    sheet = phone.get("/static/public.css")
    assert "--brand:" in sheet.text
    assert "max-age=" in sheet.headers["Cache-Control"]
    assert phone.get("/static/public.css", If_None_Match=sheet.headers["ETag"]).status_code == 304


@pytest.mark.parametrize("path", ["/", "/card", "/nothing", "/static/public.css", "/static/nothing", "/healthz"])
def test_every_answer_carries_the_headers(phone: Phone, path: str) -> None:
    headers = phone.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "Cache-Control" in headers


@pytest.mark.parametrize(("path", "status"), [("/nothing", 404), ("/healthz", 405)])
def test_errors_are_pages_in_the_language_of_the_visitor(phone: Phone, path: str, status: int) -> None:
    for lang, helpline in (("bn", "১৬১৩৫"), ("en", "16135")):
        answer = phone.get(f"{path}?lang={lang}") if status == 404 else phone.post(f"{path}?lang={lang}")
        assert answer.status_code == status
        assert f'lang="{lang}"' in answer.text
        assert helpline in answer.text


def test_a_form_that_is_too_large_is_refused_with_a_page(phone: Phone) -> None:
    answer = phone.ask("A" * (65 << 10))
    assert answer.status_code == 413
    assert "What was sent is too large." in answer.text


@pytest.fixture(scope="module")
def lasting_phone() -> Phone:
    """One service for all examples: building an office takes longer than asking it."""
    office, app = open_app(Path("nowhere"))
    return Phone(office=office, client=app.test_client(use_cookies=False))


FIELDS = ("passport_no", "day", "month", "year", "ticket")


@settings(deadline=None)
@given(typed=st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, st.text(max_size=40))))
def test_nothing_that_is_typed_breaks_the_page(lasting_phone: Phone, typed: dict[str, str]) -> None:
    answer = lasting_phone.post("/card", **typed)
    assert answer.status_code in {200, 422, 429}
    assert "<script" not in answer.text
