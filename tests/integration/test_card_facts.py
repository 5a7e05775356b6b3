"""What brokers like to hide is on the drawn card; nothing on it is a link."""

import io
from typing import Any
from unicodedata import normalize

import pypdf
import pypdfium2
import pytest

from clearance.card import document, plastic
from clearance.domain.printed_card import OptionalFact
from tests.unit.card.samples import sample_card

TOLD = {
    OptionalFact.OCCUPATION: "ELECTRICIAN",
    OptionalFact.SALARY: "SAR 1,400",
    OptionalFact.AGENCY: "MEGHNA MANPOWER SERVICES",
    OptionalFact.LICENCE_NO: "RL-9002",
    OptionalFact.AGENCY_PHONE: "+880 2 5550 0102",
    OptionalFact.FEES: "Tk 3,450",
    OptionalFact.MISSION_PHONE: "+966 11 419 5300",
    OptionalFact.HELPLINE: "16135",
    OptionalFact.FREE: "This card is free",
}


def drawn(**changes: Any) -> dict[str, bytes]:
    card = sample_card(**changes)
    return {"card": document.render(card, mask=3), "plastic": plastic.faces([card])}


def pages(pdf: bytes) -> list[str]:
    with pypdfium2.PdfDocument(pdf) as opened:
        return [normalize("NFC", page.get_textpage().get_text_range()) for page in opened]


def test_every_choice_is_tried_here() -> None:
    assert set(TOLD) == set(OptionalFact)


def test_phone_and_paper_page_tell_everything_and_so_does_plastic() -> None:
    files = drawn()
    for text in TOLD.values():
        assert all(text in page for page in pages(files["card"])), text
        assert text in "".join(pages(files["plastic"])), text


@pytest.mark.parametrize("fact", list(OptionalFact))
def test_what_an_office_leaves_off_is_nowhere(fact: OptionalFact) -> None:
    for pdf in drawn(printed=frozenset(OptionalFact) - {fact}).values():
        assert TOLD[fact] not in "".join(pages(pdf))


def test_every_layout_says_how_to_verify_in_both_languages() -> None:
    phone, paper = pages(drawn()["card"])
    back = pages(drawn()["plastic"])[1]
    for text in (phone, back):
        assert "To verify" in text
        assert "যাচাই" in text
    assert "Only that scan proves" in paper


@pytest.mark.parametrize("file", ["card", "plastic"])
def test_nothing_on_a_card_is_a_link(file: str) -> None:
    pdf = drawn()[file]
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    assert not any("/Annots" in page for page in reader.pages)
    assert not any(token in text for text in pages(pdf) for token in ("http", "www.", ".bd"))
    assert b"/URI" not in pdf
