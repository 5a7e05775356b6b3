"""The card for telephones: its QR code alone, and a small picture of its head for messaging apps.

It decides how large these are and how they stay under their weight. Nothing is signed here: the code carries the
credential of the card. Messaging apps make JPEGs of what they pass on; the code survives that because its modules are
whole pixels and wide ones.
"""

import io
import math

import pypdfium2
import pypdfium2.raw as pdfium
import zxingcpp
from PIL import Image

from clearance.card import qr
from clearance.card.read_back import FORMATS, PDFIUM

CODE_PX = 1000
"""Least width of the code alone: fills a telephone held upright without being enlarged."""

WIDTH = 720
"""Pixels: as wide as the cheapest telephones, so that none makes the picture smaller."""
MAX_BYTES = 40_000
SHADES = ((14, 34), (14, 18), (12, 10), (10, 6), (8, 0))
"""Colours for the page and for the portrait, in the order of trying until the picture is light enough."""
SMALLER = 0.85


def code_png(text: str) -> bytes:
    """Black on white in whole pixels, the quiet zone included. Raises ValueError as `qr.matrix`."""
    modules = qr.matrix(text)
    return _png(_code(modules, math.ceil(CODE_PX / qr.side(modules))).convert("1", dither=Image.Dither.NONE))


def code_svg(text: str) -> bytes:
    """White ground and one black path; no script, no style, no link. Raises ValueError as `qr.matrix`."""
    return _svg(qr.matrix(text))


def address_svg(text: str) -> bytes:
    """The same for a text that is no card's, such as the address that an authenticator app reads."""
    return _svg(qr.matrix_of_any(text))


def address_png(text: str) -> bytes:
    """The same as a picture, such as the code that enrols a desk."""
    modules = qr.matrix_of_any(text)
    return _png(_code(modules, math.ceil(CODE_PX / qr.side(modules))).convert("1", dither=Image.Dither.NONE))


def _svg(modules: qr.Matrix) -> bytes:
    side = qr.side(modules)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" width="{CODE_PX}" height="{CODE_PX}" '
        f'shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}H0z"/>'
        f'<path d="{qr.svg_path(modules)}"/></svg>\n'
    ).encode("ascii")


def picture(pdf: bytes, *, text: str) -> bytes:
    """The first page down to its code, which must say `text`, as a PNG of at most 40 kB. Raises ValueError."""
    modules = qr.matrix(text)
    width = float(WIDTH)
    while True:
        page, portrait = _page(pdf, round(width))
        head = _with_sharp_code(page, modules, text)
        for page_colours, portrait_colours in SHADES:
            png = _png(_few_colours(head, portrait, page_colours, portrait_colours))
            if len(png) <= MAX_BYTES:
                return png
        width *= SMALLER


def _page(pdf: bytes, width: int) -> tuple[Image.Image, tuple[int, int, int, int]]:
    """The first page in pixels, and where the portrait is on it."""
    with PDFIUM, pypdfium2.PdfDocument(pdf) as document:
        page = document[0]
        scale = width / page.get_width()
        picture = page.render(scale=scale).to_pil().convert("RGB")
        [portrait] = page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3)
        left, bottom, right, top = portrait.get_bounds()
        height = page.get_height()
    return picture, tuple(round(side * scale) for side in (left, height - top, right, height - bottom))


def _with_sharp_code(page: Image.Image, modules: qr.Matrix, text: str) -> Image.Image:
    """The page down to its code, which is drawn anew in whole pixels in the same place."""
    found = zxingcpp.read_barcodes(page, formats=FORMATS)
    if [code.text for code in found] != [text]:
        raise ValueError("the card's first page does not carry this code")
    where = found[0].position
    across, down = where.top_left.x + where.bottom_right.x, where.top_left.y + where.bottom_right.y
    module_px = round((where.top_right.x - where.top_left.x) / len(modules) - 0.3)
    code = _code(modules, module_px)
    top = (down - code.height) // 2
    page.paste(code, ((across - code.width) // 2, top))
    return page.crop((0, 0, page.width, top + code.height))


def _few_colours(
    picture: Image.Image, portrait: tuple[int, int, int, int], page_colours: int, portrait_colours: int
) -> Image.Image:
    """The picture in few colours; the portrait has some of its own, or the print would take them all."""
    sample = picture.resize((picture.width // 3, picture.height // 3), Image.Resampling.NEAREST)  # the same colours
    shades = [*_palette(sample, page_colours), *_palette(picture.crop(portrait), portrait_colours)]
    chosen = Image.new("P", (1, 1))
    chosen.putpalette(shades)
    return picture.quantize(palette=chosen, dither=Image.Dither.NONE)


def _palette(picture: Image.Image, colours: int) -> list[int]:
    if not colours:
        return []
    return (picture.quantize(colours, dither=Image.Dither.NONE).getpalette() or [])[: 3 * colours]


def _code(modules: qr.Matrix, module_px: int) -> Image.Image:
    """The code with its quiet zone, so many pixels a module."""
    side, quiet = qr.side(modules), qr.QUIET_ZONE
    rows = (bytes([255] * quiet + [0 if dark else 255 for dark in row] + [255] * quiet) for row in modules)
    white = bytes([255] * side * quiet)
    code = Image.frombytes("L", (side, side), white + b"".join(rows) + white)
    return code.resize((side * module_px, side * module_px), Image.Resampling.NEAREST)


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=9)
    return out.getvalue()
