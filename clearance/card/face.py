"""Whether a portrait shows one face, large enough and about in the middle: what an officer should look at twice.

It decides nothing: it remarks, and a person overrules it with a tick. The detector is OpenCV's cascade of Haar
features, which comes inside the package, works offline and knows nobody: it finds faces, not persons (docs/adr/0019).
OpenCV takes a second to load, so that only whoever enters applications pays for it.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, TypeAlias

from PIL import Image

from clearance.domain.person import PhotoRemark

if TYPE_CHECKING:
    import cv2

Face: TypeAlias = Sequence[int]
"""Left, top, width and height of the square from brow to chin, in pixels."""

CASCADES = ("haarcascade_frontalface_alt2.xml", "haarcascade_frontalface_default.xml")
"""The first sees fewer faces where there are none; the second is asked only where the first sees nothing."""
SCALE_STEP, NEIGHBOURS = 1.1, 4
SMALLEST = 0.12
"""Of the picture's height: the smallest face that is looked for."""

SMALL = 0.25
"""A face below a quarter of the height is small: on a passport's picture it takes about half."""
MIDDLE = (0.3, 0.7)
UPPER = (0.2, 0.75)
"""Where the middle of the face may stand, as shares of the width and of the height."""

_detecting = Lock()
"""A cascade keeps its work between calls: one picture at a time."""


def remark(portrait: Image.Image) -> PhotoRemark | None:
    """What strikes about the face on a portrait; None where nothing does."""
    faces = _faces(portrait.convert("L"))
    if len(faces) != 1:
        return PhotoRemark.SEVERAL_FACES if faces else PhotoRemark.NO_FACE
    left, top, width, height = faces[0]
    if height < SMALL * portrait.height:
        return PhotoRemark.SMALL_FACE
    across, down = (left + width / 2) / portrait.width, (top + height / 2) / portrait.height
    centred = MIDDLE[0] <= across <= MIDDLE[1] and UPPER[0] <= down <= UPPER[1]
    return None if centred else PhotoRemark.OFF_CENTRE


def _faces(grey: Image.Image) -> Sequence[Face]:
    import numpy

    pixels = numpy.asarray(grey)
    least = round(SMALLEST * grey.height)
    with _detecting:
        for detector in _detectors():
            found = detector.detectMultiScale(pixels, SCALE_STEP, NEIGHBOURS, minSize=(least, least))
            if len(found):
                return [tuple(int(side) for side in face) for face in found]
    return ()


def _detectors() -> Iterator["cv2.CascadeClassifier"]:
    return (_detector(name) for name in CASCADES)


@cache
def _detector(name: str) -> "cv2.CascadeClassifier":
    import cv2
    from cv2.data import haarcascades

    cv2.setNumThreads(1)  # a picture takes milliseconds, and threads of its own would take them from the pages
    return cv2.CascadeClassifier(haarcascades + name)
