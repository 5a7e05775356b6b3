"""Turn what a scanner sent into candidate texts. Decides which wrapping is not part of the symbol's text.

The page (`templates/static/desk/wedge.js`) sends several readings: rebuilt from the physical keys, which is right under
every keyboard layout; the characters the layout gave, which is right for a scanner set to that layout; and one by what
the test code taught. A scanner at a serial port gives one.
"""

import re
from collections.abc import Sequence

from verifier.desk import ScannedText, Source

MAX_CANDIDATES = 4
MAX_CHARS = 4_096  # more than a card may have, so that a cut text stays too long to be one
AIM_IDENTIFIER = re.compile(r"\][A-Za-z][0-9A-Za-z]")  # ISO/IEC 15424, e.g. ]Q1 for a QR; Base45 holds no bracket


def scanned(candidates: Sequence[str], source: Source = Source.KEYBOARD) -> ScannedText:
    """The distinct readings without AIM identifier and line ends, cut at MAX_CHARS, in the order given."""
    texts = (_unwrapped(text) for text in candidates[:MAX_CANDIDATES])
    return ScannedText(candidates=tuple(dict.fromkeys(text for text in texts if text)), source=source)


def _unwrapped(text: str) -> str:
    text = text[: MAX_CHARS + 8].strip("\r\n\t\x02\x03")  # STX and ETX: framing some scanners add
    identifier = AIM_IDENTIFIER.match(text)
    return text[identifier.end() if identifier else 0 :][:MAX_CHARS]
