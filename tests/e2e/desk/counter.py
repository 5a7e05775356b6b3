"""A desk's page in a real Chromium, with a scanner plugged in: what every browser test of the desk stands on."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.e2e.conftest import context_of
from tests.e2e.scanner import Scanner
from tests.unit.desk.bureau import NOW, Bureau, tampered
from verifier.bootstrap import OpenDesk, opened
from verifier.config import DeskConfig
from verifier.journal import Tally

REVOKED_IDX = 7
SIZES = {"1366": (1366, 768), "1920": (1920, 1080), "phone": (360, 740)}


@contextmanager
def serving(bureau: Bureau, home: Path) -> Iterator[OpenDesk]:
    """A desk whose issuing service is gone for good."""
    shutil.copytree(bureau.public, home / "trust")
    config = DeskConfig(home=home, issuer_url="http://127.0.0.1:9", desk="DAC-2", port=0)
    with opened(config, clock=lambda: NOW) as running:
        yield running


BY_HAND_MS = 150


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

    def press(self, key: str) -> None:
        """Press a key as a hand does: what follows another key or a scan within 60 ms is taken for the scanner's."""
        self.page.wait_for_timeout(BY_HAND_MS)
        self.page.keyboard.press(key)

    def next(self) -> None:
        self.press("Space")
        self.look("ready")

    def tally(self) -> Tally:
        return self.desk.desk.journal.tally(since=0)

    def show(self, look: str, bureau: Bureau) -> None:
        """Bring each kind of screen up."""
        texts = {
            "cleared": bureau.card(),
            "check": bureau.card(),
            "matched": bureau.card(),
            "referred": bureau.card(idx=REVOKED_IDX),
            "stop": bureau.card(idx=REVOKED_IDX),
            "forged": tampered(bureau.card()),
            "not_read": "HELLO WORLD",
        }
        if look == "ready":
            return
        self.paste(texts[look])
        self.look({"forged": "stop", "check": "cleared", "matched": "cleared", "referred": "stop"}.get(look, look))
        if look == "check":
            self.compare("B7654321")
            self.look("check")
        if look == "matched":
            self.compare("4567")
            expect(self.page.locator(".steps .done")).to_have_count(2)
        if look == "referred":
            self.press("r")
            expect(self.page.locator("#refer")).to_be_visible()
            self.press("Enter")
            self.look("check")

    def compare(self, passport: str, *, key: str = "m") -> None:
        self.press(key)
        expect(self.page.locator("#passport")).to_be_visible()
        self.page.keyboard.type(passport, delay=80)
        self.press("Enter")


@contextmanager
def counter_at(browser: Browser, desk: OpenDesk, *, size: str = "1366", language: str = "bn") -> Iterator[Counter]:
    width, height = SIZES[size]
    context = context_of(browser, width=width, height=height)
    context.add_cookies([{"name": "language", "value": language, "url": desk.address}])
    yield Counter(context.new_page(), desk)
    context.close()
