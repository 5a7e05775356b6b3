"""The QR code decodes from any picture of any page, also a poor one."""

from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageFilter

from clearance.card import document
from clearance.card.compose import compose
from clearance.card.layout import Picture
from clearance.card.pages import PAGES
from clearance.card.read_back import read_back
from clearance.domain.printed_card import PrintedCard
from tests.unit.card.programs import needs, run
from tests.unit.card.samples import BARE, LONG, people, sample_card

CARDS = [sample_card(1), sample_card(2, **LONG), sample_card(3, **BARE), *people(5)]
PDFS = [(card, document.render(card, mask=3)) for card in CARDS[:3]]


def rasters(pdf: bytes, dpi: int) -> list[Image.Image]:
    with pypdfium2.PdfDocument(pdf) as opened:
        return [page.render(scale=dpi / 72, grayscale=True).to_pil() for page in opened]


def decoded(image: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(image)]


@pytest.mark.parametrize("dpi", [100, 150, 300])
@pytest.mark.parametrize(("card", "pdf"), PDFS, ids=["ordinary", "long", "bare"])
def test_both_pages_decode_byte_for_byte_as_pdfium_draws_them(card: PrintedCard, pdf: bytes, dpi: int) -> None:
    for image in rasters(pdf, dpi):
        assert decoded(image) == [card.qr_text]


@needs("pdftoppm")
@pytest.mark.parametrize("dpi", ["100", "150", "300"])
def test_both_pages_decode_as_poppler_draws_them(dpi: str, tmp_path: Path) -> None:
    card, pdf = PDFS[0]
    (tmp_path / "card.pdf").write_bytes(pdf)
    run("pdftoppm", "-r", dpi, "-png", tmp_path / "card.pdf", tmp_path / "page")
    pages = sorted(tmp_path.glob("page*.png"))
    assert len(pages) == 2
    for page in pages:
        assert decoded(Image.open(page)) == [card.qr_text]


@pytest.mark.parametrize("blur", [0.8, 1.2])
def test_a_blurred_grey_print_decodes(blur: float) -> None:
    card, pdf = PDFS[0]
    for image in rasters(pdf, 150):
        grey = image.point(lambda value: 45 + value * 160 // 255).filter(ImageFilter.GaussianBlur(blur))
        assert decoded(grey) == [card.qr_text]


def test_everybody_reads_back() -> None:
    for card in CARDS:
        assert read_back(document.render(card, mask=3)) == (card.qr_text,) * 2


@pytest.mark.parametrize("length", [300, 529, 620, 760])
def test_texts_of_every_plausible_length_read_back(length: int) -> None:
    card = sample_card(qr_text=(sample_card(4).qr_text * 2)[:length])
    assert read_back(document.render(card, mask=3)) == (card.qr_text,) * 2


def test_the_quiet_zone_is_pure_white() -> None:
    dpi = 200
    for card, pdf in PDFS:
        for page, image in zip(PAGES, rasters(pdf, dpi), strict=True):
            [rect] = [box.rect for box in compose(page, card).boxes if box.picture is Picture.QR]
            left, top, right, bottom = (round(side * dpi / 25.4) for side in (rect.x, rect.y, rect.right, rect.bottom))
            quiet = round((right - left) / 85 * 3.5)
            for strip in (
                (left + 2, top + 2, right - 2, top + quiet),
                (left + 2, bottom - quiet, right - 2, bottom - 2),
                (left + 2, top + 2, left + quiet, bottom - 2),
                (right - quiet, top + 2, right - 2, bottom - 2),
            ):
                assert image.crop(strip).getextrema() == (255, 255)


def test_a_page_without_a_code_reads_back_as_empty(tmp_path: Path) -> None:
    blank = pypdfium2.PdfDocument.new()
    blank.new_page(300, 300)
    path = tmp_path / "blank.pdf"
    blank.save(path)
    assert read_back(path.read_bytes()) == ("",)
