"""What a camera would make of a finished card: every page turned into pixels and its QR code decoded.

It decides how pixels are made and where the code is in them. What must read, and what a card is worth that does not,
is decided in `clearance.domain.readability`. A page is drawn in full at the lower resolution, as a camera would meet
it, and the code is looked for there; only its surroundings are drawn again at the higher one, which halves the cost.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

import pypdfium2
import zxingcpp
from PIL.Image import Image

from clearance.card.treatments import treated
from clearance.domain.readability import COARSE, FINE, Treatment

POINTS_PER_INCH = 72
FORMATS = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)

PRINTER = 300
"""Dots to the inch of card printers."""
HALF_GREY = 128

PDFIUM = Lock()
"""PDFium is not thread-safe."""


@dataclass(frozen=True, kw_only=True)
class _Symbol:
    """A code as it was found: its text, and the pixels it and its quiet zone take of the page."""

    text: str
    picture: Image
    box: tuple[int, int, int, int]


def read_back(pdf: bytes, *, dpi: int = COARSE, treatment: Treatment = Treatment.NONE) -> tuple[str, ...]:
    """The QR text of each page, "" where there is none or where it does not decode.

    `dpi` is one of those in `readability`. A page whose code is not found untreated at the lower one is "" throughout.
    """
    found = [page[dpi] for page in _look(pdf)]
    if treatment is Treatment.NONE:
        return tuple(symbol.text if symbol else "" for symbol in found)
    return tuple(_text(treated(symbol.picture, treatment)) if symbol else "" for symbol in found)


@lru_cache(maxsize=4)  # drawing reads its own page back, and so does whoever releases it: the same bytes, once
def _look(pdf: bytes) -> tuple[Mapping[int, _Symbol | None], ...]:
    """For each page the symbol at each resolution."""
    with PDFIUM, pypdfium2.PdfDocument(pdf) as document:
        return tuple(_look_at(page) for page in document)


def codes(pdf: bytes) -> tuple[tuple[str, ...], ...]:
    """The text of every code on each page in pure black and white, as a printer of 300 dpi lays them down."""
    found = []
    with PDFIUM, pypdfium2.PdfDocument(pdf) as document:
        for page in document:
            dots = _raster(page, PRINTER).point(lambda grey: 255 if grey >= HALF_GREY else 0)
            found.append(tuple(code.text for code in _decoded(dots)))
    return tuple(found)


def _look_at(page: pypdfium2.PdfPage) -> Mapping[int, _Symbol | None]:
    coarse = _find(_raster(page, COARSE))
    if coarse is None:
        return {COARSE: None, FINE: None}
    width, height = page.get_size()
    left, top, right, bottom = (side * POINTS_PER_INCH / COARSE for side in coarse.box)
    return {COARSE: coarse, FINE: _find(_raster(page, FINE, cut=(left, height - bottom, width - right, top)))}


def _raster(page: pypdfium2.PdfPage, dpi: int, cut: tuple[float, float, float, float] = (0, 0, 0, 0)) -> Image:
    """Grey pixels of a page, without what is cut off on the left, below, on the right and above (points)."""
    cut_off = tuple(max(0.0, side) for side in cut)
    picture: Image = page.render(scale=dpi / POINTS_PER_INCH, grayscale=True, crop=cut_off).to_pil()
    return picture


def _find(picture: Image) -> _Symbol | None:
    found = _decoded(picture)
    if len(found) != 1:
        return None
    where = found[0].position
    corners = (where.top_left, where.top_right, where.bottom_right, where.bottom_left)
    quiet = (where.top_right.x - where.top_left.x) // 16  # a little more than four modules of a version 15
    left, right = min(corner.x for corner in corners), max(corner.x for corner in corners)
    top, bottom = min(corner.y for corner in corners), max(corner.y for corner in corners)
    box = (left - quiet, top - quiet, right + quiet, bottom + quiet)
    box = (max(0, box[0]), max(0, box[1]), min(picture.width, box[2]), min(picture.height, box[3]))
    return _Symbol(text=found[0].text, picture=picture.crop(box), box=box)


def _text(picture: Image) -> str:
    found = _decoded(picture)
    return found[0].text if len(found) == 1 else ""


def _decoded(picture: Image) -> list[zxingcpp.Barcode]:
    """Every code in the picture. Our own pages stand upright and are dark on light: nothing else is tried."""
    return zxingcpp.read_barcodes(picture, formats=FORMATS, try_rotate=False, try_downscale=False, try_invert=False)
