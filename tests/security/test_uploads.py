"""Every door through which a file comes in: what it is decides, not its name; and none becomes larger than we bear."""

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from clearance.card.photo import prepare
from clearance.web.app import create_app
from tests.fakes.batch_files import csv_of, line, work_off
from tests.fakes.office import CLERK, draft
from tests.integration.home_check import Home, open_home
from tests.integration.staff_pages import SITE, Desk, Workplace, open_workplace, words
from tests.security.hostile_files import (
    GIF_AND_SCRIPT,
    HTML,
    PROGRAM,
    SVG,
    XML_BOMB,
    archive,
    far_workbook,
    pdf_of,
    picture,
    png_of,
    text_bomb_png,
    two_kinds,
    workbook_bomb,
)

DOORS = {
    "clearance/web/public/check.py": "a card to check",
    "clearance/web/staff/sheet_form.py": "a photo and a piece of evidence, of a new case and of one that is mended",
    "clearance/web/staff/batch_files.py": "a list of workers and archives of photos",
    "clearance/web/staff/kept.py": "reads none: forms with files are not kept for later",
    "verifier/web/app.py": "a card to check at the desk",
}
"""Every module that reads a file of a form. The interface takes a photo as Base64; it is judged as one of a batch."""


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    """An office that prepares photos with the real decoder."""
    with open_workplace(tmp_path) as workplace:
        workplace.office.service = replace(workplace.office.service, prepare_photo=prepare)
        workplace.app = create_app(workplace.office.service, workplace.options)
        yield workplace


def send(desk: Desk, path: str, *, at: str, name: str = "file", files: dict[str, bytes], **form: str) -> TestResponse:
    """A form with files, all of one name."""
    fields: dict[str, object] = {"csrf_token": desk.token(at), **form}
    fields |= {field: FileStorage(io.BytesIO(content), name) for field, content in files.items()}
    boundary, body = encode_multipart(fields)  # by hand: the client would lay a large one on the disk
    return desk.client.post(
        path,
        base_url=SITE,
        data=body,
        content_type=f"multipart/form-data; boundary={boundary}",
        environ_base={"REMOTE_ADDR": desk.address, "HTTP_USER_AGENT": desk.agent},
    )


def test_every_module_that_reads_files_is_known_here(root: Path) -> None:
    modules = [path for name in ("clearance", "verifier") for path in (root / name).rglob("*.py")]
    reading = {path.relative_to(root).as_posix() for path in modules if "request.files" in path.read_text("utf-8")}
    assert reading == set(DOORS)


NO_PHOTOS = {
    "a page": HTML,
    "a program": PROGRAM,
    "a drawing with a script": SVG,
    "a picture that is a script": GIF_AND_SCRIPT,
    "a document": pdf_of(10, 10),
    "an archive": archive({"a.jpg": b"x"}),
    "too many pixels": png_of(30_000, 30_000),
    "pixels without end": png_of(0xFFFFFF, 0xFFFFFF),
    "only a head": picture()[:60],
    "a text without end": text_bomb_png(),
}


@pytest.mark.parametrize("kind", NO_PHOTOS)
def test_what_is_no_photo_is_refused_in_words_whatever_it_is_called(workplace: Workplace, kind: str) -> None:
    desk = workplace.desk_of(CLERK)
    before = dict(workplace.office.documents.contents)
    page = desk.get("/staff/entry/new").location
    answer = send(desk, page, at=page, name="../../photo.jpg", files={"photo_file": NO_PHOTOS[kind]}, then="keep")
    assert answer.status_code == 422
    assert re.search("The photo (file is not a picture|must be a JPEG or PNG|has too many pixels)", words(answer))
    assert workplace.office.documents.contents == before


@pytest.mark.parametrize(
    "content",
    [
        two_kinds(picture("JPEG"), HTML),
        two_kinds(picture("JPEG"), archive({"evil.html": HTML})),
        two_kinds(picture("PNG"), PROGRAM),
    ],
    ids=["picture and page", "picture and archive", "picture and program"],
)
def test_of_a_picture_that_is_something_else_too_only_pixels_are_kept(content: bytes) -> None:
    kept = prepare(content).jpeg
    assert len(kept) <= 8 * 1024
    assert kept.startswith(b"\xff\xd8")
    assert kept.endswith(b"\xff\xd9")
    for other in (b"<script", b"PK\x03\x04", b"MZ\x90", b"DOS mode"):
        assert other not in kept


@pytest.mark.parametrize(
    ("content", "taken"),
    [
        (pdf_of(10, 10), True),
        (picture("JPEG"), True),
        (picture("PNG"), True),
        (HTML, False),
        (PROGRAM, False),
        (SVG, False),
        (archive({"a.pdf": pdf_of(10, 10)}), False),
        (b"\n" + pdf_of(10, 10), False),
        (b"%PDF-1.7\n" + b"\0" * (10 * 1024 * 1024), False),
    ],
    ids=["pdf", "jpeg", "png", "page", "program", "drawing", "archive", "hidden pdf", "large"],
)
def test_evidence_is_a_document_or_a_picture_by_its_first_bytes(
    workplace: Workplace, content: bytes, taken: bool
) -> None:
    desk = workplace.desk_of(CLERK)
    page = desk.get("/staff/entry/new").location
    before = set(workplace.office.documents.contents)
    answer = send(desk, page, at=page, name="evidence.pdf", files={"evidence_file": content}, then="keep")
    assert answer.status_code == (303 if taken else 422)
    assert bool(set(workplace.office.documents.contents) - before) is taken
    if not taken:
        assert "must be a PDF, JPEG or PNG file of at most 10 MB." in words(answer)


def test_evidence_is_judged_alike_where_a_case_is_amended(workplace: Workplace) -> None:
    with_portrait = replace(workplace.office.service, prepare_photo=lambda upload: prepare(picture()))
    workplace.office.service = with_portrait
    case = workplace.office.enter(draft(1))
    desk = workplace.desk_of(CLERK)
    page = f"/staff/cases/{case.reference}/amend"
    before = set(workplace.office.documents.contents)
    answer = send(desk, page, at="/staff/account", files={"evidence_file": HTML}, version=str(case.version))
    assert answer.status_code == 422
    assert "must be a PDF, JPEG or PNG file of at most 10 MB." in words(answer)
    assert set(workplace.office.documents.contents) == before


LISTS = {
    "bomb": (workbook_bomb, "far larger"),
    "far corner": (far_workbook, "far larger"),
    "other archive": (lambda: archive({"readme.txt": b"x"}), "cannot be read as a workbook"),
    "entities": (lambda: XML_BOMB, "not a CSV file|columns are missing"),
    "page": (lambda: HTML, "columns are missing"),
    "program": (lambda: PROGRAM, "not text"),
}


@pytest.mark.parametrize("kind", LISTS)
def test_a_list_that_is_none_is_refused_before_it_unpacks(workplace: Workplace, kind: str) -> None:
    make, sentence = LISTS[kind]
    desk = workplace.desk_of(CLERK)
    answer = send(desk, "/staff/batches", at="/staff/batches", name="list.xlsx", files={"sheet": make()})
    assert answer.status_code == 422
    assert re.search(sentence, words(answer)), words(answer)
    assert not workplace.office.documents.contents


def test_names_and_links_in_an_archive_lead_nowhere(workplace: Workplace, tmp_path: Path) -> None:
    """A picture is found by its last name only; a link is its own bytes, which are no picture."""
    photos = archive(
        {
            "../../../../tmp/clearance-escaped.jpg": picture("JPEG"),
            "/etc/A00000001.jpg": picture("JPEG"),
            "C:\\windows\\A00000002.jpg": picture("JPEG"),
            "A00000003.jpg": HTML,
            "A00000004.jpg": png_of(30_000, 30_000),
        },
        links={"A00000005.jpg": "/etc/passwd"},
    )
    before = set(tmp_path.rglob("*"))
    desk = workplace.desk_of(CLERK)
    rows = csv_of([line(number, photo="") for number in (1, 2, 3, 4, 5)])
    answer = send(desk, "/staff/batches", at="/staff/batches", files={"sheet": rows, "photos": photos})
    assert answer.status_code == 303, words(answer)
    work_off(workplace.office.service)
    shown = words(desk.get(answer.location))
    assert not Path("/tmp/clearance-escaped.jpg").exists()
    assert {path.name for path in set(tmp_path.rglob("*")) - before} <= {"clearance.db-wal", "clearance.db-shm"}
    fixed = desk.get(f"{answer.location}/to-fix.csv").data.decode("utf-8-sig")
    refused = [row for row in ("A00000003", "A00000004", "A00000005") if row in fixed]
    assert refused == ["A00000003", "A00000004", "A00000005"], shown
    assert "A00000001" not in fixed
    assert "A00000002" not in fixed


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return open_home(tmp_path_factory.mktemp("home"))


NO_CARDS = {
    "page": HTML,
    "program": PROGRAM,
    "drawing": SVG,
    "archive": archive({"card.pdf": b"x"}),
    "huge picture": png_of(20_000, 20_000),
    "huge picture in a pdf": pdf_of(30_000, 30_000),
    "pdf that unpacks to 200 MB": pdf_of(100, 100, inflated=200 << 20),
    "pdf and page": two_kinds(pdf_of(10, 10), HTML),
    "page before a pdf": two_kinds(HTML, pdf_of(10, 10)),
}


@pytest.mark.parametrize("kind", NO_CARDS)
def test_a_card_to_check_that_is_none_is_said_so_and_nothing_of_it_is_shown(home: Home, kind: str) -> None:
    answer = home.send(NO_CARDS[kind])
    assert answer.status_code in {200, 422}
    assert "<script>alert" not in answer.text
    assert re.search("cannot be opened as a PDF|too large to open|No QR code was found", words(answer)), words(answer)
