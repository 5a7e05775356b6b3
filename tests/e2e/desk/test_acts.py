"""What the officer does, by keys alone, in a real Chromium: let pass, refer, print; and what can do it by accident."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.e2e.conftest import context_of
from tests.e2e.desk.counter import REVOKED_IDX, Counter, counter_at, serving
from tests.e2e.scanner import ENTER
from tests.unit.desk.bureau import Bureau, tampered
from verifier.acts import Act
from verifier.bootstrap import OpenDesk

pytestmark = pytest.mark.browser

LOOKED_MS = 900
"""An officer looks at a face this long at least."""


@pytest.fixture
def desk(bureau: Bureau, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenDesk]:
    """A desk of its own for each test: whom one test lets pass has left for all others."""
    with serving(bureau, tmp_path_factory.mktemp("desk") / "home") as running:
        yield running


def matched(counter: Counter, bureau: Bureau) -> None:
    counter.paste(bureau.card())
    counter.look("cleared")
    counter.compare("4567")
    expect(counter.page.locator(".steps .done")).to_have_count(2)


def done(counter: Counter) -> dict[Act, int]:
    return dict(counter.tally().by_act)


def test_enter_lets_the_person_pass_and_the_name_leaves_the_screen(counter: Counter, bureau: Bureau) -> None:
    matched(counter, bureau)
    counter.page.wait_for_timeout(LOOKED_MS)
    counter.press("Enter")
    expect(counter.page.locator("#screen h1")).to_contain_text("যেতে দেওয়া হলো")
    expect(counter.page.locator("#screen")).not_to_contain_text("KARIM")
    assert done(counter) == {Act.LET_PASS: 1}
    counter.look("ready")  # by itself, after a moment


def test_enter_before_the_passport_asks_for_it_and_lets_nobody_pass(counter: Counter, bureau: Bureau) -> None:
    counter.paste(bureau.card())
    counter.look("cleared")
    counter.page.wait_for_timeout(LOOKED_MS)
    counter.press("Enter")
    expect(counter.page.locator("#note")).to_contain_text("আগে পাসপোর্ট")
    counter.look("cleared")
    assert done(counter) == {}


def test_a_scanner_s_late_enter_lets_nobody_pass(counter: Counter, bureau: Bureau) -> None:
    """The passport came first, the scanner ends in silence, and its Enter comes when the verdict has just appeared."""
    counter.compare("4567")
    expect(counter.page.locator("#note")).to_contain_text("4567")
    counter.scanner.scan(bureau.card(), end=())
    counter.look("cleared")
    counter.scanner.press([ENTER])
    counter.page.wait_for_timeout(500)
    counter.look("cleared")
    assert done(counter) == {}


def test_r_refers_for_the_likely_ground_and_the_screen_names_nobody(counter: Counter, bureau: Bureau) -> None:
    counter.paste(tampered(bureau.card()))
    counter.look("stop")
    counter.press("r")
    expect(counter.page.locator("#refer input:checked")).to_have_value("forged")
    counter.press("Enter")
    expect(counter.page.locator("#screen h1")).to_contain_text("REFERRED")
    assert done(counter) == {Act.REFER: 1}
    counter.next()


def test_a_digit_chooses_another_ground_and_enter_confirms_it(counter: Counter, bureau: Bureau) -> None:
    matched(counter, bureau)
    counter.press("r")
    expect(counter.page.locator("#refer")).to_be_visible()
    counter.press("8")
    expect(counter.page.locator("#refer input:checked")).to_have_value("other")
    assert done(counter) == {}
    counter.press("Enter")
    expect(counter.page.locator("#screen")).to_contain_text("অন্য কোনো সন্দেহ")


def test_escape_refers_nobody(counter: Counter, bureau: Bureau) -> None:
    matched(counter, bureau)
    counter.press("r")
    expect(counter.page.locator("#refer")).to_be_visible()
    counter.press("Escape")
    expect(counter.page.locator("#refer")).to_be_hidden()
    expect(counter.page.locator(".steps .done")).to_have_count(2)
    assert done(counter) == {}


def test_a_scan_while_the_grounds_are_open_chooses_none(counter: Counter, bureau: Bureau) -> None:
    matched(counter, bureau)
    counter.press("r")
    expect(counter.page.locator("#refer")).to_be_visible()
    counter.page.wait_for_timeout(500)
    counter.scanner.scan("12345678 123456789")
    counter.look("not_read")
    assert done(counter) == {}


def test_the_slip_is_printed_in_both_languages_and_nothing_else_with_it(
    context: BrowserContext, desk: OpenDesk, bureau: Bureau
) -> None:
    context.add_init_script("window.print = () => { window.printed = document.body.dataset.print; };")
    counter = Counter(context.new_page(), desk)
    page = counter.page
    counter.paste(bureau.card(idx=REVOKED_IDX))
    counter.look("stop")
    counter.press("r")
    expect(page.locator("#refer")).to_be_visible()
    counter.press("Enter")
    expect(page.locator('[data-act="print"]')).to_be_visible()
    counter.press("F4")
    expect(page.locator("body")).to_have_attribute("data-print", "slip")
    assert page.evaluate("window.printed") == "slip"
    page.emulate_media(media="print")
    visible = page.evaluate("[...document.body.children].filter((part) => part.checkVisibility()).map(({id}) => id)")
    assert visible == ["slip"]
    for said in ("আজ কার্যকর নয়", "not in force today", "DAC-2-000001", "১৬১৩৫", "16135", "কাউকে টাকা দেবেন না"):
        expect(page.locator("#slip")).to_contain_text(said)
    page.emulate_media(media="screen")
    counter.next()
    expect(page.locator("#slip")).to_be_empty()  # nothing of the person stays


def test_the_same_card_at_once_is_a_repeat(counter: Counter, bureau: Bureau) -> None:
    matched(counter, bureau)
    counter.page.wait_for_timeout(LOOKED_MS)
    counter.press("Enter")
    expect(counter.page.locator("#screen h1")).to_contain_text("যেতে দেওয়া হলো")
    counter.scanner.scan(bureau.card())
    expect(counter.page.locator("#screen h1")).to_contain_text("SAME CARD")


def test_two_pages_of_one_desk_let_one_person_pass_once(browser: Browser, desk: OpenDesk, bureau: Bureau) -> None:
    with counter_at(browser, desk) as one, counter_at(browser, desk) as two:
        matched(one, bureau)
        one.page.wait_for_timeout(LOOKED_MS)
        one.press("Enter")
        expect(one.page.locator("#screen h1")).to_contain_text("LET PASS")
        two.paste(bureau.card())
        expect(two.page.locator("#screen h1")).to_contain_text("SAME CARD")
        assert done(one) == {Act.LET_PASS: 1}


def test_there_is_nothing_to_refer_before_a_scan(counter: Counter) -> None:
    counter.press("r")
    expect(counter.page.locator("#note")).to_contain_text("আগে কার্ডটি স্ক্যান করুন")


def test_letting_pass_works_with_the_mouse_too(browser: Browser, desk: OpenDesk, bureau: Bureau) -> None:
    context = context_of(browser)
    counter = Counter(context.new_page(), desk)
    matched(counter, bureau)
    counter.page.wait_for_timeout(LOOKED_MS)
    counter.page.locator('[data-act="pass"]').click()
    expect(counter.page.locator("#screen h1")).to_contain_text("LET PASS")
    context.close()
