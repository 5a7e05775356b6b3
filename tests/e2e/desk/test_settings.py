"""The test code of the Settings, in a real Chromium: what it says of scanners set wrong, and what it teaches."""

from collections.abc import Iterable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.desk.counter import Counter
from tests.e2e.scanner import CONTROL, ENTER, SHIFT, US_CODES, Key, Layout, bengali, caps_lock, german, keys, us
from tests.unit.desk.bureau import Bureau

pytestmark = pytest.mark.browser


def set_to(country: Layout, text: str, *, on: Layout = us) -> Iterable[Key]:
    """A scanner set to a country's keyboard presses the keys that give the text there; the computer is set to `on`."""
    places = {country(code, shift): (code, shift) for code in US_CODES for shift in (1, 0)}
    for char in text:
        code, shift = places[char]
        yield Key(code, on(code, shift), SHIFT if shift else 0)


def french(code: str, shift: int) -> str:
    """AZERTY, as far as the characters of a card need it: digits with Shift, and letters that changed places."""
    moved = {
        "KeyQ": "aA", "KeyA": "qQ", "KeyW": "zZ", "KeyZ": "wW", "Semicolon": "mM", "KeyM": ",?", "Comma": ";.",
        "Period": ":/", "Slash": "!§", "Quote": "ù%", "Digit6": "-6", "Minus": ")°", "Equal": "=+",
        "BracketRight": "$£", "Backslash": "*µ",
    }  # fmt: skip
    if code in moved:
        return moved[code][shift]
    if code.startswith("Digit"):
        return code[-1] if shift else "à&é\"'(-è_ç"[int(code[-1])]
    return us(code, shift)


@pytest.fixture
def settings(counter: Counter) -> Counter:
    counter.press("F8")
    expect(counter.page.locator("#settings")).to_be_visible()
    return counter


def code_of(page: Page) -> str:
    return page.locator("#test-text").inner_text()


def says(counter: Counter) -> list[str | None]:
    """What is said of the scanner, but for its speed, which is this machine's and not the scanner's."""
    expect(counter.page.locator("#test-says p").first).to_be_visible()
    said = [word.get_attribute("data-word") for word in counter.page.locator("#test-says p").all()]
    return [word for word in said if word != "test_slow"]


@pytest.mark.parametrize(
    ("layout", "said"),
    [(us, []), (caps_lock, ["test_caps"]), (german, ["test_layout"]), (bengali, ["test_layout"])],
    ids=["us", "caps lock", "german", "bengali"],
)
def test_a_scanner_set_to_the_usa_is_right_on_every_computer(
    settings: Counter, layout: Layout, said: list[str]
) -> None:
    settings.scanner.scan(code_of(settings.page), layout=layout)
    assert says(settings) == ["test_right", *said]


def test_a_test_is_no_scan(settings: Counter) -> None:
    before = settings.tally().kept
    settings.scanner.scan(code_of(settings.page))
    says(settings)
    assert settings.tally().kept == before


def test_a_scanner_set_to_the_computer_s_own_layout_is_left_as_it_is(settings: Counter) -> None:
    settings.scanner.press([*set_to(french, code_of(settings.page), on=french), ENTER])
    assert says(settings) == ["test_characters"]


def test_a_scanner_set_to_another_country_is_learned_and_cards_are_read_from_then_on(
    settings: Counter, bureau: Bureau
) -> None:
    card = bureau.card()
    settings.press("Escape")
    settings.scanner.press([*set_to(french, card, on=bengali), ENTER])
    settings.look("not_read")
    expect(settings.page.locator("#note")).to_contain_text("স্ক্যানারের অক্ষর ভুল এসেছে")
    settings.press("F8")
    expect(settings.page.locator("#settings")).to_be_visible()
    settings.page.wait_for_timeout(500)
    settings.scanner.press([*set_to(french, code_of(settings.page), on=bengali), ENTER])
    assert says(settings) == ["test_learned"]
    settings.press("Escape")
    expect(settings.page.locator("#settings")).to_be_hidden()
    settings.page.wait_for_timeout(500)
    settings.scanner.press([*set_to(french, card, on=bengali), ENTER])
    settings.look("cleared")
    settings.page.reload()
    settings.scanner.press([*set_to(french, card, on=us), ENTER])
    settings.look("cleared")  # it is remembered


def test_a_scanner_put_right_again_is_forgotten_as_a_foreign_one(settings: Counter) -> None:
    settings.scanner.press([*set_to(french, code_of(settings.page)), ENTER])
    assert says(settings) == ["test_learned"]
    settings.page.wait_for_timeout(500)
    settings.scanner.scan(code_of(settings.page))
    expect(settings.page.locator('#test-says [data-word="test_right"]')).to_be_visible()
    assert settings.page.evaluate("localStorage.getItem('desk-scanner')") is None


def test_characters_that_arrive_alike_are_named(settings: Counter) -> None:
    pressed = [Key("KeyY", "y", SHIFT) if key.code == "KeyZ" else key for key in keys(code_of(settings.page))]
    settings.scanner.press([*pressed, ENTER])
    assert says(settings) == ["test_alike"]
    expect(settings.page.locator("#test-says .code")).to_have_text("Y  Z")


def test_a_scanner_that_sends_more_or_fewer_characters_is_told_to_start_afresh(settings: Counter) -> None:
    settings.scanner.scan(code_of(settings.page)[:-5])
    assert says(settings) == ["test_count"]


def test_alt_codes_control_keys_a_prefix_and_a_missing_end_are_named(settings: Counter) -> None:
    text = code_of(settings.page)
    settings.scanner.alt_numpad(text)
    settings.scanner.press([ENTER])
    assert says(settings) == ["test_alt"]
    settings.page.locator("#test-says").evaluate("element => element.replaceChildren()")
    pressed = [*keys(text)]
    settings.scanner.press([*pressed[:20], Key("KeyU", "u", CONTROL), *pressed[20:], ENTER])
    assert says(settings)[0] == "test_control"
    settings.page.locator("#test-says").evaluate("element => element.replaceChildren()")
    settings.page.wait_for_timeout(500)
    settings.scanner.scan("]Q1" + text, end=())
    assert says(settings) == ["test_right", "test_prefix", "test_no_end"]


def test_a_slow_scanner_is_told_what_a_card_would_take(settings: Counter) -> None:
    settings.page.evaluate(
        """text => {
             const strokes = [...text].map((char, place) => ({code: char, char, position: char, at: place * 20}));
             return import('/static/desk/calibration.js').then(({judge}) => {
               window.says = judge(text, {keys: strokes, ended: 'Enter', controls: 0}).says; }); }""",
        code_of(settings.page),
    )
    assert settings.page.evaluate("window.says") == [["test_right"], ["test_slow", "11"]]
