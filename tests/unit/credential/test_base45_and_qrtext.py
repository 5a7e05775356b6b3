"""The text layer: Base45, zlib, and what scanners add."""

import random
import zlib

import pytest

from clearance.credential import base45
from clearance.credential.deflate import deflate_for_all_readers, inflate
from clearance.credential.errors import ForeignText, UnreadableText, WebLink
from clearance.credential.qrtext import MAX_TEXT, MAX_TOKEN, pack, unpack
from tests.vectors.cases_text import noise

TOKEN = bytes(random.Random(45).randbytes(390))


@pytest.mark.parametrize("length", [*range(12), 1000, 1001])
def test_base45_reads_what_it_writes(length: int) -> None:
    data = random.Random(length).randbytes(length)
    text = base45.encode(data)
    assert len(text) == length // 2 * 3 + length % 2 * 2
    assert base45.decode(text.encode()) == data


@pytest.mark.parametrize("text", [b"0", b"0000", b"a00", b"0\n0", b"0\xff0", b":::", b"GGX", b"::", b"V5", b"000:::"])
def test_base45_refuses_every_other_spelling(text: bytes) -> None:
    with pytest.raises(UnreadableText):
        base45.decode(text)


def test_the_greatest_groups_are_read() -> None:
    assert base45.decode(b"FGW") == b"\xff\xff"
    assert base45.decode(b"U5") == b"\xff"


def test_a_text_starts_with_the_head_of_zlib_level_9() -> None:
    assert pack(TOKEN).startswith("NCF")
    assert pack(b"A" * 400).startswith("NCF")


def test_a_stored_block_is_never_written() -> None:
    assert zlib.compress(TOKEN, 9)[2] >> 1 & 3 == 0, "zlib alone would store these bytes"
    packed = deflate_for_all_readers(TOKEN)
    assert packed[2] >> 1 & 3 == 1
    assert zlib.decompress(packed) == TOKEN
    assert len(packed) <= len(TOKEN) * 1.07 + 10


@pytest.mark.parametrize("length", [0, 1, 2, 255, 1500])
def test_literal_only_streams_read_back_for_every_byte(length: int) -> None:
    data = bytes(range(256)) + random.Random(length).randbytes(length)
    assert zlib.decompress(deflate_for_all_readers(data)) == data


def test_the_text_and_token_caps_hold_for_writing_too() -> None:
    with pytest.raises(UnreadableText):
        pack(bytes(MAX_TOKEN + 1))
    with pytest.raises(UnreadableText):
        pack(random.Random(1).randbytes(1600))
    assert len(pack(random.Random(1).randbytes(1480))) <= MAX_TEXT


def test_inflating_stops_at_the_limit() -> None:
    assert inflate(zlib.compress(bytes(100)), limit=100) == bytes(100)
    with pytest.raises(UnreadableText):
        inflate(zlib.compress(bytes(101)), limit=100)


@pytest.mark.parametrize("around", ["", "\r", "\n", "\t", "\r\n\t\t"])
def test_line_ends_around_a_text_do_not_matter(around: str) -> None:
    assert unpack(around + pack(TOKEN) + around) == TOKEN


@pytest.mark.parametrize("around", [" ", "\x0b", "\xa0", "\u2028", "\0"])
def test_other_characters_around_a_text_do(around: str) -> None:
    with pytest.raises(UnreadableText):
        unpack(pack(TOKEN) + around)


@pytest.mark.parametrize("text", ["HC1:X", "hc1:", "\r\nShc:/5", "rDb1"])
def test_another_kind_of_certificate_is_named(text: str) -> None:
    with pytest.raises(ForeignText):
        unpack(text)


@pytest.mark.parametrize("text", ["http://a", "HTTPS://A", "\thttps://"])
def test_a_web_address_is_named(text: str) -> None:
    with pytest.raises(WebLink):
        unpack(text)


@pytest.mark.parametrize("text", ["http:/", "\u017fhc:/5", " HC1:", "https:", "HTTP", "x" * 5_000_000, "\n" * 100_000])
def test_everything_else_is_unreadable(text: str) -> None:
    with pytest.raises(UnreadableText) as fault:
        unpack(text)
    assert type(fault.value) is UnreadableText


def test_what_zlib_would_store_reads_back_at_every_length() -> None:
    for length in range(40, 120):
        data = noise(length)
        assert inflate(deflate_for_all_readers(data), limit=length) == data
