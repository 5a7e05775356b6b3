"""How many degraded photographs of a card the desk reads, beside what its decoder does by itself, in the same run."""

from collections import Counter
from random import Random

import pytest
import zxingcpp

from clearance.reading.symbols import grey_image
from tests.degraded import KINDS, SIZES, photograph
from tests.unit.desk.pictures import card_like_text, qr_image
from verifier.scan.camera import Watch

pytestmark = pytest.mark.bench

HELD_OUT = 20_261_122
"""No picture of this seed was looked at while the camera's second look was made."""
PICTURES = 14
LOOKS = 12
"""Frames that a hand holds still for: half a second."""


def by_itself(frame: bytes) -> list[str]:
    """Everything that plain zxing-cpp finds with its defaults."""
    found = zxingcpp.read_barcodes(grey_image(frame, max_pixels=10_000_000))
    return [barcode.text for barcode in found]


def by_the_desk(frame: bytes) -> tuple[int, list[str]]:
    """At which look the desk's camera has a text, and the texts; the frame stays the same."""
    watch = Watch()
    for look in range(LOOKS):
        sighting = watch.look(frame, at=look / 24)
        if sighting.scan is not None:
            return look, list(sighting.scan.candidates)
    return LOOKS, []


@pytest.mark.parametrize("size", SIZES)
def test_more_degraded_photographs_are_read_than_by_the_decoder_alone_and_none_falsely(size: str) -> None:
    plain, desk, first, false = Counter[str](), Counter[str](), Counter[str](), 0
    random = Random(HELD_OUT)
    for kind in KINDS:
        for number in range(PICTURES):
            text = card_like_text(random.randrange(1 << 30))
            frame = photograph(qr_image(text, module_px=6), kind, seed=HELD_OUT + number, size=SIZES[size])
            look, seen = by_the_desk(frame)
            plain[kind] += text in by_itself(frame)
            desk[kind] += text in seen
            first[kind] += text in seen and look == 0
            false += any(other != text for other in seen)
    print(f"\n{size}, {PICTURES} photographs of each kind: zxing-cpp alone, the desk at once, within {LOOKS} looks")
    for kind in KINDS:
        print(f"  {kind:<26} {plain[kind]:>3} {first[kind]:>3} {desk[kind]:>3}")
    taken = PICTURES * len(KINDS)
    print("  all" + "".join(f" {read.total() / taken:7.1%}" for read in (plain, first, desk)))
    assert false == 0
    assert desk.total() >= plain.total() + taken * 0.02
