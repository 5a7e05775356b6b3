from random import Random

import pytest
import zxingcpp
from PIL import Image

from clearance.card import qr
from tests.unit.card.samples import QR_ALPHABET, sample_card


def picture(modules: qr.Matrix, scale: int = 4) -> Image.Image:
    """The symbol with its quiet zone, `scale` pixels a module."""
    side = qr.side(modules)
    image = Image.new("L", (side, side), 255)
    for row, cells in enumerate(modules):
        for column, dark in enumerate(cells):
            if dark:
                image.putpixel((column + qr.QUIET_ZONE, row + qr.QUIET_ZONE), 0)
    return image.resize((side * scale, side * scale), Image.Resampling.NEAREST)


@pytest.mark.parametrize("mask", range(8))
@pytest.mark.parametrize("length", [60, 529, 900])
def test_every_mask_and_size_decodes_to_the_text(mask: int, length: int) -> None:
    text = "".join(Random(length).choices(QR_ALPHABET, k=length))
    [found] = zxingcpp.read_barcodes(picture(qr.matrix(text, mask=mask)))
    assert found.text == text
    assert found.ec_level == "M"


def test_a_typical_text_fits_version_15() -> None:
    assert len(qr.matrix(sample_card().qr_text)) == 77


def test_masks_differ_and_are_tried_once_each() -> None:
    text = sample_card().qr_text
    assert len({qr.matrix(text, mask=mask) for mask in qr.MASKS}) == len(qr.MASKS) >= 2


def test_the_path_fills_exactly_the_dark_modules_once() -> None:
    modules = qr.matrix(sample_card().qr_text)
    drawn: set[tuple[int, int]] = set()
    *rectangles, fill = qr.path(modules).decode().split("\n")
    for rectangle in rectangles:
        *numbers, operator = rectangle.split()
        x, y, width, height = map(int, numbers)
        assert operator == "re"
        cells = {(column, row) for column in range(x, x + width) for row in range(y, y + height)}
        assert not cells & drawn
        drawn |= cells
    assert fill == "f"
    top = qr.side(modules) - qr.QUIET_ZONE - 1
    assert drawn == {
        (column + qr.QUIET_ZONE, top - row)
        for row, cells in enumerate(modules)
        for column, dark in enumerate(cells)
        if dark
    }


@pytest.mark.parametrize("text", ["lower case", "বাংলা"])
def test_a_text_outside_the_alphabet_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="can not be represented"):
        qr.matrix(text)
