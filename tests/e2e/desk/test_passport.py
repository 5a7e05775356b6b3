"""The passport beside the card, in a real Chromium: read or typed, before or after it."""

import pytest
from playwright.sync_api import BrowserContext, expect

from clearance.credential.qrtext import unpack
from tests.e2e.desk.counter import REVOKED_IDX, Counter
from tests.e2e.scanner import ENTER, TAB, Key
from tests.unit.desk.bureau import CLAIMS, NOW, Bureau
from tests.unit.desk.zones import zone
from verifier.bootstrap import OpenDesk
from verifier.enrolment import enrol

pytestmark = pytest.mark.browser

TOKEN = b"DSK-00000000-" + b"A" * 32


def test_the_three_way_match_names_both_numbers(counter: Counter, bureau: Bureau) -> None:
    counter.scanner.scan(bureau.card())
    counter.look("cleared")
    counter.compare("A01234567")
    counter.look("cleared")
    expect(counter.page.locator(".why")).to_contain_text("লেখা পাসপোর্ট নম্বর আর কার্ডের নম্বর একই")
    expect(counter.page.locator(".steps .done")).to_have_count(2)
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


def keep_cards(counter: Counter, *texts: str) -> None:
    """An enrolled desk that has fetched these cards."""
    desk = counter.desk.desk
    enrol(desk.config.token, TOKEN)
    desk.cards.keep([unpack(text) for text in texts], issuer=CLAIMS.issuer, cursor="1-A", at=NOW)


def test_a_worker_without_a_card_is_found_by_the_passport(counter: Counter, bureau: Bureau) -> None:
    keep_cards(counter, bureau.card(), bureau.card(passport_no="B7654321", idx=REVOKED_IDX))
    counter.press("F2")
    expect(counter.page.locator("#passport")).to_be_visible()
    counter.page.keyboard.type("a০১২৩৪৫৬৭", delay=80)
    counter.press("F2")
    counter.look("cleared")
    expect(counter.page.locator(".steps .done")).to_have_count(2)
    counter.next()
    counter.compare("B7654321")
    expect(counter.page.locator("#note")).to_contain_text("F2")
    counter.press("F2")
    counter.look("stop")
    counter.next()


def test_a_passport_without_a_clearance_on_file_gives_no_verdict(counter: Counter, bureau: Bureau) -> None:
    keep_cards(counter, bureau.card())
    before = counter.tally().kept
    counter.compare("D7654321")
    counter.press("F2")
    counter.look("not_read")
    expect(counter.page.locator("#screen")).to_contain_text("এই পাসপোর্টে চালু কোনো ছাড়পত্র এই ডেস্কে নেই")
    assert counter.tally().kept == before


def read(
    counter: Counter, passport_no: str, *, end: tuple[Key, ...] = (ENTER,), between: tuple[Key, ...] = (ENTER,)
) -> None:
    """What a passport reader that types sends: two lines, each ended."""
    first, second = zone(passport_no)
    counter.scanner.scan(first, end=between)
    counter.scanner.scan(second, end=end)


WAYS = {
    "two enters": {},
    "tabs": {"between": (TAB,), "end": (TAB,)},
    "cr lf": {"between": (ENTER, ENTER), "end": (ENTER, ENTER)},
    "no line end between": {"between": ()},
    "no end at all": {"between": (), "end": ()},
}


@pytest.mark.parametrize("way", WAYS)
def test_a_passport_reader_needs_no_key_after_the_card(counter: Counter, bureau: Bureau, way: str) -> None:
    counter.scanner.scan(bureau.card())
    counter.look("cleared")
    expect(counter.page.locator(".steps .due")).to_contain_text("পাসপোর্ট")
    counter.page.wait_for_timeout(500)
    read(counter, "A01234567", **WAYS[way])
    expect(counter.page.locator(".why")).to_contain_text("এটিই কার্ডের পাসপোর্ট")
    expect(counter.page.locator(".steps .due")).to_contain_text("ব্যক্তি")


def test_a_passport_reader_needs_no_key_before_the_card(counter: Counter, bureau: Bureau) -> None:
    read(counter, "A01234567")
    expect(counter.page.locator("#note")).to_contain_text("A01234567")
    counter.look("ready")
    counter.page.wait_for_timeout(500)
    counter.scanner.scan(bureau.card())
    counter.look("cleared")
    expect(counter.page.locator(".steps .done")).to_have_count(2)


def test_a_card_that_was_not_read_does_not_cost_the_passport(counter: Counter, bureau: Bureau) -> None:
    read(counter, "A01234567")
    expect(counter.page.locator("#note")).to_contain_text("A01234567")
    counter.page.wait_for_timeout(500)
    counter.scanner.scan("HELLO WORLD")
    counter.look("not_read")
    counter.page.wait_for_timeout(500)
    counter.scanner.scan(bureau.card())
    expect(counter.page.locator(".steps .done")).to_have_count(2)


def test_another_passport_names_both_numbers(counter: Counter, bureau: Bureau) -> None:
    counter.paste(bureau.card())
    counter.look("cleared")
    read(counter, "B07654321")
    counter.look("check")
    expect(counter.page.locator("#screen")).to_contain_text("A0 123 4567")
    expect(counter.page.locator(".differ")).to_contain_text("B0 765 4321")


def test_a_misread_passport_says_so_and_leaves_the_card_on_the_screen(counter: Counter, bureau: Bureau) -> None:
    counter.paste(bureau.card())
    counter.look("cleared")
    first, second = zone("A01234567")
    counter.scanner.scan(first)
    counter.scanner.scan(second.replace("A01", "A10"))
    expect(counter.page.locator("#note")).to_contain_text("ভুল পড়া হয়েছে")
    counter.look("cleared")


def test_half_a_passport_is_said_to_be_half(counter: Counter) -> None:
    counter.scanner.scan(zone("A01234567")[0])
    expect(counter.page.locator("#note")).to_contain_text("দুই লাইনের একটি")


def test_the_last_four_digits_typed_with_the_second_key_for_it(counter: Counter, bureau: Bureau) -> None:
    counter.paste(bureau.card())
    counter.look("cleared")
    counter.compare("4567", key="F2")
    expect(counter.page.locator(".why")).to_contain_text("শেষ চার সংখ্যা কার্ডের সঙ্গে মেলে")


def test_a_passport_waits_for_its_card_through_a_late_enter_and_not_for_ever(
    context: BrowserContext, desk: OpenDesk
) -> None:
    page = context.new_page()
    page.clock.install()
    counter = Counter(page, desk)
    counter.compare("A01234567")
    expect(page.locator("#note")).to_contain_text("A01234567")
    page.clock.run_for(2_000)
    page.keyboard.press("Enter")
    page.clock.run_for(1_000)
    expect(page.locator("#note")).to_contain_text("A01234567")
    page.clock.run_for(61_000)
    expect(page.locator("#note")).to_be_empty()
