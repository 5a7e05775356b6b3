"""The test code of the Settings: one symbol with all 45 characters that a card's QR code can hold.

Decides its text and draws it; what a scanner made of it is judged in the page (`templates/static/desk/calibration.js`),
because only there the keys are heard.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, cast

import zxingcpp

from clearance.credential.base45 import ALPHABET

CALIBRATION_TEXT = f"TEST {ALPHABET.decode()} TEST"


@dataclass(frozen=True, kw_only=True)
class CalibrationSymbol:
    """The text, and the QR symbol of it as rows of modules for an SVG path."""

    text: str
    side: int
    path: str


@cache
def calibration_symbol() -> CalibrationSymbol:
    """The same for every desk."""
    drawn = zxingcpp.create_barcode(CALIBRATION_TEXT, zxingcpp.BarcodeFormat.QRCodeModel2, ec_level="M")
    pixels = memoryview(cast(Any, drawn.to_image(scale=1)))  # its stub hides the buffer
    height, width = pixels.shape or (0, 0)
    dark = [(x, y) for y in range(height) for x in range(width) if not pixels[y, x]]
    path = "".join(f"M{x} {y}h1v1h-1z" for x, y in dark)
    return CalibrationSymbol(text=CALIBRATION_TEXT, side=width, path=path)
