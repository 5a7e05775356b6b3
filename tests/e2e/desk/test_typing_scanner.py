"""A scanner that types, in a real Chromium: what it may press, and what a person may type beside it."""

import pytest
from playwright.sync_api import expect

from tests.e2e.desk.counter import Counter
from tests.e2e.scanner import CONTROL, ENTER, TAB, US_CODES, Key, Layout, bengali, caps_lock, german, keys, us
from tests.unit.desk.bureau import Bureau

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("layout", [us, caps_lock, german, bengali])
def test_a_scan_is_exact_under_every_keyboard_layout(counter: Counter, bureau: Bureau, layout: Layout) -> None:
    counter.scanner.scan(bureau.card(), layout=layout)
    counter.look("cleared")
    expect(counter.page.locator("#screen")).to_contain_text("A0 123 4567")


def test_a_scanner_set_to_the_computer_s_own_layout_is_read_by_its_characters(counter: Counter, bureau: Bureau) -> None:
    """It presses the keys that give the right characters on a German keyboard; their US positions say other things."""
    typed = {german(code, shift): (code, shift) for code in US_CODES for shift in (1, 0)}
    card = bureau.card().replace("%", "/")  # a card whose every sign the sketch of a layout above can type
    pressed = [Key(*_place(char, typed)) for char in bureau.card() if char in typed]
    if len(pressed) != len(card):
        pytest.fail("the sketch of the German layout lacks a sign of Base45")
    counter.scanner.press([*pressed, ENTER])
    counter.look("cleared")


def _place(char: str, typed: dict[str, tuple[str, int]]) -> tuple[str, str, int]:
    code, shift = typed[char]
    return code, char, 8 if shift else 0


@pytest.mark.parametrize(
    "end", [(ENTER,), (TAB,), (ENTER, ENTER), (ENTER, TAB), ()], ids=["enter", "tab", "cr lf", "enter tab", "silence"]
)
def test_every_way_a_scanner_ends_is_one_scan(counter: Counter, bureau: Bureau, end: tuple[Key, ...]) -> None:
    before = counter.tally().kept
    counter.scanner.scan("]Q1" + bureau.card(), end=end)
    counter.look("cleared")
    counter.page.wait_for_timeout(300)
    assert counter.tally().kept == before + 1


def test_a_scanner_in_alt_mode_is_understood(counter: Counter, bureau: Bureau) -> None:
    beginning = bureau.card()[:48]
    with counter.page.expect_request("**/scan") as asked:
        counter.scanner.alt_numpad(beginning)
        counter.scanner.press([ENTER])
    assert asked.value.post_data_json["candidates"] == [beginning]
    counter.look("not_read")


def test_a_short_foreign_code_is_a_scan_too(counter: Counter) -> None:
    counter.scanner.scan("HELLO")
    counter.look("not_read")


def test_a_look_alike_is_stopped_and_its_link_not_opened(counter: Counter) -> None:
    requests: list[str] = []
    counter.page.context.on("request", lambda request: requests.append(request.url))
    counter.scanner.scan("https://bmet-clearance.example/verify?id=A01234567")
    counter.look("stop")
    expect(counter.page.locator("#screen")).to_contain_text("নকল হতে পারে")
    counter.page.wait_for_timeout(300)
    assert all(url.startswith(counter.desk.address) for url in requests)


COUNT_CLICKS = "() => { window.clicks = 0; document.addEventListener('click', () => { window.clicks += 1; }, true); }"


@pytest.mark.parametrize("act", ["next", "passport", "file", "language", "help", "sync", "sound"])
def test_a_scan_presses_no_button_that_has_the_focus(counter: Counter, bureau: Bureau, act: str) -> None:
    page = counter.page
    page.evaluate(COUNT_CLICKS)
    page.locator(f'[data-act="{act}"]').first.focus()
    card = bureau.card()
    assert " " in card  # Space presses buttons
    counter.scanner.scan(card)
    counter.look("cleared")
    assert page.evaluate("window.clicks") == 0


def test_a_foreign_code_with_spaces_presses_no_button_either(counter: Counter) -> None:
    page = counter.page
    page.evaluate(COUNT_CLICKS)
    page.locator('[data-act="help"]').focus()
    counter.scanner.scan("A B C D E F G H I J K L M N O P")
    counter.look("not_read")
    assert page.evaluate("window.clicks") == 0


def test_a_field_gets_back_what_a_scan_typed_over(counter: Counter, bureau: Bureau) -> None:
    page = counter.page
    counter.press("m")
    expect(page.locator("#passport")).to_be_visible()
    page.keyboard.type("B76", delay=120)
    seen: list[str] = []
    page.expose_function("seen", lambda value: seen.append(value))
    page.evaluate("""() => document.querySelector('#passport').addEventListener('close',
        () => window.seen(document.querySelector('#passport-no').value))""")
    page.wait_for_timeout(500)
    counter.scanner.scan(bureau.card())
    counter.look("cleared")
    page.wait_for_timeout(100)
    assert seen == ["B76"]


def test_a_person_types_a_passport_number_undisturbed(counter: Counter) -> None:
    page = counter.page
    counter.press("m")
    expect(page.locator("#passport")).to_be_visible()
    page.keyboard.type("ncf 0123 4567", delay=110)
    expect(page.locator("#passport-no")).to_have_value("ncf 0123 4567")


def test_control_keys_inside_a_scan_do_nothing(counter: Counter, bureau: Bureau) -> None:
    """A barcode can hold Ctrl+R, Ctrl+P and F5; the page must not reload, print or leave."""
    page = counter.page
    page.evaluate("window.stillHere = true")
    card = [*keys(bureau.card())]
    evil = [Key("KeyR", "r", CONTROL), Key("KeyP", "p", CONTROL), Key("KeyS", "s", CONTROL), Key("F5", "F5")]
    counter.scanner.press([*card[:200], *evil, *card[200:], ENTER])
    counter.look("cleared")
    assert page.evaluate("window.stillHere") is True


def test_a_held_key_is_a_hand_and_no_scan(counter: Counter) -> None:
    before = counter.tally().kept
    counter.page.evaluate(
        """() => { for (let n = 0; n < 60; n += 1) document.body.dispatchEvent(new KeyboardEvent('keydown',
             {code: 'KeyX', key: 'x', repeat: n > 0, bubbles: true, cancelable: true})); }"""
    )
    counter.page.wait_for_timeout(1_300)
    counter.look("ready")
    assert counter.tally().kept == before


def test_five_megabytes_of_garbage_end_as_one_unreadable_code(counter: Counter, bureau: Bureau) -> None:
    before = counter.tally().kept
    counter.page.evaluate(
        """() => { for (let n = 0; n < 300000; n += 1) window.dispatchEvent(new KeyboardEvent('keydown',
             {code: 'KeyX', key: 'x', bubbles: true, cancelable: true})); }"""
    )
    counter.scanner.press([ENTER])
    counter.look("not_read")
    counter.next()
    counter.paste("x" * 5_000_000)
    counter.look("not_read")
    assert counter.tally().kept == before + 2
    counter.scanner.scan(bureau.card())
    counter.look("cleared")
