"""The type of a column that is kept sealed: above it values are plain, below it nobody reads them."""

import json
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import JSON, LargeBinary, String, Text, TypeDecorator
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.operators import OperatorType, is_, is_not
from sqlalchemy.types import TypeEngine

from clearance.storage.sealing import MARK, KeyLacking, RecordKeys, from_sealed_text, sealed_text

_MARK_TEXT = MARK.decode("ascii")
_KEYS: WeakKeyDictionary[Dialect, RecordKeys] = WeakKeyDictionary()
"""The tables are the same for every database that is open; the dialect is the database's own."""


def open_with(dialect: Dialect, keys: RecordKeys) -> None:
    """Seal and open the columns of one database with these keys."""
    _KEYS[dialect] = keys


class Sealed(TypeDecorator[Any]):
    """Text, JSON or bytes, sealed. `place` is `<table>.<column>`, which the value is sealed for.

    A length is that of the plain value, and only told to SQLite, which does not ask. What lies there without the mark
    is from before there were keys, and is read as it is.
    """

    impl = Text
    cache_ok = True

    class Comparator(TypeDecorator.Comparator[Any]):
        """Whether there is a value can be asked; what it is, only after it was opened."""

        def operate(self, op: OperatorType, *other: Any, **named: Any) -> Any:
            if op not in (is_, is_not):
                raise TypeError("what is sealed cannot be searched")
            return super().operate(op, *other, **named)

    comparator_factory = Comparator

    def __init__(self, place: str, plain: TypeEngine[Any] | None = None) -> None:
        super().__init__()
        self.place = place
        self.plain: TypeEngine[Any] = plain or Text()

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        short = isinstance(self.plain, String) and dialect.name != "sqlite"
        return dialect.type_descriptor(Text() if short else self.plain)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None:
            return None
        sealed = self._keys(dialect).seal(self._in_bytes(value), place=self.place)
        return sealed if isinstance(self.plain, LargeBinary) else sealed_text(sealed)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        if isinstance(value, str) and value.startswith(_MARK_TEXT):
            plain = self._keys(dialect).open(from_sealed_text(value, place=self.place), place=self.place)
            return json.loads(plain) if isinstance(self.plain, JSON) else plain.decode("utf-8")
        if isinstance(self.plain, LargeBinary) and value is not None:
            value = bytes(value)
            return self._keys(dialect).open(value, place=self.place) if value.startswith(MARK) else value
        return value

    def _in_bytes(self, value: Any) -> bytes:
        match self.plain:
            case LargeBinary():
                return bytes(value)
            case JSON():
                return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        return str(value).encode()

    def _keys(self, dialect: Dialect) -> RecordKeys:
        try:
            return _KEYS[dialect]
        except KeyError:
            raise KeyLacking(f"{self.place}: this database was opened without the keys of the records") from None
