"""A camera's frames, one after the other: what is new, what is certain, and what helps the hand."""

from itertools import count

import pytest
from PIL import Image, ImageDraw, ImageFilter

from tests.unit.desk.pictures import card_like_text, in_view, jpeg, qr_image
from verifier.scan.camera import GONE_AFTER_S, Hint, Sighting, Watch

CARD, OTHER = card_like_text(1), card_like_text(2)
EMPTY = jpeg(in_view())
SEEN = jpeg(in_view(qr_image(CARD)))
FRAME_S = 0.1


class Stream:
    """Frames at ten a second."""

    def __init__(self) -> None:
        self.watch = Watch()
        self.clock = count()

    def show(self, frame: bytes, *, answer: bool = False) -> Sighting:
        at = next(self.clock) * FRAME_S
        sighting = self.watch.look(frame, at=at)
        if answer and sighting.scan:
            self.watch.answered(sighting.scan)
        return sighting


@pytest.fixture
def stream() -> Stream:
    return Stream()


def test_a_text_is_certain_when_it_was_read_twice(stream: Stream) -> None:
    first, second = stream.show(SEEN).scan, stream.show(SEEN).scan
    assert first is not None
    assert second is not None
    assert (first.candidates, first.certain, second.certain) == ((CARD,), False, True)


def test_a_misread_between_two_frames_does_not_make_another_text_certain(stream: Stream) -> None:
    stream.show(SEEN)
    other = stream.show(jpeg(in_view(qr_image(OTHER)))).scan
    assert other is not None
    assert not other.certain


def test_a_card_that_rests_in_view_is_answered_once(stream: Stream) -> None:
    assert stream.show(SEEN, answer=True).scan
    assert [stream.show(SEEN, answer=True).scan for _ in range(50)] == [None] * 50


def test_a_frame_that_fails_now_and_then_does_not_make_a_resting_card_new(stream: Stream) -> None:
    stream.show(SEEN, answer=True)
    for _ in range(10):
        assert stream.show(EMPTY).scan is None
        assert stream.show(SEEN, answer=True).scan is None


def test_a_card_taken_away_and_shown_again_is_a_new_scan(stream: Stream) -> None:
    stream.show(SEEN, answer=True)
    for _ in range(int(GONE_AFTER_S / FRAME_S) + 1):
        stream.show(EMPTY)
    assert stream.show(SEEN).scan


def test_a_card_that_lies_there_while_nobody_looks_is_the_same_one_afterwards(stream: Stream) -> None:
    stream.show(SEEN, answer=True)
    for _ in range(600):
        next(stream.clock)
    assert stream.show(SEEN) == Sighting(hint=Hint.ANSWERED)


def test_beside_a_resting_card_only_the_new_one_is_handed_on(stream: Stream) -> None:
    stream.show(SEEN, answer=True)
    both = stream.show(jpeg(in_view(qr_image(CARD), qr_image(OTHER)))).scan
    assert both is not None
    assert both.candidates == (OTHER,)


def test_every_symbol_in_view_is_handed_on(stream: Stream) -> None:
    both = stream.show(jpeg(in_view(qr_image(CARD), qr_image(OTHER)))).scan
    assert both is not None
    assert set(both.candidates) == {CARD, OTHER}


def soft(*, module_px: float, blur: float) -> bytes:
    """The card seen so small and so much out of focus."""
    symbol = qr_image(CARD, module_px=8)
    side = int(symbol.width * module_px / 8)
    seen = in_view(symbol.resize((side, side), Image.Resampling.LANCZOS))
    return jpeg(seen.filter(ImageFilter.GaussianBlur(blur)), quality=95)


def test_a_symbol_too_small_to_read_asks_for_the_card_to_come_closer(stream: Stream) -> None:
    assert stream.show(soft(module_px=1.2, blur=0.4)).hint is Hint.CLOSER


def test_a_large_symbol_out_of_focus_asks_for_a_still_hand(stream: Stream) -> None:
    assert stream.show(soft(module_px=6, blur=3)).hint is Hint.HOLD_STILL


def test_an_empty_view_says_nothing(stream: Stream) -> None:
    assert [stream.show(EMPTY) for _ in range(12)] == [Sighting()] * 12


def test_after_some_empty_frames_a_second_look_reads_what_the_first_cannot(stream: Stream) -> None:
    sightings = [stream.show(soft(module_px=1.6, blur=0.4)) for _ in range(8)]
    assert sightings[0].scan is None
    assert any(sighting.scan and sighting.scan.candidates == (CARD,) for sighting in sightings)


def test_a_light_code_on_a_dark_screen_is_read(stream: Stream) -> None:
    dark = qr_image(CARD).point(lambda level: 255 - level)
    view = Image.new("L", (1280, 720), 0)
    view.paste(dark, (300, 40))
    assert stream.show(jpeg(view)).scan


def test_a_symbol_too_damaged_to_tell_its_size_breaks_nothing(stream: Stream) -> None:
    for width in range(0, 300, 12):
        symbol = qr_image(CARD)
        ImageDraw.Draw(symbol).rectangle((60, 60, 60 + width, symbol.height - 60), fill=255)
        stream.show(jpeg(in_view(symbol)))


@pytest.mark.parametrize("frame", [b"", b"no picture", SEEN[:2000], jpeg(Image.new("L", (6000, 6000)), 10)])
def test_a_frame_that_is_no_picture_is_an_empty_view(stream: Stream, frame: bytes) -> None:
    assert stream.show(frame) == Sighting()
