"""From page and card to a placed page: the largest text with which all fits, spare room spread over the rows.

It decides how a page as a whole gives way when a card has much to say: first all text shrinks step by step to 80 %,
then a page grows. On A4 the fold and the instructions move down with the front, on the phone the page becomes longer. A
plastic card cannot grow: it leaves off facts in an order declared with the face, and starts again at full size.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from clearance.card.fitting import SCALES
from clearance.card.layout import Box, Node, Rect, Setting, bottom, place
from clearance.card.page_parts import Face, Page
from clearance.card.qr import side_of
from clearance.card.words import Item, facts
from clearance.domain.printed_card import PrintedCard
from clearance.issuing.ports import DoesNotFit


@dataclass(frozen=True, kw_only=True)
class PlacedPage:
    """What is drawn: boxes from back to front, the page's final size, where the paper is folded (mm).

    `watermark` is the size of the diagonal DEMO in points.
    """

    width: float
    height: float
    boxes: tuple[Box, ...]
    watermark: float
    fold: float | None = None


def compose(page: Page | Face, card: PrintedCard) -> PlacedPage:
    """Place everything the page shows of `card`. Raises UnprintableTextError, DoesNotFit."""
    setting = Setting(facts=facts(card), qr_side=side_of(card.qr_text, page.level))
    match page:
        case Page():
            return _compose_page(page, setting)
        case Face():
            return _compose_face(page, setting)


def _compose_page(page: Page, setting: Setting) -> PlacedPage:
    bands = place(page.bands, setting, x=0, y=0, width=page.width)
    foot_height = bottom(place(page.foot, setting, x=0, y=0, width=page.width), 0)
    top = bottom(bands, 0) + page.gap
    limit = page.front - page.gap - (foot_height if page.back is None else 0)
    front = _front(page, setting, top, limit)
    end = max(limit, bottom(front, top)) + page.gap
    back: tuple[Box, ...] = ()
    fold = None
    if page.back is not None:
        fold = end
        back = place(page.back, setting, x=page.margin, y=fold + page.gap, width=page.width - 2 * page.margin)
        end = max(page.height - foot_height, bottom(back, fold) + page.gap)
    foot = place(page.foot, setting, x=0, y=end, width=page.width)
    boxes = bands + front + back + foot
    return PlacedPage(width=page.width, height=bottom(foot, end), boxes=boxes, watermark=page.watermark, fold=fold)


def _front(page: Page, setting: Setting, top: float, limit: float) -> tuple[Box, ...]:
    """The front above `limit`, or beyond it at the smallest scale."""
    room = Rect(x=page.margin, y=top, width=page.width - 2 * page.margin, height=limit - top)
    placed = _fill(page.body, setting, room)
    if placed is not None:
        return placed
    smallest = replace(setting, scale=SCALES[-1])
    return place(page.body, smallest, x=room.x, y=room.y, width=room.width)


def _compose_face(face: Face, setting: Setting) -> PlacedPage:
    inside = Rect(
        x=face.margin, y=face.margin, width=face.width - 2 * face.margin, height=face.height - 2 * face.margin
    )
    for trial in _fewer_and_fewer(face, setting):
        boxes = _fill(face.body, trial, inside)
        if boxes is not None:
            return PlacedPage(width=face.width, height=face.height, boxes=boxes, watermark=face.watermark)
    raise DoesNotFit(setting.facts[Item.CLEARANCE_NO].en)


def _fewer_and_fewer(face: Face, setting: Setting) -> Iterator[Setting]:
    """The card with all its facts, then each time without one more of the optional ones."""
    kept = dict(setting.facts)
    yield setting
    for item in face.optional:
        if kept.pop(item, None) is not None:
            yield replace(setting, facts=dict(kept))


def _fill(body: Node, setting: Setting, room: Rect) -> tuple[Box, ...] | None:
    """The body at the largest scale that fits into `room`, its rows spread as far as that allows; None if none does."""

    def placed(scale: float, stretch: float) -> tuple[Box, ...]:
        return place(body, replace(setting, scale=scale, stretch=stretch), x=room.x, y=room.y, width=room.width)

    for scale in SCALES:
        tight = placed(scale, 0.0)
        spare = room.bottom - bottom(tight, room.y)
        if spare >= 0:
            break
    else:
        return None
    spread = placed(scale, 1.0)
    growth = bottom(spread, room.y) - bottom(tight, room.y)
    # A page's height is a convex function of the stretch, so the part that the chord promises always fits.
    return spread if growth <= spare else placed(scale, spare / growth)
