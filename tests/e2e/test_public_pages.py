"""The worker's pages in a real Chromium: small screens, no JavaScript, a keyboard only, and a screen reader's view."""

import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from clearance.credential.status import Status
from clearance.domain.clearance import Revocation, RevocationReason
from tests.e2e.conftest import context_of
from tests.fakes.office import OfficeAtWork, draft
from tests.integration.worker_pages import ENTERED, READY, UNKNOWN, open_app, set_status

pytestmark = pytest.mark.browser

CANCELLED = "A00000004"
STATES = {
    "form": None,
    "mistyped": ("A0০১", "31", "2", "95"),
    "missed": (UNKNOWN, "14", "3", "1995"),
    "ready": (READY, "14", "3", "1995"),
    "not yet": (ENTERED, "14", "3", "1995"),
    "cancelled": (CANCELLED, "14", "3", "1995"),
    "closed": ("A77777777", "14", "3", "1995"),
}
TITLES = {
    "form": "Clearance card",
    "mistyped": "Error:",
    "missed": "No card was found",
    "ready": "Your card is ready",
    "not yet": "Your card is not ready yet",
    "cancelled": "This clearance was cancelled",
    "closed": "Too many tries",
}
numbers = count(1)
FIELDS = ("passport_no", "day", "month", "year")
WIDTHS = {320: 640, 360: 740, 1366: 768}
NARROWEST_TARGET = 48
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21aa", "wcag22aa", "best-practice"]}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SMALL_TARGETS = """least => [...document.querySelectorAll('button, input:not([type=hidden]), a.btn, a.tongue')]
  .map(it => [it.outerHTML.slice(0, 80), it.getBoundingClientRect()])
  .filter(([, box]) => box.height < least || box.width < least).map(([what]) => what)"""


@pytest.fixture(scope="module")
def office_and_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[OfficeAtWork, str]]:
    """The service on a port of its own, with a cancelled card and a passport number that was tried too often."""
    office, app = open_app(tmp_path_factory.mktemp("trust"))
    office.issue(draft(4))
    taken_back = Revocation(officer_no="X-1", at=office.clock.now(), reason=RevocationReason.EMPLOYER_CANCELLED)
    set_status(office, CANCELLED, Status.INVALID, taken_back)
    for _ in range(5):
        app.test_client().post("/card", data=dict(zip(FIELDS, STATES["closed"] or (), strict=True)))
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


def show(page: Page, address: str, state: str, lang: str) -> None:
    """Bring a page into a state as a worker would. Each miss is another number, so that none is closed."""
    page.goto(f"{address}/?lang={lang}")
    for field, typed in zip(FIELDS, STATES[state] or (), strict=False):
        page.fill(f"#{field}", f"Z{next(numbers):08d}" if typed == UNKNOWN else typed)
    if STATES[state]:
        with page.expect_navigation():
            page.click("form button.big")
    assert page.title().startswith(TITLES[state]) or lang == "bn"


@pytest.mark.parametrize("lang", ["bn", "en"])
@pytest.mark.parametrize("width", WIDTHS)
def test_pages_fit_the_screen_and_the_finger(browser: Browser, address: str, width: int, lang: str) -> None:
    context = context_of(browser, width=width, height=WIDTHS[width])
    page = context.new_page()
    for state in STATES:
        show(page, address, state, lang)
        assert page.evaluate(OVERFLOW) <= 0, state
        assert page.evaluate(SMALL_TARGETS, NARROWEST_TARGET) == [], state
    context.close()


@pytest.mark.parametrize("lang", ["bn", "en"])
def test_pages_have_no_barrier_that_axe_knows(browser: Browser, address: str, lang: str) -> None:
    context = context_of(browser, width=360, height=740)
    page = context.new_page()
    for state in STATES:
        show(page, address, state, lang)
        found = Axe().run(page, options=RULES)
        assert found.violations_count == 0, f"{state}\n{found.generate_report()}"
    context.close()


@pytest.mark.parametrize("lang", ["bn", "en"])
def test_text_at_twice_its_size_still_fits_a_phone(browser: Browser, address: str, lang: str) -> None:
    context = context_of(browser, width=360, height=740)
    page = context.new_page()
    for state in ("form", "mistyped", "ready"):
        show(page, address, state, lang)
        page.evaluate("document.documentElement.style.setProperty('font-size', '36px')")
        assert page.evaluate(OVERFLOW) <= 0, state
    context.close()


def test_a_card_is_downloaded_without_javascript(
    browser: Browser, office_and_address: tuple[OfficeAtWork, str], tmp_path: Path
) -> None:
    office, address = office_and_address
    context = browser.new_context(java_script_enabled=False, accept_downloads=True)
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
    context.close()


def test_a_keyboard_alone_leads_from_the_form_to_the_file(page: Page, address: str) -> None:
    page.goto(f"{address}/?lang=en")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "tongue"
    for typed in (READY, "14", "3", "1995"):
        page.keyboard.press("Tab")
        page.keyboard.type(typed)
    page.keyboard.press("Enter")
    page.wait_for_selector(".band.ready")
    page.keyboard.press("Tab")  # the other language
    page.keyboard.press("Tab")
    with page.expect_download():
        page.keyboard.press("Enter")


def test_a_fault_leads_to_its_field_and_keeps_what_was_typed(page: Page, address: str) -> None:
    show(page, address, "mistyped", "bn")
    assert page.title().startswith("ত্রুটি:")
    assert [page.input_value(f"#{field}") for field in FIELDS] == list(STATES["mistyped"] or ())
    page.click('.summary a[href="#year"]')
    assert page.evaluate("document.activeElement.id") == "year"


@pytest.mark.parametrize("state", ["mistyped", "missed", "ready", "not yet", "cancelled"])
def test_the_other_language_is_one_tap_away_and_nothing_is_lost(page: Page, address: str, state: str) -> None:
    show(page, address, state, "bn")
    typed = [page.input_value(f"#{field}") for field in FIELDS] if page.query_selector("#day") else []
    bengali = page.text_content("h1, h2")
    with page.expect_navigation():
        page.click(".tongue")
    assert page.get_attribute("html", "lang") == "en"
    assert page.text_content("h1, h2") != bengali
    assert typed == ([page.input_value(f"#{field}") for field in FIELDS] if typed else [])


def test_reloading_an_answer_shows_it_again(page: Page, address: str) -> None:
    show(page, address, "ready", "en")
    page.reload()
    assert page.text_content("h1") == "Your card is ready"


def test_on_paper_the_answer_remains_and_the_buttons_do_not(page: Page, address: str) -> None:
    show(page, address, "ready", "en")
    page.emulate_media(media="print")
    assert page.is_visible(".facts")
    assert not page.is_visible("form.get button")
    assert page.evaluate("getComputedStyle(document.querySelector('.band')).backgroundColor") == "rgba(0, 0, 0, 0)"


def test_a_page_makes_one_request_besides_itself(page: Page, address: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}/")
    assert [url for url in asked if not url.startswith("data:")] == [f"{address}/", f"{address}/static/public.css"]
