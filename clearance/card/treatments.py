"""What cameras, copiers and telephones do to the picture of a code, done with Pillow and always in the same way.

It decides what each treatment of `clearance.domain.readability` is in pixels. The numbers were chosen so that the worst
pictures that desks still read are met, not so that every card passes (docs/adr/0018).
"""

import math
from functools import lru_cache

from PIL import Image, ImageChops, ImageFilter

from clearance.domain.readability import Treatment

BLUR_PX = 1.5
"""Standard deviation of the blur, 0.4 of a module of the smallest symbol at 100 dpi; below 3.2 px a module it fails."""

INK, PAPER = 70, 170
"""Grey levels of a poor photocopy."""
SHADE = 155
"""What is left of 255 on the darker edge of a copy lit from one side."""

SHRUNK = 0.9
"""A telephone shows the page, and the camera sees that, a little smaller than it was drawn."""
STEP = 2.85
"""Parts of the screen's pixels (three for each, red, green and blue) between two pixels of the camera."""
TURN = math.radians(2)
LIT, GAP = bytes((215, 255, 195)), bytes((165, 200, 150))
"""The grey of a red, a green and a blue part; the lower of every three rows is half hidden by the grid."""


def treated(picture: Image.Image, treatment: Treatment) -> Image.Image:
    """A grey picture after a treatment."""
    match treatment:
        case Treatment.NONE:
            return picture
        case Treatment.SOFT:
            return picture.filter(ImageFilter.GaussianBlur(BLUR_PX))
        case Treatment.COPIED:
            grey = picture.filter(ImageFilter.BoxBlur(1)).point(
                [INK + level * (PAPER - INK) // 255 for level in _LEVELS]
            )
            return ImageChops.multiply(grey, _shade(grey.size))
        case Treatment.SCREEN:
            size = (round(picture.width * SHRUNK), round(picture.height * SHRUNK))
            return ImageChops.multiply(picture.resize(size, Image.Resampling.BILINEAR), _moire(size))


_LEVELS = range(256)


@lru_cache(maxsize=8)  # cards are alike: their codes have a handful of sizes
def _shade(size: tuple[int, int]) -> Image.Image:
    """Light that falls off from one edge to the other."""
    edge = Image.linear_gradient("L").resize(size)
    return edge.point([SHADE + level * (255 - SHADE) // 255 for level in _LEVELS])


@lru_cache(maxsize=8)
def _moire(size: tuple[int, int]) -> Image.Image:
    """The beat of a turned screen's grid with the camera's: the grid sampled by points, as a sensor does."""
    across, down = STEP * math.cos(TURN), STEP * math.sin(TURN)
    side = math.ceil(max(size) * (across + down)) + 3
    row = (LIT * (side // 3 + 1))[:side]
    gap = (GAP * (side // 3 + 1))[:side]
    grid = Image.frombytes("L", (side, side), ((row + row + gap) * (side // 3 + 1))[: side * side])
    start = down * size[1]
    turned = (across, -down, start, down, across, 0.0)
    return grid.transform(size, Image.Transform.AFFINE, turned, Image.Resampling.BILINEAR)
