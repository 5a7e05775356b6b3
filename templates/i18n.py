"""Language, digits and dates for whoever reads: Bengali or English.

The catalogues are `locale/<domain>.bn.po`, English text as key; they are parsed at start, so that no compiled file can
lag behind them. Identifiers and codes keep Latin digits in both languages; counts and dates follow the language.
"""

from collections.abc import Callable
from datetime import date, datetime
from functools import cache, lru_cache
from gettext import NullTranslations
from importlib.resources import files
from io import BytesIO
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import get_global
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

Language = Literal["bn", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("bn", "en")
"""Bengali first: it is what most of those who read us speak."""

DHAKA = ZoneInfo("Asia/Dhaka")
_SPELT_TODAY = {("bn", 1): "জানুয়ারি", ("bn", 2): "ফেব্রুয়ারি"}
"""CLDR keeps an older spelling of these months."""

_BENGALI_DIGITS = str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯")


def N_(message: str) -> str:  # noqa: N802 - the name that message extraction knows
    """Mark a text for the catalogue where it is written; it is translated where it is shown."""
    return message


class Translator:
    """What one language does to texts, numbers and dates."""

    def __init__(self, language: Language) -> None:
        self.locale: Language = language
        self.catalogue = _catalogue() if language == "bn" else NullTranslations()
        self._cldr = Locale.parse(language)
        self.marked, self.plain = (lru_cache(2_048)(made) for made in (self._marked, self._plain))

    def gettext(self, message: str) -> str:
        return self.catalogue.gettext(message)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return self.catalogue.ngettext(singular, plural, number)

    def _marked(self, message: str) -> Markup:
        """A message as markup, to be filled with values that are escaped."""
        return Markup(self.gettext(message))  # noqa: S704 - the catalogue is ours

    def _plain(self, message: str) -> Markup:
        """A message without values, ready. Pages say some fifty, always the same."""
        return self._marked(message) % {}

    def digits(self, text: str) -> str:
        """The text with the digits of the language."""
        return text.translate(_BENGALI_DIGITS) if self.locale == "bn" else text

    def number(self, number: int) -> str:
        """A count, grouped as in Bangladesh: 12,34,567."""
        digits = str(abs(number))
        head, tail = digits[:-3], digits[-3:]
        pairs = [head[max(0, end - 2) : end] for end in range(len(head), 0, -2)][::-1]
        return self.digits(("-" if number < 0 else "") + ",".join([*pairs, tail]))

    def date(self, day: date) -> str:
        """22 November 2026, ২২ নভেম্বর ২০২৬."""
        month = _SPELT_TODAY.get((self.locale, day.month)) or self._cldr.months["format"]["wide"][day.month]
        return self.digits(f"{day.day} {month} {day.year}")

    def birth_date(self, written: str) -> str:
        """A birth date as YYYYMMDD; where the passport leaves parts unknown (00), what is known of it."""
        year, month, day = written[:4], written[4:6], written[6:]
        if "00" not in (month, day):
            return self.date(date(int(year), int(month), int(day)))
        return self.digits("/".join(part for part in (month, year) if part != "00"))

    def clock(self, at: datetime) -> str:
        """Time of day in Dhaka to the second: 15:04:30. `at` is aware."""
        return self.digits(f"{at.astimezone(DHAKA):%H:%M:%S}")

    def datetime(self, at: datetime) -> str:
        """Day and time in Dhaka: 22 November 2026, 15:04. `at` is aware."""
        local = at.astimezone(DHAKA)
        return f"{self.date(local.date())}, {self.digits(f'{local:%H:%M}')}"

    def ago(self, seconds: int) -> str:
        """An age in words, in the largest unit that is full."""
        for size, singular, plural in _UNITS:
            count = seconds // size
            if count:
                return self.ngettext(singular, plural, count) % {"count": self.number(count)}
        return self.gettext("less than a minute")

    def country(self, alpha3: str) -> str:
        """A country's name by its ISO 3166 alpha-3 code; the code itself where CLDR does not know it."""
        alpha2 = get_global("territory_aliases").get(alpha3, [alpha3])[0]
        return str(self._cldr.territories.get(alpha2, alpha3))


def ngettext_pair(singular: str, plural: str) -> tuple[str, str]:
    """Mark a text with a count for the catalogue."""
    return singular, plural


_UNITS = (
    (86_400, *ngettext_pair("%(count)s day", "%(count)s days")),
    (3_600, *ngettext_pair("%(count)s hour", "%(count)s hours")),
    (60, *ngettext_pair("%(count)s minute", "%(count)s minutes")),
)


@cache
def translator(language: Language) -> Translator:
    """The one translator of a language."""
    return Translator(language)


def install(environment: Environment, current: Callable[[], Translator]) -> None:
    """Give a Jinja environment that escapes `_`, `ngettext` and the filters, each in the language of the current
    request."""
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        lambda message: current().gettext(message),
        lambda singular, plural, number: current().ngettext(singular, plural, number),
        newstyle=True,
    )

    def said(message: str, **values: Any) -> Markup:
        return current().marked(message) % values if values else current().plain(message)

    environment.globals["_"] = said

    def in_tongue(say: Callable[[Translator, Any], str]) -> Callable[[Context, Any], str]:
        # A filter without the context would be folded at compile time, and keep the first visitor's language for all.
        return pass_context(lambda _context, value: say(current(), value))

    environment.filters.update(
        ago=in_tongue(Translator.ago),
        clock=in_tongue(Translator.clock),
        country=in_tongue(Translator.country),
        date=in_tongue(Translator.date),
        datetime=in_tongue(Translator.datetime),
        digits=in_tongue(lambda t, text: t.digits(str(text))),
        number=in_tongue(Translator.number),
    )


@cache
def _catalogue() -> Translations:
    """Every Bengali catalogue in one."""
    merged = Translations()
    for file in sorted((files(__package__) / "locale").iterdir(), key=lambda path: path.name):
        if file.name.endswith(".bn.po"):
            with file.open("rb") as source:
                compiled = BytesIO()
                write_mo(compiled, read_po(source, locale="bn"))
            compiled.seek(0)
            merged.merge(Translations(compiled))
    return merged
