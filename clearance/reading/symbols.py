"""Find QR symbols in pixels. Decides nothing about what they say: every text in view is handed on.

zxing-cpp decodes. Only full QR symbols are asked for, because Micro QR is where its rare false reads come from.
"""

import math
from dataclasses import dataclass
from io import BytesIO
from typing import cast

import zxingcpp
from PIL import Image

IMAGE_FORMATS = ("PNG", "JPEG")  # what cameras and phones make; every other decoder of Pillow stays shut


@dataclass(frozen=True, kw_only=True)
class Symbol:
    """One QR symbol: its text, or None where it was found but could not be read; `module_px` is its module's width."""

    text: str | None
    module_px: float


class NotAnImage(Exception):
    """The bytes are no PNG or JPEG that can be opened."""


class TooManyPixels(Exception):
    """The image would unpack to more pixels than the caller allows."""


def grey_image(data: bytes, *, max_pixels: int) -> Image.Image:
    """Unpack PNG or JPEG bytes to grey pixels; the size written in the file is judged before anything is unpacked."""
    try:
        image = Image.open(BytesIO(data), formats=IMAGE_FORMATS)
        if image.width * image.height > max_pixels:
            raise TooManyPixels(f"{image.width} x {image.height}")
        image.draft("L", image.size)  # a JPEG can skip its colours altogether
        return _on_white(image) if image.has_transparency_data else image.convert("L")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooManyPixels(str(error)) from error
    except (OSError, SyntaxError, ValueError, Warning) as error:  # what Pillow's decoders raise for damaged files
        raise NotAnImage(type(error).__name__) from error


def _on_white(image: Image.Image) -> Image.Image:
    """A transparent background is paper, not black."""
    opaque = image.convert("LA")
    paper = Image.new("L", image.size, 255)
    paper.paste(opaque.getchannel("L"), mask=opaque.getchannel("A"))
    return paper


def symbols_in(image: Image.Image) -> tuple[Symbol, ...]:
    """Every QR symbol of a grey image, the readable and the merely visible."""
    qr_only = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)
    found = zxingcpp.read_barcodes(image, formats=qr_only, return_errors=True)
    return tuple(
        Symbol(text=barcode.text if barcode.valid else None, module_px=_module_px(barcode)) for barcode in found
    )


def _module_px(barcode: zxingcpp.Barcode) -> float:
    """Mean side of the symbol in pixels over its modules a side, which are 17 + 4 x version (ISO/IEC 18004, 6.3)."""
    facts = cast(dict[str, str] | None, barcode.extra) or {}  # None where a symbol is too damaged to tell its version
    version = facts.get("Version", "")
    if not version.isdigit():
        return 0.0
    where = barcode.position
    corners = [where.top_left, where.top_right, where.bottom_right, where.bottom_left]
    sides = [math.dist((a.x, a.y), (b.x, b.y)) for a, b in zip(corners, corners[1:] + corners[:1], strict=True)]
    return sum(sides) / 4 / (17 + 4 * int(version))
