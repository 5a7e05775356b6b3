"""What is remarked about faces. The faces are drawn: no person's picture is in this repository."""

import io
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from random import Random

import pytest
from PIL import Image

from clearance.card.face import remark
from clearance.card.photo import HEIGHT, WIDTH, prepare
from clearance.demo import people
from clearance.demo.portraits import portrait
from clearance.domain.person import PhotoRemark, Sex

GROUND = "#dfe7ea"


def face(seed: int = 1, sex: Sex = Sex.MALE) -> Image.Image:
    """A drawn portrait at the card's size."""
    return Image.open(io.BytesIO(prepare(portrait(Random(seed), sex)).jpeg)).convert("RGB")


def placed(picture: Image.Image, *, scale: float = 1.0, at: tuple[int, int] = (0, 0)) -> Image.Image:
    """The portrait, smaller or elsewhere, on an empty card-size picture."""
    ground = Image.new("RGB", (WIDTH, HEIGHT), GROUND)
    ground.paste(picture.resize((round(WIDTH * scale), round(HEIGHT * scale)), Image.Resampling.LANCZOS), at)
    return ground


@pytest.mark.parametrize("sex", [Sex.MALE, Sex.FEMALE])
@pytest.mark.parametrize("seed", range(12))
def test_one_face_in_the_middle_gives_nothing_to_remark(seed: int, sex: Sex) -> None:
    assert remark(face(seed, sex)) is None


def test_a_face_may_be_lit_badly_a_little_turned_or_grey() -> None:
    dark = face().point([level // 2 for level in range(256)] * 3)
    assert remark(dark) is None
    assert remark(face().rotate(6, fillcolor=GROUND)) is None
    assert remark(face().convert("L")) is None


@pytest.mark.parametrize(
    "picture",
    [
        Image.new("RGB", (WIDTH, HEIGHT), GROUND),
        Image.effect_noise((WIDTH, HEIGHT), 60).convert("RGB"),
        Image.linear_gradient("L").resize((WIDTH, HEIGHT)).convert("RGB"),
        face().rotate(180),
        placed(face().crop((0, 200, WIDTH, HEIGHT))),
    ],
    ids=["empty", "noise", "gradient", "upside down", "shoulders"],
)
def test_a_picture_without_a_face_is_remarked_on(picture: Image.Image) -> None:
    assert remark(picture) is PhotoRemark.NO_FACE


def test_two_faces_are_remarked_on() -> None:
    pair = placed(face(1), scale=0.55, at=(-10, 80))
    pair.paste(face(5).resize((round(WIDTH * 0.55), round(HEIGHT * 0.55))), (WIDTH - 142, 80))
    assert remark(pair) is PhotoRemark.SEVERAL_FACES


def test_a_small_face_is_remarked_on() -> None:
    assert remark(placed(face(), scale=0.4, at=(80, 100))) is PhotoRemark.SMALL_FACE


@pytest.mark.parametrize("at", [(-60, 40), (110, 40), (30, 150)])
def test_a_face_at_the_edge_is_remarked_on(at: tuple[int, int]) -> None:
    assert remark(placed(face(), scale=0.75, at=at)) is PhotoRemark.OFF_CENTRE


def test_nobody_of_the_demo_is_remarked_on() -> None:
    assert {prepare(worker.photo).remark for worker in people.workers(date(2026, 11, 22))} == {None}


def test_photos_looked_at_together_get_the_remarks_they_get_alone() -> None:
    pictures = [face(seed) for seed in range(6)] + [Image.new("RGB", (WIDTH, HEIGHT), GROUND)]
    with ThreadPoolExecutor(max_workers=4) as threads:
        assert list(threads.map(remark, pictures)) == [None] * 6 + [PhotoRemark.NO_FACE]


def test_the_detector_is_not_loaded_before_the_first_photo() -> None:
    program = "import sys, clearance.card.photo; sys.exit('cv2' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
