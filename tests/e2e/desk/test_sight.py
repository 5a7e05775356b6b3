"""Everybody can see and use it: every screen at every size, in both languages, judged by axe."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.e2e.conftest import context_of, launch
from tests.e2e.desk.counter import SIZES, Counter, counter_at
from tests.unit.desk.bureau import Bureau
from verifier.bootstrap import OpenDesk

pytestmark = pytest.mark.browser


LOOKS = ("ready", "cleared", "matched", "check", "stop", "forged", "not_read", "referred")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["bn", "en"])
def test_every_screen_fits(browser: Browser, desk: OpenDesk, bureau: Bureau, size: str, language: str) -> None:
    for look in LOOKS:
        with counter_at(browser, desk, size=size, language=language) as counter:
            counter.show(look, bureau)
            assert_fits(counter.page, tall=size == "phone")


@pytest.mark.parametrize(("size", "language"), [("1366", "bn"), ("phone", "en")])
def test_every_screen_is_accessible(browser: Browser, desk: OpenDesk, bureau: Bureau, size: str, language: str) -> None:
    for look in LOOKS:
        with counter_at(browser, desk, size=size, language=language) as counter:
            counter.show(look, bureau)
            assert violations(counter.page) == []


@pytest.mark.parametrize("act", ["help", "passport", "settings"])
@pytest.mark.parametrize("size", SIZES)
def test_the_dialogs_fit_and_are_accessible(browser: Browser, desk: OpenDesk, size: str, act: str) -> None:
    with counter_at(browser, desk, size=size) as counter:
        counter.page.locator(f'.keys [data-act="{act}"]').click()
        expect(counter.page.locator("dialog[open]")).to_be_visible()
        assert_fits(counter.page, tall=True)
        assert violations(counter.page) == []


@pytest.mark.parametrize("size", SIZES)
def test_the_list_of_grounds_fits_and_is_accessible(
    browser: Browser, desk: OpenDesk, bureau: Bureau, size: str
) -> None:
    with counter_at(browser, desk, size=size) as counter:
        counter.show("stop", bureau)
        counter.press("r")
        expect(counter.page.locator("#refer")).to_be_visible()
        assert_fits(counter.page, tall=True)
        assert violations(counter.page) == []


def assert_fits(page: Page, *, tall: bool) -> None:
    """Nothing sticks out sideways; on a desk's screen nothing is below the edge either."""
    wide, high = page.locator("html").evaluate(
        "root => [root.scrollWidth - root.clientWidth, root.scrollHeight - window.innerHeight]"
    )
    assert wide <= 0
    assert tall or high <= 0


def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA, AAA contrast and good practice. It cannot judge stripes; eyes did."""
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    options = {"runOnly": {"type": "tag", "values": rules}, "rules": {"color-contrast-enhanced": {"enabled": True}}}
    found = Axe().run(page, options=options).response["violations"]
    return [json.dumps([rule["id"], [node["html"][:120] for node in rule["nodes"]]]) for rule in found]


def test_who_wants_less_motion_gets_none(playwright: Playwright, desk: OpenDesk, bureau: Bureau) -> None:
    browser = launch(playwright)
    context = context_of(browser)
    page = context.new_page()
    page.emulate_media(reduced_motion="reduce")
    counter = Counter(page, desk)
    counter.show("cleared", bureau)
    assert page.locator("#timer").evaluate("element => getComputedStyle(element).transitionDuration") == "0s"
    browser.close()


def test_a_demo_desk_wears_its_band_on_every_screen(counter: Counter, bureau: Bureau) -> None:
    for look in ("ready", "cleared"):
        counter.show(look, bureau)
        expect(counter.page.locator("#demo")).to_be_visible()
        expect(counter.page.locator("#demo")).to_contain_text("DEMO")
