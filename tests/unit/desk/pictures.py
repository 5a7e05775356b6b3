"""Pictures of QR symbols for the desk's tests, drawn by zxing-cpp's own writer."""

from io import BytesIO
from random import Random

import zxingcpp
from PIL import Image

BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def card_like_text(seed: int = 1, length: int = 525) -> str:
    """A text of a card's length and alphabet which no key has signed."""
    return "NCF" + "".join(Random(seed).choices(BASE45, k=length - 3))


def qr_image(text: str, *, module_px: int = 4, level: str = "M") -> Image.Image:
    """The symbol with its quiet zone, black on white."""
    symbol = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCodeModel2, ec_level=level)
    pixels = memoryview(symbol.to_image(scale=module_px))  # type: ignore[arg-type] - its stub hides the buffer
    height, width = pixels.shape or ()
    return Image.frombytes("L", (width, height), bytes(pixels))


def in_view(*symbols: Image.Image, size: tuple[int, int] = (1280, 720)) -> Image.Image:
    """A camera's view: the symbols side by side before a grey wall."""
    view = Image.new("L", size, 190)
    left = 30
    for symbol in symbols:
        view.paste(symbol, (left, 40))
        left += symbol.width + 30
    return view


def jpeg(image: Image.Image, quality: int = 80) -> bytes:
    return encoded(image, "JPEG", quality=quality)


def png(image: Image.Image) -> bytes:
    return encoded(image, "PNG")


def pdf(*pages: Image.Image) -> bytes:
    return encoded(pages[0], "PDF", save_all=True, append_images=pages[1:], resolution=150)


def encoded(image: Image.Image, image_format: str, **options: object) -> bytes:
    out = BytesIO()
    image.save(out, image_format, **options)
    return out.getvalue()
