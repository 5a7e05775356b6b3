"""Films for Chromium's fake camera: what a webcam at a desk would see."""

from collections.abc import Iterable
from pathlib import Path

import pypdfium2
from PIL import Image, ImageFilter

WEBCAM = (1280, 720)
FRAMES_PER_SECOND = 10


def page_picture(pdf: bytes, *, page: int = 0, dpi: int = 150) -> Image.Image:
    """One page of a PDF as pixels."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return document[page].render(scale=dpi / 72).to_pil().convert("RGB")
    finally:
        document.close()


def held_to_camera(card: Image.Image) -> Image.Image:
    """A card before a grey wall, a little turned and a little soft, as a person holds it."""
    view = Image.new("RGB", WEBCAM, "#8b8f8c")
    held = card.resize((WEBCAM[1] * card.width // card.height, WEBCAM[1]), Image.Resampling.LANCZOS)
    held = held.rotate(3, expand=True, fillcolor="#8b8f8c", resample=Image.Resampling.BICUBIC)
    # The lower part of the card is out of view: the QR code counts.
    closer = held.resize((held.width * 3 // 2, held.height * 3 // 2), Image.Resampling.LANCZOS)
    view.paste(closer, ((WEBCAM[0] - closer.width) // 2, (WEBCAM[1] - closer.height) // 2))
    return view.filter(ImageFilter.GaussianBlur(0.6))


def y4m(path: Path, frames: Iterable[Image.Image]) -> Path:
    """Write the frames as an uncompressed film; Chromium plays it again and again."""
    with path.open("wb") as film:
        film.write(b"YUV4MPEG2 W%d H%d F%d:1 Ip A1:1 C420jpeg\n" % (*WEBCAM, FRAMES_PER_SECOND))
        for frame in frames:
            luma, blue, red = frame.convert("YCbCr").split()
            half = (WEBCAM[0] // 2, WEBCAM[1] // 2)
            film.write(b"FRAME\n" + luma.tobytes())
            film.write(blue.resize(half).tobytes() + red.resize(half).tobytes())
    return path
