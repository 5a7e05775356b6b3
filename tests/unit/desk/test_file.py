"""What is read from pictures and PDFs, and what is said of files that cannot be looked at."""

from io import BytesIO
from random import Random

import pytest
from PIL import Image, ImageFilter
from pypdf import PdfReader, PdfWriter

from clearance.reading.file import MAX_FILE_BYTES, texts_in
from clearance.reading.findings import FileFault, FileReading
from tests.unit.desk.pictures import card_like_text, encoded, in_view, jpeg, pdf, png, qr_image

CARD, OTHER = card_like_text(1), card_like_text(2)
READ = FileReading(texts=(CARD,))


def transparent(image: Image.Image) -> Image.Image:
    """Black modules on nothing, as design programs export them."""
    clear = Image.new("LA", image.size, (0, 0))
    clear.putalpha(image.point(lambda level: 255 - level))
    return clear


@pytest.mark.parametrize(
    "data",
    [
        png(qr_image(CARD)),
        png(qr_image(CARD).convert("1")),
        png(qr_image(CARD).convert("P")),
        png(qr_image(CARD).convert("RGBA")),
        png(transparent(qr_image(CARD))),
        jpeg(in_view(qr_image(CARD))),
        jpeg(in_view(qr_image(CARD)).convert("RGB")),
        jpeg(in_view(qr_image(CARD, module_px=12), size=(4000, 3000))),
        jpeg(in_view(qr_image(CARD)).rotate(90, expand=True)),
        pdf(qr_image(CARD)),
        pdf(Image.new("L", (800, 600), 255), qr_image(CARD)),
        b"\xef\xbb\xbf\r\n" + pdf(qr_image(CARD)),
    ],
    ids=["grey", "1-bit", "palette", "rgba", "transparent", "jpeg", "colour", "12mp", "turned", "pdf", "page2", "bom"],
)
def test_a_card_is_read_from_every_kind_of_picture(data: bytes) -> None:
    assert texts_in(data) == READ


def test_a_small_soft_picture_is_read_enlarged() -> None:
    symbol = qr_image(CARD, module_px=8)
    side = int(symbol.width * 1.6 / 8)
    soft = in_view(symbol.resize((side, side), Image.Resampling.LANCZOS)).filter(ImageFilter.GaussianBlur(0.4))
    assert texts_in(png(soft)) == READ


def test_every_symbol_of_every_page_is_returned_once() -> None:
    assert texts_in(pdf(in_view(qr_image(CARD), qr_image(OTHER)), qr_image(CARD))).texts in (
        (CARD, OTHER),
        (OTHER, CARD),
    )


def test_pages_after_the_third_are_not_looked_at() -> None:
    blank = Image.new("L", (400, 300), 255)
    assert texts_in(pdf(blank, blank, blank, qr_image(CARD))) == FileReading()


def test_a_picture_without_a_code_has_no_texts_and_no_fault() -> None:
    assert texts_in(png(in_view())) == FileReading()


def locked_pdf() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf(qr_image(CARD)))))
    writer.encrypt("secret")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", FileFault.NOT_AN_IMAGE),
        (b"name,passport\n", FileFault.NOT_AN_IMAGE),
        (Random(1).randbytes(20_000), FileFault.NOT_AN_IMAGE),
        (png(qr_image(CARD))[:700], FileFault.NOT_AN_IMAGE),
        (jpeg(in_view(qr_image(CARD)))[:9_000], FileFault.NOT_AN_IMAGE),
        (encoded(qr_image(CARD), "TIFF"), FileFault.NOT_AN_IMAGE),
        (b"%PDF-1.7\n" + Random(2).randbytes(5_000), FileFault.NOT_AN_IMAGE),
        (locked_pdf(), FileFault.LOCKED),
        (png(Image.new("1", (8_000, 8_000))), FileFault.TOO_MANY_PIXELS),
        (png(Image.new("1", (12_000, 12_000))), FileFault.TOO_MANY_PIXELS),
        (pdf(Image.new("1", (8_000, 8_000))), FileFault.TOO_MANY_PIXELS),
        (encoded(Image.new("1", (100, 100)), "PDF", resolution=0.5), FileFault.TOO_MANY_PIXELS),
        (b"\0" * (MAX_FILE_BYTES + 1), FileFault.TOO_LARGE),
    ],
    ids=[
        "nothing", "text", "noise", "cut png", "cut jpeg", "tiff", "noise pdf", "locked pdf", "bomb", "larger bomb",
        "bomb in a pdf", "huge page", "11 MB",
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_looked_at_is_named_for_what_it_is(data: bytes, fault: FileFault) -> None:
    assert texts_in(data) == FileReading(fault=fault)


@pytest.mark.parametrize("seed", range(150))
def test_a_damaged_file_gives_an_answer_and_never_another_text(seed: int) -> None:
    random = Random(seed)
    data = bytearray(random.choice([png(qr_image(CARD)), jpeg(qr_image(CARD)), pdf(qr_image(CARD))]))
    for _ in range(random.choice([1, 3, 10])):
        place = random.randrange(min(len(data), random.choice([60, 300, len(data)])))
        data[place : place + random.randrange(3)] = random.randbytes(random.randrange(3))
    assert texts_in(bytes(data)).texts in ((), (CARD,))
