"""The card as an unsealed PDF: two pages, metadata, and the credential as an associated file.

It decides what the file holds and says of itself. The same card gives the same bytes in every process: no clock, no
random number, no object whose place depends on iteration order.
"""

import io

from reportlab import rl_config
from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas

from clearance.card import photo, qr, watermark, words
from clearance.card.compose import compose
from clearance.card.pages import PAGES
from clearance.card.reportlab_font import reportlab_font
from clearance.card.sheet import PHOTO, QR_CODE, WATERMARK, Pictures, Sheet
from clearance.card.typeface import Weight
from clearance.domain.printed_card import PrintedCard

CREDENTIAL_FILE = "credential.cwt"
LANGUAGE = "bn-BD"
PRODUCER = "clearance"

# Photo and fonts stay binary: ASCII85 costs a quarter more bytes and, in pure Python, more time than drawing.
rl_config.useA85 = 0


def render(card: PrintedCard, *, mask: int) -> bytes:
    """Draw every page with the QR mask given.

    Raises UnprintableTextError for a character the fonts lack, ValueError for a text that no QR code holds.
    """
    out = io.BytesIO()
    canvas = Canvas(
        out,
        invariant=1,
        pageCompression=1,
        pdfVersion=(1, 7),
        lang=LANGUAGE,
        initialFontName=reportlab_font(Weight.REGULAR).fontName,  # else every page names Helvetica, not embedded
    )
    pictures = _define_pictures(canvas, card, mask)
    for page in PAGES:
        Sheet(canvas, compose(page, card)).draw(pictures)
        canvas.showPage()
    _describe(canvas, card)
    _attach(canvas, card.credential)
    canvas.save()
    return out.getvalue()


def _define_pictures(canvas: Canvas, card: PrintedCard, mask: int) -> Pictures:
    """What both pages draw, stored once: photo, QR code (black on the white below it), the DEMO of the watermark."""
    image = {
        "Subtype": pdfdoc.PDFName("Image"),
        "Width": photo.WIDTH,
        "Height": photo.HEIGHT,
        "BitsPerComponent": 8,
        "ColorSpace": pdfdoc.PDFName("DeviceRGB"),
        "Filter": pdfdoc.PDFName("DCTDecode"),
    }
    _define_picture(canvas, PHOTO, image, card.photo)
    modules = qr.matrix(card.qr_text, mask=mask)
    side = qr.side(modules)
    _define_form(canvas, QR_CODE, b"0 g\n" + qr.path(modules), (0, 0, side, side))
    if not card.demo:
        return Pictures(qr_side=side, watermark=None)
    shapes, box = watermark.form(words.DEMO_WATERMARK)
    _define_form(canvas, WATERMARK, shapes, box)
    return Pictures(qr_side=side, watermark=box[2])


def _define_form(canvas: Canvas, name: str, content: bytes, box: tuple[int, int, int, int]) -> None:
    form = {
        "Subtype": pdfdoc.PDFName("Form"),
        "BBox": pdfdoc.PDFArray(box),
        "Resources": pdfdoc.PDFDictionary({}),
    }
    _define_picture(canvas, name, form, content)


def _define_picture(canvas: Canvas, name: str, entries: dict[str, object], content: bytes) -> None:
    dictionary = pdfdoc.PDFDictionary({"Type": pdfdoc.PDFName("XObject"), **entries})
    canvas._doc.addForm(name, pdfdoc.PDFStream(dictionary, content, [pdfdoc.PDFZCompress]))


def _describe(canvas: Canvas, card: PrintedCard) -> None:
    """Title and author; the title is shown as the window's. No XMP: sealing would store it twice, 1.5 kB in all."""
    marked = f" ({words.DEMO_BAND.en})" if card.demo else ""
    canvas.setTitle(f"{words.TITLE.en} {card.clearance_no}{marked}")
    canvas.setAuthor(words.BUREAU.en)
    canvas.setSubject("")
    canvas.setCreator(PRODUCER)
    canvas.setProducer(PRODUCER)
    canvas.setViewerPreference("DisplayDocTitle", "true")


def _attach(canvas: Canvas, credential: bytes) -> None:
    """The signed credential as an associated file (PDF 2.0, 14.13), so that a reader need not decode an image."""
    doc = canvas._doc
    file = {
        "Type": pdfdoc.PDFName("EmbeddedFile"),
        "Subtype": "/application#2Fcwt",  # PDFName would leave the slash as it is
        "Params": pdfdoc.PDFDictionary({"Size": len(credential)}),
    }
    stored = doc.Reference(pdfdoc.PDFStream(pdfdoc.PDFDictionary(file), credential, []), "credential.stream")
    specification = {
        "Type": pdfdoc.PDFName("Filespec"),
        "F": pdfdoc.PDFString(CREDENTIAL_FILE),
        "UF": pdfdoc.PDFString(CREDENTIAL_FILE),
        "AFRelationship": pdfdoc.PDFName("Data"),
        "EF": pdfdoc.PDFDictionary({"F": stored, "UF": stored}),
    }
    entry = doc.Reference(pdfdoc.PDFDictionary(specification), "credential.file")
    names = pdfdoc.PDFDictionary({"Names": pdfdoc.PDFArray([pdfdoc.PDFString(CREDENTIAL_FILE), entry])})
    catalog = doc.Catalog
    catalog.Names = pdfdoc.PDFDictionary({"EmbeddedFiles": names})
    catalog.AF = pdfdoc.PDFArray([entry])
    catalog.__NoDefault__ = [*catalog.__NoDefault__, "AF"]  # reportlab writes only the entries it knows of
