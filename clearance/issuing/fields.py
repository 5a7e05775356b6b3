"""Single typed or pasted texts, read strictly: the value, or a fault that says what is wrong and where.

It decides what a date, a code, a name or a number may look like (dictionary of BMET's put-up sheet, and the limits of
the card's claims in docs/CARD-FORMAT.md section 5). Which fields make an application is decided in `rows`.
"""

import dataclasses
import re
import unicodedata
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from clearance.credential.identifiers import fold_digits, normalise_passport_no

Choice = TypeVar("Choice", bound=Hashable)

MAX_CELL = 1_000
"""Characters of one cell; nothing that we store is near it."""
YEARS = range(1900, 2101)

PASSPORT = re.compile(r"[A-Z][0-9]{8}|[A-Z]{2}[0-9]{7}", re.ASCII)
"""E-passport and machine readable passport of Bangladesh."""
_MOBILE = re.compile(r"(?:\+?88)?(01[3-9][0-9]{8})", re.ASCII)
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", re.ASCII)
_LICENCE = re.compile(r"RL-?([0-9]{1,5})", re.ASCII)
_YEAR_FIRST = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", re.ASCII)
_DAY_FIRST = re.compile(r"([0-9]{1,2})[/-]([0-9]{1,2})[/-]([0-9]{4})", re.ASCII)
_LATIN_NAME = re.compile(r"[A-Z .'-]", re.ASCII)
_BENGALI_NAME = re.compile("[\u0980-\u09ff\u0964\u200c\u200d .'()-]")
_CODE = re.compile(r"[A-Z0-9/-]", re.ASCII)
_JOINERS = "\u200c\u200d"  # they carry meaning in Bengali
_PASTED_ALONG = frozenset("\u00ad\u200b\u200e\u200f\u2060\ufeff")  # invisible, meaningless, common on web pages


class FaultKind(StrEnum):
    """What can be wrong with one field. The words for each are in `clearance.web.wording`."""

    REQUIRED = "required"
    TOO_LONG = "too_long"
    """details: length and limit, in bytes of UTF-8 (a Latin letter has one, a Bengali letter three)."""
    TOO_SHORT = "too_short"
    """details: limit, in characters."""
    CHARACTER_NOT_ALLOWED = "character_not_allowed"
    """details: character, code (such as U+0040)."""
    CHARACTER_NOT_PRINTABLE = "character_not_printable"
    """The card's typeface lacks it. details: character, code."""
    WRONG_FORM = "wrong_form"
    """details: text."""
    NOT_A_PASSPORT_NO = "not_a_passport_no"
    """details: text."""
    NOT_A_MOBILE_NO = "not_a_mobile_no"
    """details: text."""
    NOT_AN_EMAIL = "not_an_email"
    """details: text."""
    INCOMPLETE = "incomplete"
    """An empty cell that another one asks for. details: other, the name of that field."""
    NOT_A_LICENCE_NO = "not_a_licence_no"
    """details: text."""
    NOT_A_DATE = "not_a_date"
    """details: text."""
    NO_SUCH_DATE = "no_such_date"
    """Such as 31 February. details: text."""
    NOT_LATER = "not_later"
    """details: than, the name of the other field."""
    NOT_A_NUMBER = "not_a_number"
    """details: text."""
    OUT_OF_RANGE = "out_of_range"
    """details: minimum, maximum."""
    NOT_A_CHOICE = "not_a_choice"
    """details: text, choices (separated by commas)."""
    SAME_PASSPORT_NO = "same_passport_no"
    EXTRA_CELLS = "extra_cells"
    """The row has more cells than the file has columns."""
    TAKEN = "taken"
    """Somebody else has it already. details: text."""
    CONTAINS_NAME = "contains_name"
    """A password with the officer's own name in it."""
    EASY_TO_GUESS = "easy_to_guess"
    """A password that is on lists of stolen ones, or follows a pattern that is tried first."""
    NOT_THE_SAME = "not_the_same"
    NOT_EVIDENCE = "not_evidence"
    """A file of another kind than may prove something, or too large a one."""
    """Typed twice, and differently."""
    INFECTED = "infected"
    """The scanner found something in a file. details: text, the file's name; so for the next two."""
    NOT_SCANNED_WHOLE = "not_scanned_whole"
    """... could not look through all of it."""
    NOT_SCANNED = "not_scanned"
    """... does not answer now."""
    PHOTO_NOT_FOUND = "photo_not_found"
    """details: text."""
    PHOTO_TOO_LARGE_FILE = "photo_too_large_file"
    PHOTO_NOT_AN_IMAGE = "photo_not_an_image"
    PHOTO_WRONG_FORMAT = "photo_wrong_format"
    PHOTO_TOO_MANY_PIXELS = "photo_too_many_pixels"
    PHOTO_TOO_SMALL = "photo_too_small"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing wrong with one field, named as in `rows.COLUMNS`. `details` fill the sentence."""

    field: str
    kind: FaultKind
    details: Mapping[str, str | int] = dataclasses.field(default_factory=dict)


class FieldReader:
    """Reads the fields of one row and collects everything that is wrong with them.

    A wrong field yields a stand-in of the right type; whoever finds `faults` throws the values away.
    """

    def __init__(self, texts: Mapping[str, str], *, missing_characters: Callable[[str], str]) -> None:
        self.faults: list[Fault] = []
        self._texts = texts
        self._missing_characters = missing_characters

    def text(self, name: str, *, limit: int) -> str:
        """A printed text of at most `limit` bytes."""
        return self._printed(name, self._cell(name), limit=limit)

    def optional_text(self, name: str, *, limit: int) -> str | None:
        """The same, or None for an empty cell."""
        return self.text(name, limit=limit) if self._has(name) else None

    def latin_name(self, name: str, *, limit: int) -> str:
        """A name as the passport's data page writes it: capitals, spaces, full stops, hyphens, apostrophes."""
        typed = self._cell(name).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
        written = self._allowed(name, unicodedata.normalize("NFKC", typed).upper(), _LATIN_NAME)
        if written and not re.search("[A-Z]", written, re.ASCII):
            self._fault(name, FaultKind.WRONG_FORM, text=typed)
        return self._printed(name, written, limit=limit)

    def bengali_name(self, name: str, *, limit: int) -> str | None:
        """A name in Bengali script, or None for an empty cell."""
        if not self._has(name):
            return None
        return self._printed(name, self._allowed(name, self._cell(name), _BENGALI_NAME), limit=limit)

    def code(self, name: str, *, limit: int) -> str:
        """A number as offices write it: capitals, digits, slashes and hyphens."""
        return self._printed(name, self._allowed(name, _compact(self._cell(name)), _CODE), limit=limit)

    def optional_code(self, name: str, *, limit: int) -> str | None:
        """The same, or None for an empty cell."""
        return self.code(name, limit=limit) if self._has(name) else None

    def passport_no(self, name: str) -> str:
        """A passport number of Bangladesh, however it is spaced and whatever digits it is written in.

        The letter O in the place of a digit and the digit 0 in the place of a letter are read as what was meant.
        """
        typed = self._cell(name)
        number = _read_passport_no(typed)
        if typed and not PASSPORT.fullmatch(number):
            self._fault(name, FaultKind.NOT_A_PASSPORT_NO, text=typed)
        return number

    def passport_nos(self, name: str) -> tuple[str, ...]:
        """Several of them, separated by commas or semicolons; none for an empty cell."""
        if not self._has(name):
            return ()
        typed = [part for part in re.split("[,;]", self._cell(name)) if part.strip()]
        numbers = tuple(dict.fromkeys(_read_passport_no(part) for part in typed))
        for part, number in zip(typed, numbers, strict=False):
            if not PASSPORT.fullmatch(number):
                self._fault(name, FaultKind.NOT_A_PASSPORT_NO, text=part.strip())
        return numbers

    def optional_note(self, name: str, *, limit: int) -> str | None:
        """A text that stays in the office's record and is not printed, of at most `limit` bytes."""
        if not self._has(name):
            return None
        text = self._cell(name)
        if len(text.encode()) > limit:
            self._fault(name, FaultKind.TOO_LONG, length=len(text.encode()), limit=limit)
        return text

    def optional_mobile_no(self, name: str) -> str | None:
        """A mobile number of Bangladesh as `+8801…`, or None for an empty cell."""
        if not self._has(name):
            return None
        typed = self._cell(name)
        match = _MOBILE.fullmatch(_compact(typed).replace("-", ""))
        if match is None:
            self._fault(name, FaultKind.NOT_A_MOBILE_NO, text=typed)
        return f"+88{match[1]}" if match else typed

    def optional_email(self, name: str) -> str | None:
        """An e-mail address, or None for an empty cell."""
        if not self._has(name):
            return None
        typed = self._cell(name)
        if len(typed) > 254 or not _EMAIL.fullmatch(typed):
            self._fault(name, FaultKind.NOT_AN_EMAIL, text=typed)
        return typed

    def together(self, names: tuple[str, ...]) -> bool:
        """Whether these cells are filled in; a fault for each one that is empty while another is not."""
        filled = [name for name in names if self._has(name)]
        for name in names:
            if filled and not self._has(name):
                self._fault(name, FaultKind.INCOMPLETE, other=filled[0])
        return bool(filled)

    def optional_licence_no(self, name: str) -> str | None:
        """A recruiting licence as `RL-` and its number without leading zeros, or None for an empty cell."""
        if not self._has(name):
            return None
        typed = self._cell(name)
        match = _LICENCE.fullmatch(_compact(typed))
        if match is None:
            self._fault(name, FaultKind.NOT_A_LICENCE_NO, text=typed)
        return f"RL-{int(match[1])}" if match else typed

    def day(self, name: str) -> date:
        """A calendar day as YYYY-MM-DD, DD/MM/YYYY or DD-MM-YYYY, in Latin or Bengali digits."""
        typed = self._cell(name)
        if not typed:
            return date.min
        folded = fold_digits(typed).replace(" ", "")
        if match := _YEAR_FIRST.fullmatch(folded):
            year, month, day = (int(part) for part in match.groups())
        elif match := _DAY_FIRST.fullmatch(folded):
            day, month, year = (int(part) for part in match.groups())
        else:
            return self._fault_day(name, FaultKind.NOT_A_DATE, text=typed)
        if year not in YEARS:
            return self._fault_day(name, FaultKind.OUT_OF_RANGE, minimum=YEARS.start, maximum=YEARS.stop - 1)
        try:
            return date(year, month, day)
        except ValueError:
            return self._fault_day(name, FaultKind.NO_SUCH_DATE, text=typed)

    def optional_day(self, name: str) -> date | None:
        """The same, or None for an empty cell."""
        return self.day(name) if self._has(name) else None

    def number(self, name: str, *, minimum: int, maximum: int) -> int:
        """A whole number; commas and spaces between its digits are forgiven."""
        typed = self._cell(name)
        digits = fold_digits(typed).replace(",", "").replace(" ", "")
        if not typed:
            return minimum
        if not (digits.isascii() and digits.isdigit()):
            self._fault(name, FaultKind.NOT_A_NUMBER, text=typed)
            return minimum
        if len(digits) > len(str(maximum)) or not minimum <= int(digits) <= maximum:
            self._fault(name, FaultKind.OUT_OF_RANGE, minimum=minimum, maximum=maximum)
            return minimum
        return int(digits)

    def choice(self, name: str, choices: Mapping[str, Choice]) -> Choice:
        """What a word or number stands for; case, underscores and hyphens do not matter.

        The first word of each choice is the one that messages name.
        """
        typed = self._cell(name)
        members = {_loose(word): member for word, member in choices.items()}
        if typed and _loose(typed) not in members:
            main_words: dict[Choice, str] = {}
            for word, member in choices.items():
                main_words.setdefault(member, word)
            self._fault(name, FaultKind.NOT_A_CHOICE, text=typed, choices=", ".join(main_words.values()))
        return members.get(_loose(typed), next(iter(choices.values())))

    def optional_choice(self, name: str, choices: Mapping[str, Choice], *, default: Choice) -> Choice:
        """The same, or `default` for an empty cell."""
        return self.choice(name, choices) if self._has(name) else default

    def later(self, name: str, *, than: str, value: date, other: date) -> None:
        """Demand that one day comes after another; a field with a fault of its own is left in peace."""
        faulty = {fault.field for fault in self.faults}
        if not faulty & {name, than} and value <= other:
            self._fault(name, FaultKind.NOT_LATER, than=than)

    def refuse(self, name: str, kind: FaultKind) -> None:
        """Add a fault that only the caller can see."""
        self._fault(name, kind)

    def _has(self, name: str) -> bool:
        return bool(_cleaned(self._texts.get(name, "")))

    def _cell(self, name: str) -> str:
        """The cell without what nobody can see; required, within the limit and free of control characters."""
        text = self._texts.get(name, "")
        if len(text) > MAX_CELL:
            self._fault(name, FaultKind.TOO_LONG, length=len(text), limit=MAX_CELL)
            return ""
        cleaned = _cleaned(text)
        if not cleaned:
            self._fault(name, FaultKind.REQUIRED)
        for character in cleaned:
            if unicodedata.category(character) in _UNWRITABLE and character not in _JOINERS:
                self._fault(name, FaultKind.CHARACTER_NOT_ALLOWED, **_named(character))
                return ""
        return cleaned

    def _printed(self, name: str, text: str, *, limit: int) -> str:
        length = len(text.encode())
        if length > limit:
            self._fault(name, FaultKind.TOO_LONG, length=length, limit=limit)
        elif missing := self._missing_characters(text):
            self._fault(name, FaultKind.CHARACTER_NOT_PRINTABLE, **_named(missing[0]))
        return text

    def _allowed(self, name: str, text: str, allowed: re.Pattern[str]) -> str:
        for character in text:
            if not allowed.match(character):
                self._fault(name, FaultKind.CHARACTER_NOT_ALLOWED, **_named(character))
                break
        return text

    def _fault(self, name: str, kind: FaultKind, **details: str | int) -> None:
        if name not in {fault.field for fault in self.faults}:  # one fault a field: the first explains the others
            self.faults.append(Fault(field=name, kind=kind, details=details))

    def _fault_day(self, name: str, kind: FaultKind, **details: str | int) -> date:
        self._fault(name, kind, **details)
        return date.min


# Control characters, those that turn writing around, private use, unassigned, and halves of surrogate pairs.
_UNWRITABLE = frozenset({"Cc", "Cf", "Co", "Cn", "Cs"})


def _read_passport_no(typed: str) -> str:
    number = normalise_passport_no(typed)
    if PASSPORT.fullmatch(number) or len(number) != 9:
        return number
    return number[0].replace("0", "O") + number[1:].replace("O", "0")


def _cleaned(text: str) -> str:
    """NFC, every run of white space one space, and without invisible characters that were only pasted along."""
    visible = "".join(c for c in text if c not in _PASTED_ALONG)
    return " ".join(unicodedata.normalize("NFC", visible).split())


def _compact(text: str) -> str:
    return fold_digits(unicodedata.normalize("NFKC", text)).upper().replace(" ", "")


def _loose(word: str) -> str:
    return fold_digits(word).casefold().replace("_", " ").replace("-", " ")


def _named(character: str) -> dict[str, str]:
    printable = character if character.isprintable() else "?"
    return {"character": printable, "code": f"U+{ord(character):04X}"}
