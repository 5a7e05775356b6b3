"""The people of the story, each with a browser of their own: what they do, in their words."""

import re
from pathlib import Path

from playwright.sync_api import BrowserContext, Locator, Page, expect

SHIFTED = {"$": "Digit4", "%": "Digit5", "*": "Digit8", "+": "Equal", ":": "Semicolon"}
PLAIN = {" ": "Space", "-": "Minus", ".": "Period", "/": "Slash"}
LOOK_WITHIN_MS = 30_000
CODE_AGAIN_MS = 2_000


class StaffOfficer:
    """An officer of BMET at the staff pages, in English."""

    def __init__(self, context: BrowserContext, address: str, *, username: str, password: str) -> None:
        self.page = context.new_page()
        self.address = address
        self.page.goto(f"{address}/staff/?lang=en")
        self.page.get_by_label("User name").fill(username)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.locator(".who, #factor_code").first).to_be_visible()
        if self.page.locator("#factor_code").count():
            self.show_demo_code()
        expect(self.page).to_have_url(re.compile("/staff/queue"))

    def show_demo_code(self) -> None:
        """Send the code that a demo shows on its page; each is good once, so that the next may take half a minute."""
        while not self.page.locator("[data-demo-code]").count():
            self.page.wait_for_timeout(CODE_AGAIN_MS)
            self.page.goto(f"{self.address}/staff/second-factor")
        self.page.get_by_role("button", name="Go on").click()

    def open_case(self, passport_no: str, *, state: str) -> None:
        self.page.goto(f"{self.address}/staff/queue?state={state}&text={passport_no}")
        self.page.locator(f'tr:has-text("{passport_no}") a').first.click()

    def check(self) -> None:
        self.page.get_by_role("button", name="Checked: pass it on").click()

    def approve(self) -> None:
        self.page.get_by_role("button", name="Approve").click()

    def issue(self) -> None:
        self.page.get_by_role("button", name="Issue the card").click()

    def may_issue(self) -> bool:
        return self.page.get_by_role("button", name="Issue the card").count() > 0

    def revoke(self, passport_no: str) -> None:
        self.page.goto(f"{self.address}/staff/cards?text={passport_no}")
        self.page.locator(f'tr:has-text("{passport_no}") a').first.click()
        self.page.get_by_role("link", name="Cancel").click()
        self.page.get_by_label("visa was cancelled").check()
        self.page.get_by_role("button", name="Go on").click()
        self.page.get_by_role("button", name="Yes, cancel the card").click()


class Worker:
    """A worker with a phone, in Bengali, without JavaScript."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.page = context.new_page()
        self.address = address

    def look_up(self, passport_no: str, day: str, month: str, year: str) -> None:
        self.page.goto(self.address)
        self.page.locator("#passport_no").fill(passport_no)
        for name, value in (("day", day), ("month", month), ("year", year)):
            self.page.locator(f"#{name}").fill(value)
        self.page.get_by_role("button", name="আমার কার্ড দেখান").click()

    def download(self, folder: Path) -> Path:
        with self.page.expect_download() as waiting:
            self.page.get_by_role("button", name="কার্ড ডাউনলোড করুন").click()
        saved = folder / waiting.value.suggested_filename
        waiting.value.save_as(saved)
        return saved


REACTION_MS = 250
"""Nobody reads a verdict faster; a key that follows a scan within 60 ms is taken for the scanner's (wedge.js)."""


class DeskOfficer:
    """An officer at the airport's welfare desk: scanner, camera and keyboard."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        context.grant_permissions(["camera"], origin=address)
        self.page = context.new_page()
        self.page.goto(address)

    def scan(self, text: str) -> None:
        """What a USB scanner does: key strokes of a US keyboard, very fast, then Enter."""
        for character in text:
            key = PLAIN.get(character) or (f"Digit{character}" if character.isdigit() else f"Key{character}")
            shifted = SHIFTED.get(character)
            self.page.keyboard.press(f"Shift+{shifted}" if shifted else key)
        self.page.keyboard.press("Enter")

    def next_person(self) -> None:
        self.page.wait_for_timeout(REACTION_MS)
        self.page.keyboard.press("Space")
        self.sees("ready")

    def fetch_lists(self) -> None:
        self.page.keyboard.press("F9")
        expect(self.page.locator("#note")).to_have_attribute("data-word", "synced", timeout=LOOK_WITHIN_MS)

    def sees(self, look: str) -> None:
        expect(self.page.locator("body")).to_have_attribute("data-look", look, timeout=LOOK_WITHIN_MS)

    @property
    def screen(self) -> Locator:
        return self.page.locator("#screen")


def texts_in(page: Page) -> str:
    """Everything a person can read on a page."""
    return page.locator("body").inner_text()
