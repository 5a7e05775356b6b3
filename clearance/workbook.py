"""XLSX: read with python-calamine, written with XlsxWriter. The only place that knows either.

It decides how much a workbook may unpack to and what a cell is as a text. Nothing is calculated: of a formula the value
is taken that the sender saw, and what we write are texts.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

import xlsxwriter  # type: ignore[import-untyped]
from python_calamine import CalamineWorkbook

from clearance.issuing.ports import Sheet
from clearance.issuing.sheet import MAX_FILE, MAX_ROWS, SheetFaultKind, SheetRefused

MAX_UNPACKED = 200 * 1024 * 1024
"""Bytes of all parts together; 10,000 rows of our columns unpack to about 40 MB."""
MAX_PARTS = 200
MAX_COLUMNS = 200
_PIECE = 1 << 20
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{0,3})([0-9]{1,9})["']""")
"""Where a row or a cell says it stands. Calamine makes room for every cell up to the furthest one."""
_LONGEST_PLACE = 40
_FAR_ROW, _FAR_COLUMN = MAX_ROWS + 1, MAX_COLUMNS

_Cell = str | int | float | bool | date | datetime | time | timedelta


class XlsxWorkbooks:
    """Implements `clearance.issuing.ports.Workbooks`."""

    def read(self, content: bytes) -> Sequence[Sequence[str]]:
        if len(content) > MAX_FILE:
            raise SheetRefused(SheetFaultKind.TOO_LARGE)
        _require_modest(content)
        try:
            workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
            cells = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # a panic of the reader, which is Rust, is no Exception
            raise SheetRefused(SheetFaultKind.NOT_A_WORKBOOK) from error
        return [[_text(cell) for cell in row] for row in cells]

    def write(self, sheets: Sequence[Sheet]) -> bytes:
        out = io.BytesIO()
        with xlsxwriter.Workbook(out, {"in_memory": True}) as workbook:
            as_typed = workbook.add_format({"num_format": "@"})
            heading = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#DDF2E6"})
            for sheet in sheets:
                page = workbook.add_worksheet(sheet.title)
                page.freeze_panes(1, 0)
                page.set_column(0, max(len(row) for row in sheet.rows) - 1, 22, as_typed)
                for number, row in enumerate(sheet.rows):
                    for column, text in enumerate(row):
                        page.write_string(number, column, text, heading if number == 0 else as_typed)
        return out.getvalue()


def _require_modest(content: bytes) -> None:
    """Unpack everything once, a piece at a time, and see that it is neither too much nor spread too wide."""
    unpacked = 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS:
                raise SheetRefused(SheetFaultKind.UNPACKS_TOO_LARGE)
            for part in parts:
                for piece in _pieces(archive, part):
                    unpacked += len(piece) - _LONGEST_PLACE
                    if unpacked > MAX_UNPACKED or _reaches_far(piece):
                        raise SheetRefused(SheetFaultKind.UNPACKS_TOO_LARGE)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError):
        raise SheetRefused(SheetFaultKind.NOT_A_WORKBOOK) from None


def _pieces(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """A part in pieces, each beginning with the end of the one before, so that no place is cut in two."""
    end = b" " * _LONGEST_PLACE
    with archive.open(part) as file:
        while piece := file.read(_PIECE):
            yield end + piece
            end = (end + piece)[-_LONGEST_PLACE:]


def _reaches_far(piece: bytes) -> bool:
    return any(int(row) > _FAR_ROW or _column(letters) > _FAR_COLUMN for letters, row in _PLACE.findall(piece))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number


def _text(cell: _Cell) -> str:
    """A cell as its sender saw it, near enough to be read by `fields`."""
    match cell:
        case datetime():
            return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
        case date() | time():
            return cell.isoformat()
        case float():
            return str(int(cell)) if cell.is_integer() else repr(cell)
    return str(cell)
