"""Help pages: Markdown files that an office edits without a programmer (docs/adr/0102).

A page is `<language>/<name>.md`. Those of the installation's own folder stand before the shipped ones of the same name,
and may add names. It decides which file speaks and what its text becomes; HTML in a file is shown as text, never taken
for HTML. A file is read again when it changed, so that nothing has to be restarted; one that cannot be read is logged,
and the shipped page of its name speaks instead.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path

import structlog
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from clearance_templates.i18n import LANGUAGES, Language, translator

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
"""Matched in full by the name of a page, which stands in its address."""
IMAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}\.(png|jpg|jpeg|webp)", re.ASCII)
"""Matched in full by the name of a picture in the folder `images`."""
IMAGE_KINDS = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp"}
FOLDER = "help"
"""Where an installation keeps its own pages, in its home."""
IMAGES = "images"
REQUIRED = ("title", "summary", "reviewed", "source")
_FENCE = "---"
_MAX_BYTES = 64 << 10
_PLACEHOLDER = re.compile(r"\{(\w+)\}", re.ASCII)

log = structlog.get_logger()


class Unreadable(ValueError):
    """A file is no help page; the message says what is wrong with it."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """A file taken apart: what stands between the two lines of dashes at its head, and the text below."""

    facts: Mapping[str, str]
    text: str


@dataclass(frozen=True, kw_only=True)
class HelpPage:
    """One page. `reviewed` is the day an office last stood for it, `source` where its facts are from.

    `language` is that of the text: where a translation is missing, the other language is shown and says so.
    """

    name: str
    language: Language
    title: str
    summary: str
    order: int
    reviewed: date
    source: str
    body: Markup


class HelpPages:
    """The pages of one installation. `values` fill `{placeholders}`: telephone numbers, which become links.

    May be shared by threads.
    """

    def __init__(self, folder: Path | None, *, values: Mapping[str, str]) -> None:
        self._folders = tuple(each for each in (folder, shipped()) if each is not None)
        self._values = values
        self._read: dict[Path, tuple[object, HelpPage | None]] = {}

    def page(self, name: str, language: Language) -> HelpPage | None:
        """The page in this language, else in the other one; None where there is none."""
        if not NAME.fullmatch(name):
            return None
        tongues = (language, *(other for other in LANGUAGES if other != language))
        return next((page for tongue in tongues for page in self._candidates(name, tongue) if page), None)

    def index(self, language: Language) -> list[HelpPage]:
        """Every page, in the order that the pages ask for."""
        found = (self.page(name, language) for name in self.names())
        return sorted((page for page in found if page), key=lambda page: (page.order, page.title))

    def names(self) -> set[str]:
        """The names of all pages, whatever the language."""
        places = (folder / language for folder in self._folders for language in LANGUAGES)
        return {path.stem for place in places for path in place.glob("*.md") if NAME.fullmatch(path.stem)}

    def image(self, name: str) -> bytes | None:
        """A picture of the folder `images`."""
        if not IMAGE.fullmatch(name):
            return None
        paths = (folder / IMAGES / name for folder in self._folders)
        return next((path.read_bytes() for path in paths if path.is_file()), None)

    def _candidates(self, name: str, language: Language) -> Iterator[HelpPage | None]:
        for folder in self._folders:
            yield self._page_of(folder / language / f"{name}.md", language)

    def _page_of(self, path: Path, language: Language) -> HelpPage | None:
        try:
            stat = path.stat()
        except OSError:
            return None
        stamp = (stat.st_mtime_ns, stat.st_size)
        known = self._read.get(path)
        if known is None or known[0] != stamp:
            known = (stamp, self._fresh(path, language))
            self._read[path] = known
        return known[1]

    def _fresh(self, path: Path, language: Language) -> HelpPage | None:
        try:
            return read_page(path, language, values=self._values)
        except (Unreadable, OSError) as error:
            log.error("help page cannot be read", page=f"{language}/{path.name}", cause=str(error))
            return None


def shipped() -> Path:
    """The folder of the pages that come with the program."""
    with as_file(files("clearance_templates") / "help") as folder:
        return folder


def read_page(path: Path, language: Language, *, values: Mapping[str, str]) -> HelpPage:
    """The page in a file. Raises Unreadable, OSError."""
    source = take_apart(path)
    facts = source.facts
    missing = [name for name in REQUIRED if not facts.get(name)]
    if missing:
        raise Unreadable(f"nothing is said about: {', '.join(missing)}")
    try:
        reviewed, order = date.fromisoformat(facts["reviewed"]), int(facts.get("order", "100"))
    except ValueError as error:
        raise Unreadable(str(error)) from None
    return HelpPage(
        name=path.stem,
        language=language,
        title=facts["title"],
        summary=facts["summary"],
        order=order,
        reviewed=reviewed,
        source=facts["source"],
        body=_rendered(filled(source.text, language, values), language),
    )


def take_apart(path: Path) -> Source:
    """Head and text of a file. Raises Unreadable, OSError."""
    if path.stat().st_size > _MAX_BYTES:
        raise Unreadable(f"larger than {_MAX_BYTES >> 10} KB")
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise Unreadable("not saved as UTF-8") from None
    if not lines or lines[0].strip() != _FENCE or _FENCE not in [line.strip() for line in lines[1:]]:
        raise Unreadable("does not begin with facts between two lines of ---")
    end = next(number for number, line in enumerate(lines) if number and line.strip() == _FENCE)
    facts = {}
    for line in lines[1:end]:
        name, colon, value = line.partition(":")
        if line.strip() and not colon:
            raise Unreadable(f"a line of its head has no colon: {line.strip()[:60]}")
        facts[name.strip().lower()] = value.strip()
    return Source(facts=facts, text="\n".join(lines[end + 1 :]))


def filled(text: str, language: Language, values: Mapping[str, str]) -> str:
    """The text with telephone numbers in the place of `{placeholders}`; others stay as they are written."""

    def number(match: re.Match[str]) -> str:
        value = values.get(match[1])
        if value is None:
            return match[0]
        return f"[{translator(language).digits(value)}](tel:{value.replace(' ', '')})"

    return _PLACEHOLDER.sub(number, text)


def markdown() -> MarkdownIt:
    """CommonMark and tables. HTML is text, and links with a scheme that runs something are none."""
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def addresses(tokens: Iterable[Token]) -> Iterator[tuple[Token, str]]:
    """Every link and picture of a parsed text, with the name of the attribute that holds its address."""
    for token in tokens:
        if token.type == "link_open":
            yield token, "href"
        elif token.type == "image":
            yield token, "src"
        yield from addresses(token.children or ())


def _rendered(text: str, language: Language) -> Markup:
    parser = markdown()
    tokens = parser.parse(text)
    for token, attribute in addresses(tokens):
        token.attrSet(attribute, _address(str(token.attrGet(attribute) or ""), language))
    return Markup(parser.renderer.render(tokens, parser.options, {}))  # noqa: S704 - HTML in the text was escaped


def _address(written: str, language: Language) -> str:
    """An address as the page needs it, which stands at /help/<language>/<name>."""
    if written.startswith("/") and "?" not in written:
        return f"{written}?lang={language}"
    if written.startswith(f"{IMAGES}/"):
        return f"../{written}"
    return written.removesuffix(".md")
