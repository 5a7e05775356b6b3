"""A real Chromium for whoever asks, in the language and time zone of the people we build for."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]


SLOW_MACHINE_MS = 20_000
"""What a page may take on a machine with other work; nothing waits longer than it must."""


def launch(playwright: Playwright, *more_flags: str) -> Browser:
    """The system's Chromium; Playwright brings no browser of its own along."""
    program = shutil.which("chromium")
    return playwright.chromium.launch(executable_path=program, args=[*CHROMIUM_FLAGS, *more_flags])


def launch_with_camera(playwright: Playwright, film: Path) -> Browser:
    """A Chromium whose only camera plays `film` (Y4M or MJPEG) again and again and which grants access to it."""
    return launch(
        playwright,
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film.absolute()}",
    )


def context_of(browser: Browser, *, width: int = 1366, height: int = 768, language: str = "bn-BD") -> BrowserContext:
    """A fresh profile: no cookies, no cache."""
    return browser.new_context(
        viewport={"width": width, "height": height},
        locale=language,
        timezone_id="Asia/Dhaka",
        accept_downloads=True,
    )


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    expect.set_options(timeout=SLOW_MACHINE_MS)
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = launch(playwright)
    yield browser
    browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = context_of(browser)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()
