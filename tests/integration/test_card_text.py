"""The text of a card comes back exactly, whatever program reads it."""

import io
from collections.abc import Callable
from pathlib import Path
from unicodedata import normalize

import pymupdf
import pypdf
import pypdfium2
import pytest

from clearance.card import document
from clearance.card.typeface import Weight
from clearance.card.words import facts
from tests.unit.card.plain_pdf import PlainPdf
from tests.unit.card.programs import needs, run
from tests.unit.card.samples import HARD_TEXTS, LONG, bengali_texts, people, sample_card

LINES_PER_PAGE = 50
TEXTS = bengali_texts(4000)


def poppler(pdf: bytes, folder: Path) -> list[str]:
    path = folder / "card.pdf"
    path.write_bytes(pdf)
    return run("pdftotext", "-layout", path, "-").removesuffix("\f").split("\f")


def pdfium(pdf: bytes, _: Path) -> list[str]:
    with pypdfium2.PdfDocument(pdf) as opened:
        return [page.get_textpage().get_text_range() for page in opened]


def pypdf_(pdf: bytes, _: Path) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def mupdf(pdf: bytes, _: Path) -> list[str]:
    with pymupdf.open(stream=pdf) as opened:
        return [page.get_text() for page in opened]


Reader = Callable[[bytes, Path], list[str]]
READERS = pytest.mark.parametrize(
    "reader",
    [
        pytest.param(poppler, marks=needs("pdftotext")),
        pdfium,
        pypdf_,
        mupdf,
    ],
)


@pytest.fixture(scope="module")
def listing() -> bytes:
    """Every text on a line of its own, the weights in turns."""
    pdf = PlainPdf()
    for start in range(0, len(TEXTS), LINES_PER_PAGE):
        lines = (
            pdf.line(text, list(Weight)[number % 2], size=11, x=20, y=1070 - 20 * number)
            for number, text in enumerate(TEXTS[start : start + LINES_PER_PAGE])
        )
        pdf.add("\n".join(lines), width=700, height=1100)
    return pdf.finished()


@READERS
def test_thousands_of_bengali_texts_come_back_exactly(reader: Reader, listing: bytes, tmp_path: Path) -> None:
    read = [line.strip() for page in reader(listing, tmp_path) for line in page.splitlines() if line.strip()]
    wrong = [(text, line) for text, line in zip(TEXTS, map(normalised, read), strict=True) if text != line]
    assert not wrong, f"{len(wrong)} of {len(TEXTS)}, such as {wrong[:3]}"


@READERS
def test_every_fact_of_every_card_comes_back_from_both_pages(reader: Reader, tmp_path: Path) -> None:
    cards = [sample_card(), sample_card(**LONG), *people(10)]
    for card in cards:
        for page in reader(document.render(card, mask=3), tmp_path):
            # Wrapped facts come back on two lines, and cells beside each other in any order; letters must be whole.
            read = "".join(normalised(page).split())
            for item, value in facts(card).items():
                for text in (value.en, value.bn or ""):
                    assert all("".join(word.split()) in read for word in text.split()), (item, text)


@READERS
def test_the_watermark_adds_nothing_to_the_text(reader: Reader, tmp_path: Path) -> None:
    for page in reader(document.render(sample_card(), mask=3), tmp_path):
        assert page.count("DEMO") == 1


def test_the_hardest_texts_are_among_those_tried() -> None:
    assert all(normalize("NFC", text) in TEXTS for text in HARD_TEXTS)
    assert len(set(TEXTS)) == 4000


def normalised(text: str) -> str:
    return normalize("NFC", text)
