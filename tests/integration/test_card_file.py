"""The card as a file: the same bytes every time, sound, small, with the credential in it."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pypdf
import pytest

from clearance.card import document
from clearance.card.printer import SealingPrinter
from clearance.domain.printed_card import PrintedCard
from tests.unit.card.programs import needs, run
from tests.unit.card.samples import BARE, LONG, NOW, people, sample_card, sealing_key

MAX_BYTES = 45 * 1024

RENDER = """
import hashlib
from clearance.card import document
from clearance.card.template import template_id
from tests.unit.card.samples import LONG, sample_card
for card in (sample_card(3), sample_card(**LONG)):
    print(hashlib.sha256(document.render(card, mask=3)).hexdigest())
print(template_id())
"""


@pytest.fixture(scope="module")
def sealed() -> bytes:
    key, root = sealing_key()
    printer = SealingPrinter(key, [root])
    return printer.seal(printer.render(sample_card()), at=NOW)


def test_the_same_card_gives_the_same_bytes_in_every_process(root: Path) -> None:
    def rendered(seed: str) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": "Pacific/Auckland" if seed == "1" else "UTC"}
        return subprocess.check_output([sys.executable, "-c", RENDER], cwd=root, env=environment, text=True)

    first, second, third = rendered("1"), rendered("2"), rendered("random")
    assert first == second == third
    assert len(set(first.split())) == 3


def test_rendering_again_in_one_process_gives_the_same_bytes() -> None:
    assert document.render(sample_card(), mask=3) == document.render(sample_card(), mask=3)


@pytest.mark.parametrize("changes", [{}, {"demo": False}, BARE], ids=["demo", "real", "bare"])
def test_a_sealed_card_with_photo_stays_within_45_kb(changes: dict[str, object]) -> None:
    key, root = sealing_key()
    printer = SealingPrinter(key, [root])
    card = sample_card(**changes)
    size = len(printer.seal(printer.render(card), at=NOW))
    print(f"sealed {size} bytes, of these photo {len(card.photo)}")
    assert size <= MAX_BYTES


@needs("qpdf")
@pytest.mark.parametrize("card", [sample_card(), sample_card(**LONG), sample_card(**BARE)])
def test_qpdf_finds_nothing_wrong(card: PrintedCard, tmp_path: Path) -> None:
    path = tmp_path / "card.pdf"
    path.write_bytes(document.render(card, mask=3))
    assert "No syntax or stream encoding errors found" in run("qpdf", "--check", path)


@needs("qpdf")
def test_qpdf_finds_nothing_wrong_with_the_sealed_card(sealed: bytes, tmp_path: Path) -> None:
    path = tmp_path / "card.pdf"
    path.write_bytes(sealed)
    assert "No syntax or stream encoding errors found" in run("qpdf", "--check", path)


def test_the_credential_is_an_associated_file(sealed: bytes) -> None:
    reader = pypdf.PdfReader(io.BytesIO(sealed))
    assert reader.attachments == {document.CREDENTIAL_FILE: [sample_card().credential]}
    [associated] = reader.trailer["/Root"]["/AF"]
    assert associated.get_object()["/AFRelationship"] == "/Data"


@needs("pdfdetach")
def test_poppler_takes_the_credential_out_again(sealed: bytes, tmp_path: Path) -> None:
    path, out = tmp_path / "card.pdf", tmp_path / "credential.cwt"
    path.write_bytes(sealed)
    run("pdfdetach", "-save", "1", "-o", out, path)
    assert out.read_bytes() == sample_card().credential


def test_the_file_says_its_language_and_title(sealed: bytes) -> None:
    reader = pypdf.PdfReader(io.BytesIO(sealed))
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "bn-BD"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert reader.metadata.title == "Emigration Clearance Card BMET-2026-7K3QX9M2VD4 (DEMO - NOT FOR TRAVEL)"


def test_sealing_changes_no_metadata_and_reads_no_clock(sealed: bytes) -> None:
    def described(pdf: bytes) -> dict[str, str]:
        return {key: str(value) for key, value in (pypdf.PdfReader(io.BytesIO(pdf)).metadata or {}).items()}

    assert described(sealed) == described(document.render(sample_card(), mask=3))


def test_the_file_holds_two_pages_and_nothing_that_acts(sealed: bytes) -> None:
    reader = pypdf.PdfReader(io.BytesIO(sealed))
    sizes = [(float(page.mediabox.width) * 25.4 / 72, float(page.mediabox.height) * 25.4 / 72) for page in reader.pages]
    assert sizes == [pytest.approx((105, 187), abs=0.05), pytest.approx((210, 297), abs=0.05)]
    keys = {key for number in reader.xref[0] for key in names_in(reader, number)}
    assert not keys & {"/JavaScript", "/JS", "/OpenAction", "/AA", "/URI", "/Launch", "/SubmitForm", "/GoToR"}


def test_every_font_is_embedded_with_its_text(sealed: bytes) -> None:
    for page in pypdf.PdfReader(io.BytesIO(sealed)).pages:
        for font in page["/Resources"]["/Font"].values():
            assert "/ToUnicode" in font
            assert "/FontFile2" in font["/DescendantFonts"][0]["/FontDescriptor"]


def test_sealing_only_adds_to_the_file() -> None:
    key, root = sealing_key()
    printer = SealingPrinter(key, [root])
    for card in people(3):
        pdf = printer.render(card)
        assert printer.seal(pdf, at=NOW).startswith(pdf)


def names_in(reader: pypdf.PdfReader, number: int) -> set[str]:
    def walk(value: object) -> set[str]:
        match value:
            case pypdf.generic.DictionaryObject():
                return set(value) | {key for inner in value.values() for key in walk(inner)}
            case list():
                return {key for inner in value for key in walk(inner)}
            case _:
                return set()

    return walk(reader.get_object(number)) if number else set()
