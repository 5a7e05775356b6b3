"""Watch a camera frame by frame. Decides when a text in view is new, when it is certain, and what to tell the hand.

A card rests in view for seconds and is read in every frame, so a text that was answered says nothing again until it has
been out of view for a moment. What the texts mean is judged in `verifier.desk`.
"""

from dataclasses import dataclass
from enum import StrEnum

from PIL import Image, ImageFilter

from clearance.reading.symbols import NotAnImage, Symbol, TooManyPixels, grey_image, symbols_in
from verifier.desk import ScannedText, Source

MAX_FRAME_PIXELS = 9_000_000  # 4K
GONE_AFTER_S = 2.0  # out of view this long, a text is new again; single frames fail while a card is held still
LONGEST_STEP_S = 0.5  # between two frames; a longer pause is one in which nobody looked
EMPTY_FRAMES_BEFORE_SECOND_LOOK = 3
SECOND_LOOK_EVERY = 3
MIN_MODULE_PX = 2.5  # below this a soft image does not read


class Hint(StrEnum):
    """What helps when a symbol is seen and gives no scan."""

    CLOSER = "closer"
    HOLD_STILL = "hold_still"
    ANSWERED = "answered"


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """One frame: a scan to judge, or a hint, or neither."""

    scan: ScannedText | None = None
    hint: Hint | None = None


class Watch:
    """The memory between the frames of one camera. One caller at a time.

    Its time passes only while it looks: a card that lies in view behind a STOP is still the same one afterwards.
    """

    def __init__(self) -> None:
        self._frames_without_text = 0
        self._looked_at = 0.0
        self._now = 0.0
        self._seen: dict[str, float] = {}
        self._answered: dict[str, float] = {}

    def look(self, frame: bytes, *, at: float) -> Sighting:
        """Read one JPEG frame; `at` is a monotonic clock in seconds.

        What is no picture is an empty view; the next frame comes in a moment.
        """
        self._now += min(at - self._looked_at, LONGEST_STEP_S)
        self._looked_at = at
        try:
            symbols = self._symbols(grey_image(frame, max_pixels=MAX_FRAME_PIXELS))
        except (NotAnImage, TooManyPixels):
            symbols = ()
        texts = [symbol.text for symbol in symbols if symbol.text]
        self._frames_without_text = 0 if texts else self._frames_without_text + 1
        if not texts:
            return Sighting(hint=_hint(symbols))
        news = self._news(texts)
        return Sighting(scan=news) if news else Sighting(hint=Hint.ANSWERED)

    def answered(self, scan: ScannedText) -> None:
        """A verdict on this scan was shown; stay silent about it while it rests in view."""
        self._answered |= dict.fromkeys(scan.candidates, self._now)

    def _symbols(self, image: Image.Image) -> tuple[Symbol, ...]:
        """Enlarging costs several plain looks: it waits for some empty frames and then takes every third one."""
        symbols = symbols_in(image)
        turn, other_frame = divmod(self._frames_without_text - EMPTY_FRAMES_BEFORE_SECOND_LOOK, SECOND_LOOK_EVERY)
        if turn < 0 or other_frame or any(symbol.text for symbol in symbols):
            return symbols
        soft = image.filter(ImageFilter.GaussianBlur(0.5)) if turn % 2 else image  # joins the streaks of poor print
        second = symbols_in(soft.resize((image.width * 2, image.height * 2), Image.Resampling.BILINEAR))
        return tuple(Symbol(text=symbol.text, module_px=symbol.module_px / 2) for symbol in second) or symbols

    def _news(self, texts: list[str]) -> ScannedText | None:
        now = self._now
        self._answered = {text: last for text, last in self._answered.items() if now - last < GONE_AFTER_S}
        self._seen = {text: last for text, last in self._seen.items() if now - last < GONE_AFTER_S}
        self._answered |= {text: now for text in texts if text in self._answered}
        fresh = tuple(dict.fromkeys(text for text in texts if text not in self._answered))
        certain = all(text in self._seen for text in fresh)
        self._seen |= dict.fromkeys(fresh, now)
        return ScannedText(candidates=fresh, source=Source.CAMERA, certain=certain) if fresh else None


def _hint(symbols: tuple[Symbol, ...]) -> Hint | None:
    sizes = [symbol.module_px for symbol in symbols if symbol.module_px]
    if not sizes:
        return None
    return Hint.CLOSER if max(sizes) < MIN_MODULE_PX else Hint.HOLD_STILL
