"""The page that checks cards, and the pages that make one wait, in a real Chromium, on a phone and a desktop."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from clearance.issuing.guard import ORDINARY
from tests.e2e.conftest import context_of
from tests.integration.home_check import LINK, REVOKED, Home, edited, open_home
from tests.integration.worker_pages import ENTERED
from tests.unit.desk.pictures import png, qr_image

pytestmark = pytest.mark.browser

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21aa", "wcag22aa", "best-practice"]}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def in_a_thread(make: Callable[[], bytes]) -> bytes:
    """Sealing runs an event loop, and this thread has Playwright's running already."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(make).result()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return open_home(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def address(home: Home) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, home.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def cards(home: Home, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Files to send, by what the page must say first."""
    sealed = in_a_thread(lambda: home.pdf(home.card()))
    contents = {
        "CLEARED": ("good.pdf", sealed),
        "STOP: revoked": ("revoked.png", png(qr_image(home.card(idx=REVOKED)))),
        "STOP: link": ("link.png", png(qr_image(LINK))),
        "CLEARED: edited": ("edited.pdf", edited(sealed)),
    }
    folder = tmp_path_factory.mktemp("cards")
    files = {}
    for said, (name, content) in contents.items():
        files[said] = folder / name
        files[said].write_bytes(content)
    return files


SENTENCES = {
    "CLEARED": "The file is as BMET sealed it.",
    "STOP: revoked": "This clearance was cancelled.",
    "STOP: link": "Look-alike: this QR code is only a web link.",
    "CLEARED: edited": "it was changed after it was sealed",
}


def send(page: Page, address: str, file: Path, lang: str) -> None:
    page.goto(f"{address}/check?lang={lang}")
    page.set_input_files("#file", str(file))
    with page.expect_navigation():
        page.click("form.send button")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_card_is_sent_and_answered_with_and_without_scripts(
    browser: Browser, address: str, cards: dict[str, Path], scripts: bool
) -> None:
    context = browser.new_context(java_script_enabled=scripts, viewport={"width": 360, "height": 740})
    page = context.new_page()
    for said, file in cards.items():
        send(page, address, file, "en")
        expect(page.locator("h1")).to_have_text(said.split(":")[0])
        expect(page.locator("main")).to_contain_text(SENTENCES[said])
    context.close()


@pytest.mark.parametrize("lang", ["bn", "en"])
@pytest.mark.parametrize("width", [320, 1366])
def test_form_and_answers_fit_the_screen_and_have_no_barrier(
    browser: Browser, address: str, cards: dict[str, Path], lang: str, width: int
) -> None:
    context = context_of(browser, width=width, height=760)
    page = context.new_page()
    page.goto(f"{address}/check?lang={lang}")
    for file in (None, cards["CLEARED: edited"], cards["STOP: link"]):
        if file is not None:
            send(page, address, file, lang)
        assert page.evaluate(OVERFLOW) <= 0
        found = Axe().run(page, options=RULES)
        assert found.violations_count == 0, found.generate_report()
    context.close()


def ask(page: Page, address: str, number: str) -> None:
    page.goto(f"{address}/?lang=en")
    for field, typed in zip(("passport_no", "day", "month", "year"), (number, "14", "3", "1995"), strict=True):
        page.fill(f"#{field}", typed)
    with page.expect_navigation():
        page.click("form button.big")


@pytest.fixture(scope="module")
def _tried_often(home: Home) -> None:
    client = home.app.test_client()
    born = {"day": "1", "month": "1", "year": "1990"}
    for number in range(ORDINARY.free_of_network):
        client.post("/card", data={"passport_no": f"Z{number * 61_803_399 % 10**8:08d}", **born})


@pytest.mark.usefixtures("_tried_often")
def test_the_page_does_its_sum_by_itself_and_the_answer_appears(browser: Browser, address: str) -> None:
    context = context_of(browser, width=360, height=740)
    page = context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    ask(page, address, ENTERED)
    expect(page.locator("h1")).to_contain_text("Your card is not ready yet")
    assert [text for text in refused if "429" not in text] == [], "the content security policy lets the sum be done"
    context.close()


@pytest.mark.usefixtures("_tried_often")
def test_without_scripts_the_page_says_how_long_to_wait_and_goes_on_after_that(
    browser: Browser, home: Home, address: str
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = context.new_page()
    ask(page, address, ENTERED)
    expect(page.locator("#wait")).to_contain_text("Wait 20 seconds, then press the button.")
    expect(page.locator("#sum")).to_be_hidden()
    home.office.clock.advance(seconds=20)
    with page.expect_navigation():
        page.click("#wait button")
    expect(page.locator("h1")).to_contain_text("Your card is not ready yet")
    context.close()
