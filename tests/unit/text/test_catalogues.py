"""No text is shown to a Bengali reader in English, and no translation lies about unused."""

import re
from collections import defaultdict

from tests.unit.text.catalogues import catalogues, entries, shown

PLACEHOLDER = re.compile(r"%\(\w+\)s|%%")


def test_every_text_that_is_shown_has_a_bengali_translation() -> None:
    translated = {key for _, key, _, bengali in entries() if all(bengali)}
    missing = sorted(f"{places[0]}: {key}" for key, places in shown().items() if key not in translated)
    assert not missing, "not translated:\n" + "\n".join(missing)


def test_every_translation_is_shown_somewhere() -> None:
    unused = sorted(f"{name}: {key}" for name, key, _, _ in entries() if key not in shown())
    assert not unused, "not shown by any program:\n" + "\n".join(unused)


def test_a_translation_has_the_placeholders_of_its_text() -> None:
    wrong = [
        f"{name}: {key}"
        for name, key, english, bengali in entries()
        for form in bengali
        if sorted(PLACEHOLDER.findall(form)) != sorted(PLACEHOLDER.findall(english[-1]))
    ]
    assert not wrong, "other placeholders than in English:\n" + "\n".join(wrong)


def test_what_two_catalogues_translate_they_translate_alike() -> None:
    said: dict[str, dict[str, str]] = defaultdict(dict)
    for name, key, _, bengali in entries():
        said[key][name] = bengali[0]
    differing = [f"{key}: {words}" for key, words in said.items() if len(set(words.values())) > 1]
    assert not differing, "translated differently:\n" + "\n".join(differing)


def test_translations_use_bengali_digits() -> None:
    """Codes, numbers of papers and what stands beside Latin letters stay as they are."""
    latin = re.compile(r"(?<![A-Za-z0-9/+%(.-])[0-9]+(?![A-Za-z0-9/)-])")
    found = [f"{name}: {form}" for name, _, _, bengali in entries() for form in bengali if latin.search(form)]
    allowed = ("0 (শূন্য)", "1 (এক)")
    wrong = [line for line in found if latin.search(_without(line, allowed))]
    assert not wrong, "Latin digits in Bengali:\n" + "\n".join(wrong)


def test_catalogues_say_what_they_are() -> None:
    for name, catalogue in catalogues().items():
        assert str(catalogue.locale) == "bn", name
        assert catalogue.num_plurals == 2, name


def _without(line: str, allowed: tuple[str, ...]) -> str:
    for words in allowed:
        line = line.replace(words, "")
    return line
