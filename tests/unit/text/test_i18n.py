"""What a language does to texts, numbers, dates and countries."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment

from clearance_templates import i18n
from clearance_templates.i18n import Language, Translator, translator

BN, EN = translator("bn"), translator("en")


@pytest.mark.parametrize(
    ("number", "english", "bengali"),
    [
        (0, "0", "০"),
        (999, "999", "৯৯৯"),
        (1_000, "1,000", "১,০০০"),
        (100_000, "1,00,000", "১,০০,০০০"),
        (12_345_678, "1,23,45,678", "১,২৩,৪৫,৬৭৮"),
        (-1_234, "-1,234", "-১,২৩৪"),
    ],
)
def test_counts_are_grouped_as_in_bangladesh(number: int, english: str, bengali: str) -> None:
    assert (EN.number(number), BN.number(number)) == (english, bengali)


@given(st.integers())
def test_grouping_changes_no_digit(number: int) -> None:
    assert EN.number(number).replace(",", "") == str(number)


def test_dates_are_written_out() -> None:
    day = date(2026, 11, 22)
    assert (EN.date(day), BN.date(day)) == ("22 November 2026", "২২ নভেম্বর ২০২৬")


def test_a_moment_is_told_in_dhaka_time() -> None:
    late = datetime(2026, 11, 22, 19, 5, tzinfo=UTC)
    assert (EN.datetime(late), BN.datetime(late)) == ("23 November 2026, 01:05", "২৩ নভেম্বর ২০২৬, ০১:০৫")


@pytest.mark.parametrize(
    ("seconds", "english", "bengali"),
    [
        (59, "less than a minute", "এক মিনিটের কম"),
        (60, "1 minute", "১ মিনিট"),
        (7_199, "1 hour", "১ ঘণ্টা"),
        (26 * 3_600, "1 day", "১ দিন"),
        (72 * 3_600, "3 days", "৩ দিন"),
    ],
)
def test_an_age_is_told_in_its_largest_full_unit(seconds: int, english: str, bengali: str) -> None:
    assert (EN.ago(seconds), BN.ago(seconds)) == (english, bengali)


def test_countries_have_names_and_unknown_codes_stay() -> None:
    assert (EN.country("SAU"), BN.country("SAU")) == ("Saudi Arabia", "সৌদি আরব")
    assert BN.country("XXQ") == "XXQ"


def test_a_text_without_translation_is_shown_in_english() -> None:
    assert BN.gettext("nobody translated this") == "nobody translated this"


@pytest.mark.parametrize(("language", "said"), [("bn", "৩ দিন &lt;b&gt;"), ("en", "3 days &lt;b&gt;")])
def test_templates_speak_the_language_of_the_request_and_escape_what_is_put_in(language: Language, said: str) -> None:
    environment = Environment(autoescape=True)
    i18n.install(environment, lambda: translator(language))
    page = environment.from_string("{{ seconds|ago }} {{ _('%(thing)s', thing=thing) }}")
    assert page.render(seconds=259_200, thing="<b>") == said


def test_one_compiled_template_serves_both_languages() -> None:
    now: list[Translator] = [BN]
    environment = Environment(autoescape=True)
    i18n.install(environment, lambda: now[0])
    page = environment.from_string("{{ _('Day') }} {{ day|date }} {{ count|number }} {{ '14'|digits }}")
    assert page.render(day=date(2026, 1, 2), count=7) == "দিন ২ জানুয়ারি ২০২৬ ৭ ১৪"
    now[0] = EN
    assert page.render(day=date(2026, 1, 2), count=7) == "Day 2 January 2026 7 14"
