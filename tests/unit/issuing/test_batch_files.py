"""Files as they really come: every encoding and separator, headers in both languages, hostile cells and archives."""

import io
import zipfile
from collections.abc import Mapping

import pytest

from clearance.domain.batch import RowStanding
from clearance.issuing import batches, batches_photos
from clearance.issuing.batches_photos import Albums, PhotosFault, PhotosRefused, album, names_of, require_archive
from clearance.issuing.rows import COLUMNS
from clearance.issuing.sheet import SheetFaultKind, SheetRefused, as_written, harmless, read_sheet
from clearance.web.wording_batches import column_text, header_names
from clearance_templates.i18n import LANGUAGES, translator
from tests.fakes.batch_files import csv_of, line, photos_of, work_off
from tests.fakes.office import CLERK, DEVICE, OfficeAtWork, expect
from tests.fakes.outside import PORTRAIT

HOSTILE: Mapping[str, tuple[str, str, bool]] = {
    "a formula for a name": ("name_en", "=1+1", False),
    "a formula that calls out": ("employer", '=HYPERLINK("http://evil.example/","x")', True),
    "a command for old spreadsheets": ("employer", "@SUM(1+1)*cmd|' /C calc'!A0", True),
    "a formula behind a tab": ("employer", "\t=1+1", True),
    "letters of another script that look alike": ("name_en", "М\u0410RIA", False),
    "writing turned around": ("employer", "RIYADH \u202egnp.exe", False),
    "a zero byte written out": ("name_en", "MD\x01RAHIM", False),
    "markup": ("employer", "<script>alert(1)</script>", True),
    "a quote for a database": ("employer", "x'); DROP TABLE batches;--", True),
    "a passport number too long": ("passport_no", "A012345678", False),
    "a passport number of another country": ("passport_no", "L898902C3", False),
    "Arabic digits": ("passport_no", "A٠١٢٣٤٥٦٧٨", True),
    "more behind a passport number": ("passport_no", "A01234567 OR 1=1", False),
    "a path for a photo": ("photo", "../../etc/passwd", False),
    "a day that is none": ("birth_date", "1995-02-30", False),
    "a day of the other order": ("birth_date", "03/14/1995", False),
    "a number of a spreadsheet for a day": ("birth_date", "34772", False),
    "a year far away": ("passport_expires_on", "9999-12-31", False),
    "an amount below nothing": ("amount_taka", "-3450", False),
    "an amount in words": ("amount_taka", "1e9", False),
    "a cell of a hundred thousand letters": ("employer", "A" * 100_000, False),
    "a surrogate": ("name_bn", "মোঃ \ufffd", False),
    "a private character": ("employer", "RIYADH \ue000", False),
    "an unknown country": ("destination", "XXX", False),
    "a licence of letters": ("licence_no", "RL-ABC", False),
}
"""What stands in which column, and whether such a row may be taken, its text inert."""


def test_there_are_five_and_twenty_of_them() -> None:
    assert len(HOSTILE) == 25


def test_each_hostile_row_is_named_or_stored_inert_and_harms_no_other(office: OfficeAtWork) -> None:
    lines = []
    for index, (column, text, _) in enumerate(HOSTILE.values()):
        lines += [line(2 * index), line(2 * index + 1, **{column: text})]
    lines = lines[:50]
    batch = expect(
        batches.upload(
            office.service,
            officer=CLERK,
            device=DEVICE,
            file_name="\u202efdp.exe\n.csv",
            content=csv_of(lines),
            names=header_names(),
            archives=[photos_of(range(60), PORTRAIT)],
        )
    )
    work_off(office.service)
    with office.service.database.read() as work:
        rows = {row.number: row for row in work.batches.rows(batch.number, limit=100)}
    for index, (name, (column, text, may_be_taken)) in enumerate(HOSTILE.items()):
        good, hostile = rows[2 * index + 2], rows[2 * index + 3]
        assert good.standing in (RowStanding.ACCEPTED, RowStanding.OVER_BUDGET), (name, good.notes)
        refused = hostile.standing is RowStanding.TO_FIX
        if refused:
            assert column in {getattr(note, "field", column) for note in hostile.notes}, name
        assert refused or may_be_taken, (name, hostile.standing, hostile.notes)
        assert hostile.texts[column] == text
    assert batch.file_name.isprintable()


@pytest.mark.parametrize("text", ["=1", "+880", "-5", "@x", "\t=1", "'=1", "plain", "'quoted'", "", "'"])
def test_a_cell_made_harmless_is_what_it_was_when_it_comes_back(text: str) -> None:
    assert not harmless(text).startswith(("=", "+", "-", "@", "\t"))
    assert as_written(harmless(text)) == text or text == "'=1"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_encoding_and_separator_with_the_header_in_any_language_and_order(
    language: str, separator: str, encoding: str
) -> None:
    t = translator(language)  # type: ignore[arg-type]
    columns = sorted(COLUMNS, reverse=True)
    header = separator.join(f'" {column_text(name, t).upper()}  "' for name in columns)
    cells = line(1)
    row = separator.join(f'"{cells[name]}"' for name in columns)
    [read] = read_sheet(f"{header}\r\n{row}\r\n".encode(encoding), names=header_names())
    assert read.texts == cells


def test_no_two_columns_share_a_heading() -> None:
    for language in LANGUAGES:
        headings = [column_text(name, translator(language)) for name in COLUMNS]
        assert len(set(headings)) == len(headings)


def test_a_list_that_is_too_long_is_refused(office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "MAX_ROWS", 2)
    with pytest.raises(SheetRefused) as refused:
        batches.upload(
            office.service,
            officer=CLERK,
            device=DEVICE,
            file_name="x",
            content=csv_of(line(index) for index in range(3)),
            names=header_names(),
        )
    assert refused.value.kind is SheetFaultKind.TOO_MANY_ROWS


def test_a_picture_is_found_by_its_name_however_it_is_written() -> None:
    pictures = album(
        [photos_of([1, 2], PORTRAIT), archive_of({"Sub\\B.PNG": b"other", "photos/A00000002.JPG": b"newer"})]
    )
    assert pictures.find(names_of("", "A00000001")) == PORTRAIT
    assert pictures.find(names_of("photos/a00000001.jpg", "X")) == PORTRAIT
    assert pictures.find(names_of("b.png ", "X")) == b"other"
    assert pictures.find(names_of("", "A00000002")) == b"newer"
    assert pictures.find(names_of("", "")) is None
    assert pictures.find(names_of("../A00000009.jpg", "")) is None


def test_a_picture_that_unpacks_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches_photos, "MAX_PICTURE", 1000)
    pictures = album([archive_of({"a.jpg": b"\0" * (5 << 20)})])
    found = pictures.find(["a.jpg"])
    assert found is not None
    assert len(found) == 1001


@pytest.mark.parametrize("content", [b"", b"PK", b"no archive", b"PK\x03\x04" + b"\0" * 100])
def test_what_is_no_archive_is_refused(content: bytes) -> None:
    with pytest.raises(PhotosRefused) as refused:
        require_archive(content)
    assert refused.value.fault is PhotosFault.NOT_AN_ARCHIVE


def test_a_damaged_picture_is_as_if_it_were_not_there() -> None:
    content = bytearray(archive_of({"a.jpg": b"x" * 1000}, method=zipfile.ZIP_STORED))
    content[200] ^= 0xFF
    assert album([bytes(content)]).find(["a.jpg"]) is None


def test_too_many_or_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    content = photos_of(range(3), PORTRAIT)
    monkeypatch.setattr(batches_photos, "MAX_PICTURES", 2)
    with pytest.raises(PhotosRefused) as refused:
        require_archive(content)
    assert refused.value.fault is PhotosFault.TOO_MANY
    monkeypatch.setattr(batches_photos, "MAX_ARCHIVE", 10)
    with pytest.raises(PhotosRefused) as refused:
        require_archive(content)
    assert refused.value.fault is PhotosFault.TOO_LARGE


def test_an_album_is_opened_once_for_many_chunks() -> None:
    calls: list[str] = []

    def get(sha256: str) -> bytes:
        calls.append(sha256)
        return photos_of([1], PORTRAIT)

    albums = Albums(get)
    for _ in range(3):
        assert albums.of(("a",)).find(names_of("", "A00000001")) == PORTRAIT
    albums.of(("a", "b"))
    assert calls == ["a", "a", "b"]


def archive_of(files: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()
