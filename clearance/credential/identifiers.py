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

_DROPPED_CATEGORIES = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Pd"})  # spaces, controls, zero-width, hyphens
_DROPPED = frozenset("<\N{MINUS SIGN}")  # the filler of machine readable zones; a minus typed for a hyphen


def fold_digits(text: str) -> str:
    """Replace every decimal digit of any script (Bengali ones above all) by its ASCII digit."""
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


def normalise_passport_no(text: str) -> str:
    """The number as a card carries it: upper-case ASCII without spaces, hyphens, `<` and invisible characters.

    The result matches `PASSPORT_NO` only if the input was a passport number; nothing is guessed (no O for 0).
    """
    folded = fold_digits(unicodedata.normalize("NFKC", text)).upper()
    return "".join(
        char for char in folded if char not in _DROPPED and unicodedata.category(char) not in _DROPPED_CATEGORIES
    )
