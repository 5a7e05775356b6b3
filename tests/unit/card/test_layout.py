from collections.abc import Iterator

import pytest

from clearance.card.compose import PlacedPage, compose
from clearance.card.fitting import MM_PER_POINT, SCALES, Style, fit
from clearance.card.layout import Line, Picture, Rect
from clearance.card.page_parts import Page
from clearance.card.pages import A4, PAGES, PHONE
from clearance.card.typeface import Weight, typeface
from clearance.card.words import LABELS, Item, facts
from clearance.domain.printed_card import PrintedCard
from clearance.domain.text import BilingualText
from tests.unit.card.samples import BARE, LONG, people, sample_card

TOLERANCE = 0.01
PEOPLE = 250
EXTREMES = [sample_card(), sample_card(**LONG), sample_card(**BARE), sample_card(**LONG | {"demo": False})]


def everybody() -> Iterator[PrintedCard]:
    yield from EXTREMES
    yield from people(PEOPLE)


@pytest.fixture(scope="module", params=PAGES, ids=["phone", "a4"])
def placed(request: pytest.FixtureRequest) -> list[tuple[PrintedCard, PlacedPage]]:
    """The same page for everybody."""
    page: Page = request.param
    return [(card, compose(page, card)) for card in everybody()]


def ink(line: Line) -> Rect:
    """Where the letters of a line really are."""
    low, high = typeface(line.style.weight).ink(line.text)
    em = line.size * MM_PER_POINT / 1000
    return Rect(x=line.x, y=line.baseline - high * em, width=line.width, height=(high - low) * em)


def colliding(rects: list[Rect]) -> list[tuple[Rect, Rect]]:
    """Every pair that shares more than a hair's breadth, found from top to bottom."""
    found: list[tuple[Rect, Rect]] = []
    ordered = sorted(rects, key=lambda rect: rect.y)
    for index, one in enumerate(ordered):
        for other in ordered[index + 1 :]:
            if other.y >= one.bottom - TOLERANCE:
                break
            if one.x < other.right - TOLERANCE and other.x < one.right - TOLERANCE:
                found.append((one, other))
    return found


def inside(inner: Rect, outer: Rect) -> bool:
    return (
        inner.x >= outer.x - TOLERANCE
        and inner.y >= outer.y - TOLERANCE
        and inner.right <= outer.right + TOLERANCE
        and inner.bottom <= outer.bottom + TOLERANCE
    )


def test_no_two_boxes_overlap(placed: list[tuple[PrintedCard, PlacedPage]]) -> None:
    for card, page in placed:
        # Grounds and hairlines lie below what there is to see.
        assert not colliding([box.rect for box in page.boxes if box.lines or box.picture]), card.name


def test_no_letter_touches_another_line_or_a_picture(placed: list[tuple[PrintedCard, PlacedPage]]) -> None:
    for card, page in placed:
        letters = [ink(line) for box in page.boxes for line in box.lines]
        assert not colliding(letters + [box.rect for box in page.boxes if box.picture]), card.name


def test_every_line_stays_in_its_box_and_every_box_on_the_page(placed: list[tuple[PrintedCard, PlacedPage]]) -> None:
    for card, page in placed:
        sheet = Rect(x=0, y=0, width=page.width, height=page.height)
        for box in page.boxes:
            assert inside(box.rect, sheet), (card.name, box)
            assert all(inside(ink(line), box.rect) for line in box.lines), (card.name, box)


def test_nothing_stands_on_the_fold(placed: list[tuple[PrintedCard, PlacedPage]]) -> None:
    for card, page in placed:
        if page.fold is not None:
            assert not any(box.rect.y < page.fold < box.rect.bottom for box in page.boxes), card.name


def test_every_fact_stands_on_the_page_in_full(placed: list[tuple[PrintedCard, PlacedPage]]) -> None:
    for card, page in placed:
        shown = "".join(line.text for box in page.boxes for line in box.lines).replace(" ", "")
        for item, value in facts(card).items():
            label = LABELS.get(item, BilingualText(en=""))
            for text in (value.en, value.bn or "", label.en, label.bn or ""):
                assert text.replace(" ", "") in shown, (card.name, item)


def test_text_is_never_smaller_than_four_fifths(placed: list[tuple[PrintedCard, PlacedPage]]) -> None:
    for _, page in placed:
        for box in page.boxes:
            assert all(line.size >= 0.8 * line.style.size - TOLERANCE for line in box.lines)


def test_the_passport_number_is_the_largest_text_of_the_front(placed: list[tuple[PrintedCard, PlacedPage]]) -> None:
    for card, page in placed:
        sizes = {line.text: line.size for box in page.boxes for line in box.lines}
        assert max(sizes, key=lambda text: sizes[text]) == card.passport_no


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("card", [sample_card(), sample_card(demo=False), sample_card(**BARE)])
def test_an_ordinary_card_has_the_nominal_size(page: Page, card: PrintedCard) -> None:
    composed = compose(page, card)
    assert (composed.width, composed.height) == pytest.approx((page.width, page.height), abs=TOLERANCE)


def test_a4_stays_a4_for_everybody(placed: list[tuple[PrintedCard, PlacedPage]]) -> None:
    assert {round(page.height, 2) for _, page in placed if page.page is A4} <= {297}


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


@pytest.mark.parametrize("page", PAGES)
def test_a_demo_card_says_so_in_both_languages_on_every_page(page: Page) -> None:
    def says_demo(demo: bool) -> bool:
        lines = (line.text for box in compose(page, sample_card(demo=demo)).boxes for line in box.lines)
        return any("NOT FOR TRAVEL" in line and "ভ্রমণের জন্য নয়" in line for line in lines)

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
