"""What one claim may hold: a rule takes the value as it stands on the wire and returns it typed, or raises.

It decides on single values (docs/CARD-FORMAT.md section 5); which claim has which rule, and what they must say
together, is decided in `claims`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from enum import IntEnum
from typing import Any, NamedTuple, TypeAlias

from clearance.credential.cbor import Key, Value
from clearance.credential.errors import MalformedClaims

Rule: TypeAlias = Callable[[object], object]

_DIGITS8 = re.compile(r"[0-9]{8}", re.ASCII)


class BadValue(ValueError):
    """The value breaks the rule; the caller knows which field it is and says so."""


class Field(NamedTuple):
    """One key of a map of claims: the attribute that it fills, and its rule."""

    key: Key
    name: str
    rule: Rule
    required: bool = False


def read_fields(values: Mapping[Key, Value], fields: Sequence[Field]) -> dict[str, Any]:
    """Read the known keys of a map by their rules; unknown keys are the caller's business. Raises MalformedClaims."""
    read: dict[str, Any] = {}
    name = ""
    try:
        for key, name, rule, required in fields:
            if key in values:
                read[name] = rule(values[key])
            elif required:
                raise BadValue("missing")
    except BadValue as fault:
        raise MalformedClaims(name, str(fault)) from None
    return read


def uint(value: object) -> int:
    if type(value) is not int or value < 0:
        raise BadValue("not an unsigned integer")
    return value


def one_of(kind: type[IntEnum]) -> Rule:
    """An integer of a closed list."""
    members = {int(member): member for member in kind}

    def rule(value: object) -> IntEnum:
        member = members.get(value) if type(value) is int else None
        if member is None:
            raise BadValue(f"not one of {sorted(members)}")
        return member

    return rule


def below(limit: int) -> Rule:
    def rule(value: object) -> int:
        if uint(value) >= limit:
            raise BadValue(f"not below {limit}")
        return uint(value)

    return rule


def text(max_bytes: int | None = None, *, blank: bool = True) -> Rule:
    """A text of at most `max_bytes` in UTF-8; with `blank=False`, of more than spaces."""

    def rule(value: object) -> str:
        if type(value) is not str:
            raise BadValue("not a text")
        size = len(value) if value.isascii() else len(value.encode(errors="replace"))
        if max_bytes is not None and size > max_bytes:
            raise BadValue(f"longer than {max_bytes} bytes")
        if not blank and not value.strip():
            raise BadValue("blank")
        return value

    return rule


def matching(pattern: re.Pattern[str]) -> Rule:
    """A text that the pattern matches in full."""

    def rule(value: object) -> str:
        if type(value) is not str or not pattern.fullmatch(value):
            raise BadValue(f"not of the form {pattern.pattern}")
        return value

    return rule


def exactly(expected: str | int) -> Rule:
    def rule(value: object) -> object:
        if type(value) is not type(expected) or value != expected:
            raise BadValue(f"not {expected!r}")
        return value

    return rule


def byte_string(max_bytes: int) -> Rule:
    def rule(value: object) -> bytes:
        if type(value) is not bytes or len(value) > max_bytes:
            raise BadValue(f"not a byte string of at most {max_bytes}")
        return value

    return rule


def calendar_day(value: object) -> int:
    """A real day as the integer YYYYMMDD."""
    day = uint(value)
    _require_real_day(day // 10_000, day // 100 % 100, day % 100)
    return day


def birth_day(value: object) -> str:
    """A text YYYYMMDD in which 00 stands for an unknown month or day; what is known must be real.

    An unknown part is taken as January, or as the first: every other part that can be real then is.
    """
    if type(value) is not str or not _DIGITS8.fullmatch(value):
        raise BadValue("not eight digits YYYYMMDD")
    _require_real_day(int(value[:4]), int(value[4:6]) or 1, int(value[6:]) or 1)
    return value


def _require_real_day(year: int, month: int, day: int) -> None:
    try:
        date(year, month, day)
    except ValueError:
        raise BadValue("not a real day YYYYMMDD") from None
