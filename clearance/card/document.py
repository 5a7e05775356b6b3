"""The card as an unsealed PDF: pages, metadata, structure, and the credential as an associated file.

It decides what the file holds and says of itself. The same card gives the same bytes in every process: no clock, no
random number, no object whose place depends on iteration order. How objects become a file is left to `container`.
"""

from collections.abc import Sequence
from datetime import datetime, time

from reportlab.pdfbase import pdfdoc
from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFDocument, PDFObjectReference

from clearance.card import archive, container, photo, qr, watermark, words
from clearance.card.archive import Description
from clearance.card.compose import compose
from clearance.card.page_parts import Page
from clearance.card.pages import PAGES
from clearance.card.qr import Level
from clearance.card.sheet import PHOTO, QR_CODE, WATERMARK, DrawnPage, Pictures, draw
from clearance.card.structure import structure
from clearance.card.template import template_id
from clearance.credential.claims import DHAKA
from clearance.domain.printed_card import PrintedCard

CREDENTIAL_FILE = "credential.cwt"
LANGUAGE = "bn-BD"
PRODUCER = "clearance"
ASSOCIATED_TYPE = "/application#2Fcwt"  # PDFName would leave the slash as it is

_RESOURCES = PDFObjectReference("resources")
_PAGES = PDFObjectReference("pages")


def render(card: PrintedCard, *, mask: int, pages: Sequence[Page] = PAGES) -> bytes:
    """Draw every page with the QR mask given.

    Raises UnprintableTextError for a character the fonts lack, ValueError for a text that no QR code holds.
    """
    doc = PDFDocument(invariant=1)
    pictures, drawings = define_pictures(doc, card, mask=mask)
    drawn = [draw(compose(page, card), pictures, doc) for page in pages]
    references = [_define_page(doc, number, page) for number, page in enumerate(drawn)]
    kids = {"Type": pdfdoc.PDFName("Pages"), "Kids": pdfdoc.PDFArray(references), "Count": len(references)}
    doc.Reference(PDFDictionary(kids), _PAGES.name)
    doc.Reference(resources(drawings), _RESOURCES.name)
    description = _description(card)
    catalog = {
        "Type": pdfdoc.PDFName("Catalog"),
        "Pages": _PAGES,
        "Lang": pdfdoc.PDFString(LANGUAGE),
        "ViewerPreferences": PDFDictionary({"DisplayDocTitle": "true"}),
        "MarkInfo": PDFDictionary({"Marked": "true"}),
        "StructTreeRoot": structure(doc, [(page, d.marks) for page, d in zip(references, drawn, strict=True)]),
        "Metadata": doc.Reference(archive.metadata(description), "metadata"),
        "OutputIntents": pdfdoc.PDFArray([doc.Reference(archive.output_intent(doc), "intent")]),
        **_associated_file(doc, card.credential, description.at),
    }
    return container.write(
        doc,
        catalog=doc.Reference(PDFDictionary(catalog), "catalog"),
        information=doc.Reference(archive.information(description), "information"),
    )


def _define_page(doc: PDFDocument, number: int, page: DrawnPage) -> PDFObjectReference:
    """The page whose marks the parent tree has under `number`; tabbing follows the structure."""
    content = pdfdoc.PDFStream(PDFDictionary({}), page.content, [pdfdoc.PDFZCompress])
    dictionary = {
        "Type": pdfdoc.PDFName("Page"),
        "Parent": _PAGES,
        "MediaBox": pdfdoc.PDFArray((0, 0, page.width, page.height)),
        "Resources": _RESOURCES,
        "Contents": doc.Reference(content, f"content.{number}"),
        "StructParents": number,
        "Tabs": pdfdoc.PDFName("S"),
    }
    return doc.Reference(PDFDictionary(dictionary), f"page.{number}")


def resources(drawings: dict[str, PDFObjectReference]) -> PDFDictionary:
    """What every page names: fonts and pictures."""
    return PDFDictionary({"Font": PDFObjectReference("BasicFonts"), "XObject": PDFDictionary(drawings)})


def define_pictures(
    doc: PDFDocument, card: PrintedCard, *, mask: int, level: Level = Level.M, prefix: str = ""
) -> tuple[Pictures, dict[str, PDFObjectReference]]:
    """What the pages draw, stored once: photo, QR code (black on the white below it), the DEMO of the watermark.

    `prefix` keeps the objects of several cards in one file apart; the resources name them without it.
    """
    image = {
        "Subtype": pdfdoc.PDFName("Image"),
        "Width": photo.WIDTH,
        "Height": photo.HEIGHT,
        "BitsPerComponent": 8,
        "ColorSpace": pdfdoc.PDFName("DeviceRGB"),
        "Filter": pdfdoc.PDFName("DCTDecode"),
    }
    modules = qr.matrix(card.qr_text, mask=mask, level=level)
    side = qr.side(modules)
    drawings = {
        PHOTO: _define_picture(doc, prefix + PHOTO, image, card.photo),
        QR_CODE: _define_form(doc, prefix + QR_CODE, b"0 g\n" + qr.path(modules), (0, 0, side, side)),
    }
    if not card.demo:
        return Pictures(qr_side=side, watermark=None), drawings
    shapes, box = watermark.form(words.DEMO_WATERMARK)
    drawings[WATERMARK] = _define_form(doc, prefix + WATERMARK, shapes, box)
    return Pictures(qr_side=side, watermark=box[2]), drawings


def _define_form(doc: PDFDocument, name: str, content: bytes, box: tuple[int, int, int, int]) -> PDFObjectReference:
    form = {"Subtype": pdfdoc.PDFName("Form"), "BBox": pdfdoc.PDFArray(box), "Resources": PDFDictionary({})}
    return _define_picture(doc, name, form, content)


def _define_picture(doc: PDFDocument, name: str, entries: dict[str, object], content: bytes) -> PDFObjectReference:
    dictionary = PDFDictionary({"Type": pdfdoc.PDFName("XObject"), **entries})
    filters = [] if "Filter" in entries else [pdfdoc.PDFZCompress]
    return doc.Reference(pdfdoc.PDFStream(dictionary, content, filters), name)


def _description(card: PrintedCard) -> Description:
    """The file was made when the card was issued, as far as the file says: drawing it again gives the same bytes."""
    marked = f" ({words.DEMO_BAND.en})" if card.demo else ""
    return Description(
        title=f"{words.TITLE.en} {card.clearance_no}{marked}",
        author=words.BUREAU.en,
        creator=f"{PRODUCER} (template {template_id()})",
        producer=PRODUCER,
        language=LANGUAGE,
        at=datetime.combine(card.issued_on, time(), DHAKA),
    )


def _associated_file(doc: PDFDocument, credential: bytes, at: datetime) -> dict[str, object]:
    """The signed credential as an associated file (ISO 19005-3, 6.8), so that a reader need not decode an image."""
    file = {
        "Type": pdfdoc.PDFName("EmbeddedFile"),
        "Subtype": ASSOCIATED_TYPE,
        "Params": PDFDictionary({"Size": len(credential), "ModDate": archive.pdf_date(at)}),
    }
    stored = doc.Reference(pdfdoc.PDFStream(PDFDictionary(file), credential, []), "credential.stream")
    specification = {
        "Type": pdfdoc.PDFName("Filespec"),
        "F": pdfdoc.PDFString(CREDENTIAL_FILE),
        "UF": pdfdoc.PDFString(CREDENTIAL_FILE),
        "Desc": pdfdoc.PDFString("Signed credential, the same as in the QR code"),
        "AFRelationship": pdfdoc.PDFName("Data"),
        "EF": PDFDictionary({"F": stored, "UF": stored}),
    }
    entry = doc.Reference(PDFDictionary(specification), "credential.file")
    files = PDFDictionary({"Names": pdfdoc.PDFArray([pdfdoc.PDFString(CREDENTIAL_FILE), entry])})
    return {"AF": pdfdoc.PDFArray([entry]), "Names": PDFDictionary({"EmbeddedFiles": files})}
