"""Portraits of people who do not exist: drawn faces, so that no real person's picture is in a demo."""

from io import BytesIO
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from clearance.domain.person import Sex

SIZE = (414, 532)
"""Pixels, 35:45 as on a passport; drawn larger than the card's portrait so that scaling down smooths the edges."""

SKIN = ("#8d5a3b", "#a8714c", "#b9825c", "#c6936b", "#76482f")
HAIR = ("#17110f", "#241a16", "#0f0d0c", "#3a2e29")
CLOTH = ("#2f4858", "#5b3a3a", "#3d5a40", "#4a4e69", "#7a6a4f", "#223a5e")
SCARF = ("#7b2d43", "#2d5d7b", "#3f6b3a", "#6b4a7b", "#8a5a2b")
BACKDROP = ("#dfe7ea", "#e6ece4", "#eae6df")
EVEN = 128
"""Light that changes nothing."""


def portrait(random: Random, sex: Sex) -> bytes:
    """A JPEG of one drawn face, different for each state of `random`."""
    image = Image.new("RGB", SIZE, random.choice(BACKDROP))
    draw = ImageDraw.Draw(image)
    skin, hair = random.choice(SKIN), random.choice(HAIR)
    wide, tall = random.randint(88, 104), random.randint(118, 134)
    x, y = SIZE[0] // 2, 235
    draw.ellipse((x - 200, 400, x + 200, 800), fill=random.choice(CLOTH))
    draw.rectangle((x - 42, y + tall - 40, x + 42, 440), fill=_shade(skin, 0.85))
    scarf = sex is Sex.FEMALE and random.random() < 0.7
    if sex is Sex.FEMALE:
        colour = random.choice(SCARF) if scarf else hair
        draw.ellipse((x - wide - 34, y - tall - 36, x + wide + 34, y + tall + 90), fill=colour)
    draw.ellipse((x - wide, y - tall, x + wide, y + tall), fill=skin)
    if not scarf:
        draw.chord((x - wide - 4, y - tall - 14, x + wide + 4, y + 30), 180, 360, fill=hair)
        draw.ellipse((x - wide + 14, y - tall + 48, x + wide - 14, y + 60), fill=skin)
    _features(draw, random, (x, y), hair=hair, skin=skin)
    if sex is not Sex.FEMALE and random.random() < 0.6:
        _beard(draw, random, (x, y), (wide, tall), hair)
    image = _lit(image, (x, y), (wide, tall))
    jpeg = BytesIO()
    image.save(jpeg, "JPEG", quality=88)
    return jpeg.getvalue()


def _features(draw: ImageDraw.ImageDraw, random: Random, centre: tuple[int, int], *, hair: str, skin: str) -> None:
    x, y = centre
    apart = random.randint(36, 44)
    for side in (-1, 1):
        eye = x + side * apart
        draw.ellipse((eye - 17, y - 14, eye + 17, y + 6), fill="#f4efe8")
        draw.ellipse((eye - 8, y - 13, eye + 8, y + 5), fill="#1d1410")
        draw.line((eye - side * 22, y - 34, eye + side * 24, y - 30), fill=hair, width=8)
    draw.line((x, y - 4, x - 8, y + 38), fill=_shade(skin, 0.72), width=5)
    draw.line((x - 8, y + 38, x + 10, y + 38), fill=_shade(skin, 0.72), width=5)
    draw.arc((x - 34, y + 38, x + 34, y + 82), 20, 160, fill="#7a3b36", width=8)


def _beard(
    draw: ImageDraw.ImageDraw, random: Random, centre: tuple[int, int], half: tuple[int, int], hair: str
) -> None:
    (x, y), (wide, tall) = centre, half
    if random.random() < 0.5:
        draw.rounded_rectangle((x - 38, y + 48, x + 38, y + 60), radius=6, fill=hair)
    else:
        draw.chord((x - wide + 8, y - 10, x + wide - 8, y + tall + 12), 25, 155, fill=hair)


def _shade(colour: str, factor: float) -> str:
    channels = (int(colour[index : index + 2], 16) for index in (1, 3, 5))
    return "#" + "".join(f"{int(channel * factor):02x}" for channel in channels)


def _lit(image: Image.Image, centre: tuple[int, int], half: tuple[int, int]) -> Image.Image:
    """The face in the light of a lamp in front: the eyes lie in shade, brow, nose and cheeks catch it.

    The check of photos at entry finds faces by such shades, and the demo's people must pass it like others.
    """
    (x, y), (wide, tall) = centre, half
    light = Image.new("L", SIZE, EVEN)
    draw = ImageDraw.Draw(light)
    draw.ellipse((x - wide, y - tall, x + wide, y + tall), fill=100)
    draw.ellipse((x - wide + 16, y - tall + 22, x + wide - 16, y + tall - 16), fill=152)
    for side in (-1, 1):
        eye, cheek = x + side * 42, x + side * 48
        draw.ellipse((eye - 34, y - 30, eye + 34, y + 12), fill=56)
        draw.ellipse((cheek - 28, y + 18, cheek + 28, y + 62), fill=190)
    draw.rectangle((x - 9, y - 34, x + 9, y + 30), fill=196)
    draw.rectangle((x - 60, y - 80, x + 60, y - 46), fill=182)
    soft = light.filter(ImageFilter.GaussianBlur(10))
    half_lit = ImageChops.multiply(image, Image.merge("RGB", (soft, soft, soft)))
    return ImageChops.add(half_lit, half_lit)
