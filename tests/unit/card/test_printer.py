from concurrent.futures import ThreadPoolExecutor

import pytest

from clearance.card import document
from clearance.card.printer import SealingPrinter
from clearance.card.qr import MASKS
from clearance.card.typeface import UnprintableTextError
from clearance.domain.printed_card import PrintedCard
from clearance.domain.text import BilingualText
from tests.unit.card.samples import BARE, LONG, NOW, people, sample_card, sealing_key


@pytest.fixture(scope="module")
def printer() -> SealingPrinter:
    key, root = sealing_key()
    return SealingPrinter(key, [root])


@pytest.mark.parametrize("changes", [{}, LONG, BARE], ids=["ordinary", "long", "bare"])
def test_every_page_reads_back(printer: SealingPrinter, changes: dict[str, object]) -> None:
    card = sample_card(**changes)
    assert printer.read_back(printer.render(card)) == (card.qr_text, card.qr_text)


def test_another_mask_is_tried_when_a_page_does_not_read_back(
    printer: SealingPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = document.render
    tried: list[int] = []

    def smudged_with_first_mask(card: PrintedCard, *, mask: int) -> bytes:
        tried.append(mask)
        return draw(sample_card(2) if mask == MASKS[0] else card, mask=mask)

    monkeypatch.setattr(document, "render", smudged_with_first_mask)
    card = sample_card(1)
    assert printer.read_back(printer.render(card)) == (card.qr_text, card.qr_text)
    assert tried == list(MASKS[:2])


def test_a_card_that_reads_back_with_no_mask_is_seen_by_whoever_proof_reads_it(
    printer: SealingPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = document.render
    monkeypatch.setattr(document, "render", lambda _card, *, mask: draw(sample_card(2), mask=mask))
    card = sample_card(1)
    assert card.qr_text not in printer.read_back(printer.render(card))


def test_a_name_the_fonts_lack_stops_the_card(printer: SealingPrinter) -> None:
    assert printer.missing_characters("KARIM 漢") == "漢"
    with pytest.raises(UnprintableTextError):
        printer.render(sample_card(name=BilingualText(en="KARIM 漢")))


def test_ordinary_text_has_no_missing_characters(printer: SealingPrinter) -> None:
    assert printer.missing_characters("মোঃ শফিকুল ইসলাম র‍্যাব MD. SHAFIQUL O'BRIEN ৳ ১২৩ (A/B) – ·") == ""


def test_cards_drawn_at_the_same_time_come_out_as_alone(printer: SealingPrinter) -> None:
    cards = list(people(8))
    alone = [printer.render(card) for card in cards]
    with ThreadPoolExecutor(max_workers=4) as threads:
        assert list(threads.map(printer.render, cards)) == alone
        sealed = threads.map(lambda pdf: printer.seal(pdf, at=NOW), alone)
        assert all(seal.startswith(pdf) for seal, pdf in zip(sealed, alone, strict=True))
