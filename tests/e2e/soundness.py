"""What every page must be: no violation of WCAG that axe-core finds, and no need to scroll sideways."""

import axe_playwright_python.base as axe
from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def assert_sound(page: Page) -> None:
    """No violation, and nothing too wide. (Our CSP forbids axe to fetch style sheets.)"""
    page.evaluate(axe.AXE_FILE_PATH.read_text(encoding="utf-8"))
    found = page.evaluate("tags => axe.run({runOnly: tags, preload: false})", TAGS)
    violations = [f"{each['id']}: {[node['html'] for node in each['nodes']]}" for each in found["violations"]]
    assert not violations, f"{page.url}: {violations}"
    too_wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not too_wide, f"{page.url} is too wide"
