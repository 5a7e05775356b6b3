"""From page and card to a placed page: the largest text with which the front fits, spare room spread over its rows.

It decides how a page as a whole gives way when a card has much to say: first all text shrinks step by step to 80 %,
then the front grows. On A4 the fold and the instructions move down with it, on the phone the page becomes longer.
"""

from dataclasses import dataclass, replace

from clearance.card.fitting import SCALES
from clearance.card.layout import Box, Setting, bottom, place
from clearance.card.pages import Page
from clearance.card.words import facts
from clearance.domain.printed_card import PrintedCard


@dataclass(frozen=True, kw_only=True)
class PlacedPage:
    """What is drawn: boxes from back to front, the page's final size, where the paper is folded (mm)."""

    page: Page
    width: float
    height: float
    boxes: tuple[Box, ...]
    fold: float | None


def compose(page: Page, card: PrintedCard) -> PlacedPage:
    """Place everything the page shows of `card`. Raises UnprintableTextError."""
    plain = Setting(facts=facts(card))
    bands = place(page.title, plain, x=0, y=0, width=page.width)
    if card.demo:
        bands += place(page.demo, plain, x=0, y=bottom(bands, 0), width=page.width)
    foot_height = bottom(place(page.foot, plain, x=0, y=0, width=page.width), 0)
    top = bottom(bands, 0) + page.gap
    limit = page.front - page.gap - (foot_height if page.back is None else 0)
    front = _front(page, plain, top, limit)
    end = max(limit, bottom(front, top)) + page.gap
    back: tuple[Box, ...] = ()
    fold = None
    if page.back is not None:
        fold = end
        back = place(page.back, plain, x=page.margin, y=fold + page.gap, width=page.width - 2 * page.margin)
        end = max(page.height - foot_height, bottom(back, fold) + page.gap)
    foot = place(page.foot, plain, x=0, y=end, width=page.width)
    boxes = bands + front + back + foot
    return PlacedPage(page=page, width=page.width, height=bottom(foot, end), boxes=boxes, fold=fold)


def _front(page: Page, setting: Setting, top: float, limit: float) -> tuple[Box, ...]:
    """The front at the largest scale that fits above `limit`, its rows spread as far as the room allows."""

    def placed(scale: float, stretch: float) -> tuple[Box, ...]:
        trial = replace(setting, scale=scale, stretch=stretch)
        return place(page.body, trial, x=page.margin, y=top, width=page.width - 2 * page.margin)

    for scale in SCALES:
        tight = placed(scale, 0.0)
        room = limit - bottom(tight, top)
        if room >= 0:
            break
    else:
        return tight
    spread = placed(scale, 1.0)
    growth = bottom(spread, top) - bottom(tight, top)
    # A page's height is a convex function of the stretch, so the part that the chord promises always fits.
    return spread if growth <= room else placed(scale, room / growth)
