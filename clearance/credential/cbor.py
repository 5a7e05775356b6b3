"""Deterministic CBOR (RFC 8949 section 4.2.1), the subset that cards use, and nothing else.

It decides whether bytes are the one allowed encoding of a value: shortest heads, definite lengths, sorted unique keys,
only integers, byte strings, plain texts, arrays, maps with integer or text keys, true, false and null; no floats, no
bignums, no tag but the one the caller expects outermost. What the value means is left to the caller. Limits are
arguments, and are charged when a head is read, before anything it announces is allocated.
"""

from collections.abc import Mapping
from typing import TypeAlias

from clearance.credential.errors import NotStrictCbor
from clearance.credential.plaintext import is_plain

Key: TypeAlias = int | str
Value: TypeAlias = "int | bytes | str | bool | list[Value] | dict[Key, Value] | None"

_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _TAG, _SIMPLE = range(8)
_SIMPLES: dict[int, bool | None] = {20: False, 21: True, 22: None}
_LEAST = {24: 24, 25: 1 << 8, 26: 1 << 16, 27: 1 << 32}  # the least argument that needs a head of this width


def decode(data: bytes, *, max_depth: int, max_items: int, tag: int | None = None) -> Value:
    """Read exactly one value that fills `data`.

    Depth: the outermost item is 1, each element one more. Items: every key, value, container and tag is one. With
    `tag`, the outermost item must be that tag, and its content is returned; without, a tag is refused.
    Raises NotStrictCbor.
    """
    budget = [max_items - 1]
    start = 0
    if tag is not None:
        if not data.startswith(_head(_TAG, tag)):
            raise NotStrictCbor(f"not tag {tag}")
        start, max_depth = len(_head(_TAG, tag)), max_depth - 1
        budget[0] -= 1
    try:
        value, end = _item(data, start, max_depth, budget)
    except IndexError:
        raise NotStrictCbor("cut short") from None
    if end != len(data):
        raise NotStrictCbor("bytes after the value")
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
        case Mapping():
            if any(isinstance(key, bool) or not isinstance(key, int | str) for key in value):
                raise NotStrictCbor("a key that is neither integer nor text")
            pairs = sorted((encode(key), encode(item)) for key, item in value.items())
            return _head(_MAP, len(pairs)) + b"".join(key + item for key, item in pairs)
    raise NotStrictCbor(f"{type(value).__name__} is not part of the subset")


def _head(major: int, argument: int) -> bytes:
    if argument < 24:
        return bytes([major << 5 | argument])
    for info, width in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if argument < 1 << 8 * width:
            return bytes([major << 5 | info]) + argument.to_bytes(width, "big")
    raise NotStrictCbor("an integer beyond 64 bits")


def _item(data: bytes, at: int, depth: int, budget: list[int]) -> tuple[Value, int]:
    """Read the item that starts at `at`; `depth` levels are left, itself included. Returns it and where it ends."""
    if depth < 1:
        raise NotStrictCbor("nested too deeply")
    head = data[at]
    major, argument = head >> 5, head & 31
    at += 1
    if argument > 23:
        argument, at = _long_argument(data, at, argument)
    if major == _UNSIGNED:
        return argument, at
    if major in (_TEXT, _BYTES):
        end = at + argument
        if end > len(data):
            raise NotStrictCbor("a string longer than the data")
        return (data[at:end] if major == _BYTES else _text(data[at:end])), end
    if major == _MAP:
        return _map(data, at, argument, depth, budget)
    if major == _ARRAY:
        return _array(data, at, argument, depth, budget)
    if major == _NEGATIVE:
        return -1 - argument, at
    if major == _SIMPLE and head & 31 in _SIMPLES:
        return _SIMPLES[argument], at
    raise NotStrictCbor("a tag, float or other simple value")


def _long_argument(data: bytes, at: int, info: int) -> tuple[int, int]:
    if info > 27:
        raise NotStrictCbor("an indefinite length or a reserved head")
    end = at + (1 << info - 24)
    argument = int.from_bytes(data[at:end], "big")
    if argument < _LEAST[info] or end > len(data):
        raise NotStrictCbor("not the shortest head")
    return argument, end


def _text(encoded: bytes) -> str:
    try:
        text = str(encoded, "utf-8")
    except UnicodeDecodeError:
        raise NotStrictCbor("a text that is not UTF-8") from None
    if not is_plain(text):
        raise NotStrictCbor("a text with characters that may not travel")
    return text


def _array(data: bytes, at: int, length: int, depth: int, budget: list[int]) -> tuple[list[Value], int]:
    _charge(budget, length)
    elements = []
    for _ in range(length):
        element, at = _item(data, at, depth - 1, budget)
        elements.append(element)
    return elements, at


def _map(data: bytes, at: int, length: int, depth: int, budget: list[int]) -> tuple[dict[Key, Value], int]:
    _charge(budget, 2 * length)
    pairs: dict[Key, Value] = {}
    last = b""
    for _ in range(length):
        start = at
        key, at = _item(data, at, depth - 1, budget)
        encoded = data[start:at]
        if encoded <= last:
            raise NotStrictCbor("keys out of order or repeated")
        last = encoded
        if type(key) is not int and type(key) is not str:
            raise NotStrictCbor("a key that is neither integer nor text")
        pairs[key], at = _item(data, at, depth - 1, budget)
    return pairs, at


def _charge(budget: list[int], items: int) -> None:
    budget[0] -= items
    if budget[0] < 0:
        raise NotStrictCbor("too many items")
