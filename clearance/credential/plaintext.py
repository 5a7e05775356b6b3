"""Which texts may travel in a payload: NFC, and nothing that a reader cannot see or that turns writing around.

It decides on characters only (docs/CARD-FORMAT.md section 3); lengths are the business of each field.
"""

import re
import unicodedata

# Controls; bidirectional and invisible format characters; noncharacters of every plane. U+200C and U+200D are allowed:
# they carry meaning in Bengali.
_FORBIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff\ufdd0-\ufdef"
    + "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(17))
    + "]"
)


def normalise(text: str) -> str:
    """Bring entered text to NFC. Done once, at entry; Bengali U+09DC, U+09DD and U+09DF decompose."""
    return unicodedata.normalize("NFC", text)


def is_plain(text: str) -> bool:
    """Tell whether a payload may hold this text."""
    if text.isascii():
        return text.isprintable()
    return _FORBIDDEN.search(text) is None and unicodedata.is_normalized("NFC", text)
