"""A typing scanner under the keyboard layouts of a real X11: every scan exact, and the officer told once."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Playwright, expect

from tests.e2e import x11
from tests.e2e.desk.counter import Counter, counter_at
from tests.e2e.x11 import CAPS_LOCK, TAB, Desktop
from tests.unit.desk.bureau import Bureau
from tests.unit.desk.zones import zone
from verifier.bootstrap import OpenDesk

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(bool(x11.missing()), reason=f"apt-get install what gives {x11.missing()}"),
]

LAYOUTS = {
    "us": ["us"],
    "uk": ["gb"],
    "german": ["de"],
    "french": ["fr"],
    "arabic": ["ara"],
    "jatiya": ["bd"],
    "probhat": ["bd", "-variant", "probhat"],
    "indian probhat": ["in", "-variant", "ben_probhat"],
    "inscript": ["in", "-variant", "ben"],
}
NON_LATIN = {"arabic", "jatiya", "probhat", "indian probhat", "inscript"}
BENGALI = NON_LATIN - {"arabic"}


@dataclass(frozen=True)
class Place:
    """A desk's page in a window of a real display."""

    desktop: Desktop
    browser: Browser


@pytest.fixture(scope="module")
def place(playwright: Playwright) -> Iterator[Place]:
    with x11.desktop() as desktop:
        browser = x11.launch_on(playwright, desktop.display)
        yield Place(desktop=desktop, browser=browser)
        browser.close()


@pytest.fixture
def counter(place: Place, desk: OpenDesk) -> Iterator[Counter]:
    with counter_at(place.browser, desk) as counter:
        place.desktop.focus()
        yield counter
        place.desktop.layout("us")
        assert counter.complaints == []


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_card_is_exact_under_every_layout(counter: Counter, place: Place, bureau: Bureau, layout: str) -> None:
    place.desktop.layout(*LAYOUTS[layout])
    place.desktop.scan(bureau.card())
    counter.look("cleared")
    if layout in BENGALI:
        expect(counter.page.locator("#note")).to_contain_text("কিবোর্ড বাংলায় ছিল")
    elif layout == "us":
        expect(counter.page.locator("#note")).to_be_empty()


@pytest.mark.parametrize("layout", ["us", "german", "jatiya"])
def test_caps_lock_does_no_harm(counter: Counter, place: Place, bureau: Bureau, layout: str) -> None:
    place.desktop.layout(*LAYOUTS[layout])
    place.desktop.press(CAPS_LOCK)
    place.desktop.scan(bureau.card(), end=[TAB])
    place.desktop.press(CAPS_LOCK)
    counter.look("cleared")


@pytest.mark.parametrize("layout", ["french", "jatiya", "inscript"])
def test_a_passport_reader_is_understood_under_every_layout(
    counter: Counter, place: Place, bureau: Bureau, layout: str
) -> None:
    place.desktop.layout(*LAYOUTS[layout])
    for line in zone("A01234567"):
        place.desktop.scan(line)
    expect(counter.page.locator("#note")).to_contain_text("A01234567")
    place.desktop.scan(bureau.card())
    expect(counter.page.locator(".steps .done")).to_have_count(2)


def test_a_scanner_in_alt_mode_is_understood(counter: Counter, place: Place) -> None:
    place.desktop.layout("bd")
    with counter.page.expect_request("**/scan") as asked:
        place.desktop.alt_codes("NCF $%*+-./:TEST")
    assert asked.value.post_data_json["candidates"] == ["NCF $%*+-./:TEST"]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_test_code_says_that_scanner_and_keyboard_are_right(counter: Counter, place: Place, layout: str) -> None:
    place.desktop.layout(*LAYOUTS[layout])
    counter.page.locator('.keys [data-act="settings"]').click()
    text = counter.page.locator("#test-text").inner_text()
    place.desktop.scan(text)
    said = counter.page.locator("#test-says p")
    expect(said.first).to_have_attribute("data-word", "test_right")
    if layout in NON_LATIN:
        expect(said.nth(1)).to_have_attribute("data-word", "test_layout")
