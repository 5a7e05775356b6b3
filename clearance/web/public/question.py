"""What a worker asks, read from the form: a passport number and a birth date, or what is wrong with them.

It decides which spellings are understood and what is said about the others. Nothing is guessed: where the letter O
stands in the place of a zero, the likely number is shown, and the worker decides.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from clearance.credential.identifiers import fold_digits, normalise_passport_no
from clearance.issuing.fields import PASSPORT, YEARS
from clearance.issuing.lookup import SecondFactor
from clearance_templates.i18n import N_, Translator

PASSPORT_LENGTH = 9
_NUMBER = re.compile(r"[0-9]{1,4}", re.ASCII)
_LETTERS_AS_DIGITS = str.maketrans("OI", "01")
_DIGITS_AS_LETTERS = str.maketrans("01", "OI")


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Why one field was not understood: its name in the form, and a message of the catalogue with its values."""

    field: str
    message: str
    values: Mapping[str, str | int]

    def said(self, translator: Translator) -> str:
        """The message in a language; numbers take its digits, quoted text stays as it was typed."""
        values = {
            name: translator.digits(str(value)) if isinstance(value, int) else value
            for name, value in self.values.items()
        }
        return translator.gettext(self.message) % values


@dataclass(frozen=True, kw_only=True)
class Question:
    """A person as asked for. `birth_date` is None where the setting asks for none."""

    passport_no: str
    birth_date: date | None


@dataclass(frozen=True, kw_only=True)
class Misread:
    """At least one field was not understood; `passport_no` is whatever stood there, without spaces and the like."""

    passport_no: str
    problems: tuple[Problem, ...]


def read(form: Mapping[str, str], *, second_factor: SecondFactor, today: date) -> Question | Misread:
    """The question in a form with `passport_no` and, where it is asked for, `day`, `month` and `year`."""
    passport_no = normalise_passport_no(form.get("passport_no", ""))
    problems = tuple(_passport_problems(passport_no))
    birth_date = _birth_date(form, today) if second_factor is SecondFactor.BIRTH_DATE else None
    if isinstance(birth_date, Problem):
        return Misread(passport_no=passport_no, problems=(*problems, birth_date))
    if problems:
        return Misread(passport_no=passport_no, problems=problems)
    return Question(passport_no=passport_no, birth_date=birth_date)


def _passport_problems(number: str) -> Iterator[Problem]:
    if PASSPORT.fullmatch(number):
        return
    foreign = next(
        (character for character in number if not ("A" <= character <= "Z" or character in "0123456789")), ""
    )
    meant = _likely(number)
    if not number:
        yield _problem("passport_no", N_("Enter the passport number."))
    elif foreign:
        message = N_("A passport number has English letters and digits only. “%(character)s” cannot be part of it.")
        yield _problem("passport_no", message, character=foreign)
    elif len(number) != PASSPORT_LENGTH:
        message = N_("A passport number has %(length)s letters and digits together. You typed %(count)s.")
        yield _problem("passport_no", message, length=PASSPORT_LENGTH, count=len(number))
    elif meant:
        message = N_("Letters and digits that look alike may be mixed up: O and 0, I and 1. Should it be %(number)s?")
        yield _problem("passport_no", message, number=meant)
    else:
        message = N_("This does not look like a Bangladesh passport number. Check letter O and digit 0.")
        yield _problem("passport_no", message)


def _likely(number: str) -> str | None:
    """The number with look-alikes put right: a letter first, then digits; the second place may hold either."""
    meant = number[:1].translate(_DIGITS_AS_LETTERS) + number[1:2] + number[2:].translate(_LETTERS_AS_DIGITS)
    return meant if PASSPORT.fullmatch(meant) else None


def _birth_date(form: Mapping[str, str], today: date) -> date | Problem:
    typed = {part: _plain(form.get(part, "")) for part in ("day", "month", "year")}
    if not any(typed.values()):
        return _problem("day", N_("Enter the date of birth."))
    numbers = {part: int(text) if _NUMBER.fullmatch(text) else 0 for part, text in typed.items()}
    day, month, year = numbers.values()
    if not 1 <= day <= 31:
        return _problem("day", N_("Enter the day of birth as a number from 1 to 31."))
    if not 1 <= month <= 12:
        return _problem("month", N_("Enter the month of birth as a number from 1 to 12."))
    if year not in YEARS:
        return _problem("year", N_("Enter the year of birth with four digits, such as 1995."))
    try:
        born = date(year, month, day)
    except ValueError:
        message = N_("There is no day %(day)s in month %(month)s of %(year)s. Check the date.")
        return _problem("day", message, **numbers)
    if born > today:
        return _problem("year", N_("The date of birth lies in the future. Check the year."))
    return born


def _plain(text: str) -> str:
    """Without spaces and invisible characters, in Latin digits."""
    folded = fold_digits(unicodedata.normalize("NFKC", text))
    return "".join(character for character in folded if unicodedata.category(character)[0] not in "ZC")


def _problem(field: str, message: str, **values: str | int) -> Problem:
    return Problem(field=field, message=message, values=values)
