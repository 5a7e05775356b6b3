"""Looking at finished pages: what is found, under which treatments, and that it is always the same."""

import pytest
import zxingcpp
from PIL import Image, ImageChops, ImageDraw, ImageStat

from clearance.card import document, qr
from clearance.card.printer import CardPrinter
from clearance.card.read_back import read_back
from clearance.card.treatments import treated
from clearance.domain.readability import COARSE, FINE, HARD, Grade, Treatment, grade
from tests.unit.card.samples import BARE, LONG, people, sample_card

TEXTS = {length: (sample_card(4).qr_text * 3)[:length] for length in (300, 529, 760, 1400)}


def code(text: str, module_px: float) -> Image.Image:
    """The symbol alone, with its quiet zone, as a page's raster shows it: edges fall between pixels."""
    modules = qr.matrix(text)
    side = qr.side(modules)
    picture = Image.new("L", (side, side), 255)
    draw = ImageDraw.Draw(picture)
    for row, cells in enumerate(modules):
        for column, dark in enumerate(cells):
            if dark:
                draw.point((column + qr.QUIET_ZONE, row + qr.QUIET_ZONE), fill=0)
    large = picture.resize((side * 8, side * 8), Image.Resampling.NEAREST)
    return large.resize((round(side * module_px), round(side * module_px)), Image.Resampling.BOX)


def graded(pdf: bytes, text: str) -> Grade:
    return grade(lambda dpi, treatment: all(found == text for found in read_back(pdf, dpi=dpi, treatment=treatment)))


@pytest.mark.parametrize("changes", [{}, LONG, BARE], ids=["ordinary", "long", "bare"])
def test_our_cards_read_at_both_resolutions_and_get_the_best_grade(changes: dict[str, object]) -> None:
    card = sample_card(**changes)
    pdf = CardPrinter().render(card)
    for dpi in (COARSE, FINE):
        assert set(read_back(pdf, dpi=dpi)) == {card.qr_text}
    assert graded(pdf, card.qr_text) is Grade.A


def test_everybody_gets_the_best_grade() -> None:
    for card in people(6):
        assert graded(document.render(card, mask=qr.MASKS[0]), card.qr_text) is Grade.A


def test_a_text_too_long_for_its_room_is_graded_lower() -> None:
    card = sample_card(qr_text=TEXTS[1400])
    assert graded(document.render(card, mask=qr.MASKS[0]), card.qr_text) is not Grade.A


@pytest.mark.parametrize("length", TEXTS)
def test_what_reads_at_the_lower_resolution_reads_at_the_higher(length: int) -> None:
    pdf = document.render(sample_card(qr_text=TEXTS[length]), mask=qr.MASKS[0])
    for treatment in HARD:
        coarse, fine = (read_back(pdf, dpi=dpi, treatment=treatment) for dpi in (COARSE, FINE))
        assert all(below in ("", above) for below, above in zip(coarse, fine, strict=True))


@pytest.mark.parametrize("treatment", HARD)
def test_a_treatment_changes_the_picture_always_in_the_same_way(treatment: Treatment) -> None:
    picture = code(TEXTS[529], 4)
    once, twice = treated(picture, treatment), treated(picture.copy(), treatment)
    assert once.tobytes() == twice.tobytes()
    assert ImageStat.Stat(ImageChops.difference(once, picture.resize(once.size))).mean[0] > 10


def test_a_copy_has_little_contrast_and_a_screen_a_grid() -> None:
    low, high = treated(code(TEXTS[529], 4), Treatment.COPIED).getextrema()
    assert high - low < 130
    paper = treated(Image.new("L", (300, 300), 255), Treatment.SCREEN)
    assert ImageStat.Stat(paper).stddev[0] > 10


@pytest.mark.parametrize("treatment", HARD)
def test_treatments_are_hard_enough_to_tell_small_modules_from_large_ones(treatment: Treatment) -> None:
    def texts(module_px: float) -> list[str]:
        return [found.text for found in zxingcpp.read_barcodes(treated(code(TEXTS[529], module_px), treatment))]

    assert texts(3.8) == [TEXTS[529]]
    assert texts(1.6) == []


def test_untreated_is_untouched() -> None:
    picture = code(TEXTS[300], 2)
    assert treated(picture, Treatment.NONE) is picture
