import io
import struct
import zlib
from contextlib import suppress
from random import Random

import pytest
from PIL import Image

from clearance.card.photo import HEIGHT, MAX_BYTES, MAX_UPLOAD, WIDTH, prepare
from clearance.issuing.ports import PhotoGround, PhotoRefused


def encoded(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def opened(jpeg: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(jpeg))
    image.load()
    return image


def refusal(upload: bytes) -> PhotoGround:
    with pytest.raises(PhotoRefused) as refused:
        prepare(upload)
    return refused.value.ground


def noise(width: int = 700, height: int = 900) -> Image.Image:
    return Image.effect_noise((width, height), 60).convert("RGB")


def quarters(width: int = 700, height: int = 900) -> Image.Image:
    """Top half red, bottom half blue."""
    image = Image.new("RGB", (width, height), "blue")
    image.paste("red", (0, 0, width, height // 2))
    return image


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("size", [(700, 900), (3000, 4000), (900, 700), (200, 257), (4000, 300)])
def test_every_portrait_becomes_one_size_and_format(kind: str, size: tuple[int, int]) -> None:
    picture = opened(prepare(encoded(quarters(*size), kind)))
    assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (WIDTH, HEIGHT))
    assert "progressive" not in picture.info


def test_the_busiest_picture_keeps_the_size_limit() -> None:
    assert len(prepare(encoded(noise()))) <= MAX_BYTES


def test_the_picture_is_cut_from_the_middle() -> None:
    wide = Image.new("RGB", (2000, 900), "white")
    wide.paste("green", (1000 - 350, 0, 1000 + 350, 900))
    picture = opened(prepare(encoded(wide, "PNG")))
    for corner in ((5, 5), (WIDTH - 6, HEIGHT - 6)):
        red, green, blue = picture.getpixel(corner)
        assert green > 100 > max(red, blue)


def test_the_camera_orientation_is_applied() -> None:
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    red, _, blue = opened(prepare(encoded(quarters(), exif=exif.tobytes()))).getpixel((WIDTH // 2, 10))
    assert blue > 200 > red


def test_a_picture_lying_on_its_side_is_measured_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert refusal(encoded(quarters(400, 190), exif=exif.tobytes())) is PhotoGround.TOO_SMALL
    assert prepare(encoded(quarters(300, 200), exif=exif.tobytes()))


def test_nothing_but_pixels_is_kept() -> None:
    exif = Image.Exif()
    exif[0x010E] = "GPS 23.7808 90.4194"
    upload = encoded(quarters(), exif=exif.tobytes(), comment=b"secret remark", icc_profile=b"profile" * 20)
    prepared = prepare(upload)
    assert not opened(prepared).getexif()
    assert not {"comment", "icc_profile", "exif"} & set(opened(prepared).info)
    assert b"secret" not in prepared
    assert b"profile" not in prepared


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_every_colour_mode_becomes_rgb(mode: str) -> None:
    source = Image.new(mode, (400, 500)) if mode == "I;16" else quarters(400, 500).convert(mode)
    upload = encoded(source, "JPEG" if mode == "CMYK" else "PNG")
    assert opened(prepare(upload)).mode == "RGB"


def test_transparency_becomes_white() -> None:
    clear = Image.new("RGBA", (400, 500), (0, 0, 0, 0))
    assert min(opened(prepare(encoded(clear, "PNG"))).getpixel((100, 100))) > 250


@pytest.mark.parametrize("kind", ["WEBP", "GIF", "BMP", "TIFF", "JPEG2000", "ICO", "PDF"])
def test_another_image_format_is_named_as_such(kind: str) -> None:
    assert refusal(encoded(quarters(255, 255).resize((256, 320)), kind)) is PhotoGround.WRONG_FORMAT


@pytest.mark.parametrize("upload", [b"", b"\0" * 500, b"<html>hello</html>", b"MZ\x90\0" * 50, b"%!PS"])
def test_what_is_no_image_is_refused(upload: bytes) -> None:
    assert refusal(upload) is PhotoGround.NOT_AN_IMAGE


@pytest.mark.parametrize("size", [(190, 900), (700, 240), (1, 1), (220, 240)])
def test_a_picture_too_small_to_know_a_face_by_is_refused(size: tuple[int, int]) -> None:
    assert refusal(encoded(quarters(*size))) is PhotoGround.TOO_SMALL


def test_a_file_too_large_is_refused_unread() -> None:
    assert refusal(encoded(quarters()) + b"\0" * MAX_UPLOAD) is PhotoGround.TOO_LARGE_FILE


@pytest.mark.parametrize("side", [7_000, 30_000, 60_000])
def test_a_decompression_bomb_is_refused_from_its_header(side: int) -> None:
    """A PNG that claims `side` x `side` pixels and holds next to none."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    bomb = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    assert refusal(bomb) is PhotoGround.TOO_MANY_PIXELS


@pytest.mark.filterwarnings("ignore:.*:UserWarning")  # Pillow's remarks on what it finds damaged
def test_a_damaged_file_is_refused_or_read_and_never_anything_else() -> None:
    random = Random(5)
    exif = Image.Exif()
    exif[0x0112] = 6
    originals = [encoded(quarters(), exif=exif.tobytes()), encoded(quarters(300, 400), "PNG")]
    for index in range(300):
        damaged = bytearray(originals[index % 2])
        for _ in range(random.choice((1, 4))):
            damaged[random.randrange(min(len(damaged), random.choice((200, 5000))))] = random.randrange(256)
        upload = bytes(damaged[: random.choice((len(damaged), random.randrange(len(damaged))))])
        with suppress(PhotoRefused):
            assert opened(prepare(upload)).size == (WIDTH, HEIGHT)
