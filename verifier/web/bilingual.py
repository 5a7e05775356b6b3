"""Both languages side by side: the page shows one and changes to the other at a key, without losing what is on it."""

from base64 import b64encode
from collections.abc import Callable
from datetime import date, datetime

from flask import Flask
from markupsafe import Markup

from clearance_templates.i18n import DHAKA, LANGUAGES, Translator, translator


def install(app: Flask) -> None:
    """Give templates the functions below."""
    for dated in (both_birth_date, both_clock, both_date, both_moment):
        app.add_template_global(dated)
    for words in (both, both_country, both_number, both_old, both_plain, passport_groups):
        app.add_template_global(words)
    app.add_template_filter(base64)


def each(words: Callable[[Translator], str]) -> Markup:
    """The same thing said in each language, escaped."""
    span = Markup('<span class="l" lang="{}">{}</span>')
    return Markup("").join(span.format(language, words(translator(language))) for language in LANGUAGES)


def both(message: str, **values: str | int) -> Markup:
    """A message of the catalogue; `%(name)s` in it is filled from `values`, numbers in the digits of the language."""

    def words(t: Translator) -> str:
        said = {name: t.number(value) if isinstance(value, int) else value for name, value in values.items()}
        return t.gettext(message) % said if values else t.gettext(message)

    return each(words)


def both_plain(message: str) -> str:
    """Where no element may stand, as in an option of a list: one after the other."""
    return " · ".join(translator(language).gettext(message) for language in LANGUAGES)


def both_number(number: int) -> Markup:
    return each(lambda t: t.number(number))


def both_date(day: date) -> Markup:
    return each(lambda t: t.date(day))


def both_old(message: str, seconds: int) -> Markup:
    """A message with `%(age)s` in it."""
    return each(lambda t: t.gettext(message) % {"age": t.ago(seconds)})


def both_clock(at: int) -> Markup:
    """Hours and minutes in Bangladesh."""
    return each(lambda t: t.digits(f"{datetime.fromtimestamp(at, DHAKA):%H:%M}"))


def both_moment(at: int) -> Markup:
    """Day and time in Bangladesh."""
    return each(lambda t: t.datetime(datetime.fromtimestamp(at, DHAKA)))


def both_birth_date(written: str) -> Markup:
    """A birth date as YYYYMMDD; where the passport leaves parts unknown (00), what is known of it."""
    return each(lambda t: t.birth_date(written))


def both_country(alpha3: str) -> Markup:
    return each(lambda t: t.country(alpha3))


def passport_groups(passport_no: str) -> str:
    """A0 123 4567: people compare three groups faster and more surely than nine characters."""
    head, middle, tail = passport_no[:-7], passport_no[-7:-4], passport_no[-4:]
    return " ".join(group for group in (head, middle, tail) if group)


def base64(content: bytes) -> str:
    """For a picture inside the page."""
    return b64encode(content).decode("ascii")
