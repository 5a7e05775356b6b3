"""What worker pages may ask of a browser: no more than Chrome 80 and the WebViews of early 2020 know.

What came later is listed here with the version that brought it; it may stand in the files only where a browser that
does not know it still shows a good page, and then with the reason.
"""

import re
from pathlib import Path

import pytest

KNOWN_SINCE = 80
LATER_CSS = {
    r"\binset(-[a-z-]+)?\s*:": 87,
    r"\baspect-ratio\s*:": 88,
    r":is\(|:where\(": 88,
    r":not\([^)]*,": 88,
    r":focus-visible": 86,
    r":has\(": 105,
    r"@layer|@container|@scope|@starting-style": 99,
    r"@property": 85,
    r"(margin|padding|border)-(inline|block)(-start|-end)?\s*:": 87,
    r"\baccent-color\s*:": 93,
    r"\bcolor-mix\(|\boklch\(|\blab\(": 111,
    r"\d(dvh|svh|lvh|dvw|cqw)\b": 108,
    r"\btext-underline-offset\s*:": 87,
    r"\btext-decoration-thickness\s*:": 89,
    r"forced-colors": 89,
    r"prefers-contrast|prefers-reduced-data": 96,
    r"\bcontent-visibility\s*:": 85,
    r"::marker": 86,
    r"\brevert\b": 84,
    r"\btext-wrap\s*:": 114,
    r"\brow-gap|column-gap": 84,
    r"^\s*&": 112,
    r"\bui-monospace\b": 100,
}
HARMLESS = {
    r":focus-visible": "older browsers draw their own ring round what has the focus",
    r"\btext-underline-offset\s*:": "the line stands a little nearer",
    r"\btext-decoration-thickness\s*:": "the line is a little thinner",
    r"forced-colors": "older browsers have no such mode",
    r"\bui-monospace\b": "one name in a list of typefaces",
}
LATER_JS = {
    r"\.replaceAll\(": 85,
    r"\.at\(": 92,
    r"\?\?=|\|\|=|&&=": 85,
    r"\bstructuredClone\(": 98,
    r"Object\.hasOwn": 93,
    r"\.findLast": 97,
    r"#[a-z]+\s*\(": 84,
    r"\bWeakRef\b|Promise\.any": 85,
}
LATER_HTML = {
    r"<dialog\b.*\bclosedby": 134,
    r"\bpopover\b": 114,
    r"\binert\b": 102,
    r"<search\b": 118,
    r"\bcommandfor\b": 135,
}
PAGES = "*.html"


def sheets(root: Path) -> str:
    folder = root / "templates" / "static"
    text = "\n".join((folder / name).read_text(encoding="utf-8") for name in ("tokens.css", "public.css"))
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


def rules(css: str) -> list[tuple[str, str]]:
    """Selector and declarations of each rule; those inside @media too."""
    return re.findall(r"([^{}]+)\{([^{}]*)\}", css)


@pytest.mark.parametrize("pattern", LATER_CSS)
def test_the_style_sheet_uses_nothing_that_older_browsers_need(root: Path, pattern: str) -> None:
    assert LATER_CSS[pattern] > KNOWN_SINCE
    found = re.search(pattern, sheets(root), re.MULTILINE)
    assert not found or pattern in HARMLESS, f"{found[0]} came with Chrome {LATER_CSS[pattern]}"


def test_what_is_called_harmless_is_still_used(root: Path) -> None:
    assert all(re.search(pattern, sheets(root)) for pattern in HARMLESS)


def test_distances_between_flex_items_are_margins(root: Path) -> None:
    """`gap` is older for grids than for flex boxes, so that @supports cannot tell the two apart."""
    flex = {selector.strip() for selector, body in rules(sheets(root)) if re.search(r"display:\s*(inline-)?flex", body)}
    spaced = {selector.strip() for selector, body in rules(sheets(root)) if re.search(r"(?<!grid-)\bgap\s*:", body)}
    assert flex
    assert not flex & spaced
    assert not spaced, "a grid of ours says grid-gap, which every browser knows"


def test_a_rule_that_older_browsers_drop_stands_alone(root: Path) -> None:
    """One selector that is not understood takes its whole list with it."""
    lists = [selector for selector, _ in rules(sheets(root)) if ":focus-visible" in selector]
    assert all("," not in selector for selector in lists)


@pytest.mark.parametrize("pattern", LATER_JS)
def test_the_scripts_use_nothing_that_older_browsers_lack(root: Path, pattern: str) -> None:
    script = (root / "templates" / "static" / "answer.js").read_text(encoding="utf-8")
    assert not re.search(pattern, script), f"came with Chrome {LATER_JS[pattern]}"


@pytest.mark.parametrize("pattern", LATER_HTML)
def test_the_pages_use_no_elements_that_older_browsers_lack(root: Path, pattern: str) -> None:
    for path in (root / "templates" / "public").glob(PAGES):
        assert not re.search(pattern, path.read_text(encoding="utf-8")), path.name


def test_dark_and_printed_pages_know_every_colour_that_they_change(root: Path) -> None:
    css = sheets(root)
    known = set(re.findall(r"(--[a-z0-9-]+):", css.partition("@media")[0]))
    assert set(re.findall(r"(--[a-z0-9-]+):", css)) <= known
    assert set(re.findall(r"var\((--[a-z0-9-]+)\)", css)) <= known
