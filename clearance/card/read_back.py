"""What a camera would make of a finished card: every page turned into pixels and its QR code decoded."""

from functools import lru_cache
from threading import Lock

import pypdfium2
import zxingcpp
from PIL.Image import Image

DPI = 110
"""A typical card then has 4.2 pixels a module on the A4 page, the harder one; from 3.8 on even a blurred one reads."""

POINTS_PER_INCH = 72
FORMATS = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)

_pdfium = Lock()
"""PDFium is not thread-safe."""


@lru_cache(maxsize=4)  # drawing reads its own page back, and so does whoever releases it: the same bytes, once
def read_back(pdf: bytes) -> tuple[str, ...]:
    """The QR text of each page, "" where there is none or where it does not decode."""
    with _pdfium, pypdfium2.PdfDocument(pdf) as document:
        images = [page.render(scale=DPI / POINTS_PER_INCH, grayscale=True).to_pil() for page in document]
    return tuple(_decode(image) for image in images)


def _decode(image: Image) -> str:
    found = zxingcpp.read_barcodes(image, formats=FORMATS, try_rotate=False, try_downscale=False, try_invert=False)
    return found[0].text if len(found) == 1 else ""
