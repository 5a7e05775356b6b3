"""The text of the QR symbol: Base45 of zlib of the signed token, without a prefix.

It decides what a scanned text may look like (docs/CARD-FORMAT.md sections 1 and 2) and whether one that is not ours is
worth a name of its own. The token inside is left to `cose`.
"""

import re

from clearance.credential import base45
from clearance.credential.deflate import deflate_for_all_readers, inflate
from clearance.credential.errors import ForeignText, UnreadableText, WebLink

MAX_TEXT = 2_400
"""Characters, after stripping. A QR symbol of version 40-Q holds 2,420."""
MAX_TOKEN = 4_096
"""Bytes of the token, that is, of the inflated zlib stream."""

_LINE_ENDS = "\r\n\t"
_START = re.compile(rf"[{_LINE_ENDS}]*+(?:(?P<link>https?://)|(?P<foreign>HC1:|shc:/|RDB1))?", re.IGNORECASE | re.ASCII)
_ONLY_LINE_ENDS = re.compile(rf"[{_LINE_ENDS}]*+")


def pack(token: bytes) -> str:
    """Write a signed token as QR text; it starts `NCF` and uses only the alphanumeric mode of QR.

    Raises UnreadableText where no reader would accept the result.
    """
    text = base45.encode(deflate_for_all_readers(token))
    if len(token) > MAX_TOKEN or len(text) > MAX_TEXT:
        raise UnreadableText(f"a token of {len(token)} bytes does not fit a card")
    return text


def unpack(text: str) -> bytes:
    """Read a scanned text back to the token's bytes, whatever the text is.

    Line ends and tabs around it are dropped, a-z count as A-Z (a Caps Lock inverts a scanner's letters).
    Raises WebLink, ForeignText or UnreadableText.
    """
    match _START.match(text):
        case re.Match(lastgroup="link"):
            raise WebLink("a web address")
        case re.Match(lastgroup="foreign"):
            raise ForeignText("another kind of certificate")
        case re.Match() as line_ends:
            start = line_ends.end()
    if len(text) > start + MAX_TEXT and not _ONLY_LINE_ENDS.fullmatch(text, start + MAX_TEXT):
        raise UnreadableText(f"more than {MAX_TEXT} characters")  # found without copying what is too long
    try:
        characters = text[start : start + MAX_TEXT].rstrip(_LINE_ENDS).encode("ascii")
    except UnicodeEncodeError:
        raise UnreadableText("not Base45") from None
    return inflate(base45.decode(characters.upper()), limit=MAX_TOKEN)
