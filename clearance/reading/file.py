"""Read the QR texts of a card's picture or PDF. Decides what is too large or no picture, not what the texts say."""

from collections.abc import Iterator

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from clearance.reading.findings import FileFault, FileReading
from clearance.reading.symbols import NotAnImage, TooManyPixels, grey_image, symbols_in

MAX_FILE_BYTES = 10_000_000  # a card is 100 kB, a phone's photograph 5 MB
MAX_PIXELS = 50_000_000  # a phone's 48-megapixel photograph; 50 MB once unpacked to grey
MAX_ENLARGED_PIXELS = 16_000_000  # enlarging helps small pictures only
MAX_PDF_PAGES = 3  # a card's file has two
PDF_DPI = 200  # a 60 mm symbol of 77 modules gets 6 pixels a module
POINTS_PER_INCH = 72
CREDENTIAL_FILE = "credential.cwt"
SCALES = (1.0, 2.0, 0.5)  # as it is; enlarged for small symbols; reduced for noisy ones


def texts_in(data: bytes) -> FileReading:
    """Read every QR symbol of a PNG, a JPEG or the first pages of a PDF."""
    if len(data) > MAX_FILE_BYTES:
        return FileReading(fault=FileFault.TOO_LARGE)
    try:
        pictures = _pages(data) if is_pdf(data) else iter([grey_image(data, max_pixels=MAX_PIXELS)])
        found = [text for picture in pictures for text in _texts_of(picture)]
    except TooManyPixels:
        return FileReading(fault=FileFault.TOO_MANY_PIXELS)
    except NotAnImage:
        return FileReading(fault=FileFault.NOT_AN_IMAGE)
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) == pdfium.FPDF_ERR_PASSWORD
        return FileReading(fault=FileFault.LOCKED if locked else FileFault.NOT_AN_IMAGE)
    return FileReading(texts=tuple(dict.fromkeys(found)))


def is_pdf(data: bytes) -> bool:
    """Whether bytes call themselves a PDF, wherever readers look for that."""
    return b"%PDF-" in data[:1024]


def attached_credential(data: bytes) -> bytes | None:
    """The credential attached to a card's PDF; None without one. Only for files that a seal vouches for."""
    try:
        with pypdfium2.PdfDocument(data) as document:
            attached = [document.get_attachment(index) for index in range(document.count_attachments())]
            found = [bytes(file.get_data()) for file in attached if file.get_name() == CREDENTIAL_FILE]
    except pypdfium2.PdfiumError:
        return None
    return found[0] if len(found) == 1 else None


def _texts_of(picture: Image.Image) -> Iterator[str]:
    for scale in SCALES:
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        if scale > 1 and size[0] * size[1] > MAX_ENLARGED_PIXELS:
            continue
        scaled = picture if scale == 1 else picture.resize(size, Image.Resampling.BILINEAR)
        yield from (symbol.text for symbol in symbols_in(scaled) if symbol.text is not None)


def _pages(data: bytes) -> Iterator[Image.Image]:
    """The first pages as grey pixels. A page, or a picture on it, that would unpack beyond the cap is refused first."""
    with pypdfium2.PdfDocument(data) as document:
        for index in range(min(len(document), MAX_PDF_PAGES)):
            page = document[index]
            scale = PDF_DPI / POINTS_PER_INCH
            pictures = page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=8)
            sizes = [picture.get_px_size() for picture in pictures]
            sizes.append((round(page.get_width() * scale), round(page.get_height() * scale)))
            if sum(width * height for width, height in sizes) > MAX_PIXELS:
                raise TooManyPixels(f"page {index + 1}")
            yield page.render(scale=scale, grayscale=True, draw_annots=False).to_pil().convert("L")
