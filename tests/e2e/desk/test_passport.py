"""The passport beside the card, in a real Chromium: read or typed, before or after it."""

import pytest
from playwright.sync_api import expect

from tests.e2e.desk.counter import Counter
from tests.unit.desk.bureau import Bureau

pytestmark = pytest.mark.browser


def test_the_three_way_match_names_both_numbers(counter: Counter, bureau: Bureau) -> None:
    counter.scanner.scan(bureau.card())
    counter.look("cleared")
    counter.compare("A01234567")
    counter.look("cleared")
    expect(counter.page.locator(".why")).to_contain_text("লেখা পাসপোর্ট নম্বর আর কার্ডের নম্বর একই")
    counter.compare("b7654321")
    counter.look("check")
    expect(counter.page.locator(".differ")).to_contain_text("B 765 4321")


def test_a_passport_typed_first_is_compared_with_the_card_scanned_next(counter: Counter, bureau: Bureau) -> None:
    counter.compare("B7654321")
    expect(counter.page.locator("#note")).to_contain_text("B7654321")
    counter.scanner.scan(bureau.card())
    counter.look("check")
    counter.next()
    counter.scanner.scan(bureau.card())
    counter.look("cleared")  # it was for one card only


def test_an_odd_passport_number_is_said_in_the_dialog_and_kept_for_correction(counter: Counter) -> None:
    counter.compare("A1")
    expect(counter.page.locator("#passport-fault")).to_contain_text("পাসপোর্ট নম্বরের মতো নয়")
    expect(counter.page.locator("#passport-no")).to_have_value("A1")
