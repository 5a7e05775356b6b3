"""A batch and an entry form in a real browser: uploaded, mended, uploaded again, decided by keyboard, bn and en."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from clearance.domain.staff import Officer
from clearance.issuing.ports import Sheet
from clearance.storage.queue import WorkQueue
from clearance.workbook import XlsxWorkbooks
from clearance.worker import working
from tests.e2e.conftest import context_of
from tests.e2e.seats import seat
from tests.e2e.serving import served
from tests.e2e.soundness import assert_sound
from tests.fakes.batch_files import csv_of, line, photos_of
from tests.fakes.installation import snapshot
from tests.fakes.office import APPROVER, CHECKER, CLERK, ISSUER
from tests.integration.staff_pages import Workplace, open_workplace
from tests.unit.desk.zones import zone

pytestmark = pytest.mark.browser
FIRST = {"bn": 1, "en": 5}
"""Of the workers of a language."""
SHEET_COLUMN = "Visa valid until", "ভিসার মেয়াদ"


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    """An office whose worker is at work."""
    folder = tmp_path_factory.mktemp("batches")
    with (
        open_workplace(folder) as workplace,
        closing(WorkQueue("", file=folder / "queue.db")) as queue,
        working(workplace.office.service, queue, threads=1, chores=[]),
    ):
        yield workplace


@pytest.fixture(scope="module")
def address(workplace: Workplace) -> Iterator[str]:
    with served(workplace.app) as address:
        yield address


@contextmanager
def page_of(browser: Browser, workplace: Workplace, address: str, officer: Officer, language: str) -> Iterator[Page]:
    """The first page of an officer's own browser; it must not have complained at the end."""
    workplace.office.clock.advance(minutes=1)  # it stands still otherwise, and what came later could not be told
    context = context_of(browser)
    seat(context, workplace, officer, address)
    page = context.new_page()
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text))
    page.goto(f"{address}/staff/batches?lang={language}")
    yield page
    assert not [trouble for trouble in troubles if "favicon" not in trouble and "422" not in trouble]
    context.close()


def assert_sound_everywhere(page: Page) -> None:
    for width, height in ((1366, 768), (360, 740)):
        page.set_viewport_size({"width": width, "height": height})
        assert_sound(page)
    page.set_viewport_size({"width": 1366, "height": 768})


def mended(downloaded: Path) -> Path:
    """The rows to fix with a date that there is, as a clerk would save them."""
    rows = [list(row) for row in XlsxWorkbooks().read(downloaded.read_bytes())]
    column = next(rows[0].index(name) for name in SHEET_COLUMN if name in rows[0])
    for row in rows[1:]:
        row[column] = "৩১/০৩/২০২৭"
    file = downloaded.with_name("mended.xlsx")
    file.write_bytes(XlsxWorkbooks().write([Sheet(title="Rows", rows=rows)]))
    return file


@pytest.mark.parametrize("language", ["bn", "en"])
def test_a_list_is_uploaded_mended_and_decided_by_keyboard(
    browser: Browser, workplace: Workplace, address: str, language: str, tmp_path: Path
) -> None:
    indexes = range(FIRST[language], FIRST[language] + 3)
    lines = [line(index) for index in indexes]
    lines[1]["visa_expires_on"] = "2027-02-31"
    sheet, photos = tmp_path / f"agency-{language}.csv", tmp_path / "photos.zip"
    sheet.write_bytes(csv_of(lines))
    photos.write_bytes(photos_of(indexes, snapshot()))
    with page_of(browser, workplace, address, CLERK, language) as page:
        assert_sound_everywhere(page)
        page.get_by_role("button").filter(has=page.locator("svg")).last.click()  # with nothing chosen
        expect(page.locator("#problems")).to_be_focused()
        assert_sound_everywhere(page)
        page.set_input_files("#sheet", sheet)
        page.set_input_files("#photos", photos)
        page.locator(".upload button").click()
        batch = page.url
        expect(page.locator(".reasons")).to_have_count(1)  # without being loaded anew by hand
        expect(page.locator("[data-live]")).to_have_count(0)
        assert_sound_everywhere(page)
        with page.expect_download() as download:
            page.locator("a[href$='to-fix.xlsx']").click()
        download.value.save_as(tmp_path / "to-fix.xlsx")
        page.set_input_files("#sheet", mended(tmp_path / "to-fix.xlsx"))
        page.locator("form[action$='corrections'] button").click()
        expect(page.locator(".main-side .notice.ok")).to_be_visible()
        page.locator("form[action$='order'] button").click()
        expect(page.locator(".states .tag.info")).to_be_visible()
    for officer, step in ((CHECKER, "check"), (APPROVER, "approve"), (ISSUER, "issue")):
        with page_of(browser, workplace, address, officer, language) as page:
            page.goto(f"{batch}/work/{step}")
            boxes = page.locator("input[data-case]")
            expect(boxes).to_have_count(3)
            if step == "check":
                assert_sound_everywhere(page)
                expect(page.locator("tr.eyes")).to_have_count(1)  # the mended one stands first
                page.keyboard.press("j")
                expect(boxes.nth(0)).to_be_focused()
                page.keyboard.press("x")
                expect(boxes.nth(0)).to_be_checked()
            page.keyboard.press("a")
            expect(boxes.nth(2)).to_be_checked()
            if step != "check":
                page.keyboard.press("j")
                page.keyboard.press("x")
            page.keyboard.press("Control+Enter")
            expect(page).to_have_url(batch)
            expect(page.locator(".run progress").first).to_have_attribute("value", "3")
            expect(page.locator("[data-live]")).to_have_count(0)
            assert_sound_everywhere(page)
    with workplace.office.service.database.read() as work:
        assert all(work.clearances.active_for_passport(f"A{index:08d}") for index in indexes)


@pytest.mark.parametrize("language", ["bn", "en"])
def test_a_form_keeps_itself_and_hears_a_passport_reader(
    browser: Browser, workplace: Workplace, address: str, language: str
) -> None:
    with page_of(browser, workplace, address, CLERK, language) as page:
        page.goto(f"{address}/staff/entry")
        assert_sound_everywhere(page)
        page.locator("main .btn").click()
        assert_sound_everywhere(page)
        page.set_input_files("#photo_file", {"name": "face.jpg", "mimeType": "image/jpeg", "buffer": snapshot()})
        expect(page.locator("#portrait")).to_be_visible()
        page.fill("#employer", "KEPT CO")
        first, second = zone("A07654321", names="BEGUM<<AMENA", birth="970314", expiry="340131")
        page.locator("#passport_lines").press_sequentially(first + second)  # as a reader types them
        expect(page.locator("#passport_no")).to_have_value("A07654321")
        expect(page.locator("#employer")).to_have_value("KEPT CO")
        expect(page.locator("#portrait")).to_be_visible()
        page.fill("#salary", "SAR 900")
        expect(page.locator("#kept")).not_to_be_empty()
        page.reload()
        expect(page.locator("#salary")).to_have_value("SAR 900")
        page.locator("button[value=submit]").click()
        expect(page.locator("#problems")).to_be_focused()
        assert_sound_everywhere(page)
        page.goto(f"{address}/staff/entry")
        expect(page.locator("a[data-row]").first).to_be_visible()
