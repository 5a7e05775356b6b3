"""Codes that cards carry, and passport numbers as people and scanners write them brought to the one form of a card.

It decides which spellings mean the same number. Which numbers BMET accepts, and how a wrong one is explained, is the
business of the pages.
"""

import re
import unicodedata

PASSPORT_NO = re.compile(r"[A-Z0-9]{6,9}", re.ASCII)
"""Matched in full by a passport number on a card (docs/CARD-FORMAT.md section 5)."""

ALPHA3 = re.compile(r"[A-Z]{3}", re.ASCII)
"""Matched in full by the ISO 3166 alpha-3 code of a destination."""

# Spaces, the filler of machine readable zones, hyphens and dashes, soft hyphen, zero-width and bidi characters.
_DROPPED = re.compile(r"[\s<\-\u00ad\u061c\u180e\u200b-\u200f\u2010-\u2015\u202a-\u202e\u2060-\u206f\u2212\ufeff]+")


def fold_digits(text: str) -> str:
    """Replace every decimal digit of any script (Bengali ones above all) by its ASCII digit."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


def normalise_passport_no(text: str) -> str:
    """The number as a card carries it: upper-case ASCII without spaces, hyphens, `<` and invisible characters.

    The result matches `PASSPORT_NO` only if the input was a passport number; nothing is guessed (no O for 0).
    """
    return _DROPPED.sub("", fold_digits(unicodedata.normalize("NFKC", text))).upper()
