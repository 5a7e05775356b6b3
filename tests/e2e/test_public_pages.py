"""The worker's pages in a real Chromium: small screens, no JavaScript, a keyboard only, and a screen reader's view."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.serving import make_server

from clearance.credential.status import Status
from clearance.domain.clearance import Revocation, RevocationReason
from clearance.web.public import pages as public_pages
from tests.e2e.conftest import context_of
from tests.fakes.office import OfficeAtWork, draft
from tests.integration.worker_pages import READY, open_app, set_status

pytestmark = pytest.mark.browser

CANCELLED, LACKING, UNKNOWN = "A00000004", "A00000005", "Z"
BORN = ("14", "3", "1995")
FIELDS = ("passport_no", "day", "month", "year")
ASKED = {
    "form": None,
    "mistyped": ("A0০১", "31", "2", "95"),
    "missed": (UNKNOWN, *BORN),
    "ready": (READY, *BORN),
    "lacking": (LACKING, *BORN),
    "cancelled": (CANCELLED, *BORN),
}
VISITED = {
    "tell": "/request",
    "follow": "/request/follow",
    "agencies": "/agencies?q=meghna",
    "help": "/help/{lang}/",
    "fees": "/help/{lang}/fees",
    "ended": "/ended",
    "not there": "/nothing",
}
LED_TO = ("mistold", "told", "followed", "cleared")
TITLES = {
    "form": "Clearance card",
    "mistyped": "Error:",
    "missed": "No card was found",
    "ready": "Your card is ready",
    "lacking": "Your card is not ready yet",
    "cancelled": "This clearance was cancelled",
    "tell": "Something is wrong",
    "follow": "Follow a request",
    "agencies": "Find an agency",
    "help": "Help",
    "fees": "What the clearance costs",
    "ended": "The page has closed itself",
    "not there": "There is no such page.",
    "mistold": "Error:",
    "told": "The office has your request",
    "followed": "The office has your request",
    "cleared": "This computer is cleared",
}
addresses, numbers = count(1), count(1)
WIDTHS = {320: 256, 1366: 768}
"""Beside 360 px, on which a page is opened; 320 by 256 is a screen of 1280 by 1024 at 400 percent."""
NARROWEST_TARGET = 48
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21aa", "wcag22aa", "best-practice"]}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SMALL_TARGETS = """least => [...document.querySelectorAll(
    'button:not([hidden]), input:not([type=hidden]):not([type=radio]), label.choice, textarea, summary,' +
    'a.btn, a.tongue, .rows a, .links a, .another a, .back a'
  )].map(it => [it.outerHTML.slice(0, 80), it.getBoundingClientRect()])
  .filter(([, box]) => box.width > 0 && (box.height < least || box.width < least)).map(([what]) => what)"""


@pytest.fixture(scope="module")
def office_and_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[OfficeAtWork, str]]:
    """The service on a port of its own, with a cancelled card and a case in which something is missing."""
    office, app = open_app(tmp_path_factory.mktemp("trust"), trusted_proxies=1)
    office.issue(draft(4))
    taken_back = Revocation(officer_no="X-1", at=office.clock.now(), reason=RevocationReason.EMPLOYER_CANCELLED)
    set_status(office, CANCELLED, Status.INVALID, taken_back)
    case = draft(5)
    office.enter(replace(case, worker=replace(case.worker, fingerprint_taken_on=None)))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield office, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def address(office_and_address: tuple[OfficeAtWork, str]) -> str:
    return office_and_address[1]


def visitor(browser: Browser, *, scripts: bool = True, width: int = 360, height: int = 740) -> BrowserContext:
    """A fresh browser, at a network address of its own, so that no visitor pays for another's misses."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale="bn-BD",
        timezone_id="Asia/Dhaka",
        accept_downloads=True,
        java_script_enabled=scripts,
        extra_http_headers={"X-Forwarded-For": f"198.51.100.{next(addresses)}"},
    )
    context.set_default_timeout(20_000)
    return context


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = visitor(browser)
    yield context
    context.close()


def fill(page: Page, fields: tuple[str, ...], typed: tuple[str, ...]) -> None:
    for field, text in zip(fields, typed, strict=True):
        page.fill(f"#{field}", f"Z{next(numbers):08d}" if text == UNKNOWN else text)


def send(page: Page, form: str) -> None:
    with page.expect_navigation():
        page.click(f"form#{form} button.big")


def show(page: Page, address: str, state: str, lang: str) -> None:
    """Bring a page into a state as a worker would. Each miss is another number, so that none is closed."""
    if state in VISITED:
        path = VISITED[state].format(lang=lang)
        page.goto(address + path + ("" if path.startswith("/help") else f"{'&' if '?' in path else '?'}lang={lang}"))
    elif state in ASKED:
        page.goto(f"{address}/?lang={lang}")
        if typed := ASKED[state]:
            fill(page, FIELDS, typed)
            send(page, "question")
    elif state == "mistold":
        page.goto(f"{address}/request?lang={lang}")
        send(page, "told")
    elif state == "told":
        page.goto(f"{address}/request?lang={lang}")
        fill(page, FIELDS, (UNKNOWN, *BORN))
        page.check("input[value=name]")
        fill(page, ("text", "phone"), ("RAHIM", "01712345678"))
        send(page, "told")
    elif state == "followed":
        show(page, address, "told", lang)
        reference = page.inner_text(".big-code")
        page.goto(f"{address}/request/follow?lang={lang}")
        fill(page, ("reference", *FIELDS[1:]), (reference, *BORN))
        send(page, "follow")
    else:
        page.goto(f"{address}/ended?lang={lang}")
        with page.expect_navigation():
            page.click("form[action*=clear] button")
    assert page.title().startswith(TITLES[state]) or lang == "bn", page.title()


@pytest.mark.parametrize("lang", ["bn", "en"])
def test_every_page_fits_screen_and_finger_and_has_no_barrier_that_axe_knows(
    browser: Browser, address: str, lang: str
) -> None:
    context = visitor(browser)
    page = context.new_page()
    for state in (*ASKED, *VISITED, *LED_TO):
        show(page, address, state, lang)
        found = Axe().run(page, options=RULES)
        assert found.violations_count == 0, f"{state}\n{found.generate_report()}"
        for width, height in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate(OVERFLOW) <= 0, f"{state} at {width}"
            assert page.evaluate(SMALL_TARGETS, NARROWEST_TARGET) == [], f"{state} at {width}"
        page.set_viewport_size({"width": 360, "height": 740})
        assert page.evaluate(OVERFLOW) <= 0, state
    context.close()


def test_in_the_dark_every_text_keeps_its_contrast(page: Page, address: str) -> None:
    page.emulate_media(color_scheme="dark")
    for state in ("mistyped", "ready", "lacking", "tell", "agencies", "fees"):
        show(page, address, state, "bn")
        found = Axe().run(page, options=CONTRAST)
        assert found.violations_count == 0, f"{state}\n{found.generate_report()}"


@pytest.mark.parametrize("lang", ["bn", "en"])
def test_text_at_twice_its_size_still_fits_a_phone(page: Page, address: str, lang: str) -> None:
    for state in ("form", "mistyped", "ready", "lacking", "tell", "fees"):
        show(page, address, state, lang)
        page.evaluate("document.documentElement.style.setProperty('font-size', '36px')")
        assert page.evaluate(OVERFLOW) <= 0, state


def test_with_colours_of_the_readers_own_the_bands_keep_their_borders(page: Page, address: str) -> None:
    show(page, address, "ready", "en")
    page.emulate_media(forced_colors="active")
    assert page.evaluate("getComputedStyle(document.querySelector('.band')).borderTopWidth") == "2px"


def test_the_whole_way_works_without_javascript(
    browser: Browser, office_and_address: tuple[OfficeAtWork, str], tmp_path: Path
) -> None:
    office, address = office_and_address
    context = visitor(browser, scripts=False)
    page = context.new_page()
    show(page, address, "ready", "bn")
    with page.expect_download() as started:
        page.click("form.get button")
    with office.service.database.read() as work:
        clearance = work.clearances.active_for_passport(READY)
    assert clearance
    assert started.value.suggested_filename == f"clearance-card-{clearance.clearance_no}.pdf"
    started.value.save_as(tmp_path / "card.pdf")
    assert (tmp_path / "card.pdf").read_bytes() == office.documents.get(clearance.pdf_sha256)
    assert READY not in page.url
    with page.expect_navigation():
        page.click(".closing button")
    with page.expect_navigation():
        page.click("form[action*=request] button")
    page.check("input[value=photo]")
    fill(page, ("text", "phone"), ("It is my brother", "+880 1712 345678"))
    send(page, "told")
    assert page.inner_text(".big-code").startswith("REQ-")
    with page.expect_navigation():
        page.click("form[action*=clear] button")
    assert "clearance-" in page.inner_text("main")
    context.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_an_answer_that_is_left_alone_closes_itself(
    browser: Browser, address: str, monkeypatch: pytest.MonkeyPatch, scripts: bool
) -> None:
    monkeypatch.setattr(public_pages, "CLOSES_AFTER_S", 2)
    context = visitor(browser, scripts=scripts)
    page = context.new_page()
    show(page, address, "ready", "en")
    page.wait_for_url("**/ended?lang=en")
    assert page.inner_text("h1") == "The page has closed itself"
    context.close()


def test_going_back_after_the_end_leads_to_the_empty_form_and_not_to_the_card(
    page: Page, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(page, address, "ready", "en")
    monkeypatch.setattr(public_pages, "CLOSES_AFTER_S", 2)
    with page.expect_navigation():
        page.click(".tongue")  # a second answer, in the other language
    page.wait_for_url("**/ended?lang=bn")
    for _ in range(2):
        page.go_back()
        assert page.query_selector(".answer") is None
        assert page.input_value("#passport_no") == ""


def test_the_time_left_is_counted_in_the_digits_of_the_reader(page: Page, address: str) -> None:
    show(page, address, "ready", "bn")
    expect(page.locator("[data-left]")).to_contain_text("২:৫")
    show(page, address, "ready", "en")
    expect(page.locator("[data-left]")).to_contain_text("2:5")


def test_clearing_a_computer_forgets_its_language(page: Page, address: str) -> None:
    show(page, address, "form", "en")
    page.goto(f"{address}/ended")
    assert page.context.cookies()
    with page.expect_navigation():
        page.click("form[action*=clear] button")
    page.goto(address)
    assert page.get_attribute("html", "lang") == "bn"


def test_a_keyboard_alone_leads_from_the_form_to_the_file(page: Page, address: str) -> None:
    page.goto(f"{address}/?lang=en")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "tongue"
    for typed in (READY, *BORN):
        page.keyboard.press("Tab")
        page.keyboard.type(typed)
    page.keyboard.press("Enter")
    page.wait_for_selector(".band.ready")
    assert page.get_attribute("html", "lang") == "en", "Enter sends the question, not the button of the language"
    for _ in range(3):  # the other language, more time, the download
        page.keyboard.press("Tab")
    with page.expect_download():
        page.keyboard.press("Enter")


def test_a_keyboard_alone_tells_the_office(page: Page, address: str) -> None:
    page.goto(f"{address}/request?lang=en")
    page.focus("#passport_no")
    for typed in ("Z77777777", *BORN):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    assert page.is_checked("input[value=passport_no]")
    for typed in ("Z77777778", "01712345678", "DAC-2-7K2M"):
        page.keyboard.press("Tab")
        page.keyboard.type(typed)
    page.keyboard.press("Enter")
    page.wait_for_selector(".big-code")


def test_a_fault_leads_to_its_field_and_keeps_what_was_typed(page: Page, address: str) -> None:
    show(page, address, "mistyped", "bn")
    assert page.title().startswith("ত্রুটি:")
    assert [page.input_value(f"#{field}") for field in FIELDS] == list(ASKED["mistyped"] or ())
    page.click('.summary a[href="#year"]')
    assert page.evaluate("document.activeElement.id") == "year"


@pytest.mark.parametrize("state", ["form", "mistyped", "missed", "ready", "lacking", "cancelled", "told", "followed"])
def test_the_other_language_is_one_tap_away_and_nothing_is_lost(page: Page, address: str, state: str) -> None:
    show(page, address, state, "bn")
    if state == "form":
        fill(page, FIELDS, ("A0123", "1", "", "19"))
    typed = [page.input_value(f"#{field}") for field in FIELDS] if page.query_selector("#passport_no") else []
    bengali = page.text_content("h1")
    with page.expect_navigation():
        page.click(".tongue")
    assert page.get_attribute("html", "lang") == "en"
    assert page.text_content("h1") != bengali
    assert typed == ([page.input_value(f"#{field}") for field in FIELDS] if typed else [])
    assert "Error" not in page.title() or state == "mistyped"


def test_reloading_an_answer_shows_it_again(page: Page, address: str) -> None:
    show(page, address, "ready", "en")
    page.reload()
    assert page.text_content("h1") == "Your card is ready"


def test_on_paper_the_answer_remains_and_the_buttons_do_not(page: Page, address: str) -> None:
    show(page, address, "ready", "en")
    page.emulate_media(media="print")
    assert page.is_visible(".facts")
    for gone in ("form.get button", ".closing", ".leaving", ".forms", ".foot nav"):
        assert not page.is_visible(gone), gone
    assert page.evaluate("getComputedStyle(document.querySelector('.band')).backgroundColor") == "rgba(0, 0, 0, 0)"
    page.emulate_media(media="screen")
    show(page, address, "told", "en")
    page.emulate_media(media="print")
    assert page.is_visible(".big-code")


def test_a_first_visit_is_two_requests_of_together_15_kb(browser: Browser, address: str) -> None:
    context = context_of(browser, width=360, height=740)
    page = context.new_page()
    sizes: dict[str, int] = {}
    page.on("requestfinished", lambda done: sizes.update({done.url: done.sizes()["responseBodySize"]}))
    page.goto(f"{address}/", wait_until="networkidle")
    asked = {url: size for url, size in sizes.items() if not url.startswith("data:")}
    assert set(asked) == {f"{address}/", f"{address}/static/public.css"}
    assert 0 < sum(asked.values()) <= 15 << 10
    context.close()
