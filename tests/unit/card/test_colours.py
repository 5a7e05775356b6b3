import pytest

from clearance.card import colours
from clearance.card.compose import compose
from clearance.card.page_parts import Face, Page
from clearance.card.pages import PAGES
from clearance.card.pages_plastic import FACES
from tests.unit.card.samples import sample_card


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("page", [*PAGES, *FACES])
def test_every_text_has_a_contrast_of_seven_on_whatever_lies_below_it(page: Page | Face) -> None:
    boxes = compose(page, sample_card()).boxes
    for box in boxes:
        for line in box.lines:
            below = [
                ground.fill
                for ground in boxes
                if ground.fill
                and ground.rect.y <= line.baseline <= ground.rect.bottom
                and ground.rect.x <= line.x <= ground.rect.right
            ]
            for ground in below or [colours.WHITE, colours.WATERMARK]:
                assert contrast(line.style.colour, ground) >= 7, line.text


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        (colours.WHITE, colours.BRAND),
        (colours.INK, colours.AMBER),
        *[(text, ground) for text in (colours.INK, colours.MUTED) for ground in (colours.TINT, colours.WATERMARK)],
    ],
)
def test_every_pair_that_a_page_may_use_has_a_contrast_of_seven(text: str, ground: str) -> None:
    assert contrast(text, ground) >= 7


def test_the_watermark_can_be_seen_and_does_not_compete() -> None:
    assert 1.1 < contrast(colours.WATERMARK, colours.WHITE) < 1.5
