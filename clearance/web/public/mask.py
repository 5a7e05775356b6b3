"""Names and numbers as a shared screen may show them: enough for the owner to know them, too little for a stranger."""

import unicodedata

DOTS = "•••"
TITLES = frozenset(
    {"MD", "MD.", "MST", "MST.", "MOHAMMAD", "MOHAMMED", "মো", "মো.", "মোঃ", "মোহাম্মদ", "মোছাঃ", "মোসাঃ", "মোসাম্মৎ"}
)
"""Half of all names begin with one of these; without them nobody would know the own name again."""
_HASANT, _ZWNJ, _ZWJ = "\u09cd", "\u200c", "\u200d"


def masked_name(name: str) -> str:
    """The first syllable sign of each word: MD. R••• U•••. How long a word is stays hidden."""
    words = name.split()
    return " ".join(word if word in TITLES and len(words) > 1 else _first_sign(word) + DOTS for word in words)


def masked_passport_no(number: str) -> str:
    """A0•••••67."""
    return f"{number[:2]}•••••{number[-2:]}"


def _first_sign(word: str) -> str:
    """The first letter with everything that is drawn together with it: vowel signs, joined consonants."""
    end = 1
    while end < len(word) and (
        unicodedata.category(word[end]) in {"Mn", "Mc"} or word[end] in _ZWNJ + _ZWJ or word[end - 1] == _HASANT
    ):
        end += 1
    return word[:end]
