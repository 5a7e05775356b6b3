"""A file of applications as offices save it from a spreadsheet: bytes in, rows of texts out.

It decides which files are taken and what stands in which column: CSV in every encoding and with every separator that
spreadsheets write, and the rows of a workbook. What a row says is read by `rows`.
"""

import codecs
import csv
import io
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from clearance.credential.identifiers import fold_digits
from clearance.issuing.rows import COLUMNS, OPTIONAL

MAX_FILE = 50 * 1024 * 1024
MAX_ROWS = 100_000
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
ROW = "row"
"""The column of a file of rows to fix that says which row of the first file each of them is."""
REASONS = ("reason_bn", "reason_en")
REPORTED = (ROW, *REASONS)
"""Columns that our own files carry besides, and that may come back with them."""
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of something to calculate."""
OWN_NAMES: Mapping[str, str] = {name: name for name in (*COLUMNS, *REPORTED)}
_DELIMITERS = (",", ";", "\t")  # what spreadsheets write, depending on their language


class SheetFaultKind(StrEnum):
    """Why a file is not read at all."""

    TOO_LARGE = "too_large"
    TOO_MANY_ROWS = "too_many_rows"
    NOT_TEXT = "not_text"
    """Not UTF-8, nor UTF-16 with its mark. details: the line."""
    NOT_A_WORKBOOK = "not_a_workbook"
    UNPACKS_TOO_LARGE = "unpacks_too_large"
    """A workbook that is small as a file and huge once it is unpacked."""
    NOT_CSV = "not_csv"
    """A quote that is never closed, for instance. details: the line."""
    EMPTY = "empty"
    MISSING_COLUMNS = "missing_columns"
    UNKNOWN_COLUMNS = "unknown_columns"
    """Not passed over: it may be a column of ours with its name mistyped."""
    REPEATED_COLUMNS = "repeated_columns"
    WHICH_ROW = "which_row"
    """A correction that does not say which row it corrects. details: the line."""


class SheetRefused(ValueError):
    """A file is not read; `about` names its columns, or the line."""

    def __init__(self, kind: SheetFaultKind, about: str = "") -> None:
        super().__init__(f"{kind.value} {about}".rstrip())
        self.kind = kind
        self.about = about


@dataclass(frozen=True, kw_only=True)
class SheetRow:
    """One row: its number in the spreadsheet (the header is 1), its texts by column, whether it had cells too many.

    `corrects` is the row of an earlier file that it says it is.
    """

    number: int
    texts: dict[str, str]
    too_wide: bool
    corrects: int | None = None


def read_sheet(content: bytes, *, names: Mapping[str, str] = OWN_NAMES) -> Sequence[SheetRow]:
    """Every row of a CSV file that is not blank. `names` maps what may stand in the header, in small letters, to
    columns. Raises SheetRefused."""
    if len(content) > MAX_FILE:
        raise SheetRefused(SheetFaultKind.TOO_LARGE)
    text = _decoded(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        return rows_of(reader, names=names)
    except csv.Error:
        raise SheetRefused(SheetFaultKind.NOT_CSV, str(reader.line_num)) from None


def rows_of(table: Iterable[Sequence[str]], *, names: Mapping[str, str] = OWN_NAMES) -> Sequence[SheetRow]:
    """Every row of a table that is not blank; its first one is the header. Raises SheetRefused."""
    lines = iter(table)
    rows = list(_rows(lines, _header(next(lines, []), names)))
    if not rows:
        raise SheetRefused(SheetFaultKind.EMPTY)
    return rows


def harmless(text: str) -> str:
    """A cell of a CSV file that no spreadsheet calculates."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def as_written(text: str) -> str:
    """The text of a cell that `harmless` made; any other as it is."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_STARTS) else text


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


def _header(cells: Sequence[str], known: Mapping[str, str]) -> Sequence[str]:
    names = [_name(cell, known) for cell in cells]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise SheetRefused(SheetFaultKind.EMPTY)
    for kind, columns in (
        (SheetFaultKind.MISSING_COLUMNS, [name for name in COLUMNS if name not in OPTIONAL and name not in names]),
        (SheetFaultKind.UNKNOWN_COLUMNS, [name for name in names if name not in OWN_NAMES]),
        (SheetFaultKind.REPEATED_COLUMNS, [name for name, count in Counter(names).items() if count > 1]),
    ):
        if columns:
            raise SheetRefused(kind, ", ".join(columns))
    return names


def _name(cell: str, known: Mapping[str, str]) -> str:
    """The column that a header cell names, however it is spaced."""
    written = heading(cell)
    return known.get(written, written)


def heading(text: str) -> str:
    """A header cell as it is compared."""
    return " ".join(unicodedata.normalize("NFC", text).split()).lower()


def _rows(table: Iterator[Sequence[str]], header: Sequence[str]) -> Iterator[SheetRow]:
    for number, cells in enumerate(table, start=2):
        if number > MAX_ROWS + 1:
            raise SheetRefused(SheetFaultKind.TOO_MANY_ROWS)
        if not any(cell.strip() for cell in cells):
            continue
        by_column = dict(zip(header, cells, strict=False))
        yield SheetRow(
            number=number,
            texts={name: as_written(text) for name, text in by_column.items() if name not in REPORTED},
            too_wide=any(cell.strip() for cell in cells[len(header) :]),
            corrects=_number(by_column.get(ROW, "")),
        )


def _number(text: str) -> int | None:
    digits = fold_digits(text).strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < len(str(MAX_ROWS)) + 1 else None
