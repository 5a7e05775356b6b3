"""Deterministic CBOR and nothing else."""

from typing import Any

import pytest

from clearance.credential import cbor
from clearance.credential.errors import NotStrictCbor


def decode(data: str, *, max_depth: int = 5, max_items: int = 128) -> cbor.Value:
    return cbor.decode(bytes.fromhex(data), max_depth=max_depth, max_items=max_items)


VALUES: list[tuple[str, Any]] = [
    ("00", 0),
    ("17", 23),
    ("1818", 24),
    ("18ff", 255),
    ("190100", 256),
    ("1a00010000", 65536),
    ("1b0000000100000000", 1 << 32),
    ("1bffffffffffffffff", (1 << 64) - 1),
    ("20", -1),
    ("3a000d6e40", -880193),
    ("3bffffffffffffffff", -(1 << 64)),
    ("40", b""),
    ("4401020304", bytes([1, 2, 3, 4])),
    ("60", ""),
    ("63e0a695", "ক"),
    ("80", []),
    ("83010203", [1, 2, 3]),
    ("a0", {}),
    ("a3010220036161f6", {1: 2, -1: 3, "a": None}),
    ("f4", False),
    ("f5", True),
]


@pytest.mark.parametrize(("data", "value"), VALUES)
def test_a_value_has_one_encoding(data: str, value: Any) -> None:
    assert decode(data) == value
    assert type(decode(data)) is type(value)
    assert cbor.encode(value).hex() == data


@pytest.mark.parametrize(
    "data",
    [
        "",
        "1800",  # a head that could be shorter
        "190018",
        "1a0000ffff",
        "1b00000000ffffffff",
        "5800",
        "7801",
        "9800",
        "b800",
        "18",  # cut short
        "19ff",
        "42aa",
        "62c3",
        "8101"[:2],
        "a101",
        "0000",  # a byte too many
        "1c",  # reserved
        "1f",
        "5fff",  # indefinite
        "7f6161ff",
        "9fff",
        "bfff",
        "ff",
        "c000",  # tags
        "c24101",
        "d2a0",
        "f7",  # undefined
        "f0",
        "f8ff",
        "f93c00",  # floats
        "fa3f800000",
        "fb3ff0000000000000",
        "62c328",  # not UTF-8
        "63eda080",
        "62c080",
        "a201000100",  # a key twice
        "a217001700",
        "a2181800181800",
        "a220002000",
        "a2616100616100",
        "a202000100",  # keys out of order
        "a220000100",
        "a2616100010 0".replace(" ", ""),
        "a262616100616200",
        "a1f500",  # a key of another type
        "a1f600",
        "a1410100",
        "a1800000",
        "610a",  # texts that may not travel
        "62c285",
        "63e2808b",
        "63e0a79f",
        "9bffffffffffffffff",  # announced and not there
        "bbffffffffffffffff",
        "5bffffffffffffffff",
        "7bffffffffffffffff",
    ],
)
def test_what_is_not_deterministic_or_not_of_the_subset_is_refused(data: str) -> None:
    with pytest.raises(NotStrictCbor):
        decode(data)


def test_depth_counts_the_outermost_item_as_one() -> None:
    assert decode("818100", max_depth=3) == [[0]]
    assert decode("8180", max_depth=2) == [[]]
    assert decode("00", max_depth=1) == 0
    for data, depth in (("818100", 2), ("8100", 1), ("a10000", 1), ("a100a10000", 2)):
        with pytest.raises(NotStrictCbor):
            decode(data, max_depth=depth)


def test_items_count_every_key_value_and_container() -> None:
    assert decode("a2008101018101", max_items=7) == {0: [1], 1: [1]}
    with pytest.raises(NotStrictCbor):
        decode("a2008101018101", max_items=6)


def test_a_container_is_charged_before_its_elements_are_read() -> None:
    with pytest.raises(NotStrictCbor, match="too many items"):
        decode("9a00ffffff", max_items=128)


@pytest.mark.parametrize(
    "value",
    [1.0, 1 << 64, -(1 << 64) - 1, {True: 1}, {None: 1}, {b"a": 1}, {1, 2}, object(), "\u200b", "\ud800", "\u09df"],
)
def test_what_has_no_encoding_is_not_written(value: object) -> None:
    with pytest.raises(NotStrictCbor):
        cbor.encode(value)


@pytest.mark.parametrize("data", ["", "5b", "60", "00", "42aa", "5800", "80", "d2", "61ff", "62c328", "8100", "a0"])
def test_a_byte_string_alone_is_read_as_strictly(data: str) -> None:
    with pytest.raises(NotStrictCbor):
        cbor.read_byte_string(bytes.fromhex(data), 0)


def test_a_byte_string_is_read_where_it_stands() -> None:
    assert cbor.read_byte_string(bytes.fromhex("ff42aabbff"), 1) == (b"\xaa\xbb", 4)
