"""A file of applications as offices save it from a spreadsheet: bytes in, rows of texts out.

It decides which files are taken and what stands in which column. What a row says is read by `rows`.
"""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from clearance.issuing.rows import COLUMNS, OPTIONAL

MAX_FILE = 50 * 1024 * 1024
MAX_ROWS = 100_000
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DELIMITERS = (",", ";", "\t")  # what spreadsheets write, depending on their language


class SheetFaultKind(StrEnum):
    """Why a file is not read at all."""

    TOO_LARGE = "too_large"
    TOO_MANY_ROWS = "too_many_rows"
    NOT_TEXT = "not_text"
    """Not UTF-8, nor UTF-16 with its mark. details: the line."""
    NOT_CSV = "not_csv"
    """A quote that is never closed, for instance. details: the line."""
    EMPTY = "empty"
    MISSING_COLUMNS = "missing_columns"
    UNKNOWN_COLUMNS = "unknown_columns"
    """Not passed over: it may be a column of ours with its name mistyped."""
    REPEATED_COLUMNS = "repeated_columns"


class SheetRefused(ValueError):
    """A file is not read; `about` names its columns, or the line."""

    def __init__(self, kind: SheetFaultKind, about: str = "") -> None:
        super().__init__(f"{kind.value} {about}".rstrip())
        self.kind = kind
        self.about = about


@dataclass(frozen=True, kw_only=True)
class SheetRow:
    """One row: its number in the spreadsheet (the header is 1), its texts by column, whether it had cells too many."""

    number: int
    texts: dict[str, str]
    too_wide: bool


def read_sheet(content: bytes) -> Sequence[SheetRow]:
    """Every row that is not blank. Raises SheetRefused."""
    if len(content) > MAX_FILE:
        raise SheetRefused(SheetFaultKind.TOO_LARGE)
    text = _decoded(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        header = _header(next(reader, []))
        rows = list(_rows(reader, header))
    except csv.Error:
        raise SheetRefused(SheetFaultKind.NOT_CSV, str(reader.line_num)) from None
    if not rows:
        raise SheetRefused(SheetFaultKind.EMPTY)
    return rows


def _decoded(content: bytes) -> str:
    encoding = "utf-16" if content.startswith(_UTF16) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise SheetRefused(SheetFaultKind.NOT_TEXT, str(content.count(b"\n", 0, error.start) + 1)) from None
    if "\0" in text:
        raise SheetRefused(SheetFaultKind.NOT_TEXT, str(text.count("\n", 0, text.index("\0")) + 1))
    return text


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return max(_DELIMITERS, key=first.count)


def _header(cells: Sequence[str]) -> Sequence[str]:
    names = [cell.strip().lower() for cell in cells]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise SheetRefused(SheetFaultKind.EMPTY)
    for kind, columns in (
        (SheetFaultKind.MISSING_COLUMNS, [name for name in COLUMNS if name not in OPTIONAL and name not in names]),
        (SheetFaultKind.UNKNOWN_COLUMNS, [name for name in names if name not in COLUMNS]),
        (SheetFaultKind.REPEATED_COLUMNS, [name for name, count in Counter(names).items() if count > 1]),
    ):
        if columns:
            raise SheetRefused(kind, ", ".join(columns))
    return names


def _rows(reader: Iterator[list[str]], header: Sequence[str]) -> Iterator[SheetRow]:
    for number, cells in enumerate(reader, start=2):
        if number > MAX_ROWS + 1:
            raise SheetRefused(SheetFaultKind.TOO_MANY_ROWS)
        if not any(cell.strip() for cell in cells):
            continue
        too_wide = any(cell.strip() for cell in cells[len(header) :])
        yield SheetRow(number=number, texts=dict(zip(header, cells, strict=False)), too_wide=too_wide)
