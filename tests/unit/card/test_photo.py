import io
import struct
import zlib
from contextlib import suppress
from random import Random

import pytest
from PIL import Image

from clearance.card import photo
from clearance.card.photo import HEIGHT, MAX_BYTES, MAX_UPLOAD, WIDTH
from clearance.demo.portraits import portrait
from clearance.domain.person import PhotoRemark, Sex
from clearance.issuing.ports import PhotoGround, PhotoRefused


def prepare(upload: bytes) -> bytes:
    return photo.prepare(upload).jpeg


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


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def with_chunk(png: bytes, chunk: bytes) -> bytes:
    """The file with a chunk after its header."""
    header_end = 8 + 25
    return png[:header_end] + chunk + png[header_end:]


def test_sixteen_bit_greys_keep_their_shades() -> None:
    deep = Image.new("I;16", (400, 500), 48_000)
    deep.paste(Image.new("I;16", (400, 100), 8_000), (0, 0))
    picture = opened(prepare(encoded(deep, "PNG"))).convert("L")
    assert picture.getpixel((WIDTH // 2, 10)) == pytest.approx(8_000 / 257, abs=8)
    assert picture.getpixel((WIDTH // 2, HEIGHT - 30)) == pytest.approx(48_000 / 257, abs=8)


def test_a_palette_with_a_clear_colour_lies_on_white() -> None:
    palette = quarters(400, 500).quantize(4)
    clear = palette.getpixel((200, 10))
    picture = opened(prepare(encoded(palette, "PNG", transparency=clear)))
    assert min(picture.getpixel((WIDTH // 2, 20))) > 240
    red, _, blue = picture.getpixel((WIDTH // 2, HEIGHT - 20))
    assert blue > 200 > red


def test_of_a_moving_picture_the_first_frame_is_taken() -> None:
    moving = encoded(quarters(), "PNG", save_all=True, append_images=[Image.new("RGB", (700, 900), "green")])
    red, green, _ = opened(prepare(moving)).getpixel((WIDTH // 2, 20))
    assert red > 200 > green


def test_cmyk_colours_are_not_turned_around() -> None:
    red, green, blue = opened(prepare(encoded(quarters().convert("CMYK")))).getpixel((WIDTH // 2, 20))
    assert red > 180 > max(green, blue)


@pytest.mark.parametrize("kind", [b"zTXt", b"iCCP", b"iTXt"])
def test_a_text_that_unpacks_without_end_does_no_harm(kind: bytes) -> None:
    bomb = zlib.compress(b"\0" * 100_000_000, 9)
    body = b"iTXt\0\1\0\0\0" + bomb if kind == b"iTXt" else b"name\0\0" + bomb
    with suppress(PhotoRefused):
        assert opened(prepare(with_chunk(encoded(quarters(), "PNG"), png_chunk(kind, body)))).size == (WIDTH, HEIGHT)


@pytest.mark.filterwarnings("ignore:.*:UserWarning")
def test_a_huge_exif_block_does_no_harm() -> None:
    exif = Image.Exif()
    exif[0x010E] = "x" * 60_000
    exif[0x0112] = 3
    prepared = prepare(encoded(quarters(), exif=exif.tobytes()))
    assert len(prepared) <= MAX_BYTES
    with suppress(PhotoRefused):
        assert prepare(with_chunk(encoded(quarters(), "PNG"), png_chunk(b"eXIf", b"MM\0*" + b"\xff" * 5_000_000)))


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_file_cut_off_is_refused(kind: str, share: float) -> None:
    upload = encoded(noise(), kind)
    assert refusal(upload[: int(len(upload) * share)]) is PhotoGround.NOT_AN_IMAGE


def test_a_portrait_is_taken_without_a_remark() -> None:
    assert photo.prepare(portrait(Random(1), Sex.MALE)).remark is None


def test_a_picture_smaller_than_the_cards_is_remarked_on() -> None:
    small = opened(portrait(Random(1), Sex.MALE)).resize((220, 283))
    assert photo.prepare(encoded(small)).remark is PhotoRemark.SMALL_PHOTO


def test_a_picture_of_nobody_is_taken_with_a_remark() -> None:
    assert photo.prepare(encoded(quarters())).remark is PhotoRemark.NO_FACE


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
