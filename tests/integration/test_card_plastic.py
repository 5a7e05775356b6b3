"""Plastic cards as drawn files: what they hold, and that their codes read from print and from a poor camera."""

from pathlib import Path

import numpy
import pypdf
import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageFilter

from clearance.card import plastic
from clearance.card.pages_plastic import HEIGHT, WIDTH
from clearance.card.printer import CardPrinter
from clearance.card.read_back import codes
from clearance.domain.printed_card import PrintedCard
from tests.unit.card.programs import needs, run
from tests.unit.card.samples import BARE, LONG, people, sample_card

MM_PER_POINT = 25.4 / 72
CARDS = [sample_card(1), sample_card(2, **LONG), sample_card(3, **BARE), sample_card(4, **LONG | {"demo": False})]
PDFS = [(card, plastic.faces([card])) for card in CARDS]
MANY = list(people(12))


def rasters(pdf: bytes, dpi: float) -> list[Image.Image]:
    with pypdfium2.PdfDocument(pdf) as opened:
        return [page.render(scale=dpi / 72, grayscale=True).to_pil() for page in opened]


def decoded(image: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(image)]


@pytest.mark.parametrize(("card", "pdf"), PDFS, ids=["ordinary", "long", "bare", "real"])
def test_the_back_decodes_from_the_dots_of_a_card_printer(card: PrintedCard, pdf: bytes) -> None:
    assert codes(pdf) == ((), (card.qr_text,))


@needs("pdftoppm")
def test_the_back_decodes_as_poppler_draws_it(tmp_path: Path) -> None:
    card, pdf = PDFS[0]
    (tmp_path / "card.pdf").write_bytes(pdf)
    run("pdftoppm", "-r", "300", "-mono", "-png", tmp_path / "card.pdf", tmp_path / "page")
    front, back = (Image.open(path) for path in sorted(tmp_path.glob("page*.png")))
    assert (decoded(front), decoded(back)) == ([], [card.qr_text])


def test_the_code_has_error_correction_level_q() -> None:
    [found] = zxingcpp.read_barcodes(rasters(PDFS[0][1], 300)[1])
    assert found.ec_level == "Q"


def webcam(image: Image.Image, seed: int) -> Image.Image:
    """The card held before a webcam: a little askew, out of focus, grey and noisy."""
    random = numpy.random.default_rng(seed)
    width, height = image.size
    lean = random.uniform(-0.02, 0.02, 2)
    bent = image.transform(
        (width, height),
        Image.Transform.PERSPECTIVE,
        (1 + lean[0], lean[1], -lean[1] * height / 2, lean[0] / 2, 1, 0, lean[0] / width, 0),
        Image.Resampling.BICUBIC,
        fillcolor=255,
    )
    grey = numpy.asarray(bent.filter(ImageFilter.GaussianBlur(1)), dtype=float) / 255 * 160 + 45
    return Image.fromarray(numpy.clip(grey + random.normal(0, 8, grey.shape), 0, 255).astype("uint8"))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("card", "pdf"), PDFS[:2], ids=["ordinary", "long"])
def test_the_back_decodes_from_a_webcam_at_four_pixels_a_module(card: PrintedCard, pdf: bytes, seed: int) -> None:
    dpi = 4 / (6 / 300)  # a module is six dots of 300 dpi
    assert decoded(webcam(rasters(pdf, dpi)[1], seed)) == [card.qr_text]


def test_a_scratched_code_still_decodes() -> None:
    card, pdf = PDFS[0]
    back = numpy.array(rasters(pdf, 300)[1])
    back[280:292, :] = 255  # half a millimetre to two modules, right across
    assert decoded(Image.fromarray(back)) == [card.qr_text]


def test_pages_have_the_size_of_a_card_and_come_in_pairs(tmp_path: Path) -> None:
    for count in (1, 3):
        path = tmp_path / f"{count}.pdf"
        path.write_bytes(plastic.faces(MANY[:count]))
        sizes = [(float(page.mediabox.width), float(page.mediabox.height)) for page in pypdf.PdfReader(path).pages]
        assert len(sizes) == 2 * count
        for width, height in sizes:
            assert (width * MM_PER_POINT, height * MM_PER_POINT) == pytest.approx((WIDTH, HEIGHT), abs=0.01)


def test_a_sheet_holds_ten_cards_and_its_backs_their_codes() -> None:
    pages = codes(plastic.sheets(MANY))
    assert [len(page) for page in pages] == [0, 10, 0, 2]
    assert set(pages[1]) == {card.qr_text for card in MANY[:10]}
    assert set(pages[3]) == {card.qr_text for card in MANY[10:]}


def test_each_back_on_a_sheet_lies_behind_its_own_front() -> None:
    with pypdfium2.PdfDocument(plastic.sheets(MANY[:3])) as sheet:
        dpi = 300
        back = sheet[1].render(scale=dpi / 72, grayscale=True).to_pil()
        text = sheet[0].get_textpage()
        for number, card in enumerate(MANY[:3]):
            row, column = divmod(number, 2)
            x, y = (19.4 + column * WIDTH, 15 + row * HEIGHT)
            corner = (x / MM_PER_POINT, 842 - (y + HEIGHT) / MM_PER_POINT)
            front = text.get_text_bounded(*corner, corner[0] + WIDTH / MM_PER_POINT, corner[1] + HEIGHT / MM_PER_POINT)
            assert card.passport_no in front
            mirrored = 210 - x - WIDTH
            place = tuple(round(side / 25.4 * dpi) for side in (mirrored, y, mirrored + WIDTH, y + HEIGHT))
            assert decoded(back.crop(place)) == [card.qr_text]


@pytest.mark.parametrize("draw", [plastic.faces, plastic.sheets])
def test_a_print_file_asks_for_its_own_scale_and_holds_no_link_and_no_signature(draw: object, tmp_path: Path) -> None:
    path = tmp_path / "print.pdf"
    path.write_bytes(draw(MANY[:2]))  # type: ignore[operator]
    reader = pypdf.PdfReader(path)
    catalog = reader.root_object
    assert catalog["/ViewerPreferences"]["/PrintScaling"] == "/None"
    assert catalog["/ViewerPreferences"]["/Duplex"] == "/DuplexFlipLongEdge"
    assert "/AcroForm" not in catalog
    assert not any("/Annots" in page for page in reader.pages)
    assert "http" not in "".join(page.extract_text() for page in reader.pages)


def test_demo_cards_say_so_on_both_sides_and_others_on_none() -> None:
    def marked(demo: bool) -> list[bool]:
        with pypdfium2.PdfDocument(plastic.faces([sample_card(demo=demo)])) as opened:
            return ["NOT FOR TRAVEL" in page.get_textpage().get_text_range() for page in opened]

    assert marked(demo=True) == [True, True]
    assert marked(demo=False) == [False, False]


def test_the_same_cards_give_the_same_bytes() -> None:
    assert plastic.sheets(MANY[:3]) == plastic.sheets(MANY[:3])


@needs("qpdf")
def test_other_software_finds_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "sheets.pdf"
    path.write_bytes(plastic.sheets(MANY))
    assert "No syntax or stream encoding errors" in run("qpdf", "--check", path)


def test_the_printer_draws_plastic_for_the_use_cases() -> None:
    printer = CardPrinter()
    pdf = printer.render_plastic(MANY[:1])
    assert printer.codes(pdf) == ((), (MANY[0].qr_text,))
    assert printer.codes(printer.render_sheets(MANY[:1])) == ((), (MANY[0].qr_text,))
