"""What every page must be: no violation of WCAG that axe-core finds, and no need to scroll sideways."""

import axe_playwright_python.base as axe
from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


BEYOND_THE_EDGE = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const beyond = [...document.body.querySelectorAll('*')].filter(
    (each) => each.getBoundingClientRect().right > root.clientWidth + 0.5);
  return beyond.slice(-3).map((each) => each.outerHTML.slice(0, 200));
}"""


def assert_sound(page: Page) -> None:
    """No violation, and nothing too wide. (Our CSP forbids axe to fetch style sheets.)"""
    page.evaluate(axe.AXE_FILE_PATH.read_text(encoding="utf-8"))
    found = page.evaluate("tags => axe.run({runOnly: tags, preload: false})", TAGS)
    violations = [f"{each['id']}: {[node['html'] for node in each['nodes']]}" for each in found["violations"]]
    assert not violations, f"{page.url}: {violations}"
    wide = page.evaluate(BEYOND_THE_EDGE)
    assert not wide, f"{page.url} is too wide: {wide}"
