"""Workbooks: what a spreadsheet saves is read as its sender saw it; bombs and other files are refused, without harm."""

import datetime as dt
import io
import zipfile

import pytest
import xlsxwriter  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from clearance import workbook
from clearance.issuing.ports import Sheet
from clearance.issuing.sheet import SheetFaultKind, SheetRefused
from clearance.workbook import XlsxWorkbooks

CELLS = '<c r="A1" t="inlineStr"><is><t>x</t></is></c>'


def saved(*rows: list[object]) -> bytes:
    """A workbook as a spreadsheet saves it, with cells of every kind."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "dd/mm/yyyy"}) as book:
        page = book.add_worksheet()
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                page.write(number, column, cell)
    return out.getvalue()


def with_sheet(xml: str, *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A small workbook whose only sheet says this."""
    original = zipfile.ZipFile(io.BytesIO(saved(["x"])))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for part in original.infolist():
            content = xml.encode() if part.filename.endswith("sheet1.xml") else original.read(part)
            archive.writestr(part.filename, content)
    return out.getvalue()


def sheet_xml(rows: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/'
        f'main"><sheetData>{rows}</sheetData></worksheet>'
    )


def refusal(content: bytes) -> SheetFaultKind:
    with pytest.raises(SheetRefused) as refused:
        XlsxWorkbooks().read(content)
    return refused.value.kind


def test_cells_are_read_as_their_sender_saw_them() -> None:
    row = ["রহিম", 3450, 1.5, dt.date(2026, 11, 22), True, "=1+1", "০১৭১", None]
    [read] = XlsxWorkbooks().read(saved(row))
    assert list(read)[:5] == ["রহিম", "3450", "1.5", "2026-11-22", "True"]
    assert read[6] == "০১৭১"


def test_a_formula_is_what_it_came_to_and_is_calculated_by_nobody() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.add_worksheet().write_formula(0, 0, '=WEBSERVICE("http://127.0.0.1/")', None, "seen")
    assert XlsxWorkbooks().read(out.getvalue()) == [["seen"]]


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn"))), min_size=1)))
def test_what_is_written_is_read_again_as_text(rows: list[list[str]]) -> None:
    wide = max((len(row) for row in rows), default=0)
    header = [f"column {number}" for number in range(wide + 1)]
    even = [[*row, *[""] * (wide - len(row)), "end"] for row in rows]
    written = XlsxWorkbooks().write([Sheet(title="Rows", rows=[header, *even])])
    assert [list(row) for row in XlsxWorkbooks().read(written)] == [header, *even]


def test_a_bomb_is_refused_before_it_is_unpacked_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_UNPACKED", 5 << 20)
    bomb = with_sheet(sheet_xml(f'<row r="1">{CELLS}</row>' + " " * (20 << 20)))
    assert len(bomb) < 100_000
    assert refusal(bomb) is SheetFaultKind.UNPACKS_TOO_LARGE


def test_a_bomb_that_says_it_is_small_is_refused_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_UNPACKED", 5 << 20)
    bomb = bytearray(with_sheet(sheet_xml(" " * (20 << 20))))
    size = (len(sheet_xml("")) + (20 << 20)).to_bytes(4, "little")
    assert bomb.count(size) == 2
    assert refusal(bytes(bomb.replace(size, (1000).to_bytes(4, "little")))) in {
        SheetFaultKind.UNPACKS_TOO_LARGE,
        SheetFaultKind.NOT_A_WORKBOOK,
    }


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        '<row r="1"><c r="XFD1"><v>1</v></c></row>',
        "<row r='900000'><c><v>1</v></c></row>",
        '<row r="1"><c   r = "ZZ1"><v>1</v></c></row>',
    ],
)
def test_one_cell_far_away_does_not_make_room_for_all_before_it(rows: str) -> None:
    assert refusal(with_sheet(sheet_xml(rows))) is SheetFaultKind.UNPACKS_TOO_LARGE


def test_a_place_that_is_cut_in_two_by_reading_is_still_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    for piece in range(60, 90):
        monkeypatch.setattr(workbook, "_PIECE", piece)
        content = with_sheet(sheet_xml('<row r="1"><c r="XFD1048576"><v>1</v></c></row>'))
        assert refusal(content) is SheetFaultKind.UNPACKS_TOO_LARGE


@pytest.mark.parametrize("size", [0, 4, 30, 200])
def test_a_file_that_is_cut_off_is_no_workbook(size: int) -> None:
    assert refusal(saved(["x"])[:size]) is SheetFaultKind.NOT_A_WORKBOOK


def test_an_archive_of_something_else_is_no_workbook() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert refusal(out.getvalue()) is SheetFaultKind.NOT_A_WORKBOOK


def test_damage_anywhere_is_refused_or_read_and_never_worse() -> None:
    sound = saved(["name_en", "x"], ["A", "B"])
    for place in range(0, len(sound), 97):
        broken = bytearray(sound)
        broken[place] ^= 0xFF
        try:
            XlsxWorkbooks().read(bytes(broken))
        except SheetRefused:
            continue


def test_too_many_parts_are_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(workbook.MAX_PARTS + 1):
            archive.writestr(f"{number}", "")
    assert refusal(out.getvalue()) is SheetFaultKind.UNPACKS_TOO_LARGE
