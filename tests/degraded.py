"""Photographs that a desk's webcam could take of a card, on bad days: drawn, since no camera is here.

Each kind of damage has a strength drawn from a range that goes past what can be read; a seed gives the same picture on
every machine. Strengths were fixed once, by eye, and the decoder is not tuned on the seeds that the bench uses.
"""

from collections.abc import Callable, Mapping
from io import BytesIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
Damage = Callable[[Pixels, np.random.Generator], Pixels]

SIZES = {"640x480": (640, 480), "1280x720": (1280, 720)}
PAPER = 235


def photograph(symbol: Image.Image, kind: str, *, seed: int, size: tuple[int, int]) -> bytes:
    """A JPEG frame with the symbol on a sheet of paper before a cluttered wall, damaged in the manner of `kind`."""
    random = np.random.default_rng([seed, *kind.encode()])
    on_paper = np.pad(np.asarray(symbol, np.uint8), 12, constant_values=PAPER)
    damaged = ON_PAPER.get(kind, _nothing)(on_paper, random)
    scene = _held(damaged, random, size, turned=TURNED.get(kind, 4.0), fills=FILLS.get(kind, (0.62, 0.82)))
    scene = IN_VIEW.get(kind, _nothing)(scene, random)
    scene = _noise(scene, random, sigma=random.uniform(2, 6))
    out = BytesIO()
    Image.fromarray(scene).save(out, "JPEG", quality=int(random.integers(60, 85)))
    return out.getvalue()


def _nothing(picture: Pixels, _random: np.random.Generator) -> Pixels:
    return picture


def _held(
    paper: Pixels, random: np.random.Generator, size: tuple[int, int], *, turned: float, fills: tuple[float, float]
) -> Pixels:
    """The paper in a hand before the camera: how near, how much turned, where in the view."""
    width, height = size
    wall = random.integers(60, 200, (height // 60 + 1, width // 60 + 1)).astype(np.uint8)
    scene = cv2.resize(wall, size, interpolation=cv2.INTER_CUBIC)
    side = random.uniform(*fills) * height
    centre = np.array([width, height]) / 2 + random.uniform(-0.06, 0.06, 2) * height
    angle, tilt = np.radians(random.uniform(-turned, turned)), random.uniform(-0.04, 0.04, 2)
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * side / 2
    corners = corners * (1 + (corners / side * 2) @ tilt[:, None])
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    there = (corners @ turn.T + centre).astype(np.float32)
    tall, wide = paper.shape
    here = np.array([[0, 0], [wide, 0], [wide, tall], [0, tall]], np.float32)
    matrix = cv2.getPerspectiveTransform(here, there)
    shown = cv2.warpPerspective(paper, matrix, size, flags=cv2.INTER_AREA)
    inside = cv2.warpPerspective(np.full_like(paper, 255), matrix, size)
    return _grey(np.where(inside > 127, shown, scene))


def _perspective(paper: Pixels, random: np.random.Generator) -> Pixels:
    tall, wide = paper.shape
    here = np.array([[0, 0], [wide, 0], [wide, tall], [0, tall]], np.float32)
    lean = random.uniform(0.08, 0.26) * wide
    there = here + np.array([[lean, lean / 2], [-lean / 3, 0], [0, 0], [0, -lean / 4]], np.float32)
    return _grey(cv2.warpPerspective(paper, cv2.getPerspectiveTransform(here, there), (wide, tall), borderValue=PAPER))


def _blur(scene: Pixels, random: np.random.Generator) -> Pixels:
    return _grey(cv2.GaussianBlur(scene, (0, 0), random.uniform(0.5, 1.7) * scene.shape[0] / 480))


def _motion(scene: Pixels, random: np.random.Generator) -> Pixels:
    length = int(random.uniform(2, 7) * scene.shape[0] / 480)
    streak = np.zeros((length, length), np.float32)
    streak[length // 2] = 1 / length
    turned = cv2.getRotationMatrix2D(((length - 1) / 2, (length - 1) / 2), random.uniform(0, 180), 1)
    kernel = cv2.warpAffine(streak, turned, (length, length))
    return _grey(cv2.filter2D(scene, -1, kernel / max(kernel.sum(), 1e-6)))


def _glare(scene: Pixels, random: np.random.Generator) -> Pixels:
    height, width = scene.shape
    y, x = np.mgrid[:height, :width]
    at = np.array([width, height]) / 2 + random.uniform(-0.3, 0.3, 2) * height
    reach = random.uniform(0.05, 0.16) * height
    spot = 255 * np.exp(-((x - at[0]) ** 2 + (y - at[1]) ** 2) / (2 * reach**2)) * random.uniform(0.7, 1.3)
    return _grey(scene + spot)


def _uneven_light(scene: Pixels, random: np.random.Generator) -> Pixels:
    height, width = scene.shape
    y, x = np.mgrid[:height, :width]
    angle = random.uniform(0, 2 * np.pi)
    across = (np.cos(angle) * x / width + np.sin(angle) * y / height) % 1
    return _grey(scene * (0.25 + random.uniform(0.6, 1.0) * across))


def _moire(scene: Pixels, random: np.random.Generator) -> Pixels:
    """A phone's screen: its own grid of pixels against that of the camera."""
    height, width = scene.shape
    y, x = np.mgrid[:height, :width]
    pitch, angle = random.uniform(2.2, 4.5), random.uniform(0, np.pi)
    wave = np.sin(2 * np.pi * (x * np.cos(angle) + y * np.sin(angle)) / pitch)
    return _grey(scene + random.uniform(20, 70) * wave)


def _phone(paper: Pixels, random: np.random.Generator) -> Pixels:
    """Bright, with a reflection across it."""
    shown = _grey(40 + paper * 0.84)
    band = int(random.uniform(0.1, 0.5) * shown.shape[1])
    shown[:, band : band + shown.shape[1] // 8] = _grey(shown[:, band : band + shown.shape[1] // 8] * 0.6 + 90)
    return shown


def _dark_mode(paper: Pixels, _random: np.random.Generator) -> Pixels:
    return _grey(250 - paper.astype(np.int16))


def _crease(paper: Pixels, random: np.random.Generator) -> Pixels:
    folded = paper.copy()
    for _ in range(int(random.integers(1, 4))):
        at, width = int(random.uniform(0.15, 0.85) * paper.shape[0]), int(random.integers(2, 6))
        if random.random() < 0.5:
            folded[at : at + width] = _grey(folded[at : at + width] * 0.4 + 140)
        else:
            folded[:, at : at + width] = _grey(folded[:, at : at + width] * 0.4 + 140)
    return folded


def _fingers(scene: Pixels, random: np.random.Generator) -> Pixels:
    height, width = scene.shape
    covered = scene.copy()
    for _ in range(int(random.integers(1, 3))):
        side = random.choice([-1, 1])
        at = (int(width / 2 + side * random.uniform(0.30, 0.40) * height), int(random.uniform(0.55, 0.95) * height))
        axes = (int(0.09 * height), int(0.04 * height))
        cv2.ellipse(covered, at, axes, float(random.uniform(-40, 40)), 0, 360, 120, -1)
    return covered


def _photocopy(paper: Pixels, random: np.random.Generator) -> Pixels:
    soft = cv2.GaussianBlur(paper, (0, 0), random.uniform(0.8, 2.2)).astype(np.float32)
    grain = random.normal(0, random.uniform(15, 40), paper.shape)
    copied = np.where(soft + grain > random.uniform(105, 160), 245, 15)
    return _grey(cv2.GaussianBlur(copied.astype(np.uint8), (0, 0), 0.7))


def _streaks(paper: Pixels, random: np.random.Generator) -> Pixels:
    """A toner cartridge that is nearly empty."""
    faded = paper.astype(np.float32)
    for _ in range(int(random.integers(2, 6))):
        at, width = int(random.integers(0, paper.shape[1])), int(random.integers(2, 10))
        faded[:, at : at + width] = faded[:, at : at + width] * 0.35 + 150
    return _grey(faded)


def _low_contrast(scene: Pixels, random: np.random.Generator) -> Pixels:
    return _grey(random.uniform(70, 150) + (scene.astype(np.float32) - 128) * random.uniform(0.12, 0.4))


def _over_exposed(scene: Pixels, random: np.random.Generator) -> Pixels:
    return _grey(scene * random.uniform(1.3, 2.2) + random.uniform(20, 70))


def _noise(scene: Pixels, random: np.random.Generator, *, sigma: float = 0) -> Pixels:
    return _grey(scene + random.normal(0, sigma or random.uniform(15, 45), scene.shape))


def _grey(values: NDArray[np.generic]) -> Pixels:
    return np.clip(values, 0, 255).astype(np.uint8)


ON_PAPER: Mapping[str, Damage] = {
    "perspective": _perspective,
    "phone screen": _phone,
    "dark mode": _dark_mode,
    "crease": _crease,
    "photocopy": _photocopy,
    "streaks": _streaks,
    "old photocopy, creased": lambda paper, random: _crease(_photocopy(paper, random), random),
}
IN_VIEW: Mapping[str, Damage] = {
    "blur": _blur,
    "motion": _motion,
    "glare": _glare,
    "uneven light": _uneven_light,
    "moire": _moire,
    "phone screen": _moire,
    "fingers": _fingers,
    "low contrast": _low_contrast,
    "over-exposed": _over_exposed,
    "noise": _noise,
    "dark hall, moving": lambda scene, random: _noise(_motion(_low_contrast(scene, random), random), random, sigma=8),
}
TURNED: Mapping[str, float] = {"turned": 180.0, "perspective": 15.0}
FILLS: Mapping[str, tuple[float, float]] = {"far away": (0.36, 0.6)}
KINDS = tuple(sorted({*ON_PAPER, *IN_VIEW, *TURNED, *FILLS, "nothing"}))
