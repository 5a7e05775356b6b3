"""Files chosen or dropped on the page, in a real Chromium."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.desk.counter import REVOKED_IDX, Counter
from tests.unit.desk.bureau import Bureau
from tests.unit.desk.pictures import pdf, png, qr_image

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("kind", ["pdf", "png"])
def test_a_file_is_judged(counter: Counter, bureau: Bureau, tmp_path: Path, kind: str) -> None:
    picture = qr_image(bureau.card())
    file = tmp_path / f"card.{kind}"
    file.write_bytes(pdf(picture) if kind == "pdf" else png(picture))
    counter.page.locator("#file").set_input_files(file)
    counter.look("cleared")


def test_a_file_can_be_dropped_on_the_page(counter: Counter, bureau: Bureau) -> None:
    drop(counter.page, png(qr_image(bureau.card(idx=REVOKED_IDX))))
    counter.look("stop")


def test_a_file_that_is_no_card_gets_a_message(counter: Counter) -> None:
    drop(counter.page, b"Dear Sir or Madam")
    counter.look("not_read")
    expect(counter.page.locator("#screen")).to_contain_text("ছবি বা পিডিএফ হিসেবে খোলা যাচ্ছে না")


def test_a_file_of_fifty_megabytes_gets_a_message(counter: Counter) -> None:
    counter.page.evaluate(
        """() => { const dataTransfer = new DataTransfer();
             dataTransfer.items.add(new File([new Uint8Array(50e6)], 'film.png'));
             document.body.dispatchEvent(new DragEvent('drop', {dataTransfer, bubbles: true, cancelable: true})); }"""
    )
    counter.look("not_read")
    expect(counter.page.locator("#screen")).to_contain_text("১০ মেগাবাইট")


def drop(page: Page, content: bytes) -> None:
    page.evaluate(
        """bytes => { const dataTransfer = new DataTransfer();
             dataTransfer.items.add(new File([new Uint8Array(bytes)], 'card.png'));
             document.body.dispatchEvent(new DragEvent('drop', {dataTransfer, bubbles: true, cancelable: true})); }""",
        list(content),
    )
