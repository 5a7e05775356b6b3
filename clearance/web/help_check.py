"""What is wrong with the help pages of an installation, found before a worker finds it.

It looks at every file, also at those that no visitor could see because they cannot be read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from clearance.web.help_pages import (
    IMAGE,
    IMAGES,
    NAME,
    HelpPages,
    Unreadable,
    addresses,
    markdown,
    read_page,
    shipped,
    take_apart,
)
from clearance_templates.i18n import LANGUAGES, Language

MAX_IMAGE = 40 << 10
"""Bytes of one picture: with it the page is still on a slow phone in some seconds."""
OWN_ADDRESSES = frozenset({"/", "/agencies", "/check", "/request", "/request/follow", "/help/"})
"""Pages of this service that a help page may point at."""
_ELSEWHERE = re.compile(r"(https://|mailto:|tel:)\S+", re.ASCII)


class FindingKind(StrEnum):
    """What can be wrong."""

    UNREADABLE = "unreadable"
    NAME = "name"
    NO_TRANSLATION = "no_translation"
    FIRST_HEADING = "first_heading"
    HTML = "html"
    BROKEN_LINK = "broken_link"
    NO_ALTERNATIVE = "no_alternative"
    IMAGE_MISSING = "image_missing"
    IMAGE_TOO_LARGE = "image_too_large"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One fault: in which file, of which kind, and what exactly."""

    file: Path
    kind: FindingKind
    about: str


def findings(folder: Path | None) -> list[Finding]:
    """Everything that is wrong in the installation's own folder and in the shipped one, in order of the files."""
    found = [each for place in (folder, shipped()) if place is not None for each in _of_folder(place, folder)]
    return sorted(found, key=lambda finding: (str(finding.file), finding.kind, finding.about))


def _of_folder(place: Path, own: Path | None) -> Iterator[Finding]:
    pages = HelpPages(own, values={})
    for language in LANGUAGES:
        for path in sorted((place / language).glob("*.md")):
            yield from _of_file(path, language, pages)
    for path in sorted(place.glob(f"{IMAGES}/*")):
        if path.stat().st_size > MAX_IMAGE:
            yield Finding(file=path, kind=FindingKind.IMAGE_TOO_LARGE, about=str(-(-path.stat().st_size // 1024)))


def _of_file(path: Path, language: Language, pages: HelpPages) -> Iterator[Finding]:
    if not NAME.fullmatch(path.stem):
        yield Finding(file=path, kind=FindingKind.NAME, about=path.stem)
        return
    try:
        read_page(path, language, values={})
        text = take_apart(path).text
    except (Unreadable, OSError) as error:
        yield Finding(file=path, kind=FindingKind.UNREADABLE, about=str(error))
        return
    for other in LANGUAGES:
        translation = pages.page(path.stem, other)
        if translation is None or translation.language != other:
            yield Finding(file=path, kind=FindingKind.NO_TRANSLATION, about=other)
    yield from _of_text(path, text, pages)


def _of_text(path: Path, text: str, pages: HelpPages) -> Iterator[Finding]:
    tokens = markdown().parse(text)
    for token in tokens:
        if token.type == "heading_open" and token.tag == "h1":
            yield Finding(file=path, kind=FindingKind.FIRST_HEADING, about="#")
    for tag in re.findall(r"<[a-zA-Z][^>\n]{0,60}>", text):
        yield Finding(file=path, kind=FindingKind.HTML, about=tag)
    for token, attribute in addresses(tokens):
        address = str(token.attrGet(attribute) or "")
        if attribute == "src":
            yield from _of_image(path, address, alternative=token.content, pages=pages)
        elif not _leads_somewhere(address, pages):
            yield Finding(file=path, kind=FindingKind.BROKEN_LINK, about=address)


def _of_image(path: Path, address: str, *, alternative: str, pages: HelpPages) -> Iterator[Finding]:
    name = address.removeprefix(f"{IMAGES}/")
    if not address.startswith(f"{IMAGES}/") or not IMAGE.fullmatch(name) or pages.image(name) is None:
        yield Finding(file=path, kind=FindingKind.IMAGE_MISSING, about=address)
    if not alternative.strip():
        yield Finding(file=path, kind=FindingKind.NO_ALTERNATIVE, about=address)


def _leads_somewhere(address: str, pages: HelpPages) -> bool:
    place = address.partition("#")[0]
    if address.startswith("#") or place in OWN_ADDRESSES or _ELSEWHERE.fullmatch(address):
        return True
    return place.removesuffix(".md") in pages.names()
