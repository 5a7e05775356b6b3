"""What a card says to somebody who listens to it, and what it keeps for an archive."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pypdf
import pytest
from PIL import ImageCms
from pypdf.generic import ContentStream, DictionaryObject, IndirectObject

from clearance.card import document
from clearance.card.printer import SealingPrinter
from clearance.card.template import template_id
from clearance.card.words import CODE_SHOWN, LABELS, PHOTO_SHOWN, TITLE, Item, facts
from clearance.domain.printed_card import PrintedCard
from tests.unit.card.programs import needs, run
from tests.unit.card.samples import BARE, LONG, NOW, sample_card, sealing_key

CARDS = pytest.mark.parametrize(
    "card", [sample_card(), sample_card(**LONG), sample_card(**BARE)], ids=["ordinary", "long", "bare"]
)
TEXT_OPERATORS = {b"Tj", b"TJ", b"'", b'"'}
PAINTING = {b"f", b"F", b"f*", b"S", b"s", b"B", b"b", b"Do", b"sh", b"BI"} | TEXT_OPERATORS
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
DC, XMP, PDF = "{http://purl.org/dc/elements/1.1/}", "{http://ns.adobe.com/xap/1.0/}", "{http://ns.adobe.com/pdf/1.3/}"
PDFA = "{http://www.aiim.org/pdfa/ns/id/}"


def sealed(card: PrintedCard) -> bytes:
    key, root = sealing_key()
    return SealingPrinter(key, [root]).seal(document.render(card, mask=3), at=NOW)


def opened(card: PrintedCard) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(sealed(card)))


def spoken(card: PrintedCard, folder: Path) -> list[tuple[str, str]]:
    """Structure type and text of every element with text, in the order of the tree, as poppler finds them."""
    path = folder / "card.pdf"
    path.write_bytes(sealed(card))
    found: list[tuple[str, str]] = []
    for line in run("pdfinfo", "-struct-text", path).splitlines():
        text = line.strip()
        if text.startswith('"'):
            kind, before = found[-1]
            found[-1] = (kind, before + text[1:-1])
        elif match := re.match(r"([A-Z][A-Za-z0-9]*)( \(|$)", text):
            found.append((match[1], ""))
    return found


@needs("pdfinfo")
@CARDS
def test_poppler_reads_every_fact_behind_its_label(card: PrintedCard, tmp_path: Path) -> None:
    elements = spoken(card, tmp_path)
    for item, value in facts(card).items():
        if item not in LABELS:
            continue
        label = f"{LABELS[item].bn} · {LABELS[item].en}"
        places = [place for place, element in enumerate(elements) if element == ("Lbl", label)]
        assert places, item
        for place in places:
            kind, text = elements[place + 1]
            assert kind == "LBody"
            assert elements[place - 1][0] == "LI"
            assert value.en in text, item
            assert (value.bn or "") in text, item


@needs("pdfinfo")
def test_poppler_reads_the_card_from_its_title_to_its_foot(tmp_path: Path) -> None:
    elements = spoken(sample_card(), tmp_path)
    assert [kind for kind, _ in elements[:4]] == ["Document", "Part", "H1", "P"]
    assert elements[2][1] == f"{TITLE.bn}{TITLE.en}"
    texts = [text for _, text in elements]
    order = [LABELS[item].bn or "" for item in (Item.NAME, Item.PASSPORT_NO, Item.CLEARANCE_NO, Item.FEES)]
    places = [next(place for place, text in enumerate(texts) if text.startswith(label)) for label in order]
    assert places == sorted(places)
    assert sum(kind == "Part" for kind, _ in elements) == 2
    assert sum(kind == "Figure" for kind, _ in elements) == 4
    assert ("Lbl", "১.") in elements


@needs("pdfinfo")
def test_words_on_two_lines_do_not_run_into_each_other(tmp_path: Path) -> None:
    card = sample_card(**LONG)
    said = " ".join(text for _, text in spoken(card, tmp_path))
    assert card.employer in said
    assert card.name.en in said
    assert (card.name.bn or "") in said


@CARDS
def test_whatever_is_painted_is_either_tagged_or_an_artifact(card: PrintedCard) -> None:
    for page in opened(card).pages:
        depth = 0
        numbers = []
        for operands, operator in ContentStream(page["/Contents"], None).operations:
            if operator in {b"BDC", b"BMC"}:
                depth += 1
                if operator == b"BDC":
                    numbers.append(operands[1]["/MCID"])
            elif operator == b"EMC":
                depth -= 1
            assert depth in {0, 1}  # readers lose their way in marks within marks
            assert depth == 1 or operator not in PAINTING, operator
        assert sorted(numbers) == list(range(len(numbers)))


@CARDS
def test_every_mark_belongs_to_one_element_and_the_parent_tree_knows_it(card: PrintedCard) -> None:
    reader = opened(card)
    root = reader.trailer["/Root"]
    tree = root["/StructTreeRoot"]
    numbers = tree["/ParentTree"]["/Nums"]
    parents = {numbers[at]: numbers[at + 1].get_object() for at in range(0, len(numbers), 2)}
    assert sorted(parents) == list(range(len(reader.pages)))
    places = {page.indirect_reference.idnum: number for number, page in enumerate(reader.pages)}
    found: dict[tuple[int, int], int] = {}
    for element in elements_below(tree.raw_get("/K")):
        for kid in kids(element):
            if isinstance(kid, int):
                place = (places[element.raw_get("/Pg").idnum], kid)
                assert place not in found
                found[place] = element.indirect_reference.idnum
    for number, page in enumerate(reader.pages):
        assert page["/StructParents"] == number
        assert page["/Tabs"] == "/S"
        for mcid, parent in enumerate(parents[number]):
            assert found.pop((number, mcid)) == parent.idnum
    assert not found


def elements_below(reference: IndirectObject) -> Iterator[DictionaryObject]:
    """An element and all below it, each of which names the one above."""
    element = reference.get_object()
    yield element
    for kid in kids(element):
        if not isinstance(kid, int):
            assert kid.get_object().raw_get("/P") == reference
            yield from elements_below(kid)


def kids(element: DictionaryObject) -> list[Any]:
    content = element.raw_get("/K")
    return list(content) if isinstance(content, list) else [content]


def test_pictures_have_words_and_the_file_its_language() -> None:
    root = opened(sample_card()).trailer["/Root"]
    assert root["/Lang"] == document.LANGUAGE == "bn-BD"
    assert root["/MarkInfo"]["/Marked"].value is True
    figures = [
        element for element in elements_below(root["/StructTreeRoot"].raw_get("/K")) if element["/S"] == "/Figure"
    ]
    shown = [f"{words.bn} · {words.en}" for words in (PHOTO_SHOWN, CODE_SHOWN)]
    assert [figure["/Alt"] for figure in figures] == shown * 2


@CARDS
def test_what_is_latin_is_marked_as_english_and_nothing_else_is(card: PrintedCard) -> None:
    reader = opened(card)
    for page in reader.pages:
        said = {"en": "", "bn": ""}
        fonts = {name: to_unicode(font) for name, font in page["/Resources"]["/Font"].items()}
        language, font = "bn", {}
        for operands, operator in ContentStream(page["/Contents"], None).operations:
            match operator:
                case b"BDC":
                    language = operands[1].get("/Lang", "bn")
                case b"Tf":
                    font = fonts[operands[0]]
                case b"Tj":
                    codes = operands[0].original_bytes
                    said[language] += "".join(font[codes[at : at + 2]] for at in range(0, len(codes), 2))
        assert said["bn"]
        assert said["en"]
        assert not re.search(r"[A-Za-z]", said["bn"])
        assert not re.search(r"[\u0980-\u09FF]", said["en"])


def to_unicode(font: DictionaryObject) -> dict[bytes, str]:
    cmap = font["/ToUnicode"].get_data().decode("ascii")
    return {
        (int(first, 16) + number).to_bytes(2, "big"): bytes.fromhex(name).decode("utf-16-be")
        for first, listed in re.findall(r"<(\w+)><\w+>\[([<\w>]+)\]", cmap)
        for number, name in enumerate(re.findall(r"\w+", listed))
    }


def test_the_metadata_says_the_same_twice_and_names_the_template() -> None:
    reader = opened(sample_card())
    xmp = ElementTree.fromstring(reader.trailer["/Root"]["/Metadata"].get_data())
    [described] = xmp.iter(f"{RDF}Description")
    held = {child.tag: "".join(child.itertext()).strip() for child in described}
    information = reader.metadata
    assert information is not None
    assert (held[f"{PDFA}part"], held[f"{PDFA}conformance"]) == ("3", "A")
    assert held[f"{DC}title"] == information.title
    assert held[f"{DC}creator"] == information.author
    assert held[f"{XMP}CreatorTool"] == information.creator == f"clearance (template {template_id()})"
    assert held[f"{PDF}Producer"] == information.producer
    assert held[f"{XMP}CreateDate"] == held[f"{XMP}ModifyDate"] == "2026-11-22T00:00:00+06:00"
    assert information.creation_date is not None
    assert information.creation_date.isoformat() == held[f"{XMP}CreateDate"]


def test_colours_are_those_of_srgb() -> None:
    [intent] = opened(sample_card()).trailer["/Root"]["/OutputIntents"]
    assert intent.get_object()["/S"] == "/GTS_PDFA1"
    ours = intent.get_object()["/DestOutputProfile"].get_data()
    profile = ImageCms.ImageCmsProfile(io.BytesIO(ours))
    assert profile.profile.xcolor_space == "RGB "
    assert profile.profile.profile_description == "sRGB"
    reference = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    for name in ("red_primary", "green_primary", "blue_primary", "media_white_point"):
        xyz, expected = getattr(profile.profile, name)[0], getattr(reference.profile, name)[0]
        assert xyz == pytest.approx(expected, abs=5e-4), name


def test_nothing_that_an_archive_refuses_is_in_the_file() -> None:
    pdf = sealed(sample_card())
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    assert pdf.startswith(b"%PDF-1.7\n%")
    assert "/Encrypt" not in reader.trailer
    assert "/Version" not in reader.trailer["/Root"]
    assert len(reader.trailer["/ID"]) == 2
    for page in reader.pages:
        assert "/Group" not in page
        assert "/ExtGState" not in page["/Resources"]
    [associated] = reader.trailer["/Root"]["/AF"]
    file = associated.get_object()["/EF"]["/F"]
    assert file["/Subtype"] == "/application/cwt"
    assert file["/Params"]["/ModDate"].startswith("D:20261122")
    for number in re.findall(rb"(\d+) 0 obj\n<<", pdf):
        assert reader.get_object(int(number)) is not None
    assert pdf.count(b"stream\n") == pdf.count(b"\nendstream") * 2
