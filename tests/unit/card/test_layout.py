from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

import pytest

from clearance.card.compose import PlacedPage, compose
from clearance.card.fitting import MM_PER_POINT, SCALES, Style, fit
from clearance.card.layout import Box, Line, Picture, Rect, Role
from clearance.card.page_parts import Face, Page
from clearance.card.pages import PAGES
from clearance.card.pages_paper import A4
from clearance.card.pages_phone import PHONE
from clearance.card.pages_plastic import BACK, FRONT
from clearance.card.typeface import Weight, typeface
from clearance.card.words import LABELS, Item, facts
from clearance.domain.printed_card import OptionalFact, PrintedCard
from clearance.domain.text import BilingualText
from tests.unit.card.samples import BARE, LONG, people, sample_card

TOLERANCE = 0.01
PEOPLE = 500
SOME = 120
EXTREMES = [sample_card(), sample_card(**LONG), sample_card(**BARE), sample_card(**LONG | {"demo": False})]


LAYOUTS: dict[str, Page | Face] = {"phone": PHONE, "a4": A4, "plastic front": FRONT, "plastic back": BACK}
Placed = list[tuple[PrintedCard, PlacedPage]]


@cache
def everybody() -> tuple[PrintedCard, ...]:
    return (*EXTREMES, *people(PEOPLE))


@cache
def placed_for_some(layout: str) -> Placed:
    return [(card, compose(LAYOUTS[layout], card)) for card in everybody()[:SOME]]


@cache
def reach(weight: Weight, text: str) -> tuple[int, int]:
    return typeface(weight).ink(text)


def ink(line: Line) -> Rect:
    """Where the letters of a line really are."""
    low, high = reach(line.style.weight, line.text)
    em = line.size * MM_PER_POINT / 1000
    return Rect(x=line.x, y=line.baseline - high * em, width=line.width, height=(high - low) * em)


def colliding(rects: list[Rect]) -> list[tuple[Rect, Rect]]:
    """Every pair that shares more than a hair's breadth, found from top to bottom."""
    found: list[tuple[Rect, Rect]] = []
    ordered = sorted(
        (rect.y, rect.bottom - TOLERANCE, rect.x, rect.right - TOLERANCE, i) for i, rect in enumerate(rects)
    )
    for place, (_, bottom, left, right, one) in enumerate(ordered):
        for y, _, other_left, other_right, other in ordered[place + 1 :]:
            if y >= bottom:
                break
            if left < other_right and other_left < right:
                found.append((rects[one], rects[other]))
    return found


def inside(inner: Rect, outer: Rect) -> bool:
    return (
        inner.x >= outer.x - TOLERANCE
        and inner.y >= outer.y - TOLERANCE
        and inner.right <= outer.right + TOLERANCE
        and inner.bottom <= outer.bottom + TOLERANCE
    )


def faults(page: PlacedPage) -> Iterator[str]:
    """Everything that is wrong with a placed page."""
    pictures = [box.rect for box in page.boxes if box.picture]
    letters = [(ink(line), line, box) for box in page.boxes for line in box.lines]
    sheet = Rect(x=0, y=0, width=page.width, height=page.height)
    # Grounds and hairlines lie below what there is to see.
    if colliding([box.rect for box in page.boxes if box.lines] + pictures):
        yield "boxes overlap"
    if colliding([rect for rect, _, _ in letters] + pictures):
        yield "letters touch another line or a picture"
    if not all(inside(rect, box.rect) for rect, _, box in letters):
        yield "letters leave their box"
    if not all(inside(box.rect, sheet) for box in page.boxes):
        yield "a box leaves the page"
    if not all(line.width <= box.rect.width + TOLERANCE for _, line, box in letters):
        yield "a text is wider than its box"
    if not all(line.size >= SCALES[-1] * line.style.size - TOLERANCE for _, line, _ in letters):
        yield "a text is smaller than four fifths"
    if page.fold is not None and any(box.rect.y < page.fold < box.rect.bottom for box in page.boxes):
        yield "something stands on the fold"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_everybody_fits_on_every_layout(layout: str) -> None:
    for card in everybody():
        assert list(faults(compose(LAYOUTS[layout], card))) == [], card.name


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda box: replace(box, rect=replace(box.rect, y=box.rect.y - 9)), "boxes overlap"),
        (lambda box: replace(box, rect=replace(box.rect, x=box.rect.x + 400)), "a box leaves the page"),
        (lambda box: replace(box, rect=replace(box.rect, width=5)), "a text is wider than its box"),
        (lambda box: replace(box, rect=replace(box.rect, height=1)), "letters leave their box"),
        (
            lambda box: replace(box, lines=tuple(replace(line, baseline=line.baseline - 9) for line in box.lines)),
            "letters touch another line or a picture",
        ),
        (
            lambda box: replace(box, lines=tuple(replace(line, size=line.style.size / 2) for line in box.lines)),
            "a text is smaller than four fifths",
        ),
        (lambda box: replace(box, rect=replace(box.rect, y=100, height=100)), "something stands on the fold"),
    ],
)
def test_a_page_that_is_laid_out_wrongly_is_noticed(change: Callable[[Box], Box], fault: str) -> None:
    page = compose(A4, sample_card())
    [spoilt] = [box for box in page.boxes if any(line.text == "A01234567" for line in box.lines)]
    boxes = tuple(change(box) if box is spoilt else box for box in page.boxes)
    assert fault in list(faults(replace(page, boxes=boxes)))


@pytest.mark.parametrize("layout", ["phone", "a4"])
def test_every_fact_stands_on_a_page_in_full(layout: str) -> None:
    for card, page in placed_for_some(layout):
        text = shown(page)
        for item, value in facts(card).items():
            label = LABELS.get(item, BilingualText(en=""))
            for part in (value.en, value.bn or "", label.en, label.bn or ""):
                assert part.replace(" ", "") in text, (card.name, item)


@pytest.mark.parametrize("layout", ["phone", "a4", "plastic front"])
def test_the_passport_number_is_the_largest_text_of_the_front(layout: str) -> None:
    for card, page in placed_for_some(layout):
        sizes = {line.text: line.size for box in page.boxes for line in box.lines}
        assert max(sizes, key=lambda text: sizes[text]) == card.passport_no


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("card", [sample_card(), sample_card(demo=False), sample_card(**BARE)])
def test_an_ordinary_card_has_the_nominal_size(page: Page, card: PrintedCard) -> None:
    composed = compose(page, card)
    assert (composed.width, composed.height) == pytest.approx((page.width, page.height), abs=TOLERANCE)


@pytest.mark.parametrize("layout", ["a4", "plastic front", "plastic back"])
def test_what_is_printed_keeps_its_size_for_everybody(layout: str) -> None:
    sizes = {(round(page.width, 2), round(page.height, 2)) for _, page in placed_for_some(layout)}
    assert sizes == {(LAYOUTS[layout].width, LAYOUTS[layout].height)}


def test_the_paper_is_folded_in_the_middle_of_an_ordinary_card() -> None:
    assert compose(A4, sample_card()).fold == pytest.approx(148.5, abs=TOLERANCE)


def test_the_phone_page_grows_only_when_its_text_is_at_its_smallest() -> None:
    composed = compose(PHONE, sample_card(**LONG))
    assert composed.height > PHONE.height
    *bands, foot = [box.rect for box in composed.boxes if box.fill and box.rect.width == PHONE.width]
    front = [line for box in composed.boxes for line in box.lines if bands[-1].bottom < line.baseline < foot.y]
    assert front
    assert all(line.size == pytest.approx(0.8 * line.style.size) for line in front)


@pytest.mark.parametrize(("page", "side"), [(PHONE, 88), (A4, 80)])
def test_the_qr_code_is_large_enough_whatever_else_the_page_says(page: Page, side: float) -> None:
    for card in EXTREMES:
        [code] = [box.rect for box in compose(page, card).boxes if box.picture is Picture.QR]
        assert code.width == code.height >= side


@pytest.mark.parametrize("page", LAYOUTS.values(), ids=LAYOUTS)
def test_a_demo_card_says_so_in_both_languages_on_every_page(page: Page | Face) -> None:
    def says_demo(demo: bool) -> bool:
        boxes = compose(page, sample_card(demo=demo)).boxes
        texts = (" ".join(line.text for line in box.lines) for box in boxes)
        return any("NOT FOR TRAVEL" in text and "ভ্রমণের জন্য নয়" in text for text in texts)

    assert says_demo(demo=True)
    assert not says_demo(demo=False)


def test_a_missing_fact_leaves_no_gap_in_the_columns() -> None:
    def left_edges(previous: str | None) -> set[float]:
        boxes = compose(A4, sample_card(previous_passport_no=previous)).boxes
        return {round(box.rect.x, 2) for box in boxes if box.lines}

    assert left_edges(None) == left_edges("BX0123456")


STYLE = Style(size=10, colour="#000000", lines=2)


def test_text_wraps_before_it_shrinks() -> None:
    size, lines = fit("ABUL HASNAT MUHAMMAD", STYLE, 30)
    assert (size, len(lines)) == (10, 2)


def test_text_shrinks_before_it_takes_more_lines() -> None:
    size, lines = fit("ABUL HASNAT MUHAMMAD SHAM", STYLE, 26)
    assert 10 * SCALES[-1] <= size < 10
    assert len(lines) == 2


def test_text_that_is_too_long_even_so_takes_the_lines_it_needs() -> None:
    size, lines = fit("ABUL HASNAT MUHAMMAD SHAMSUZZAMAN CHOWDHURY", STYLE, 20)
    assert size == 8
    assert len(lines) > 2


@pytest.mark.parametrize("text", ["BMET-2026-7K3QX9M2VD4/0000000000000001", "A" * 70, "ক্ষ" * 50, "মোঃ-" * 30])
def test_a_word_wider_than_its_box_is_broken_and_nothing_of_it_is_lost(text: str) -> None:
    size, lines = fit(text, STYLE, 25)
    assert "".join(lines) == text
    scale = size * MM_PER_POINT / 1000
    assert all(typeface(Weight.REGULAR).width(line) * scale <= 25 for line in lines)


def test_a_long_word_is_broken_behind_its_hyphens_first() -> None:
    assert fit("BMET-2026-7K3QX9M2VD4", STYLE, 24)[1] == ("BMET-2026-", "7K3QX9M2VD4")


def test_a_fact_in_two_languages_shares_a_line_where_both_fit() -> None:
    def lines_of(occupation: BilingualText) -> list[str]:
        boxes = compose(PHONE, sample_card(occupation=occupation)).boxes
        label = LABELS[Item.OCCUPATION].en
        [box] = [box for box in boxes if box.lines and label in box.lines[0].text]
        return [line.text for line in box.lines[1:]]

    assert lines_of(BilingualText(en="COOK", bn="বাবুর্চি")) == ["বাবুর্চি · COOK"]
    assert lines_of(BilingualText(en="SEWING MACHINE OPERATOR", bn="সেলাই মেশিন অপারেটর"))[0] == "সেলাই মেশিন অপারেটর"
    assert lines_of(BilingualText(en="COOK")) == ["COOK"]


def shown(page: PlacedPage) -> str:
    """Every letter on a page, as one text."""
    return "".join(line.text for box in page.boxes for line in box.lines).replace(" ", "")


@pytest.mark.parametrize("fact", list(OptionalFact))
def test_an_office_can_leave_off_what_does_not_identify_a_card(fact: OptionalFact) -> None:
    card, item = sample_card(fees_taka=7777), Item(fact)
    without = sample_card(fees_taka=7777, printed=frozenset(OptionalFact) - {fact})
    value = facts(card)[item].en.replace(" ", "")
    for layout in ("phone", "a4"):
        assert value in shown(compose(LAYOUTS[layout], card))
        assert value not in shown(compose(LAYOUTS[layout], without))


def test_a_card_that_prints_nothing_optional_still_identifies_itself() -> None:
    card = sample_card(printed=frozenset())
    for page in LAYOUTS.values():
        assert compose(page, card).boxes
    assert card.passport_no in shown(compose(FRONT, card))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("demo", "scale"), [(False, 1.0), (True, 0.95)])
def test_an_ordinary_card_is_printed_at_full_size_and_a_demo_card_nearly_so(
    layout: str, demo: bool, scale: float
) -> None:
    lines = [line for box in compose(LAYOUTS[layout], sample_card(demo=demo)).boxes for line in box.lines]
    assert min(line.size / line.style.size for line in lines if line.role is Role.VALUE) >= scale - 1e-9
