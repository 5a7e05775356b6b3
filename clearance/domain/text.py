"""Texts that exist in two languages, and texts as they are searched."""

import unicodedata
from dataclasses import dataclass

from clearance.credential.identifiers import fold_digits


@dataclass(frozen=True, kw_only=True)
class BilingualText:
    """One text in English and, where there is one, in Bengali (NFC)."""

    en: str
    bn: str | None = None


def plain(text: str) -> str:
    """The text in one line, NFC, without control characters and halves of characters, which no database need take."""
    kept = (" " if unicodedata.category(each) in {"Cc", "Cs"} else each for each in text)
    return " ".join(unicodedata.normalize("NFC", "".join(kept)).split())


def searchable(text: str) -> str:
    """The form in which texts are stored for searching and searched: NFC, upper case, Latin digits, single spaces."""
    return " ".join(fold_digits(unicodedata.normalize("NFC", text)).upper().split())
