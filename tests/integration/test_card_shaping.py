"""The letters of a card against HarfBuzz's own drawing program: the same font, the same rasteriser, pixel by pixel."""

from itertools import product
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageOps

from clearance.card.typeface import Weight
from tests.unit.card.plain_pdf import PlainPdf
from tests.unit.card.programs import needs, run
from tests.unit.card.samples import HARD_TEXTS, bengali_texts

SIZE, DPI = 60, 216
"""Points and resolution: 180 pixels an em, so that edges do not count for much."""
DIFFERENT = 128
"""Of 255: a pixel differs where one drawing has ink and the other has not; what lies between is smoothing."""
TOLERANCE = 0.05
"""Differing pixels by ink. Where a drawing begins within its first pixel is open, so edges differ: 0.034 at most.

A wrong vowel sign, a conjunct taken apart or a letter that is missing gives more than 0.2."""

FONTS = Path(__file__).parents[2] / "clearance" / "card" / "fonts"
NAMES = bengali_texts(60)[len(HARD_TEXTS) :: 7]

pytestmark = needs("hb-view", "pdftoppm")


def drawn_by_harfbuzz(text: str, weight: Weight, folder: Path) -> Image.Image:
    path = folder / "harfbuzz.pdf"
    run(
        "hb-view", FONTS / weight.value[0], text, f"--font-size={SIZE}", "--margin=20", "--script=beng",
        "--language=bn", "--output-format=pdf", f"--output-file={path}",
    )  # fmt: skip
    return raster(path)


def drawn_by_us(text: str, weight: Weight, folder: Path) -> Image.Image:
    path = folder / "ours.pdf"
    pdf = PlainPdf()
    pdf.add(pdf.line(text, weight, size=SIZE, x=20, y=60), width=60 * len(text) + 40, height=160)
    path.write_bytes(pdf.finished())
    return raster(path)


def raster(path: Path) -> Image.Image:
    """The ink of the page, white on black, cut to its box."""
    run("pdftoppm", "-r", str(DPI), "-gray", "-png", "-singlefile", path, path.with_suffix(""))
    ink = ImageOps.invert(Image.open(path.with_suffix(".png")).convert("L"))
    return ink.crop(ink.point(lambda value: 255 * (value > 40)).getbbox())


def difference(one: Image.Image, other: Image.Image) -> float:
    """Differing pixels by ink where the drawings lie best upon each other: their boxes are a pixel uncertain."""
    size = (max(one.width, other.width) + 2, max(one.height, other.height) + 2)

    def placed(image: Image.Image, x: int, y: int) -> Image.Image:
        canvas = Image.new("L", size)
        canvas.paste(image, (x, y))
        return canvas

    def beyond(image: Image.Image) -> int:
        return sum(image.histogram()[DIFFERENT:])

    fixed = placed(one, 1, 1)
    shifted = (placed(other, x, y) for x, y in product(range(3), repeat=2))
    return min(beyond(ImageChops.difference(fixed, image)) for image in shifted) / beyond(fixed)


@pytest.mark.parametrize("weight", Weight)
@pytest.mark.parametrize("text", [*HARD_TEXTS, *NAMES])
def test_a_text_looks_as_harfbuzz_draws_it(text: str, weight: Weight, tmp_path: Path) -> None:
    assert difference(drawn_by_harfbuzz(text, weight, tmp_path), drawn_by_us(text, weight, tmp_path)) < TOLERANCE


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("র‍্যাব", "র্যাব"),  # without the joiner the ra becomes a hook above
        ("কি", "কী"),
        ("ক্ষ", "ক্‌ষ"),  # kept apart by a non-joiner
        ("চাঁদ", "চাদ"),
        ("মোঃ", "মো"),
        ("কর্ম", "কর্স"),
    ],
)
def test_what_looks_otherwise_is_told_apart(text: str, other: str, tmp_path: Path) -> None:
    expected = drawn_by_harfbuzz(text, Weight.REGULAR, tmp_path)
    assert difference(expected, drawn_by_us(text, Weight.REGULAR, tmp_path)) < TOLERANCE
    assert difference(expected, drawn_by_us(other, Weight.REGULAR, tmp_path)) > 4 * TOLERANCE
