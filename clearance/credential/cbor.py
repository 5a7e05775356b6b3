"""Deterministic CBOR (RFC 8949 section 4.2.1), the subset that cards use, and nothing else.

It decides whether bytes are the one allowed encoding of a value: shortest heads, definite lengths, sorted unique keys,
only integers, byte strings, plain texts, arrays, maps with integer or text keys, true, false and null; no floats,
bignums or tags. What the value means is left to the caller. Limits are
arguments, and are charged when a head is read, before anything it announces is allocated.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import TypeAlias

from clearance.credential.errors import NotStrictCbor
from clearance.credential.plaintext import is_plain

Key: TypeAlias = int | str
Value: TypeAlias = "int | bytes | str | bool | list[Value] | dict[Key, Value] | None"

_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP = range(6)
_SIMPLES: dict[int, bool | None] = {0xF4: False, 0xF5: True, 0xF6: None}
_LEAST = {24: 24, 25: 1 << 8, 26: 1 << 16, 27: 1 << 32}  # the least argument that needs a head of this width


def decode(data: bytes, *, max_depth: int, max_items: int) -> Value:
    """Read exactly one value that fills `data`.

    Depth: the outermost item is 1, each element one more. Items: every key, value and container is one.
    Raises NotStrictCbor.
    """
    try:
        value, end = _item(data, 0, max_depth, [max_items - 1])
    except (IndexError, UnicodeDecodeError):
        raise NotStrictCbor("cut short, or a text that is not UTF-8") from None
    if end != len(data):
        raise NotStrictCbor("a string longer than the data, or bytes after the value")
    return value


def encode(value: object) -> bytes:
    """Write a value of the subset; mappings and tuples do as well as dicts and lists. Raises NotStrictCbor."""
    match value:
        case bool():
            return b"\xf5" if value else b"\xf4"
        case None:
            return b"\xf6"
        case int():
            return _head(_UNSIGNED, value) if value >= 0 else _head(_NEGATIVE, -1 - value)
        case bytes():
            return _head(_BYTES, len(value)) + value
        case str():
            if not is_plain(value):
                raise NotStrictCbor("a text with characters that may not travel")
            encoded = value.encode()
            return _head(_TEXT, len(encoded)) + encoded
        case list() | tuple():
            return _head(_ARRAY, len(value)) + b"".join(map(encode, value))
        case dict() | Mapping():
            pairs = sorted([(_key(key), encode(item)) for key, item in value.items()])
            return _head(_MAP, len(pairs)) + b"".join([key + item for key, item in pairs])
    raise NotStrictCbor(f"{type(value).__name__} is not part of the subset")


def _key(key: object) -> bytes:
    if isinstance(key, bool) or not isinstance(key, int | str):
        raise NotStrictCbor("a key that is neither integer nor text")
    return _known_key(key)


@lru_cache(maxsize=256)
def _known_key(key: Key) -> bytes:
    """A card has few keys, and every card has the same."""
    return encode(key)


def byte_string(data: bytes) -> bytes:
    """The encoding of a byte string."""
    return _head(_BYTES, len(data)) + data


def _head(major: int, argument: int) -> bytes:
    if argument < 24:
        return bytes([major << 5 | argument])
    for info, width in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if argument < 1 << 8 * width:
            return bytes([major << 5 | info]) + argument.to_bytes(width, "big")
    raise NotStrictCbor("an integer beyond 64 bits")


def read_byte_string(data: bytes, at: int) -> tuple[bytes, int]:
    """Read the byte string whose head is at `at`. Returns it and where it ends. Raises NotStrictCbor."""
    try:
        value, end = _item(data, at, 1, [0])
    except (IndexError, UnicodeDecodeError):
        raise NotStrictCbor("cut short") from None
    if type(value) is not bytes or end > len(data):
        raise NotStrictCbor("not a byte string, or longer than the data")
    return value, end


def _item(data: bytes, at: int, depth: int, budget: list[int]) -> tuple[Value, int]:
    """Read the item that starts at `at`; `depth` levels are left, itself included. Returns it and where it ends.

    A scan spends most of its Python time here, so the cases stand in the order of their frequency on cards, and a
    string that ends beyond the data is left to whoever finds the end not to be where it should.
    """
    head = data[at]
    at += 1
    if head < 24:
        return head, at
    argument = head & 31
    if argument > 23:
        argument, at = _long_argument(data, at, argument)
    major = head >> 5
    if major == _TEXT:
        end = at + argument
        text = data[at:end].decode()
        if not (text.isascii() and text.isprintable()) and not is_plain(text):
            raise NotStrictCbor("a text with characters that may not travel")
        return text, end
    if major == _UNSIGNED:
        return argument, at
    if major == _MAP:
        return _map(data, at, argument, depth - 1, budget)
    if major == _BYTES:
        end = at + argument
        return data[at:end], end
    if major == _NEGATIVE:
        return -1 - argument, at
    if major == _ARRAY:
        return _array(data, at, argument, depth - 1, budget)
    if head in _SIMPLES:
        return _SIMPLES[head], at
    raise NotStrictCbor("a tag, float or other simple value")


def _long_argument(data: bytes, at: int, info: int) -> tuple[int, int]:
    """The argument that follows a head with this additional information, and where it ends."""
    if info == 24:
        argument, end = data[at], at + 1
    elif info < 28:
        end = at + (1 << info - 24)
        argument = int.from_bytes(data[at:end], "big")
    else:
        raise NotStrictCbor("an indefinite length or a reserved head")
    if argument < _LEAST[info]:
        raise NotStrictCbor("not the shortest head")
    return argument, end


def _array(data: bytes, at: int, length: int, depth: int, budget: list[int]) -> tuple[list[Value], int]:
    """Read the elements, which have `depth` levels left."""
    _charge(budget, length, depth)
    elements = []
    for _ in range(length):
        element, at = _item(data, at, depth, budget)
        elements.append(element)
    return elements, at


def _map(data: bytes, at: int, length: int, depth: int, budget: list[int]) -> tuple[dict[Key, Value], int]:
    """Read the pairs, which have `depth` levels left.

    Nearly all keys are below 24, take one byte and stand first; they are read and compared as that byte.
    """
    _charge(budget, 2 * length, depth)
    pairs: dict[Key, Value] = {}
    last_small, last = -1, b"\x17"  # the greatest small key
    key: Value
    for _ in range(length):
        if last_small < data[at] < 24:
            key = last_small = data[at]
            at += 1
        else:
            start = at
            key, at = _item(data, at, depth, budget)
            if data[start:at] <= last or (type(key) is not int and type(key) is not str):
                raise NotStrictCbor("a key out of order, repeated, or neither integer nor text")
            last_small, last = 24, data[start:at]
        pairs[key], at = _item(data, at, depth, budget)
    return pairs, at


def _charge(budget: list[int], items: int, depth: int) -> None:
    """Take the items a container announces from the budget, before room is made for any of them."""
    budget[0] -= items
    if budget[0] < 0:
        raise NotStrictCbor("too many items")
    if items and depth < 1:
        raise NotStrictCbor("nested too deeply")
