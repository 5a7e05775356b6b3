import io
import re

import pypdfium2
import pytest
from fontTools.ttLib import TTFont
from PIL import Image, ImageChops, ImageStat

from clearance.card import watermark
from clearance.card.syllable_font import SyllableFont
from clearance.card.typeface import Weight, typeface
from tests.unit.card.plain_pdf import PlainPdf
from tests.unit.card.samples import HARD_TEXTS, bengali_texts

SIZE, WIDTH, HEIGHT = 30, 800, 60


def raster(pdf: PlainPdf, operators: str) -> Image.Image:
    """A strip of paper with these operators on it, as PDFium draws it."""
    pdf.add(operators, width=WIDTH, height=HEIGHT)
    return pypdfium2.PdfDocument(pdf.finished())[0].render(scale=4, grayscale=True).to_pil()


def as_text(text: str, weight: Weight) -> Image.Image:
    pdf = PlainPdf()
    return raster(pdf, pdf.line(text, weight, size=SIZE, x=10, y=20))


def as_shapes(text: str, weight: Weight) -> Image.Image:
    """The same text as the outlines that HarfBuzz gives, without any font in the file."""
    shapes, _ = watermark.form(text, weight)
    return raster(PlainPdf(), f"q {SIZE / 1000} 0 0 {SIZE / 1000} 10 20 cm {shapes.decode()} Q")


@pytest.mark.parametrize("weight", Weight)
@pytest.mark.parametrize("text", [*HARD_TEXTS, *bengali_texts(40)[6:]])
def test_the_embedded_font_draws_what_harfbuzz_shaped(text: str, weight: Weight) -> None:
    drawn, expected = as_text(text, weight), as_shapes(text, weight)
    ink = ImageStat.Stat(ImageChops.invert(expected)).sum[0]
    difference = ImageStat.Stat(ImageChops.difference(drawn, expected)).sum[0]
    assert ink > 0
    assert difference / ink < 0.03  # smoothing of edges


def test_two_words_are_not_taken_for_each_other_by_the_comparison() -> None:
    drawn, other = as_text("কর্ম", Weight.REGULAR), as_shapes("কর্স", Weight.REGULAR)
    ink = ImageStat.Stat(ImageChops.invert(other)).sum[0]
    assert ImageStat.Stat(ImageChops.difference(drawn, other)).sum[0] / ink > 0.1


@pytest.mark.parametrize("weight", Weight)
def test_the_font_file_is_sound(weight: Weight) -> None:
    font = SyllableFont(typeface(weight))
    codes = [font.encode(text) for text in bengali_texts(300)]
    embedded = font.build()
    parsed = TTFont(io.BytesIO(embedded.truetype), checkChecksums=2)
    count = parsed["maxp"].numGlyphs
    assert count >= len(embedded.widths) > max(int.from_bytes(code[-2:], "big") for code in codes if code)
    for name in parsed.getGlyphOrder():
        glyph = parsed["glyf"][name]
        if glyph.isComposite():
            assert all(parsed.getGlyphID(part.glyphName) < count for part in glyph.components)
            box = (glyph.xMin, glyph.yMin, glyph.xMax, glyph.yMax)
            glyph.recalcBounds(parsed["glyf"])
            assert box == (glyph.xMin, glyph.yMin, glyph.xMax, glyph.yMax)
    assert [parsed["hmtx"][name][0] for name in parsed.getGlyphOrder()][: len(embedded.widths)] == list(embedded.widths)


def test_each_code_names_its_whole_syllable() -> None:
    font = SyllableFont(typeface(Weight.REGULAR))
    text = " ".join(HARD_TEXTS)
    codes = font.encode(text)
    cmap = font.build().to_unicode.decode()
    names = {
        int(first, 16) + number: bytes.fromhex(name).decode("utf-16-be")
        for first, listed in re.findall(r"<(\w+)><\w+>\[([<\w>]+)\]", cmap)
        for number, name in enumerate(re.findall(r"\w+", listed))
    }
    read = "".join(names[int.from_bytes(codes[at : at + 2], "big")] for at in range(0, len(codes), 2))
    assert read == text


def test_the_same_texts_give_the_same_font() -> None:
    def built() -> bytes:
        font = SyllableFont(typeface(Weight.REGULAR))
        for text in HARD_TEXTS:
            font.encode(text)
        return font.build().truetype

    assert built() == built()
