"""The worker's photograph as it is stored and printed: one size, one format, nothing but pixels.

It decides which uploads are taken and makes the picture of the card from them. Every limit is checked before a pixel is
decoded. What strikes about the face is remarked by `face`; whether it is the right one is for the officer to see.
"""

import io

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from clearance.card.face import remark
from clearance.domain.person import PhotoRemark
from clearance.issuing.ports import PhotoGround, PhotoRefused, Portrait

WIDTH, HEIGHT = 276, 354
"""Pixels of the prepared picture: 35 x 45 mm at 200 dots per inch."""

MAX_BYTES = 8 * 1024
"""Size of the prepared picture; keeps the sealed PDF under 45 kB."""

MAX_UPLOAD = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000
MIN_SCALE = 0.7
"""An upload may be enlarged by a third at most; beyond that nobody knows a face by it."""

_QUALITIES = (80, 75, 70, 65, 60, 55, 50, 40, 30, 20)
_FORMATS = ("JPEG", "PNG")
_CHROMA_4_2_0 = 2
_TURNED = (5, 6, 7, 8)  # EXIF orientations that swap width and height


def prepare(upload: bytes) -> Portrait:
    """A baseline JPEG of 276 x 354 pixels, at most 8 kB, without metadata, cut from the middle of `upload`.

    The orientation noted by the camera is applied, transparency becomes white. Raises PhotoRefused.
    """
    picture, enlarged = _fitted(upload)
    return Portrait(jpeg=_encoded(picture), remark=remark(picture) or (PhotoRemark.SMALL_PHOTO if enlarged else None))


def _fitted(upload: bytes) -> tuple[Image.Image, bool]:
    """The upload at the card's size, and whether it had to be enlarged for that."""
    if len(upload) > MAX_UPLOAD:
        raise PhotoRefused(PhotoGround.TOO_LARGE_FILE)
    with _opened(upload) as image:
        if image.width * image.height > MAX_PIXELS:
            raise PhotoRefused(PhotoGround.TOO_MANY_PIXELS)
        try:
            scale = _scale(image)
            picture = _upright(image) if scale >= MIN_SCALE else None
        except (OSError, ValueError, SyntaxError) as error:  # Pillow's answers to a damaged body
            raise PhotoRefused(PhotoGround.NOT_AN_IMAGE) from error
    if picture is None:
        raise PhotoRefused(PhotoGround.TOO_SMALL)
    return ImageOps.fit(picture, (WIDTH, HEIGHT), Image.Resampling.LANCZOS), scale < 1


def _scale(image: Image.Image) -> float:
    """How much larger than needed the upright picture is."""
    width, height = image.size
    if image.getexif().get(ExifTags.Base.Orientation) in _TURNED:
        width, height = height, width
    return min(width / WIDTH, height / HEIGHT)


def _opened(upload: bytes) -> Image.Image:
    """The image with its header read and no pixel decoded."""
    try:
        return Image.open(io.BytesIO(upload), formats=_FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PhotoRefused(PhotoGround.TOO_MANY_PIXELS) from error
    except UnidentifiedImageError as error:
        raise PhotoRefused(_unidentified(upload)) from error
    except (OSError, ValueError, SyntaxError) as error:
        raise PhotoRefused(PhotoGround.NOT_AN_IMAGE) from error


def _unidentified(upload: bytes) -> PhotoGround:
    """An image of another kind, or no image at all; told apart by the first bytes, without another decoder."""
    others = (b"GIF8", b"BM", b"II*\0", b"MM\0*", b"\0\0\1\0", b"\0\0\0\x0cjP  ", b"8BPS", b"<svg", b"%PDF")
    boxed = (upload[:4] == b"RIFF" and upload[8:12] == b"WEBP") or upload[4:8] == b"ftyp"
    return PhotoGround.WRONG_FORMAT if boxed or upload.startswith(others) else PhotoGround.NOT_AN_IMAGE


def _upright(image: Image.Image) -> Image.Image:
    """RGB, upright; a large JPEG is decoded at a fraction of its size already."""
    image.draft("RGB", (2 * WIDTH, 2 * HEIGHT))
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I"):  # 16 bits a pixel, which Pillow would cut off at 255 and not scale down
        upright = upright.convert("I").point(lambda level: level * (1 / 257)).convert("L")
    if upright.has_transparency_data:
        solid = upright.convert("RGBA")
        white = Image.new("RGBA", solid.size, "white")
        return Image.alpha_composite(white, solid).convert("RGB")
    return upright.convert("RGB")


def _encoded(picture: Image.Image) -> bytes:
    """JPEG at the best quality that keeps the size limit; an ordinary portrait takes the first one."""
    clean = Image.new("RGB", picture.size)
    clean.paste(picture)  # pixels only: no profile, no comment, no EXIF
    for quality in _QUALITIES:
        out = io.BytesIO()
        clean.save(out, "JPEG", quality=quality, subsampling=_CHROMA_4_2_0, optimize=True)
        if out.tell() <= MAX_BYTES:
            break
    return out.getvalue()
