"""One screen after the other, in a real Chromium: what may replace what, and what is heard and said meanwhile."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.e2e.conftest import context_of
from tests.e2e.desk.counter import REVOKED_IDX, Counter, serving
from tests.e2e.scanner import Key
from tests.unit.desk.bureau import Bureau
from verifier.bootstrap import OpenDesk

pytestmark = pytest.mark.browser


def test_a_stop_is_not_replaced_by_the_next_scan(counter: Counter, bureau: Bureau) -> None:
    counter.scanner.scan(bureau.card(idx=REVOKED_IDX))
    counter.look("stop")
    kept = counter.tally().kept
    counter.scanner.scan(bureau.card())
    expect(counter.page.locator("#note")).to_contain_text("আগে Space চাপুন")
    counter.look("stop")
    assert counter.tally().kept == kept
    counter.next()
    counter.scanner.scan(bureau.card())
    counter.look("cleared")


def test_cleared_gives_way_to_the_next_scan(counter: Counter, bureau: Bureau) -> None:
    counter.paste(bureau.card())
    counter.look("cleared")
    counter.paste(bureau.card(idx=REVOKED_IDX))
    counter.look("stop")


def test_cleared_ends_by_itself_after_a_minute_and_stop_does_not(
    context: BrowserContext, desk: OpenDesk, bureau: Bureau
) -> None:
    page = context.new_page()
    page.clock.install()
    counter = Counter(page, desk)
    counter.paste(bureau.card())
    counter.look("cleared")
    page.clock.run_for(57_000)
    counter.look("cleared")
    page.clock.run_for(4_000)
    counter.look("ready")
    counter.paste(bureau.card(idx=REVOKED_IDX))
    counter.look("stop")
    page.clock.run_for(600_000)
    counter.look("stop")


def test_the_language_changes_without_losing_the_verdict(counter: Counter, bureau: Bureau) -> None:
    page = counter.page
    counter.scanner.scan(bureau.card())
    counter.look("cleared")
    expect(page.locator(".now")).to_have_text("মুখ আর পাসপোর্ট মিলিয়ে যেতে দিন।", use_inner_text=True)
    counter.press("l")
    expect(page.locator(".now")).to_have_text("Match the face and the passport, then let pass.", use_inner_text=True)
    counter.look("cleared")
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_keys_work_under_a_bengali_keyboard(counter: Counter) -> None:
    counter.scanner.press([Key("F1", "F1")])
    expect(counter.page.locator("#help")).to_be_visible()
    counter.press("Escape")
    expect(counter.page.locator("#help")).to_be_hidden()
    counter.scanner.press([Key("KeyM", "ম")])
    expect(counter.page.locator("#passport")).to_be_visible()


def test_the_number_of_scans_that_are_kept_is_true_whenever_help_is_opened(counter: Counter, bureau: Bureau) -> None:
    before = counter.page.locator("#kept").text_content()
    counter.scanner.scan(bureau.card())
    counter.look("cleared")
    counter.scanner.press([Key("F1", "F1")])
    expect(counter.page.locator("#kept")).to_be_visible()
    expect(counter.page.locator("#kept")).not_to_have_text(before or "")


def test_each_verdict_has_its_own_sound_and_the_mute_key_silences_it(
    context: BrowserContext, desk: OpenDesk, bureau: Bureau
) -> None:
    context.add_init_script(
        """window.tones = []; const Real = window.OscillatorNode;
           window.OscillatorNode = class extends Real {
             constructor(context, options) { super(context, options); window.tones.push(options.frequency); } };"""
    )
    counter = Counter(context.new_page(), desk)
    heard = {}
    for look in ("cleared", "stop", "not_read"):
        counter.page.evaluate("window.tones = []")
        counter.show(look, bureau)
        counter.page.wait_for_timeout(200)
        heard[look] = counter.page.evaluate("window.tones")
        counter.next()
    assert [len(tones) for tones in heard.values()] == [1, 1, 2]
    assert heard["cleared"][0] > heard["not_read"][0] > heard["stop"][0]
    counter.press("q")
    expect(counter.page.locator("#sound")).to_have_attribute("aria-pressed", "true")
    counter.page.evaluate("window.tones = []")
    counter.show("stop", bureau)
    counter.page.wait_for_timeout(200)
    assert counter.page.evaluate("window.tones") == []


def test_the_lists_can_be_fetched_by_a_key_and_a_failure_is_said(counter: Counter, bureau: Bureau) -> None:
    counter.press("F9")
    expect(counter.page.locator("#note")).to_contain_text("তালিকা আনা যায়নি")
    expect(counter.page.locator("#chips")).to_contain_text("সংযোগ নেই")
    counter.scanner.scan(bureau.card())
    counter.look("cleared")


def test_when_the_desk_program_is_gone_the_page_says_so_at_once_and_clears_nobody(
    browser: Browser, bureau: Bureau, tmp_path: Path
) -> None:
    with serving(bureau, tmp_path / "home") as running:
        context = context_of(browser)
        counter = Counter(context.new_page(), running)
    counter.scanner.scan(bureau.card())
    expect(counter.page.locator("#note")).to_contain_text("ডেস্ক প্রোগ্রাম সাড়া দিচ্ছে না")
    counter.look("ready")
    context.close()


def test_a_hostile_name_is_shown_as_letters(counter: Counter, bureau: Bureau) -> None:
    counter.paste(bureau.card(full_name='<b onmouseover="alert(1)">X</b>'))
    counter.look("cleared")
    expect(counter.page.locator(".name")).to_have_text('<b onmouseover="alert(1)">X</b>')
