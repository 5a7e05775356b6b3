"""The first run in a real Chromium: the administrator's code by scanner, and the desk opens at the same address."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import context_of
from tests.e2e.programs import free_port, listens
from tests.e2e.scanner import Scanner
from tests.unit.desk.bureau import Bureau

pytestmark = pytest.mark.browser
TOKEN = "DSK-01234567-" + "0123456789ABCDEF" * 2


@pytest.fixture
def home(bureau: Bureau, tmp_path: Path) -> Path:
    shutil.copytree(bureau.public, tmp_path / "home" / "trust")
    return tmp_path / "home"


@pytest.fixture
def page(browser: Browser, home: Path) -> Iterator[Page]:
    """The first screen of a desk that nobody has told who it is; the office is out of reach."""
    port = free_port()
    command = [sys.executable, "-m", "verifier", "run", "--home", str(home), "--issuer", "http://127.0.0.1:9"]
    with subprocess.Popen([*command, "--port", str(port)], stdout=subprocess.DEVNULL) as desk:
        context = context_of(browser)
        page = context.new_page()
        for _ in range(200):
            if listens(port)():
                break
            page.wait_for_timeout(100)
        page.goto(f"http://127.0.0.1:{port}/")
        yield page
        context.close()
        desk.send_signal(signal.SIGTERM)
        desk.wait(20)


def test_the_code_is_scanned_the_counter_chosen_and_the_desk_opens(page: Page, home: Path) -> None:
    expect(page.get_by_role("heading", name="ডেস্কটি চালু করুন")).to_be_visible()
    violations = Axe().run(page).response["violations"]
    assert violations == []
    Scanner(page).scan(TOKEN)
    note = page.locator("#note")
    expect(note).to_contain_text("বিমানবন্দর বেছে নিন")
    expect(page.locator("#code")).to_have_value(TOKEN)
    page.get_by_text("ZYL").click()
    page.locator("#counter").fill("৩")
    page.get_by_role("button", name="ডেস্কটি তালিকাভুক্ত করুন").click()
    expect(note).to_contain_text("তালিকাভুক্ত হয়েছে")
    expect(page.locator("body[data-look=ready]")).to_be_attached()
    expect(page.locator(".title")).to_contain_text("ZYL-3")
    assert (home / "desk.token").read_text().strip() == TOKEN


def test_work_can_begin_without_enrolment_and_a_foreign_code_does_nothing(page: Page, home: Path) -> None:
    page.locator("#language").click()
    page.locator("#code").fill("https://evil.example/")
    page.get_by_role("button", name="Enrol this desk").click()
    expect(page.locator("#note")).to_contain_text("This is not a desk's code")
    page.get_by_text("DAC").click()
    page.locator("#counter").fill("2")
    page.get_by_role("button", name="Work today without enrolment").click()
    expect(page.locator(".title")).to_contain_text("DAC-2")
    assert not (home / "desk.token").exists()
