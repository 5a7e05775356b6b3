"""The tables of docs/THREATS.md and docs/ASVS.md, and whether what they name is there."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
_CODE = re.compile(r"`([^`]+)`")
_DRAWN = re.compile(r"^```.*?^```", re.M | re.S)
_PLACE = re.compile(r"(?:clearance|verifier|templates|tests|deploy|docs|requirements)/[\w./@-]*")


def rows(page: str) -> Iterator[list[str]]:
    """The cells of every row of every table of a page, headings and rulers left out."""
    for line in (ROOT / "docs" / page).read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and any(cells) and not set(line) <= set("|-: "):
            yield cells


@cache
def every_test() -> frozenset[str]:
    """Every test of the suite by its name."""
    found: set[str] = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        found |= {
            node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        }
    return frozenset(found)


def proofs_in(text: str) -> list[str]:
    """The tests that a text names."""
    return [name for name in _CODE.findall(text) if name.startswith("test_")]


def places_in(text: str) -> list[str]:
    """The files and folders of the project that a text names."""
    return _PLACE.findall(text)


def missing(page: str) -> list[str]:
    """What a page names and the project does not have."""
    text = _DRAWN.sub("", (ROOT / "docs" / page).read_text("utf-8"))
    lost = [name for name in proofs_in(text) if name not in every_test()]
    return sorted({*lost, *(place for place in places_in(text) if not (ROOT / place.rstrip(".")).exists())})
