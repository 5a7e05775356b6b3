"""The desk's page in a real Chromium: scanner, camera, file; what may press what; what can be seen by whom."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, expect

from clearance.credential.status import Status
from tests.e2e.conftest import context_of, launch, launch_with_camera
from tests.e2e.film import y4m
from tests.e2e.scanner import CONTROL, ENTER, TAB, Key, Layout, Scanner, bengali, caps_lock, german, keys, us
from tests.unit.desk.bureau import NOW, Bureau, tampered
from tests.unit.desk.pictures import in_view, pdf, png, qr_image
from verifier.bootstrap import OpenDesk, opened
from verifier.config import DeskConfig
from verifier.journal import Tally

pytestmark = pytest.mark.browser

REVOKED_IDX = 7
SIZES = {"1366": (1366, 768), "1920": (1920, 1080), "phone": (360, 740)}
LOOKS = ("ready", "cleared", "check", "stop", "forged", "not_read")


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Bureau:
    bureau = Bureau(tmp_path_factory.mktemp("bureau") / "keys")
    bureau.publish({REVOKED_IDX: Status.INVALID}, at=NOW - 30)
    return bureau


@contextmanager
def serving(bureau: Bureau, home: Path) -> Iterator[OpenDesk]:
    """A desk whose issuing service is gone for good."""
    shutil.copytree(bureau.public, home / "trust")
    config = DeskConfig(home=home, issuer_url="http://127.0.0.1:9", desk="DAC-2", port=0)
    with opened(config, now=lambda: NOW) as running:
        yield running


@pytest.fixture(scope="module")
def desk(bureau: Bureau, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenDesk]:
    with serving(bureau, tmp_path_factory.mktemp("desk") / "home") as running:
        yield running


class Counter:
    """A desk's page with a scanner plugged in; whatever the browser complains about fails the test."""

    def __init__(self, page: Page, desk: OpenDesk) -> None:
        self.page, self.desk = page, desk
        self.complaints: list[str] = []
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        page.goto(desk.address)
        expect(page.locator(".counts")).to_be_visible()
        self.scanner = Scanner(page)

    def _listen(self, said: ConsoleMessage) -> None:
        answered_with_a_status = said.text.startswith("Failed to load resource: the server responded")
        if said.type == "error" and not answered_with_a_status:
            self.complaints.append(said.text)

    def look(self, look: str) -> None:
        expect(self.page.locator(f'body[data-look="{look}"]')).to_be_attached(timeout=10_000)

    def paste(self, text: str) -> None:
        self.page.evaluate(
            """text => {
              const clipboardData = new DataTransfer();
              clipboardData.setData('text', text);
              document.body.dispatchEvent(
                new ClipboardEvent('paste', {clipboardData, bubbles: true, cancelable: true}));
            }""",
            text,
        )

    def next(self) -> None:
        self.page.keyboard.press("Space")
        self.look("ready")

    def tally(self) -> Tally:
        return self.desk.desk.journal.tally(since=0)

    def show(self, look: str, bureau: Bureau) -> None:
        """Bring each kind of screen up."""
        texts = {
            "cleared": bureau.card(),
            "check": bureau.card(),
            "stop": bureau.card(idx=REVOKED_IDX),
            "forged": tampered(bureau.card()),
            "not_read": "HELLO WORLD",
        }
        if look == "ready":
            return
        self.paste(texts[look])
        self.look({"forged": "stop", "check": "cleared"}.get(look, look))
        if look == "check":
            self.compare("B7654321")
            self.look("check")

    def compare(self, passport: str) -> None:
        self.page.keyboard.press("m")
        expect(self.page.locator("#passport")).to_be_visible()
        self.page.keyboard.type(passport, delay=80)
        self.page.keyboard.press("Enter")


@contextmanager
def counter_at(browser: Browser, desk: OpenDesk, *, size: str = "1366", language: str = "bn") -> Iterator[Counter]:
    width, height = SIZES[size]
    context = context_of(browser, width=width, height=height)
    context.add_cookies([{"name": "language", "value": language, "url": desk.address}])
    yield Counter(context.new_page(), desk)
    context.close()


@pytest.fixture
def counter(browser: Browser, desk: OpenDesk) -> Iterator[Counter]:
    with counter_at(browser, desk) as counter:
        yield counter
        assert counter.complaints == []


# ---- the scanner that types


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


US_CODES = [*(f"Key{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), *(f"Digit{digit}" for digit in range(10))]
US_CODES += ["Minus", "Equal", "BracketRight", "Comma", "Period", "Slash", "Semicolon", "Space"]


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
    page.keyboard.press("m")
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
    page.keyboard.press("m")
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


# ---- camera and file


def film_of(path: Path, *texts: str) -> Path:
    """Half a second of nothing, then the codes in view for a second."""
    frames = [in_view()] * 5 + [in_view(*(qr_image(text) for text in texts))] * 10
    return y4m(path, frames)


@pytest.mark.parametrize(("kind", "look"), [("good", "cleared"), ("forged", "stop"), ("revoked", "stop")])
def test_the_camera_sees_a_card_without_a_click(
    playwright: Playwright, desk: OpenDesk, bureau: Bureau, tmp_path: Path, kind: str, look: str
) -> None:
    cards = {"good": bureau.card(), "forged": tampered(bureau.card()), "revoked": bureau.card(idx=REVOKED_IDX)}
    browser = launch_with_camera(playwright, film_of(tmp_path / "film.y4m", cards[kind]))
    with counter_at(browser, desk) as counter:
        counter.look(look)
        shown = "MD KARIM UDDIN" in counter.page.locator("#screen").inner_text()
        assert shown == (kind != "forged")
        assert counter.complaints == []
    browser.close()


def test_a_stop_from_the_camera_stays_until_a_key_and_then_the_camera_goes_on(
    playwright: Playwright, desk: OpenDesk, bureau: Bureau, tmp_path: Path
) -> None:
    browser = launch_with_camera(playwright, film_of(tmp_path / "film.y4m", bureau.card(idx=REVOKED_IDX)))
    with counter_at(browser, desk) as counter:
        counter.look("stop")
        kept = counter.tally().kept
        counter.page.wait_for_timeout(4_000)
        counter.look("stop")
        assert counter.tally().kept == kept
        counter.next()
        expect(counter.page.locator("#camera-says")).to_contain_text("এইমাত্র যাচাই হয়েছে")
        counter.page.wait_for_timeout(1_000)
        counter.look("ready")
        counter.paste(bureau.card())
        counter.look("cleared")
    browser.close()


def test_the_camera_can_be_switched_off_and_stays_off(
    playwright: Playwright, desk: OpenDesk, bureau: Bureau, tmp_path: Path
) -> None:
    browser = launch_with_camera(playwright, film_of(tmp_path / "film.y4m"))
    with counter_at(browser, desk) as counter:
        expect(counter.page.locator('body[data-camera="on"]')).to_be_attached()
        counter.page.keyboard.press("c")
        expect(counter.page.locator("#camera-says")).to_contain_text("ক্যামেরা বন্ধ")
        counter.page.reload()
        expect(counter.page.locator("#camera-says")).to_contain_text("ক্যামেরা বন্ধ")
        counter.page.keyboard.press("c")
        expect(counter.page.locator('body[data-camera="on"]')).to_be_attached()
    browser.close()


def test_the_camera_chosen_once_is_taken_again(playwright: Playwright, desk: OpenDesk) -> None:
    flags = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream=device-count=2")
    browser = launch(playwright, *flags)
    with counter_at(browser, desk) as counter:
        picker = counter.page.locator("#cameras")
        expect(picker.locator("option")).to_have_count(2)
        first = picker.input_value()
        second = [option.get_attribute("value") for option in picker.locator("option").all()][1]
        assert first != second
        picker.select_option(index=1)
        expect(counter.page.locator('body[data-camera="on"]')).to_be_attached()
        counter.page.reload()
        expect(picker).to_have_value(second or "")
    browser.close()


def test_without_a_camera_the_page_says_what_still_works(counter: Counter) -> None:
    expect(counter.page.locator("#camera-says")).to_contain_text("ইউএসবি স্ক্যানার ও ফাইল কাজ করে")


@pytest.mark.parametrize(
    ("error", "said"),
    [("NotAllowedError", "ক্যামেরার অনুমতি নেই"), ("NotReadableError", "অন্য প্রোগ্রাম ক্যামেরা ব্যবহার করছে")],
)
def test_a_camera_that_cannot_be_had_says_why(context: BrowserContext, desk: OpenDesk, error: str, said: str) -> None:
    context.add_init_script(
        f"navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', '{error}'));"
    )
    counter = Counter(context.new_page(), desk)
    expect(counter.page.locator("#camera-says")).to_contain_text(said)


def test_an_unplugged_camera_is_named_and_comes_back(
    playwright: Playwright, desk: OpenDesk, bureau: Bureau, tmp_path: Path
) -> None:
    browser = launch_with_camera(playwright, film_of(tmp_path / "film.y4m"))
    with counter_at(browser, desk) as counter:
        expect(counter.page.locator('body[data-camera="on"]')).to_be_attached()
        counter.page.evaluate(
            "() => document.querySelector('#video').srcObject.getVideoTracks()[0].dispatchEvent(new Event('ended'))"
        )
        expect(counter.page.locator("#camera-says")).to_contain_text("ক্যামেরার তার খোলা")
        expect(counter.page.locator('body[data-camera="on"]')).to_be_attached(timeout=8_000)
    browser.close()


@pytest.mark.parametrize("kind", ["pdf", "png"])
def test_a_file_is_judged(counter: Counter, bureau: Bureau, tmp_path: Path, kind: str) -> None:
    picture = qr_image(bureau.card())
    file = tmp_path / f"card.{kind}"
    file.write_bytes(pdf(picture) if kind == "pdf" else png(picture))
    counter.page.locator("#file").set_input_files(file)
    counter.look("cleared")


def test_a_file_can_be_dropped_on_the_page(counter: Counter, bureau: Bureau) -> None:
    drop(counter.page, png(qr_image(bureau.card(idx=REVOKED_IDX))))
    counter.look("stop")


def test_a_file_that_is_no_card_gets_a_message(counter: Counter) -> None:
    drop(counter.page, b"Dear Sir or Madam")
    counter.look("not_read")
    expect(counter.page.locator("#screen")).to_contain_text("ছবি বা পিডিএফ হিসেবে খোলা যাচ্ছে না")


def test_a_file_of_fifty_megabytes_gets_a_message(counter: Counter) -> None:
    counter.page.evaluate(
        """() => { const dataTransfer = new DataTransfer();
             dataTransfer.items.add(new File([new Uint8Array(50e6)], 'film.png'));
             document.body.dispatchEvent(new DragEvent('drop', {dataTransfer, bubbles: true, cancelable: true})); }"""
    )
    counter.look("not_read")
    expect(counter.page.locator("#screen")).to_contain_text("১০ মেগাবাইট")


def drop(page: Page, content: bytes) -> None:
    page.evaluate(
        """bytes => { const dataTransfer = new DataTransfer();
             dataTransfer.items.add(new File([new Uint8Array(bytes)], 'card.png'));
             document.body.dispatchEvent(new DragEvent('drop', {dataTransfer, bubbles: true, cancelable: true})); }""",
        list(content),
    )


# ---- one screen after the other


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


def test_cleared_ends_by_itself_after_fifteen_seconds_and_stop_does_not(
    context: BrowserContext, desk: OpenDesk, bureau: Bureau
) -> None:
    page = context.new_page()
    page.clock.install()
    counter = Counter(page, desk)
    counter.paste(bureau.card())
    counter.look("cleared")
    page.clock.run_for(13_000)
    counter.look("cleared")
    page.clock.run_for(3_000)
    counter.look("ready")
    counter.paste(bureau.card(idx=REVOKED_IDX))
    counter.look("stop")
    page.clock.run_for(600_000)
    counter.look("stop")


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


def test_the_language_changes_without_losing_the_verdict(counter: Counter, bureau: Bureau) -> None:
    page = counter.page
    counter.scanner.scan(bureau.card())
    counter.look("cleared")
    expect(page.locator(".now")).to_have_text("মুখ আর পাসপোর্ট মিলিয়ে যেতে দিন।", use_inner_text=True)
    page.keyboard.press("l")
    expect(page.locator(".now")).to_have_text("Match the face and the passport, then let pass.", use_inner_text=True)
    counter.look("cleared")
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_keys_work_under_a_bengali_keyboard(counter: Counter) -> None:
    counter.scanner.press([Key("F1", "F1")])
    expect(counter.page.locator("#help")).to_be_visible()
    counter.page.keyboard.press("Escape")
    expect(counter.page.locator("#help")).to_be_hidden()
    counter.scanner.press([Key("KeyM", "ম")])
    expect(counter.page.locator("#passport")).to_be_visible()


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
    counter.page.keyboard.press("q")
    expect(counter.page.locator("#sound")).to_have_attribute("aria-pressed", "true")
    counter.page.evaluate("window.tones = []")
    counter.show("stop", bureau)
    counter.page.wait_for_timeout(200)
    assert counter.page.evaluate("window.tones") == []


def test_the_lists_can_be_fetched_by_a_key_and_a_failure_is_said(counter: Counter, bureau: Bureau) -> None:
    counter.page.keyboard.press("F9")
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


# ---- everybody can see it


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


@pytest.mark.parametrize("act", ["help", "passport"])
@pytest.mark.parametrize("size", SIZES)
def test_the_dialogs_fit_and_are_accessible(browser: Browser, desk: OpenDesk, size: str, act: str) -> None:
    with counter_at(browser, desk, size=size) as counter:
        counter.page.locator(f'.keys [data-act="{act}"]').click()
        expect(counter.page.locator("dialog[open]")).to_be_visible()
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
