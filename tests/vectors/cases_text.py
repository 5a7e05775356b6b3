"""Vectors of sections 1 and 2: the QR text, Base45 and zlib."""

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from clearance.credential import base45, cbor
from clearance.credential.reasons import Reason
from tests.vectors.desk import FULL_CLAIMS, IDX, URI, country, payload_map
from tests.vectors.model import Card, Vector, card, card_of_compressed, card_of_payload

GOOD = card(FULL_CLAIMS)
COSE = GOOD.cose or b""
COMPRESSED = GOOD.compressed or b""

valid = partial(Vector, folder="valid", reason=Reason.VALID)
accepted = partial(Vector, folder="edge", reason=Reason.VALID)
unreadable = partial(Vector, folder="invalid", reason=Reason.UNREADABLE)


def vectors() -> Iterator[Vector]:
    yield from _as_issued()
    yield from _other_spellings()
    yield from _other_kinds_of_code()
    yield from _not_base45()
    yield from _not_zlib()


def _as_issued() -> Iterator[Vector]:
    rule = "1-8: a card as issued"
    eddsa = country().card_eddsa
    yield valid(name="es256-required-fields", rule=rule, card=card())
    yield valid(name="es256-every-field", rule=rule, card=GOOD)
    yield valid(name="eddsa-required-fields", rule=rule, card=card(signer=eddsa))
    yield valid(name="eddsa-every-field", rule=rule, card=card(FULL_CLAIMS, signer=eddsa))
    photo = replace(FULL_CLAIMS, photo_webp=noise(600))
    assert zlib.compress(card(photo).cose or b"", 9)[2] >> 1 & 3 == 0, "zlib alone would store it"
    yield valid(name="es256-photo-of-600-bytes-not-stored", rule="1: never a stored block", card=card(photo))
    yield valid(name="eddsa-photo-of-600-bytes", rule=rule, card=card(photo, signer=eddsa))


def _other_spellings() -> Iterator[Vector]:
    def spelled(name: str, rule: str, text: str) -> Vector:
        return accepted(name=name, rule=rule, card=replace(GOOD, text=text))

    yield spelled("text-case-inverted", "1: fold a-z to A-Z", GOOD.text.swapcase())
    yield spelled("text-between-cr-lf-tab", "1: strip CR, LF, TAB at both ends", f"\t\r\n{GOOD.text}\r\n\t\n")
    for level in range(9):
        packed = zlib.compress(COSE, level)
        yield accepted(
            name=f"zlib-level-{level}",
            rule="1: read levels 0-9",
            card=replace(GOOD, compressed=packed, text=base45.encode(packed)),
        )
    spaced = next(each for each in _cards_by_idx() if "  " in each.text)
    yield accepted(name="text-with-two-spaces", rule="1: never collapse spaces", card=spaced)
    longest = card_of_token_text(2400)
    yield accepted(name="text-of-2400-characters", rule="2: text <= 2,400 characters", card=longest)
    stripped = replace(longest, text=f"\r\n{longest.text}\r\n")
    rule = "2: the cap counts after stripping"
    yield accepted(name="text-of-2400-characters-and-line-ends", rule=rule, card=stripped)


def _other_kinds_of_code() -> Iterator[Vector]:
    for name, text, reason in (
        ("eu-certificate", f"HC1:{GOOD.text}", Reason.NOT_OUR_CARD),
        ("eu-certificate-lower-case", f"\nhc1:{GOOD.text}", Reason.NOT_OUR_CARD),
        ("smart-health-card", "shc:/5676290952432060346029243740446031222959", Reason.NOT_OUR_CARD),
        ("smart-health-card-upper-case", "SHC:/56762909", Reason.NOT_OUR_CARD),
        ("rdb1-prefix", f"rdb1{GOOD.text}", Reason.NOT_OUR_CARD),
        ("web-link", "https://bmet.example/verify?c=26-DHK-0001234", Reason.WEB_LINK),
        ("web-link-plain-http", "http://bmet.example/26-DHK-0001234", Reason.WEB_LINK),
        ("web-link-upper-case", "HTTPS://BMET.EXAMPLE/C/26DHK0001234", Reason.WEB_LINK),
        ("web-link-of-3000-characters", "https://bmet.example/" + "A" * 3000, Reason.WEB_LINK),
    ):
        yield Vector(folder="invalid", name=name, rule="1: prefixes", card=Card(text=text), reason=reason)


def _not_base45() -> Iterator[Vector]:
    text = GOOD.text
    for name, rule, spoiled in (
        ("text-empty", "2", ""),
        ("text-only-line-ends", "2", "\r\n\t\r\n"),
        ("text-of-2401-characters", "2: text <= 2,400 characters", card_of_token_text(2400).text + "0"),
        ("text-length-1-mod-3", "2: length mod 3 != 1", (text + "000")[: len(text) // 3 * 3 + 1]),
        ("text-with-a-space-before", "1: strip only CR, LF, TAB", " " + text),
        ("text-with-line-end-inside", "1: strip only at both ends", text[:60] + "\n" + text[60:]),
        ("text-with-underscore", "2: Base45 alphabet", text[:9] + "_" + text[10:]),
        ("text-with-long-s", "1: fold only a-z", text.replace("S", "\u017f")),
        ("text-with-dotless-i", "1: fold only a-z", text.replace("I", "\u0131")),
        ("text-full-width", "1: fold only a-z", text.translate({ord("0") + n: 0xFF10 + n for n in range(10)})),
        ("text-with-lone-surrogate", "2: Base45 alphabet", text[:30] + "\ud800" + text[31:]),
        ("text-with-no-break-space", "1: strip only CR, LF, TAB", text + "\xa0"),
        ("base45-group-above-65535", "2: each group in range", ":::" + text[3:]),
        ("base45-last-group-above-255", "2: each group in range", text[: len(text) // 3 * 3] + "::"),
        ("text-cut-in-half", "2", text[: len(text) // 6 * 3]),
        ("text-of-words", "1: everything else is unreadable", "BOHIRGOMON CHHARPOTRO"),
        ("text-prefixed-nobody-knows", "1: no prefix", f"BD1:{text}"),
    ):
        yield unreadable(name=name, rule=rule, card=Card(text=spoiled))


def _not_zlib() -> Iterator[Vector]:
    dictionary = zlib.compressobj(9, zdict=b"BGD")
    raw = zlib.compressobj(9, wbits=-15)
    for name, compressed in (
        ("zlib-missing", COSE),
        ("zlib-cut-short", COMPRESSED[:-9]),
        ("zlib-checksum-missing", COMPRESSED[:-4]),
        ("zlib-checksum-wrong", COMPRESSED[:-1] + bytes([COMPRESSED[-1] ^ 1])),
        ("zlib-byte-after-it", COMPRESSED + b"\0"),
        ("zlib-twice", COMPRESSED + COMPRESSED),
        ("zlib-preset-dictionary", dictionary.compress(COSE) + dictionary.flush()),
        ("zlib-raw-deflate", raw.compress(COSE) + raw.flush()),
        ("zlib-inflates-to-4097-bytes", zlib.compress(COSE + bytes(4097 - len(COSE)), 9)),
        ("zlib-inflates-to-1-megabyte", zlib.compress(bytes(1 << 20), 9)),
        ("zlib-of-nothing", zlib.compress(b"", 9)),
        ("zlib-inside-zlib", zlib.compress(COMPRESSED, 9)),
        ("zlib-gzip-instead", gzip.compress(COSE, 9, mtime=0)),
        ("zlib-header-alone", b"\x78\xda"),
        ("zlib-header-check-wrong", b"\x78\xdb" + COMPRESSED[2:]),
        ("zlib-method-7", b"\x77\x85" + COMPRESSED[2:]),
        ("zlib-window-of-64-kilobytes", b"\x88\x1c" + COMPRESSED[2:]),
        ("zlib-block-of-reserved-type", b"\x78\xda\x07" + COMPRESSED[3:]),
        ("zlib-stored-length-not-confirmed", b"\x78\x01\x01\x04\x00\x00\x00" + COSE[:4]),
        ("zlib-empty-blocks-without-end", b"\x78\x01" + b"\x00\x00\x00\xff\xff" * 300),
        ("zlib-huffman-code-impossible", b"\x78\xda\x05" + b"\xff" * 40),
        ("zlib-distance-before-the-start", b"\x78\xda\x03\x02\x00" + zlib.adler32(b"").to_bytes(4, "big")),
    ):
        yield unreadable(name=name, rule="2: zlib complete, alone, <= 4,096 bytes", card=card_of_compressed(compressed))


def noise(length: int) -> bytes:
    """Bytes that do not shrink, the same every time."""
    return b"".join(hashlib.sha256(bytes([block])).digest() for block in range(length // 32 + 1))[:length]


def card_of_token_text(length: int) -> Card:
    """A genuine card that is as long as this, because of a claim that readers ignore."""
    for size in range(length // 3, length):
        content = card_of_payload(cbor.encode(payload_map(FULL_CLAIMS) | {70000: noise(size)}))
        if len(content.text) == length:
            return replace(content, claims=FULL_CLAIMS)
    raise AssertionError(f"no card of {length} characters")


def _cards_by_idx() -> Iterator[Card]:
    for idx in range(IDX, IDX + 500):
        yield card(replace(FULL_CLAIMS, status=replace(FULL_CLAIMS.status, uri=URI, idx=idx)))
