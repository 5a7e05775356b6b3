"""Every text that the programs show, as message extraction finds it, and every translation there is."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from tests.conftest import ROOT

SOURCES = ("clearance", "verifier", "templates")
KEYWORDS = {
    "_": None,
    "N_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "ngettext_pair": (1, 2),
    "both": None,
    "both_old": None,
    "both_plain": None,
}
OPTIONS = {"extensions": "clearance.web.standing.Standing", "silent": "false"}
LOCALE = ROOT / "templates" / "locale"


@cache
def shown() -> dict[str, list[str]]:
    """Message identifier (the singular, where there is a plural) -> the places that show it."""
    found: dict[str, list[str]] = {}
    for path in _sources():
        method = "python" if path.suffix == ".py" else "jinja2"
        for line, message, _, _ in extract_from_file(method, path, keywords=KEYWORDS, options=OPTIONS):
            key = message if isinstance(message, str) else message[0]
            found.setdefault(key, []).append(f"{path.relative_to(ROOT)}:{line}")
    return found


@cache
def catalogues() -> dict[str, Catalog]:
    """The Bengali catalogues by file name."""
    read = {}
    for path in sorted(LOCALE.glob("*.bn.po")):
        with path.open("rb") as file:
            read[path.name] = read_po(file, locale="bn", abort_invalid=True)
    return read


def entries() -> Iterator[tuple[str, str, list[str], list[str]]]:
    """(catalogue, message identifier, its English forms, its Bengali forms)."""
    for name, catalogue in catalogues().items():
        for message in catalogue:
            if message.id:
                english = [message.id] if isinstance(message.id, str) else list(message.id)
                bengali = [message.string] if isinstance(message.string, str) else list(message.string)
                yield name, english[0], english, bengali


def _sources() -> Iterator[Path]:
    for folder in SOURCES:
        for pattern in ("*.py", "*.html"):
            yield from sorted((ROOT / folder).rglob(pattern))
