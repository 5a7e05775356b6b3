"""`clearance batch` on the real database and the real card key: good rows become cards, bad ones say why."""

import csv
import io
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from clearance.cli import clearance as main
from clearance.domain.lifecycle import Move
from clearance.issuing import sheet
from clearance.issuing.rows import COLUMNS
from clearance.issuing.with_reason import move_with_reason
from tests.fakes.installation import snapshot
from tests.fakes.office import DEVICE, EVERYTHING, expect
from tests.integration.batch_desk import EVERY_CASE, Desk, open_desk, row


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as desk:
        yield desk


def test_the_template_is_a_file_that_the_command_reads(desk: Desk) -> None:
    printed = CliRunner().invoke(main, ["batch", "template"])
    assert printed.exit_code == 0
    desk.file.write_bytes(printed.stdout_bytes)
    (desk.folder / "photos" / "A01234567.jpg").write_bytes(snapshot())
    result = desk.run()
    assert result.exit_code == 0, result.output
    [card] = desk.cards()
    assert card.passport_no == "A01234567"


def test_a_row_whose_photo_shows_no_face_is_issued_with_a_remark_in_both_languages(desk: Desk) -> None:
    empty = io.BytesIO()
    Image.new("RGB", (414, 532), "#dfe7ea").save(empty, "JPEG")
    (desk.folder / "photos" / "empty.jpg").write_bytes(empty.getvalue())
    desk.write(row(1), row(2, photo="photos/empty.jpg"))
    result = desk.run()
    assert result.exit_code == 0, result.output
    plain, remarked = desk.results()
    assert (plain["outcome"], plain["reason"]) == ("issued", "")
    assert remarked["outcome"] == "issued"
    assert remarked["reason"].startswith("Photo: no face was found.")
    assert f"{remarked['clearance_no']} Photo: no face was found." in result.output


def test_good_rows_become_cards_and_bad_ones_are_refused_with_row_and_reason(desk: Desk) -> None:
    desk.write(
        row(1),
        row(2, passport_no="123", birth_date="31/02/1990"),
        row(3),
        row(4, orientation_day_3=""),
        row(5, permit_no="EA-NONE"),
        row(6, name_bn="উৎসব"),
        row(7),
    )
    result = desk.run()
    assert result.exit_code == 1
    outcomes = {int(line["row"]): line for line in desk.results()}
    assert [number for number, line in outcomes.items() if line["outcome"] == "issued"] == [2, 4, 8]
    assert "Passport number must be" in outcomes[3]["reason"]
    assert "31/02/1990" in outcomes[3]["reason"]
    assert "2 of 3 days" in outcomes[5]["reason"]
    assert "EA-NONE" in outcomes[6]["reason"]
    assert "U+09CE" in outcomes[7]["reason"]
    issued = {card.passport_no: card.clearance_no for card in desk.cards()}
    assert issued == {outcomes[n]["passport_no"]: outcomes[n]["clearance_no"] for n in (2, 4, 8)}
    assert desk.cases() == 3
    assert "3 issued, 0 issued before, 4 refused" in result.output
    for number, line in outcomes.items():
        assert any(text.startswith(f"{number} | ") for text in result.output.splitlines())
        assert (line["reason"] == "") == (line["outcome"] == "issued")


@pytest.mark.parametrize("position", range(4))
def test_a_bad_row_is_found_wherever_it_stands(desk: Desk, position: int) -> None:
    rows = [row(index) for index in range(4)]
    rows[position]["sex"] = "?"
    desk.write(*rows)
    assert desk.run().exit_code == 1
    assert [line["outcome"] for line in desk.results()].index("refused") == position
    assert len(desk.cards()) == 3


def test_the_same_file_again_issues_nothing_twice(desk: Desk) -> None:
    desk.write(row(1), row(2))
    assert desk.run().exit_code == 0
    first = desk.results()
    again = desk.run()
    assert again.exit_code == 0
    assert [line["outcome"] for line in desk.results()] == ["already_issued"] * 2
    assert [line["clearance_no"] for line in desk.results()] == [line["clearance_no"] for line in first]
    assert len(desk.cards()) == 2
    assert "0 issued, 2 issued before, 0 refused" in again.output


def test_the_same_row_twice_in_one_file_is_one_card(desk: Desk) -> None:
    desk.write(row(1), row(1))
    assert desk.run().exit_code == 0
    assert [line["outcome"] for line in desk.results()] == ["issued", "already_issued"]


def test_a_corrected_row_is_all_that_a_second_run_issues(desk: Desk) -> None:
    desk.write(row(1), row(2, sex="?"))
    desk.run()
    desk.write(row(1), row(2))
    assert desk.run().exit_code == 0
    assert [line["outcome"] for line in desk.results()] == ["already_issued", "issued"]


def test_a_rejected_case_does_not_come_back_by_file(desk: Desk) -> None:
    desk.write(row(1, permit_no="EA-SAU-1234"))
    desk.service.printer.smudged = frozenset({1})
    assert desk.run().exit_code == 1
    assert "cannot be read back" in desk.results()[0]["reason"]
    desk.service.printer.smudged = frozenset()
    with desk.service.database.read() as work:
        [case] = work.applications.find(EVERY_CASE, limit=2, offset=0)
    expect(
        move_with_reason(
            desk.service,
            case.reference,
            Move.REJECT,
            officer=EVERYTHING,
            device=DEVICE,
            version=case.version,
            reason="withdrew",
        )
    )
    assert desk.run().exit_code == 1
    assert "Rejected" in desk.results()[0]["reason"]
    assert desk.cards() == []


@pytest.mark.parametrize(
    ("encoding", "dialect"),
    [
        ("utf-8", {}),
        ("utf-8-sig", {}),
        ("utf-16", {"delimiter": "\t"}),
        ("utf-8", {"delimiter": ";"}),
        ("utf-8", {"quoting": csv.QUOTE_ALL}),
        ("utf-8", {"lineterminator": "\n"}),
    ],
)
def test_files_are_read_as_spreadsheets_save_them(desk: Desk, encoding: str, dialect: dict[str, str]) -> None:
    desk.write(row(1), {}, row(2), encoding=encoding, **dialect)
    result = desk.run()
    assert result.exit_code == 0, result.output
    assert [line["row"] for line in desk.results()] == ["2", "4"]
    assert desk.cases() == 2


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no rows"),
        (b"\xef\xbb\xbf", "no rows"),
        (",".join(COLUMNS).encode(), "no rows"),
        (",".join(COLUMNS).encode() + b"\n,,,\n\n", "no rows"),
        (",".join(COLUMNS).encode() + b"\nMD. RAHIM\xff", "Line 2 is not text"),
        (b"PK\x03\x04\x14\x00\x06\x00", "Line 1 is not text"),
        ("রহিম".encode("utf-16-le"), "Line 1 is not text"),
        (",".join(COLUMNS).encode() + b'\n"never closed\n' + b"x" * 99, "quote"),
        (",".join(COLUMNS[1:]).encode() + b"\nx", f"missing: {COLUMNS[0]}"),
        (",".join([*COLUMNS, "vissa_checked_on"]).encode() + b"\nx", "not known: vissa_checked_on"),
        (",".join([*COLUMNS, "sex"]).encode() + b"\nx", "twice: sex"),
        (b"\x1b[2J,\x07\nx", "missing"),
    ],
)
def test_a_file_that_is_none_is_refused_with_what_to_do(desk: Desk, content: bytes, says: str) -> None:
    desk.file.write_bytes(content)
    result = desk.run()
    assert result.exit_code == 65
    assert says in result.output
    assert "\x1b" not in result.output
    assert not (desk.folder / "applications.result.csv").exists()


def test_files_have_a_size_and_a_number_of_rows(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.write(row(1), row(2), row(3))
    monkeypatch.setattr(sheet, "MAX_ROWS", 2)
    assert desk.run().exit_code == 65
    monkeypatch.setattr(sheet, "MAX_ROWS", 3)
    assert desk.run().exit_code == 0
    monkeypatch.setattr(sheet, "MAX_FILE", 100)
    assert desk.run().exit_code == 65


def test_a_file_that_is_not_there_is_said_so(desk: Desk) -> None:
    result = desk.run()
    assert result.exit_code == 66
    assert "cannot be read" in result.output


def png_bomb() -> bytes:
    """A PNG of 30,000 x 30,000 pixels in a few bytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


PHOTOS: list[tuple[str, Callable[[Path], object] | None, str]] = [
    ("photos/none.jpg", None, "not there"),
    ("", None, "Photo must be filled in"),
    ("photos", None, "not there"),
    ("../secret.jpg", lambda path: path.write_bytes(snapshot()), "not there"),
    ("/etc/hostname", None, "not there"),
    ("photos/link.jpg", lambda path: path.symlink_to("/etc/hostname"), "not there"),
    ("x" * 5000, None, "not there"),
    ("photos/text.jpg", lambda path: path.write_bytes(b"MZ this is a program"), "not a picture"),
    ("photos/cut.jpg", lambda path: path.write_bytes(snapshot()[:800]), "not a picture"),
    ("photos/bomb.png", lambda path: path.write_bytes(png_bomb()), "too many pixels"),
    ("photos/huge.jpg", lambda path: path.write_bytes(bytes(10 * 1024 * 1024 + 1)), "too large"),
    ("photos/doc.pdf", lambda path: path.write_bytes(b"%PDF-1.7"), "JPEG or PNG"),
]


def test_a_row_whose_photo_cannot_be_used_is_refused_and_its_neighbours_are_not(desk: Desk) -> None:
    for name, make, _ in PHOTOS:
        if make:
            make(desk.folder / name)
    desk.write(row(0), *(row(index, photo=name) for index, (name, _, _) in enumerate(PHOTOS, start=1)), row(99))
    desk.run()
    first, *refused, last = desk.results()
    assert (first["outcome"], last["outcome"]) == ("issued", "issued")
    for line, (name, _, says) in zip(refused, PHOTOS, strict=True):
        assert (line["outcome"], says in line["reason"]) == ("refused", True), name
    assert desk.cases() == 2


def test_photo_names_of_windows_are_understood(desk: Desk) -> None:
    desk.write(row(1, photo="photos\\face.jpg"))
    assert desk.run().exit_code == 0


HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    '=HYPERLINK("http://x")',
    "\x1b[31mred",
    "<script>alert(1)</script>",
    "'; DROP TABLE applications; --",
    "\u202egnp.exe",
    "[bold]x[/bold]",
    "A" * 100_000,
    "\ud7ff\U0010ffff",
]


@pytest.mark.parametrize("column", ["passport_no", "name_en", "destination"])
def test_hostile_cells_are_refused_and_stay_inert(desk: Desk, column: str) -> None:
    desk.write(*(row(index, **{column: text}) for index, text in enumerate(HOSTILE)), row(99))
    result = desk.run()
    assert result.exit_code == 1
    *refused, issued = desk.results()
    assert [line["outcome"] for line in refused] == ["refused"] * len(HOSTILE)
    assert issued["outcome"] == "issued"
    for line in refused:
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in line.values())
    assert "\x1b" not in result.output
    assert max(map(len, result.output.splitlines())) < 500


def test_a_row_with_too_many_cells_is_refused(desk: Desk) -> None:
    desk.write(row(1), row(2))
    first, *others = desk.file.read_text().splitlines()
    desk.file.write_text("\n".join([first, others[0] + ",more", others[1] + ",,"]))
    assert desk.run().exit_code == 1
    refused, issued = desk.results()
    assert "more cells" in refused["reason"]
    assert issued["outcome"] == "issued"


def test_a_result_file_that_cannot_be_written_is_said_before_any_card_is_made(desk: Desk) -> None:
    desk.write(row(1))
    (desk.folder / "applications.result.csv").mkdir()
    result = desk.run()
    assert result.exit_code == 73
    assert desk.cards() == []
