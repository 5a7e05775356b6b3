"""Thirty-six hostile names through pages, lists, cards, the desk and the log: they stay names."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import pypdf
import pytest
import structlog
from werkzeug.test import TestResponse

from clearance import logs
from clearance.card import document
from clearance.credential.errors import MalformedClaims
from clearance.domain.text import BilingualText
from clearance.issuing.ports import DoesNotFit
from clearance.issuing.rows import COLUMNS
from clearance.issuing.sheet import harmless
from clearance.workbook import XlsxWorkbooks
from tests.fakes.batch_files import csv_of, line, work_off
from tests.fakes.office import CLERK, EVERYTHING
from tests.integration.desk.counter import counter_with
from tests.integration.staff_pages import SITE, Desk, Workplace, open_workplace, words
from tests.integration.test_web_batches import send_files
from tests.integration.worker_pages import Phone, open_app
from tests.security.hostile_names import HOSTILE_NAMES, PLAIN
from tests.security.walk import called
from tests.unit.card.samples import sample_card
from tests.unit.desk.bureau import NOW, Bureau


class Skeleton(HTMLParser):
    """The tags and attributes of a page: what a name must not change."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, ...]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, *(name for name, _ in attrs)))

    def harm(self) -> list[tuple[str, ...]]:
        """Tags that no page of ours has, and handlers."""
        foreign = {"iframe", "object", "embed", "base", "textarea-x"}
        return [tag for tag in self.tags if tag[0] in foreign or any(name.startswith("on") for name in tag[1:])]


def skeleton(page: TestResponse) -> list[tuple[str, ...]]:
    found = Skeleton(page.text)
    assert not found.harm()
    return found.tags


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    with open_workplace(tmp_path) as workplace:
        yield workplace


def test_a_case_page_has_the_same_tags_whatever_the_worker_is_called(workplace: Workplace) -> None:
    desk = workplace.desk_of(EVERYTHING)
    pages = []
    for number, name in enumerate((PLAIN, *HOSTILE_NAMES), start=1):
        with suppress(MalformedClaims):  # no card could carry it: refused where it is entered
            case = workplace.office.enter(called(number, name_en=name[:76].strip(), name_bn=name[:76].strip()))
            pages.append(skeleton(desk.get(f"/staff/cases/{case.reference}")))
    assert len(pages) > 25
    assert all(page == pages[0] for page in pages)


@pytest.mark.parametrize(
    "path", ["/staff/queue?text={}", "/staff/cards?text={}", "/staff/record?subject={}", "/staff/agencies?text={}"]
)
def test_a_search_shows_what_was_looked_for_as_letters(workplace: Workplace, path: str) -> None:
    desk = workplace.desk_of(EVERYTHING)
    plain = skeleton(desk.get(path.format("nobody")))
    for name in HOSTILE_NAMES:
        page = desk.get(path.format(quote(name)))
        assert page.status_code == 200
        assert skeleton(page) == plain, name


def test_the_pages_of_workers_give_back_what_was_typed_as_letters(tmp_path: Path) -> None:
    office, app = open_app(tmp_path)
    for number, name in enumerate(HOSTILE_NAMES):
        phone = Phone(office=office, client=app.test_client(use_cookies=False), address=f"198.51.{number}.1")
        for answer in (
            phone.ask(name, day=name, month=name, year=name),
            phone.get(f"/agencies?text={quote(name)}"),
            phone.get(f"/{quote(name)}"),
            phone.post("/request?lang=en", passport_no=name, name=name, message=name, phone=name),
            phone.post("/check?lang=en", passport_no=name, ticket=name),
        ):
            assert answer.status_code < 500
            assert not Skeleton(answer.text).harm(), name
            assert "<script>alert" not in answer.text
            assert "evil.example/x.js></script>" not in answer.text


def test_hostile_names_are_inert_in_every_list(workplace: Workplace) -> None:
    """Rows to fix go back to whoever sent them, as CSV and as a workbook: no cell of them is calculated."""
    desk = workplace.desk_of(CLERK)
    names = [name for name in HOSTILE_NAMES if "\x00" not in name]
    rows = csv_of([line(number, name_en=name, employer=name) for number, name in enumerate(names, start=1)])
    answer = send_files(desk, "/staff/batches", sheet=rows)
    assert answer.status_code == 303, words(answer)
    work_off(workplace.office.service)
    sent_back = desk.get(f"{answer.location}/to-fix.csv").data.decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(sent_back)) for cell in row]
    assert len(cells) > len(names) * len(COLUMNS)
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
    workbook = desk.get(f"{answer.location}/to-fix.xlsx").data
    with zipfile.ZipFile(io.BytesIO(workbook)) as parts:
        sheets = [parts.read(name).decode() for name in parts.namelist() if "worksheets/sheet" in name]
    assert sheets
    assert not any("<f>" in sheet or "<f " in sheet or "<hyperlink" in sheet for sheet in sheets)
    read = XlsxWorkbooks().read(workbook)
    assert any(cell.startswith("=HYPERLINK") for row in read for cell in row), "in a workbook a text is a text"


def test_a_cell_made_harmless_is_never_a_formula() -> None:
    for name in HOSTILE_NAMES:
        assert not harmless(name).startswith(("=", "+", "-", "@", "\t", "\r"))


PDF_NAME = ") Tj /AA << /O << /S /JavaScript /JS (app.alert\\(1\\)) >> >> BT ("


def test_a_card_prints_a_hostile_name_as_letters_or_not_at_all() -> None:
    """Characters that the typeface lacks are refused at entry; whatever is drawn acts in no way."""
    drawn = 0
    for name in (*HOSTILE_NAMES[:1], HOSTILE_NAMES[22], PDF_NAME[:60]):
        with suppress(DoesNotFit, MalformedClaims, ValueError):
            pdf = document.render(sample_card(name=BilingualText(en=name, bn=None)), mask=3)
            drawn += 1
            for act in (b"/JavaScript", b"/JS", b"/OpenAction", b"/AA", b"/Launch", b"/URI"):
                assert act not in pdf, name
            text = pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
            assert "".join(name.split())[:10] in "".join(text.split()), name
    assert drawn == 3


def test_the_desk_shows_a_hostile_name_as_letters(tmp_path: Path) -> None:
    bureau = Bureau(tmp_path / "keys")
    bureau.publish({}, at=NOW - 30)
    counter = counter_with(bureau.public, tmp_path / "desk")
    plain, shown = Skeleton(counter.scan(bureau.card(full_name=PLAIN))["screen"]).tags, 0
    for number, name in enumerate(HOSTILE_NAMES):
        with suppress(MalformedClaims):
            text = bureau.card(full_name=name[:80].strip(), clearance_no=f"BMET-26-{number:04d}")
            page = Skeleton(counter.scan(text)["screen"])
            assert not page.harm(), name
            assert "script" not in {tag for tag, *_ in page.tags}
            shown += 1
    counter.desk.journal.close()
    assert plain
    assert shown > 20


@pytest.mark.parametrize("form", [logs.LogFormat.JSON, logs.LogFormat.TEXT])
def test_hostile_names_leave_no_control_byte_in_the_log(workplace: Workplace, form: logs.LogFormat) -> None:
    said = io.StringIO()
    logs.begin("web", form=form, to=said)
    try:
        for number, name in enumerate(HOSTILE_NAMES):
            desk = Desk(workplace.app, address=f"198.51.100.{number + 1}", agent=f"Firefox {name[:50]!r}")
            desk.send("/staff/sign-in", csrf_token=desk.token("/staff/sign-in"), username=name, password=name)
            workplace.app.test_client().get(f"/{quote(name)}", base_url=SITE, headers={"X-Request-ID": quote(name)})
            structlog.get_logger().warning("told", what=name, odd=[name])
    finally:
        structlog.reset_defaults()
    lines = said.getvalue().splitlines()
    assert sum("refused" in each for each in lines) >= len(HOSTILE_NAMES) // 2
    assert len(said.getvalue().split("\n")) == len(lines) + 1, "one event is one line"
    assert not [each for each in lines if any(ord(sign) < 0x20 or 0x7F <= ord(sign) < 0xA0 for sign in each)]
    if form is logs.LogFormat.JSON:
        assert all(json.loads(each)["event"] for each in lines)
